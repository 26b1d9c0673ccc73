#![doc = include_str!("profile_name_like_path.md")]

use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::{Confidence, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0508",
    name: "profile-name-like-path",
    confidence: Confidence::Medium,
    page: page!("AA0508", "profile_name_like_path", "yaml"),
    check: Check::Manifest(check),
    ..Rule::BASE
};

fn check(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for reference in view.manifest.profile_references() {
        let name = reference.profile;
        let text = name.value.as_str();
        let file = text.contains("/apparmor.d/") || text.starts_with("localhost/");
        let ending = [".yaml", ".profile", ".apparmor"].iter().any(|ending| text.ends_with(ending));
        if file || ending && !view.profiles.contains(text.as_bytes()) {
            reporter.report(name.span, format!("`{text}` does not look like the name of a profile"));
        }
    }
}
