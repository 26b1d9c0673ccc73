#![doc = include_str!("class_of_one.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0408",
    name: "class-of-one",
    severity: Severity::Note,
    page: page!("AA0408", "class_of_one"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for (at, window) in path.text.windows(3).enumerate() {
        if let [b'[', member, b']'] = window
            && at.checked_sub(1).and_then(|before| path.text.get(before)) != Some(&b'\\')
            && !matches!(member, b'^' | b'\\' | b'*' | b'?' | b'{' | b'}' | b'[' | b']' | b',')
        {
            reporter
                .report(path.part(at, 3), format!("character class `[{0}]` is the same as `{0}`", char::from(*member)));
        }
    }
}
