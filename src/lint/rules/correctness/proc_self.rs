#![doc = include_str!("proc_self.md")]

use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::{Fixes, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0218",
    name: "proc-self",
    fixes: Fixes::Unsafe,
    page: page!("AA0218", "proc_self"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for root in ["/proc/", "@{PROC}/"] {
        let Some(rest) = path.text.strip_prefix(root.as_bytes()) else { continue };
        for (name, instead) in [("thread-self", "@{pid}/task/@{tid}"), ("self", "@{pid}")] {
            let follows = rest.strip_prefix(name.as_bytes());
            if follows.is_some_and(|behind| behind.first() == Some(&b'/')) {
                let place = path.part(root.len(), name.len());
                let finding = reporter
                    .finding(place, format!("`{name}` never matches: the kernel resolves it to the process ID"));
                let edit = path.replace(root.len(), name.len(), instead);
                reporter.push(finding.with_unsafe_fix(format!("write `{instead}`"), edit));
                return;
            }
        }
    }
}
