#![doc = include_str!("star_in_alternation_matches_nothing.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0220",
    name: "star-in-alternation-matches-nothing",
    severity: Severity::Note,
    page: page!("AA0220", "star_in_alternation_matches_nothing"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let mut depth = 0_u32;
    let mut escaped = false;
    for (at, byte) in path.text.iter().enumerate() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match byte {
            b'\\' => escaped = true,
            b'{' if at == 0 || path.text.get(at - 1) != Some(&b'@') => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'/' if depth > 0 => {
                let rest = path.text.get(at + 1..).unwrap_or_default();
                let stars = rest.iter().take_while(|&&byte| byte == b'*').count();
                let ends = matches!(rest.get(stars), Some(b',' | b'}'));
                // `{,**}` and its kind mean it.
                if (1..=2).contains(&stars) && ends {
                    let text = String::from_utf8_lossy(rest.get(..stars).unwrap_or_default()).into_owned();
                    reporter.report(path.part(at, stars + 1), format!("`{text}` may match nothing here"));
                }
            }
            _ => {}
        }
    }
}
