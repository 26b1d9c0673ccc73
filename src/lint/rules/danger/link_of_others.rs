#![doc = include_str!("link_of_others.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::policy::{LinkTarget, Owner};
use crate::vocab::FilePermissions;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0133",
    name: "link-of-others",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    default: false,
    page: page!("AA0133", "link_of_others"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for (rule, file) in view.allowed_files() {
        if file.access.contains(FilePermissions::LINK)
            && file.link == LinkTarget::Any
            && rule.prefix.owner != Some(Owner::Owner)
        {
            reporter.report(
                rule.span,
                "links to files of other owners are not limited to the permissions of their targets",
            );
        }
    }
}
