//! Hats and child profiles that nothing leads to, or that are not there.

use crate::lint::check::{Access, Check, ProfileView, Reporter};
use crate::lint::relations::{may_meet, prefix};
use crate::lint::rule::{Confidence, Rule};
use crate::policy::{ExecFallback, ExecKind, ExecTarget, Profile, RuleKind};
use crate::source::Text;

pub(in crate::lint::rules) static NO_CHILD: Rule = Rule {
    code: "AA0224",
    name: "unknown-child",
    summary: "an exec leads to a child profile that does not exist",
    why: "`cx` without a fall-back fails where the profile has no such child.",
    bad: "profile p /usr/bin/p {\n  /usr/bin/helper Cx -> helpr,\n\n  profile helper {\n    /usr/bin/helper mr,\n  }\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/helper Cx -> helper,\n\n  profile helper {\n    /usr/bin/helper mr,\n  }\n}\n",
    remedy: "Mend the name, or write the child profile.",
    check: Check::Profile(no_child),
    ..Rule::BASE
};

pub(in crate::lint::rules) static UNREACHABLE: Rule = Rule {
    code: "AA0225",
    name: "unreachable-child",
    confidence: Confidence::Medium,
    summary: "no rule leads to a child profile or hat",
    why: "A child profile is entered by an exec or `change_profile` rule; a hat by `change_hat`, for which the program must be \
          able to write to `/proc/PID/attr/current`.",
    bad: "profile p /usr/bin/p {\n  /usr/bin/helper ix,\n\n  profile helper /usr/bin/helper {\n    /usr/bin/helper mr,\n  }\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/helper Cx,\n\n  profile helper /usr/bin/helper {\n    /usr/bin/helper mr,\n  }\n}\n",
    remedy: "Write the rule that leads to it, or delete it.",
    check: Check::Profile(unreachable),
    ..Rule::BASE
};

pub(in crate::lint::rules) static EMPTY: Rule = Rule {
    code: "AA0226",
    name: "empty-profile",
    summary: "a profile has no rules",
    why: "A program that may do nothing does not even start.",
    bad: "profile p /usr/bin/p {\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/p mr,\n}\n",
    remedy: "Write the rules, or give it the flag `unconfined` if it is only a name.",
    check: Check::Profile(empty),
    ..Rule::BASE
};

/// The last part of a child's name.
fn own_name(child: &Profile) -> &[u8] {
    let name = child.name.as_bytes();
    let start = memchr::memmem::rfind(name, b"//").map_or(0, |at| at + 2);
    name.get(start..).unwrap_or_default()
}

/// Whether a child attaches to something that a path matches.
fn attaches(view: &ProfileView<'_>, child: &Profile, path: &Text) -> bool {
    let glob = child.attachment.as_ref().unwrap_or(&child.name_glob);
    let (Some(attachment), Some(path)) = (view.pattern(&glob.value), view.pattern(path)) else { return true };
    may_meet(prefix(&attachment), prefix(&path))
}

fn no_child(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    let children = &view.profile.children;
    for (rule, file) in view.allowed_files() {
        let Some(exec) = &file.exec else { continue };
        if exec.mode.fallback() != ExecFallback::None || exec.mode.kind() != ExecKind::Child {
            continue;
        }
        match &exec.target {
            None | Some(ExecTarget::ChildByPath) => {
                if !children.iter().any(|child| attaches(view, child, &file.path.value)) {
                    reporter.report(
                        rule.span,
                        format!("no child profile attaches to `{}`", crate::lint::paths::shortened(&file.path.value)),
                    );
                }
            }
            Some(ExecTarget::Named(name)) => {
                let known = children.iter().any(|child| child.name == *name);
                // A stack is made of profiles that stand elsewhere.
                let stacked = name.contains(&b'&');
                let foreign = stacked || !name.starts_with(&[view.profile.name.as_bytes(), b"//"].concat());
                if !known && !foreign {
                    reporter.report(rule.span, format!("there is no profile `{name}`"));
                }
            }
        }
    }
}

fn unreachable(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for child in &view.profile.children {
        if child.hat {
            let attribute = "/proc/12345/attr/current";
            let newer = "/proc/12345/attr/apparmor/current";
            if view.denies(attribute, Access::Write) && view.denies(newer, Access::Write) {
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
    let mut all = Vec::new();
    let mut open: Vec<&Profile> = view.policy.profiles.iter().collect();
    while let Some(profile) = open.pop() {
        open.extend(&profile.children);
        all.push(profile);
    }
    // Patterns of paths have runs of slashes collapsed.
    let symbols = crate::lint::paths::symbols(child.name.to_str_lossy().replace("//", "/"));
    let names = |name: &Text| view.pattern(name).is_none_or(|pattern| pattern.matches(&symbols));
    all.into_iter().any(|profile| {
        let parent = profile.span == view.profile.span;
        profile.rules.iter().any(|rule| match &rule.kind {
            RuleKind::File(file) => file.exec.as_ref().is_some_and(|exec| match &exec.target {
                Some(ExecTarget::Named(name)) => {
                    names(name)
                        || name
                            .split(|&b| b == b'&')
                            .any(|part| part.strip_suffix(b"//").unwrap_or(part) == child.name.as_bytes())
                }
                Some(ExecTarget::ChildByPath) => parent && attaches(view, child, &file.path.value),
                None => parent && exec.mode.kind() == ExecKind::Child && attaches(view, child, &file.path.value),
            }),
            RuleKind::ChangeProfile(change) => change.target.as_ref().is_none_or(|target| {
                names(&target.value) || memchr::memmem::find(&target.value, own_name(child)).is_some()
            }),
            _ => false,
        })
    })
}

fn empty(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    let profile = view.profile;
    let confines = !matches!(
        profile.flags.mode,
        crate::policy::ProfileMode::Unconfined | crate::policy::ProfileMode::DefaultAllow
    );
    if confines && profile.rules.is_empty() && profile.children.is_empty() {
        reporter.report(profile.span, format!("profile `{}` has no rules", profile.name));
    }
}
