//! The search for the rules that make an automaton explode.
//!
//! Rules that are harmless alone may multiply each other, so nothing about a single rule tells. What tells is building: of all
//! rules in their order the shortest beginning is sought that goes past a small limit. Its last rule is to blame, as without it
//! the limit holds; the rules before it are sought through again in the same way, with it in front. A handful of rounds gives rules
//! that need each other to explode.

use super::contribution::Contribution;
use crate::automata::{Builder, Config, LabelId};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The limits while rules to blame are looked for: small, as many automata are built.
const STATES: usize = 1 << 12;
const WORDS: usize = 1 << 21;
/// The maximum number of rules that are blamed.
const BLAMED: usize = 4;

/// A message about an automaton that is too large, pointing at the rules that make it so. `contributions` come with their labels.
pub(super) fn too_large(
    message: String,
    contributions: &[(&Contribution, LabelId)],
    absorbs: impl Fn(LabelId, LabelId) -> bool,
    limits: Config,
) -> Diagnostic {
    let config = Config { max_states: limits.max_states.min(STATES), max_words: limits.max_words.min(WORDS) };
    let explodes = |blamed: &[usize], beginning: usize| {
        let mut builder = Builder::new(config);
        for at in blamed.iter().copied().chain(0..beginning) {
            if let Some((contribution, label)) = contributions.get(at) {
                builder.add(&contribution.pattern, *label);
            }
        }
        builder.build_absorbing(&absorbs).is_err()
    };
    let mut blamed: Vec<usize> = Vec::new();
    // With all of these it explodes.
    let mut beginning = contributions.len();
    let alone = loop {
        if explodes(&blamed, 0) {
            break true;
        }
        if blamed.len() >= BLAMED {
            break false;
        }
        // Without rules it holds, with all of them it does not.
        let (mut holds, mut fails) = (0, beginning);
        while fails - holds > 1 {
            let middle = holds.midpoint(fails);
            if explodes(&blamed, middle) {
                fails = middle;
            } else {
                holds = middle;
            }
        }
        let Some(last) = fails.checked_sub(1) else { break false };
        blamed.push(last);
        beginning = last;
    };
    let mut spans: Vec<Span> = Vec::new();
    for (contribution, _) in blamed.iter().filter_map(|&at| contributions.get(at)) {
        if !spans.contains(&contribution.span) {
            spans.push(contribution.span);
        }
    }
    let limit = config.max_states;
    let (first_says, others_say) = match (spans.len(), alone) {
        (1, true) => (format!("this rule alone needs more than {limit} states"), ""),
        (_, true) => (format!("this rule needs more than {limit} states together with"), "this one"),
        (_, false) => (
            format!("with this rule, the rules before it need more than {limit} states"),
            "and so do they with this one",
        ),
    };
    let mut spans = spans.into_iter();
    let diagnostic = Diagnostic::new(Code::StateLimit, message, spans.next().unwrap_or(Span::NONE))
        .with_label(first_says)
        .with_help(
            "simplify patterns with several `**` or with many characters after a `**`: they multiply each other",
        );
    spans.fold(diagnostic, |diagnostic, span| diagnostic.and_label(span, others_say))
}
