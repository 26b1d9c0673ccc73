#![doc = include_str!("path_never_matches.md")]

use crate::lint::check::{Check, Reporter};
use crate::lint::paths::shortened;
use crate::lint::relations::escaping;
use crate::lint::rule::Rule;
use crate::lint::semantics::Semantics;
use crate::policy::RuleKind;

use super::shared::existing_paths;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0209",
    name: "path-never-matches",
    page: page!("AA0209", "path_never_matches"),
    check: Check::Automata(check),
    ..Rule::BASE
};

fn check(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    // Everything else has a path; and disconnected paths have no slash at their beginning.
    let suspicious = |text: &[u8]| {
        let has = |part: &[u8]| memchr::memmem::find(text, part).is_some();
        text.starts_with(b"/") && (has(b"//") || has(b"/./") || has(b"/../")) || text.starts_with(b"{//")
    };
    let mut real = None;
    for rule in &semantics.view.profile.rules {
        let RuleKind::File(file) = &rule.kind else { continue };
        if !suspicious(&file.path.value) {
            continue;
        }
        let Some(pattern) = semantics.view.pattern(&file.path.value) else { continue };
        let real = real.get_or_insert_with(|| existing_paths(true));
        if escaping(&[&pattern, real], &[]).is_none() {
            reporter.report(rule.span, format!("no file has a path like `{}`", shortened(&file.path.value)));
        }
    }
}
