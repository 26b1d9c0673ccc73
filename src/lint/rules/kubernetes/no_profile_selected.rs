#![doc = include_str!("no_profile_selected.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::Rule;

use super::shared::effective_setting;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0509",
    name: "no-profile-selected",
    severity: Severity::Note,
    default: false,
    page: page!("AA0509", "no_profile_selected", "yaml"),
    check: Check::Manifest(check),
    ..Rule::BASE
};

fn check(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for workload in &view.manifest.workloads {
        for container in workload.containers.iter().filter(|own| effective_setting(workload, own).is_none()) {
            reporter
                .report(container.name.span, format!("container `{}` does not select a profile", container.name.value));
        }
    }
}
