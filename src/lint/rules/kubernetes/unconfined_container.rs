#![doc = include_str!("unconfined_container.md")]

use crate::kubernetes::Setting;
use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::Rule;

use super::shared::effective_setting;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0506",
    name: "unconfined-container",
    page: page!("AA0506", "unconfined_container", "yaml"),
    check: Check::Manifest(check),
    ..Rule::BASE
};

fn check(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for workload in &view.manifest.workloads {
        for container in &workload.containers {
            if let Some(setting) = effective_setting(workload, container).filter(|s| s.value == Setting::Unconfined) {
                reporter.report(setting.span, format!("container `{}` runs unconfined", container.name.value));
            }
        }
    }
}
