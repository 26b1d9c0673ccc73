//! Strategies for pieces of text, and how they are put together. They shrink towards fewer and plainer pieces.

use proptest::prelude::*;
use proptest::sample::select;

/// Makes a piece of text.
pub(crate) type Text = BoxedStrategy<String>;

/// This text.
pub(crate) fn just(text: &str) -> Text {
    Just(text.to_owned()).boxed()
}

/// One of these words, which blanks separate; shrinks towards the first.
pub(crate) fn word(words: &'static str) -> Text {
    select(words.split_whitespace().collect::<Vec<_>>()).prop_map(str::to_owned).boxed()
}

/// One of these, shrinks towards the first.
pub(crate) fn one<const N: usize>(choices: [Text; N]) -> Text {
    proptest::strategy::Union::new(choices).boxed()
}

/// One of these, as often as the weights say.
pub(crate) fn weighted<const N: usize>(choices: [(u32, Text); N]) -> Text {
    proptest::strategy::Union::new_weighted(choices.to_vec()).boxed()
}

/// Nothing, or in `times` of a hundred cases this.
pub(crate) fn percent(times: u32, text: Text) -> Text {
    weighted([(100 - times, just("")), (times, text)])
}

/// Returns nothing or the text.
pub(crate) fn maybe(text: Text) -> Text {
    percent(50, text)
}

/// A blunder: nothing worse than a refusal should come of it.
pub(crate) fn blunder(text: Text) -> Text {
    percent(2, text)
}

/// Joins what is not empty with blanks.
pub(crate) fn words<const N: usize>(parts: [Text; N]) -> Text {
    joined(parts, " ")
}

/// Joins pieces.
pub(crate) fn cat<const N: usize>(parts: [Text; N]) -> Text {
    joined(parts, "")
}

fn joined<const N: usize>(parts: [Text; N], with: &'static str) -> Text {
    let join =
        move |parts: Vec<String>| parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(with);
    parts.to_vec().prop_map(join).boxed()
}

/// Returns a number of items, with a separator between them.
pub(crate) fn many(item: Text, count: std::ops::RangeInclusive<usize>, between: &'static str) -> Text {
    proptest::collection::vec(item, count).prop_map(move |items| items.join(between)).boxed()
}

/// In quotes, where it holds what ends a word in a list.
pub(crate) fn quoted(text: Text) -> Text {
    let quote = |text: String| {
        let plain = text.starts_with('"') || !text.contains([' ', ',', '(', ')', '{', '!']) && !text.is_empty();
        if plain { text } else { format!("\"{text}\"") }
    };
    text.prop_map(quote).boxed()
}

/// `NAME=VALUE`
pub(crate) fn condition(name: &'static str, value: Text) -> Text {
    cat([just(name), just("="), value])
}

/// One word, or several in parentheses with commas or blanks between them.
pub(crate) fn list(item: Text) -> Text {
    let several = |between| cat([just("("), many(item.clone(), 1..=3, between), just(")")]);
    weighted([(3, item.clone()), (2, several(", ")), (1, several(" "))])
}
