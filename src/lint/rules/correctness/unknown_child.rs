#![doc = include_str!("unknown_child.md")]

use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;
use crate::policy::{ExecFallback, ExecKind, ExecTarget};

use super::shared::child_attaches;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0224",
    name: "unknown-child",
    page: page!("AA0224", "unknown_child"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    let children = &view.profile.children;
    for (rule, file) in view.allowed_files() {
        let Some(exec) = &file.exec else { continue };
        if exec.mode.fallback() != ExecFallback::None || exec.mode.kind() != ExecKind::Child {
            continue;
        }
        match &exec.target {
            None | Some(ExecTarget::ChildByPath) => {
                if !children.iter().any(|child| child_attaches(view, child, &file.path.value)) {
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
                    reporter.report(rule.span, format!("no profile `{name}`"));
                }
            }
        }
    }
}
