#![doc = include_str!("annotation_conflicts_with_field.md")]

use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::Rule;

use super::shared::shown;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0502",
    name: "annotation-conflicts-with-field",
    page: page!("AA0502", "annotation_conflicts_with_field", "yaml"),
    check: Check::Manifest(check),
    ..Rule::BASE
};

fn check(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for workload in &view.manifest.workloads {
        for annotation in &workload.annotations {
            let container = workload.containers.iter().find(|own| own.name.value == annotation.container.value);
            let field = container.and_then(|own| own.setting.as_ref()).or(workload.setting.as_ref());
            if let Some(field) = field.filter(|field| field.value != annotation.setting.value) {
                let (here, there) = (shown(&annotation.setting.value), shown(&field.value));
                let message = format!("the annotation selects {here}, but `securityContext` selects {there}");
                let finding = reporter.finding(annotation.setting.span, message);
                reporter.push(finding.and_label(field.span, "selected by `securityContext`"));
            }
        }
    }
}
