#![doc = include_str!("annotation_outside_of_template.md")]

use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0507",
    name: "annotation-outside-of-template",
    page: page!("AA0507", "annotation_outside_of_template", "yaml"),
    check: Check::Manifest(check),
    ..Rule::BASE
};

fn check(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for annotation in view.manifest.workloads.iter().flat_map(|workload| &workload.outer_annotations) {
        reporter.report(annotation.container.span, "the annotation has no effect outside of the pod template");
    }
}
