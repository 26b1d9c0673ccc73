#![doc = include_str!("annotation_for_no_container.md")]

use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0503",
    name: "annotation-for-no-container",
    page: page!("AA0503", "annotation_for_no_container", "yaml"),
    check: Check::Manifest(check),
    ..Rule::BASE
};

fn check(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for workload in &view.manifest.workloads {
        for annotation in &workload.annotations {
            let name = &annotation.container;
            if !workload.containers.iter().any(|container| container.name.value == name.value) {
                let names = workload.containers.iter().map(|container| &*container.name.value);
                let near = crate::vocab::nearest(name.value.as_bytes(), names);
                let finding = reporter.finding(name.span, format!("no container `{}` in the pod", name.value));
                reporter.push(match near {
                    Some(near) => finding.with_help(format!("did you mean `{near}`?")),
                    None => finding,
                });
            }
        }
    }
}
