#![doc = include_str!("sys_class_symlink.md")]

use memchr::memmem::find;

use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::{Confidence, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0219",
    name: "sys-class-symlink",
    confidence: Confidence::Medium,
    page: page!("AA0219", "sys_class_symlink"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let Some(rest) = path.text.strip_prefix(b"/sys/").or_else(|| path.text.strip_prefix(b"@{sys}/")) else { return };
    let components: Vec<&[u8]> = rest.split(|&byte| byte == b'/').collect();
    // How many components lead to the link; a star that reaches further, or an empty end, matches directories only.
    let depth = match components.as_slice() {
        [b"class", ..] => 3,
        [b"block", ..] => 2,
        [b"bus", _, b"devices", ..] => 4,
        _ => return,
    };
    let Some(link) = components.get(depth - 1) else { return };
    let below = components.get(depth);
    let plain = !link.is_empty() && find(rest, b"**").is_none() && !rest.contains(&b'{');
    if plain && below.is_some_and(|below| !below.is_empty()) {
        let message = format!("`{}` is a symbolic link to a directory below `/sys/devices`", link.escape_ascii());
        reporter.report(path.word.span, message);
    }
}
