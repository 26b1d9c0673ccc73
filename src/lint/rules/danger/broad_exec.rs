#![doc = include_str!("broad_exec.md")]

use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;
use crate::policy::ExecKind;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0106",
    name: "broad-exec",
    aliases: &["too-wide"],
    page: page!("AA0106", "broad_exec"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for (rule, file) in view.allowed_files() {
        let Some(exec) = &file.exec else { continue };
        if view.is_broad(file) && !view.is_file_all(rule) {
            let how = match exec.mode.kind() {
                ExecKind::Inherit | ExecKind::Bare => "inside this profile",
                ExecKind::Profile => "in a profile of its own",
                ExecKind::Child => "in a child profile",
                ExecKind::Unconfined => "unconfined",
            };
            reporter.report(rule.span, format!("every file may be executed, {how}"));
        }
    }
}
