#![doc = include_str!("user_in_path.md")]

use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::{Fixes, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0312",
    name: "user-in-path",
    fixes: Fixes::Unsafe,
    page: page!("AA0312", "user_in_path"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for root in ["/run/user/", "@{run}/user/"] {
        let Some(rest) = path.text.strip_prefix(root.as_bytes()) else { continue };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 && rest.get(digits) == Some(&b'/') {
            let place = path.part(root.len(), digits);
            let finding = reporter.finding(place, "directory of a single user");
            reporter.push(finding.with_unsafe_fix("write `@{uid}`", path.replace(root.len(), digits, "@{uid}")));
        }
    }
}
