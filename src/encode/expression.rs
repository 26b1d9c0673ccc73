//! Patterns with the two facts that the policy language hangs on how they are written: whether they are *exact*, and the length
//! that ranks attachments.

use crate::automata::{ByteSet, Pattern};

/// A pattern, built from parts.
///
/// The *rank length* is that of the shortest match up to and including the first wildcard or negated set; an expression is *open*
/// when it has such a part, so that what follows adds nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expression {
    pattern: Pattern,
    exact: bool,
    length: u32,
    open: bool,
}

impl Expression {
    /// The empty string.
    pub(super) const EMPTY: Expression = Expression { pattern: Pattern::Empty, exact: true, length: 0, open: false };

    /// The bytes as they are.
    pub(super) fn literal(bytes: impl AsRef<[u8]>) -> Expression {
        let bytes = bytes.as_ref();
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Expression { pattern: Pattern::literal(bytes), length, ..Expression::EMPTY }
    }

    /// The NUL between two fields of a string.
    pub(super) fn nul() -> Expression {
        Expression::literal([0])
    }

    /// One byte of a set that is written out.
    pub(super) fn set(set: ByteSet) -> Expression {
        Expression { pattern: Pattern::Set(set), length: 1, ..Expression::EMPTY }
    }

    /// One byte of those that are not in `excluded`.
    pub(super) fn none_of(excluded: ByteSet) -> Expression {
        Expression { pattern: Pattern::Set(excluded.negate()), exact: false, length: 1, open: true }
    }

    /// Any one byte.
    pub(super) fn any_byte() -> Expression {
        Expression { pattern: Pattern::any_byte(), exact: false, length: 0, open: false }
    }

    /// `count` times any byte.
    pub(super) fn any_bytes(count: usize) -> Expression {
        Expression::concat(std::iter::repeat_n(Expression::any_byte(), count))
    }

    /// Any string, NUL bytes included.
    pub(super) fn anything() -> Expression {
        Expression::any_byte().star()
    }

    /// Any string without NUL: what an absent condition stands for.
    pub(super) fn any_field() -> Expression {
        Expression::none_of(ByteSet::single(0)).star()
    }

    /// Any string of at least one byte without NUL: what an absent label stands for.
    pub(super) fn any_label() -> Expression {
        let byte = Expression::none_of(ByteSet::single(0));
        Expression { pattern: Pattern::plus(byte.pattern), ..byte }
    }

    /// The out-of-band symbol.
    pub(super) fn out_of_band() -> Expression {
        Expression { pattern: Pattern::OutOfBand, open: true, ..Expression::EMPTY }
    }

    /// Zero or more of it.
    pub(super) fn star(self) -> Expression {
        Expression { pattern: Pattern::star(self.pattern), exact: false, length: 0, open: self.open }
    }

    /// It or nothing.
    pub(super) fn optional(self) -> Expression {
        Expression::alternation([self, Expression::EMPTY])
    }

    /// One after the other.
    pub(super) fn concat(parts: impl IntoIterator<Item = Expression>) -> Expression {
        let mut sequence = Sequence::default();
        for part in parts {
            sequence.push(part);
        }
        sequence.finish()
    }

    /// It, then `next`.
    pub(super) fn then(self, next: Expression) -> Expression {
        Expression::concat([self, next])
    }

    /// Any one of the alternatives, of which there must be one.
    pub(super) fn alternation(alternatives: impl IntoIterator<Item = Expression>) -> Expression {
        let alternatives: Vec<Expression> = alternatives.into_iter().collect();
        let exact = alternatives.iter().all(|each| each.exact);
        let open = alternatives.iter().any(|each| each.open);
        let length = alternatives.iter().map(|each| each.length).min().unwrap_or(0);
        let pattern = Pattern::alternation(alternatives.into_iter().map(|each| each.pattern));
        Expression { pattern, exact, length, open }
    }

    /// Whether it has no wildcard and no negated set. Plain sets and alternations do not count as wildcards.
    pub(super) fn is_exact(&self) -> bool {
        self.exact
    }

    /// The rank length in bytes.
    pub(super) fn length(&self) -> u32 {
        self.length
    }

    /// The pattern alone.
    pub(super) fn into_pattern(self) -> Pattern {
        self.pattern
    }
}

/// Builds a concatenation; runs of bytes are joined.
#[derive(Debug)]
pub(super) struct Sequence {
    parts: Vec<Pattern>,
    literal: Vec<u8>,
    exact: bool,
    length: u32,
    open: bool,
}

impl Default for Sequence {
    fn default() -> Self {
        Sequence { parts: Vec::new(), literal: Vec::new(), exact: true, length: 0, open: false }
    }
}

impl Sequence {
    /// Adds bytes.
    pub(super) fn push_bytes(&mut self, bytes: &[u8]) {
        self.literal.extend_from_slice(bytes);
        if !self.open {
            self.length = self.length.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        }
    }

    /// Adds an expression.
    pub(super) fn push(&mut self, next: Expression) {
        self.exact &= next.exact;
        if !self.open {
            self.length = self.length.saturating_add(next.length);
        }
        self.open |= next.open;
        self.push_pattern(next.pattern);
    }

    /// The whole.
    pub(super) fn finish(mut self) -> Expression {
        self.flush();
        let pattern = match <[Pattern; 1]>::try_from(self.parts) {
            Ok([only]) => only,
            Err(parts) if parts.is_empty() => Pattern::Empty,
            Err(parts) => Pattern::concat(parts),
        };
        Expression { pattern, exact: self.exact, length: self.length, open: self.open }
    }

    fn push_pattern(&mut self, pattern: Pattern) {
        match pattern {
            Pattern::Empty => {}
            Pattern::Literal(bytes) => self.literal.extend_from_slice(&bytes),
            Pattern::Concat(parts) => {
                for part in parts.iter() {
                    self.push_pattern(part.clone());
                }
            }
            other => {
                self.flush();
                self.parts.push(other);
            }
        }
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(Pattern::literal(std::mem::take(&mut self.literal)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_bytes_are_joined() {
        let ab = Expression::literal("a").then(Expression::literal("b").then(Expression::any_byte()));
        assert_eq!(
            Expression::concat([ab, Expression::EMPTY, Expression::nul()]).into_pattern().to_string(),
            r"ab.\x00"
        );
        assert_eq!(Expression::concat([]), Expression::EMPTY);
    }

    #[test]
    fn what_follows_an_open_part_adds_no_length() {
        let open = Expression::literal("ab").then(Expression::any_field());
        assert_eq!(open.clone().then(Expression::literal("cd")).length(), 2);
        // A dot is a wildcard for exactness, but does not end the count.
        assert_eq!(Expression::anything().then(Expression::literal("cd")).length(), 2);
        assert_eq!(Expression::alternation([open, Expression::literal("x")]).length(), 1);
        assert_eq!(Expression::out_of_band().then(Expression::nul()).length(), 0);
    }

    #[test]
    fn exactness() {
        assert!(Expression::set(ByteSet::range(b'a', b'z')).optional().is_exact());
        for wild in [Expression::any_byte(), Expression::any_label(), Expression::none_of(ByteSet::EMPTY)] {
            assert!(!Expression::literal("a").then(wild.optional()).is_exact());
        }
        assert!(!Expression::literal("a").star().is_exact());
    }
}
