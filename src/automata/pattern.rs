//! The tree form of a pattern over bytes.

use std::sync::Arc;

/// A set of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ByteSet(pub [u64; 4]);

/// A pattern over bytes and one further symbol, the *out-of-band* symbol, that no byte set contains.
///
/// Sub-patterns are shared, so that building a large alternation does not copy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// Matches nothing but the empty string.
    Empty,
    /// One byte of the set. An empty set matches nothing.
    Set(ByteSet),
    /// A run of bytes (shorthand for a concatenation of one-byte sets).
    Literal(Arc<[u8]>),
    /// The out-of-band symbol.
    OutOfBand,
    /// One after the other.
    Concat(Arc<[Pattern]>),
    /// Any one of them.
    Alternation(Arc<[Pattern]>),
    /// Zero or more.
    Star(Arc<Pattern>),
    /// One or more.
    Plus(Arc<Pattern>),
}
