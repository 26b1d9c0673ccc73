#![doc = include_str!("mount_any.md")]

use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;
use crate::policy::{MountOperation, RuleKind};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0115",
    name: "mount-any",
    page: page!("AA0115", "mount_any"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for rule in view.allowed() {
        let RuleKind::Mount(mount) = &rule.kind else { continue };
        let bare = mount.source.is_none() && mount.point.is_none() && mount.fstypes.is_empty();
        if mount.operation == MountOperation::Mount && bare && mount.options.is_empty() && mount.optional.is_empty() {
            reporter.report(rule.span, "anything may be mounted anywhere");
        }
    }
}
