#![doc = include_str!("container_weaker_than_pod.md")]

use crate::kubernetes::Setting;
use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::{Confidence, Rule};

use super::shared::shown;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0505",
    name: "container-weaker-than-pod",
    confidence: Confidence::Medium,
    page: page!("AA0505", "container_weaker_than_pod", "yaml"),
    check: Check::Manifest(check),
    ..Rule::BASE
};

/// Returns a number that is higher the more a setting confines.
fn strength(setting: &Setting) -> u8 {
    match setting {
        Setting::Unconfined => 0,
        Setting::RuntimeDefault => 1,
        Setting::Localhost(_) => 2,
    }
}

fn check(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for workload in &view.manifest.workloads {
        let Some(pod) = &workload.setting else { continue };
        for container in &workload.containers {
            if let Some(own) = container.setting.as_ref().filter(|own| strength(&own.value) < strength(&pod.value)) {
                let (mine, pods) = (shown(&own.value), shown(&pod.value));
                let message = format!("container `{}` runs under {mine} instead of {pods}", container.name.value);
                let finding = reporter.finding(own.span, message);
                reporter.push(finding.and_label(pod.span, "selected by the pod"));
            }
        }
    }
}
