#![doc = include_str!("unknown_reference.md")]

use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::{Confidence, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0501",
    name: "unknown-reference",
    confidence: Confidence::Medium,
    page: page!("AA0501", "unknown_reference", "yaml"),
    check: Check::Manifest(check),
    ..Rule::BASE
};

fn check(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for reference in view.manifest.profile_references() {
        let name = reference.profile;
        if !view.profiles.contains(name.value.as_bytes()) {
            let near = crate::vocab::nearest(
                name.value.as_bytes(),
                view.profiles.iter().filter_map(|known| std::str::from_utf8(known).ok()),
            );
            let message = format!("no profile `{}` is defined in the given files", name.value);
            let finding = reporter.finding(name.span, message);
            reporter.push(match near {
                Some(near) => finding.with_help(format!("did you mean `{near}`?")),
                None => finding,
            });
        }
    }
}
