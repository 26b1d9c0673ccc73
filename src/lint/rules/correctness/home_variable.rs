#![doc = include_str!("home_variable.md")]

use memchr::memmem::find;

use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0215",
    name: "home-variable",
    page: page!("AA0215", "home_variable"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for name in ["@{HOME}", "@{HOMEDIRS}"] {
        let Some(at) = find(path.text, name.as_bytes()) else { continue };
        let end = at + name.len();
        let before = path.text.get(..at).and_then(|text| text.last());
        let behind = path.text.get(end);
        // Later in the text, two slashes become one.
        if at == 1 && before == Some(&b'/') {
            reporter
                .report(path.part(at, name.len()), format!("slash before `{name}`, whose values begin with a slash"));
        } else if let Some(byte) = behind.filter(|byte| !matches!(byte, b'/' | b'{' | b',' | b'}' | b'*')) {
            let message = format!("`{}` follows `{name}` without a slash", char::from(*byte));
            reporter.report(path.part(at, name.len()), message);
        }
    }
}
