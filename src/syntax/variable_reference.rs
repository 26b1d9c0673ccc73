//! References to variables in stored text.

use std::ops::Range;

/// A piece of a text that may refer to variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextPart<'a> {
    /// Text without references.
    Literal(&'a [u8]),
    /// `@{name}`
    Reference(&'a [u8]),
    /// All from `@{a,b}` to the end: an alternation after a literal `@`, in the spelling of old; nothing after it is expanded.
    OldAlternation(&'a [u8]),
    /// `@{…}` around what is no name.
    BadName(&'a [u8]),
}

/// Whether a text may refer to variables: false for most, and quick to tell.
pub(crate) fn may_refer(text: &[u8]) -> bool {
    text.windows(2).any(|pair| pair == b"@{")
}

/// Whether a text refers to variables, well or badly.
pub(crate) fn refers(text: &[u8]) -> bool {
    may_refer(text) && pieces(text).any(|piece| !matches!(piece, TextPart::Literal(_)))
}

/// Splits a text at its references. A reference begins at an unescaped `@{` and ends at the next unescaped `}`; the first byte
/// after the brace never ends it.
pub(crate) fn pieces(text: &[u8]) -> Pieces<'_> {
    Pieces { rest: text }
}

/// The names of the variables that a text refers to, each with the range of its whole reference.
pub(crate) fn variable_references(text: &[u8]) -> impl Iterator<Item = (&[u8], Range<usize>)> {
    let mut at = 0;
    pieces(text).filter_map(move |piece| {
        let start = at;
        match piece {
            TextPart::Literal(text) | TextPart::OldAlternation(text) => at += text.len(),
            TextPart::Reference(name) | TextPart::BadName(name) => at += name.len() + 3,
        }
        match piece {
            TextPart::Reference(name) => Some((name, start..at)),
            _ => None,
        }
    })
}

/// The name in a word that is nothing but a variable: `@{name}`, `@name`, `${name}` or `$name`.
#[cfg(feature = "ide")]
pub(crate) fn bare_name(word: &[u8]) -> Option<&[u8]> {
    let rest = word.strip_prefix(b"@").or_else(|| word.strip_prefix(b"$"))?;
    let name = rest.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or(rest);
    is_name(name).then_some(name)
}

/// The iterator of [`pieces`].
#[derive(Clone, Debug)]
pub(crate) struct Pieces<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Pieces<'a> {
    type Item = TextPart<'a>;

    fn next(&mut self) -> Option<TextPart<'a>> {
        let text = self.rest;
        if text.is_empty() {
            return None;
        }
        let Some((start, end)) = reference(text) else {
            self.rest = &[];
            return Some(TextPart::Literal(text));
        };
        let (before, from) = text.split_at_checked(start).unwrap_or((text, &[]));
        if !before.is_empty() {
            self.rest = from;
            return Some(TextPart::Literal(before));
        }
        let name = text.get(start + 2..end).unwrap_or_default();
        self.rest = text.get(end + 1..).unwrap_or_default();
        if is_name(name) {
            Some(TextPart::Reference(name))
        } else if name
            .split(|&byte| byte == b',')
            .next()
            .is_some_and(|first| first.len() < name.len() && is_name(first))
        {
            self.rest = &[];
            Some(TextPart::OldAlternation(text))
        } else {
            Some(TextPart::BadName(name))
        }
    }
}

/// Returns the start of the first reference, and the place of its closing brace.
fn reference(text: &[u8]) -> Option<(usize, usize)> {
    let start = unescaped(text, 0, |rest| rest.starts_with(b"@{"))?;
    let end = unescaped(text, start + 3, |rest| rest.starts_with(b"}"))?;
    Some((start, end))
}

/// The first place from `from` on that fits and is not escaped.
fn unescaped(text: &[u8], from: usize, fits: impl Fn(&[u8]) -> bool) -> Option<usize> {
    let mut escaped = false;
    let mut rest = text.get(from..)?;
    while let Some((&byte, tail)) = rest.split_first() {
        if escaped {
            escaped = false;
        } else if byte == b'\\' {
            escaped = true;
        } else if fits(rest) {
            return Some(text.len() - rest.len());
        }
        rest = tail;
    }
    None
}

/// A letter, then letters, digits and underscores.
fn is_name(name: &[u8]) -> bool {
    name.first().is_some_and(u8::is_ascii_alphabetic) && name.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::TextPart::{BadName, Literal, OldAlternation, Reference};
    use super::*;

    #[test]
    fn splits() {
        for (text, expected) in [
            (&b"/a"[..], vec![Literal(b"/a")]),
            (b"", vec![]),
            (b"@{A}", vec![Reference(b"A")]),
            (b"/@{A}/@{b_2}", vec![Literal(b"/"), Reference(b"A"), Literal(b"/"), Reference(b"b_2")]),
            (br"\@{A}", vec![Literal(br"\@{A}")]),
            (br"\\@{A}", vec![Literal(br"\\"), Reference(b"A")]),
            (b"@A/x", vec![Literal(b"@A/x")]),
            (b"x@{A", vec![Literal(b"x@{A")]),
            (b"@{}@{A}", vec![BadName(b"}@{A")]),
            (b"x@{}", vec![Literal(b"x@{}")]),
            (b"@{1}x", vec![BadName(b"1"), Literal(b"x")]),
            (b"/x@{a,b}/@{c}", vec![Literal(b"/x"), OldAlternation(b"@{a,b}/@{c}")]),
            (b"@{**,}", vec![BadName(b"**,")]),
            (b"@{a*,b}", vec![BadName(b"a*,b")]),
            (b"@{a,*}", vec![OldAlternation(b"@{a,*}")]),
            (b"@@{A}}", vec![Literal(b"@"), Reference(b"A"), Literal(b"}")]),
        ] {
            assert_eq!(pieces(text).collect::<Vec<_>>(), expected, "{}", text.escape_ascii());
        }
    }
}
