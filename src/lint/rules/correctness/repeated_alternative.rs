#![doc = include_str!("repeated_alternative.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0223",
    name: "repeated-alternative",
    severity: Severity::Note,
    page: page!("AA0223", "repeated_alternative"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    // Groups without groups in them are enough.
    let mut start = None;
    for (at, byte) in path.text.iter().enumerate() {
        match byte {
            b'{' if at == 0 || path.text.get(at - 1) != Some(&b'@') => start = Some(at + 1),
            b'{' | b'\\' | b'[' => start = None,
            b'}' => {
                let Some(inner) = start.take().and_then(|start| path.text.get(start..at)) else { continue };
                let mut parts: Vec<&[u8]> = inner.split(|&byte| byte == b',').collect();
                parts.sort_unstable();
                if let Some([twice, _]) = parts.array_windows().find(|[a, b]| a == b) {
                    let message = format!("duplicate alternative `{}`", twice.escape_ascii());
                    reporter.report(path.word.span, message);
                }
            }
            _ => {}
        }
    }
}
