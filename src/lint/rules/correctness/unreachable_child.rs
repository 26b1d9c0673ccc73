#![doc = include_str!("unreachable_child.md")]

use crate::lint::check::{Check, ProbedAccess, ProfileView, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::set::collapsed;
use crate::policy::{ExecKind, ExecTarget, Profile, RuleKind};
use crate::source::Text;

use super::shared::child_attaches;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0225",
    name: "unreachable-child",
    confidence: Confidence::Medium,
    page: page!("AA0225", "unreachable_child"),
    check: Check::Profile(check),
    ..Rule::BASE
};

/// The last part of a child's name.
fn own_name(child: &Profile) -> &[u8] {
    let name = child.name.as_bytes();
    let start = memchr::memmem::rfind(name, b"//").map_or(0, |at| at + 2);
    name.get(start..).unwrap_or_default()
}

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for child in &view.profile.children {
        if child.hat {
            let attribute = "/proc/12345/attr/current";
            let newer = "/proc/12345/attr/apparmor/current";
            if view.denies(attribute, ProbedAccess::Write) && view.denies(newer, ProbedAccess::Write) {
                let message =
                    format!("`{}` cannot be entered: writing to `/proc/PID/attr/current` is denied", child.name);
                reporter.report(child.span, message);
            }
        } else if !is_entered(view, child) {
            let name = String::from_utf8_lossy(own_name(child)).into_owned();
            reporter.report(child.span, format!("no rule of `{}` leads to `{name}`", view.profile.name));
        }
    }
}

/// Whether a rule of the policy may lead to a child of the profile.
fn is_entered(view: &ProfileView<'_>, child: &Profile) -> bool {
    let symbols = collapsed(&child.name);
    let names = |name: &Text| view.pattern(name).is_none_or(|pattern| pattern.matches(&symbols));
    view.policy.all_profiles().any(|profile| {
        let parent = profile.span == view.profile.span;
        profile.rules.iter().any(|rule| match &rule.kind {
            RuleKind::File(file) => file.exec.as_ref().is_some_and(|exec| match &exec.target {
                Some(ExecTarget::Named(name)) => {
                    names(name)
                        || name
                            .split(|&b| b == b'&')
                            .any(|part| part.strip_suffix(b"//").unwrap_or(part) == child.name.as_bytes())
                }
                Some(ExecTarget::ChildByPath) => parent && child_attaches(view, child, &file.path.value),
                None => parent && exec.mode.kind() == ExecKind::Child && child_attaches(view, child, &file.path.value),
            }),
            RuleKind::ChangeProfile(change) => change.target.as_ref().is_none_or(|target| {
                names(&target.value) || memchr::memmem::find(&target.value, own_name(child)).is_some()
            }),
            _ => false,
        })
    })
}
