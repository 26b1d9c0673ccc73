#![doc = include_str!("profile_of_others.md")]

use crate::lint::check::{Check, ProbedAccess, ProfileView, Reporter};
use crate::lint::rule::{Confidence, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0119",
    name: "profile-of-others",
    confidence: Confidence::Medium,
    page: page!("AA0119", "profile_of_others"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for (rule, file) in view.allowed_files() {
        if rule.prefix.owner.is_some() || !ProbedAccess::Write.is_in(file) || view.is_broad(file) {
            continue;
        }
        let Some(pattern) = view.pattern(&file.path.value) else { continue };
        let attributes = ["/proc/12345/attr/current", "/proc/12345/attr/exec", "/proc/12345/attr/apparmor/current"];
        let given = attributes.iter().find(|path| pattern.matches(&crate::lint::paths::symbols(path)));
        if let Some(path) = given.filter(|path| !view.denies(path, ProbedAccess::Write)) {
            let finding = reporter.finding(rule.span, format!("`{path}` may be written for any process"));
            reporter.push(finding.with_help("add `owner` before the rule"));
        }
    }
}
