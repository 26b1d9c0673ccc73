#![doc = include_str!("regex_in_path.md")]

use memchr::memmem::find;

use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::{Confidence, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0222",
    name: "regex-in-path",
    confidence: Confidence::Medium,
    page: page!("AA0222", "regex_in_path"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let alternation = path.text.iter().position(|&byte| byte == b'(').filter(|&at| {
        let rest = path.text.get(at..).unwrap_or_default();
        rest.iter()
            .position(|&byte| byte == b')')
            .is_some_and(|end| rest.get(..end).is_some_and(|in_it| in_it.contains(&b'|')))
    });
    let plus = find(path.text, b"]+");
    let class = [&b"\\d+"[..], b"\\w+", b"\\d*", b"\\w*"].into_iter().find_map(|text| find(path.text, text));
    let anchor = (path.text.len() > 1 && path.text.ends_with(b"$")).then(|| path.text.len() - 1);
    for (at, what) in [
        (alternation, "alternatives in parentheses: AppArmor patterns use `{a,b}`"),
        (plus, "`+` is a literal character"),
        (class, "a backslash before a letter does not make a character class"),
        (anchor, "`$` is a literal character"),
    ] {
        if let Some(at) = at {
            reporter.report(path.part(at, 1), what);
            return;
        }
    }
}
