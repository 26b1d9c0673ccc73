#![doc = include_str!("path_through_symlink.md")]

use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::{Confidence, Fixes, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0217",
    name: "path-through-symlink",
    confidence: Confidence::Medium,
    fixes: Fixes::Unsafe,
    page: page!("AA0217", "path_through_symlink"),
    check: Check::Path(check),
    ..Rule::BASE
};

/// The links that exist on every system, and their targets.
const LINKS: [(&[u8], &str); 8] = [
    (b"/var/run/", "/run/"),
    (b"/var/lock/", "/run/lock/"),
    (b"/run/shm/", "/dev/shm/"),
    (b"/dev/fd/", "/proc/@{pid}/fd/"),
    (b"/dev/stdin", "/proc/@{pid}/fd/0"),
    (b"/dev/stdout", "/proc/@{pid}/fd/1"),
    (b"/dev/stderr", "/proc/@{pid}/fd/2"),
    (b"/etc/mtab", "/proc/@{pid}/mounts"),
];

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for (from, to) in LINKS {
        if !path.text.starts_with(from) || !from.ends_with(b"/") && path.text != from {
            continue;
        }
        let message = format!("`{}` is a symbolic link to `{to}`", from.escape_ascii());
        let place = path.part(0, from.len());
        let finding = reporter.finding(place, message);
        // A pattern for both is right as it is, and a deny of the link does no harm.
        reporter.push(if to.contains('@') {
            finding
        } else {
            finding.with_unsafe_fix(format!("write `{to}`"), path.replace(0, from.len(), to))
        });
    }
}
