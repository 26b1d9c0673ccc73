#![doc = include_str!("needless_quotes.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::{Fixes, Rule};
use crate::syntax::Pattern;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0403",
    name: "needless-quotes",
    severity: Severity::Note,
    fixes: Fixes::Safe,
    page: page!("AA0403", "needless_quotes"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let quoted = path.word.value.len() != path.text.len();
    let plain = |&byte: &u8| byte.is_ascii_alphanumeric() || b"/._-*@{}+".contains(&byte);
    // Only what begins like a path is one without quotes.
    let begins = path.text.first() == Some(&b'/') || path.text.starts_with(b"@{");
    if quoted && begins && path.text.iter().all(plain) {
        let finding = reporter.finding(path.word.span, "needless quotes");
        reporter.push(finding.with_safe_fix("remove the quotes", path.rewrite(Pattern::written(path.text))));
    }
}
