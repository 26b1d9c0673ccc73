#![doc = include_str!("deprecated_annotation.md")]

use crate::diagnostic::Severity;
use crate::kubernetes::Setting;
use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0504",
    name: "deprecated-annotation",
    severity: Severity::Note,
    page: page!("AA0504", "deprecated_annotation", "yaml"),
    check: Check::Manifest(check),
    ..Rule::BASE
};

fn check(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for annotation in view.manifest.workloads.iter().flat_map(|workload| &workload.annotations) {
        let field = match &annotation.setting.value {
            Setting::RuntimeDefault => "type: RuntimeDefault".to_owned(),
            Setting::Unconfined => "type: Unconfined".to_owned(),
            Setting::Localhost(name) => format!("type: Localhost, localhostProfile: {}", name.value),
        };
        let finding = reporter.finding(annotation.container.span, "deprecated annotation");
        reporter.push(finding.with_help(format!(
            "write `securityContext: {{appArmorProfile: {{{field}}}}}` for the container `{}`",
            annotation.container.value
        )));
    }
}
