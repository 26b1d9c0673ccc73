#![doc = include_str!("negated_class_matches_slash.md")]

use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::{Fixes, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0216",
    name: "negated-class-matches-slash",
    fixes: Fixes::Unsafe,
    page: page!("AA0216", "negated_class_matches_slash"),
    check: Check::Path(check),
    ..Rule::BASE
};

/// The sets of a pattern: place and text between the brackets.
fn sets(text: &[u8]) -> Vec<(usize, &[u8])> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            b'[' => {
                let start = at + 1;
                let mut end = start;
                while let Some(&inner) = text.get(end) {
                    match inner {
                        b'\\' => end += 1,
                        b']' => break,
                        _ => {}
                    }
                    end += 1;
                }
                if let Some(inner) = text.get(start..end.min(text.len())) {
                    found.push((start, inner));
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for (at, set) in sets(path.text) {
        let Some(members) = set.strip_prefix(b"^") else { continue };
        let range =
            members.windows(3).any(|three| matches!(three, [low, b'-', high] if (*low..=*high).contains(&b'/')));
        if !members.contains(&b'/') && !range && !behind_slash(path.text, at.saturating_sub(1)) {
            let message = format!("`[{}]` also matches `/`", set.escape_ascii());
            let place = path.part(at.saturating_sub(1), set.len() + 2);
            let finding = reporter.finding(place, message).with_help(format!("write `[{}/]`", set.escape_ascii()));
            let edit = path.replace(at + set.len(), 0, "/");
            reporter.push(finding.with_unsafe_fix("add the slash to the class", edit));
        }
    }
}

/// Whether what stands at a place of a pattern follows a slash, alone or as the beginning of an alternative.
fn behind_slash(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    match before.last() {
        Some(b'/') => true,
        Some(b'{' | b',') => {
            let group = before.iter().rposition(|&byte| byte == b'{');
            group.is_some_and(|group| group > 0 && text.get(group - 1) == Some(&b'/'))
        }
        _ => false,
    }
}
