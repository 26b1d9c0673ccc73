#![doc = include_str!("shell_in_path.md")]

use memchr::memmem::find;

use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0221",
    name: "shell-in-path",
    page: page!("AA0221", "shell_in_path"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let tilde = path.text.starts_with(b"~") || find(path.text, b"/~/").is_some();
    let dollar = path
        .text
        .iter()
        .position(|&byte| byte == b'$')
        .filter(|at| path.text.get(at + 1).is_some_and(|next| next.is_ascii_uppercase() || *next == b'{'));
    if let Some(at) = dollar {
        reporter.report(path.part(at, 1), "shell variables are not expanded in a profile");
    } else if tilde {
        reporter.report(path.word.span, "`~` is not expanded to a home directory in a profile");
    }
}
