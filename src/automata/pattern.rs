//! The tree form of a pattern over bytes.

use super::ByteSet;
use std::fmt::{self, Display, Formatter, Write};
use std::sync::Arc;

/// A symbol that an automaton reads: a byte, or the out-of-band symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symbol {
    /// One of the 256 bytes.
    Byte(u8),
    /// The 257th symbol, which no byte set contains and no input byte can be.
    OutOfBand,
}

impl From<u8> for Symbol {
    fn from(byte: u8) -> Self {
        Self::Byte(byte)
    }
}

/// A pattern over bytes and one further symbol, the *out-of-band* symbol, that no byte set contains.
///
/// Sub-patterns are shared, so that building a large alternation does not copy. A match is always of the complete
/// input; there are no anchors.
///
/// ```
/// use armorer::automata::{ByteSet, Pattern};
///
/// let word = Pattern::plus(Pattern::Set(ByteSet::range(b'a', b'z')));
/// let pattern = Pattern::concat([Pattern::literal("/tmp/"), word, Pattern::literal(".txt")]);
/// assert_eq!(pattern.to_string(), r"/tmp/[a-z]+\.txt");
/// ```
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
    /// Any one of them. Without any, nothing matches.
    Alternation(Arc<[Pattern]>),
    /// Zero or more.
    Star(Arc<Pattern>),
    /// One or more.
    Plus(Arc<Pattern>),
}

impl Pattern {
    /// The bytes as they are.
    pub fn literal(bytes: impl AsRef<[u8]>) -> Self {
        Self::Literal(bytes.as_ref().into())
    }

    /// Any one byte.
    pub fn any_byte() -> Self {
        Self::Set(ByteSet::ALL)
    }

    /// One after the other.
    pub fn concat(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::Concat(parts.into_iter().collect())
    }

    /// Any one of the alternatives.
    pub fn alternation(alternatives: impl IntoIterator<Item = Self>) -> Self {
        Self::Alternation(alternatives.into_iter().collect())
    }

    /// Zero or more of `body`.
    pub fn star(body: Self) -> Self {
        Self::Star(Arc::new(body))
    }

    /// One or more of `body`.
    pub fn plus(body: Self) -> Self {
        Self::Plus(Arc::new(body))
    }

    /// Whether the pattern is read as one atom, so that `*` may follow its text.
    fn is_atom(&self) -> bool {
        match self {
            Self::Empty | Self::Set(_) | Self::OutOfBand => true,
            Self::Literal(bytes) => bytes.len() <= 1,
            Self::Alternation(_) => true,
            Self::Concat(_) | Self::Star(_) | Self::Plus(_) => false,
        }
    }

    fn write_repeated(&self, f: &mut Formatter<'_>, operator: char) -> fmt::Result {
        if self.is_atom() { write!(f, "{self}{operator}") } else { write!(f, "({self}){operator}") }
    }
}

/// Regular expression text for dumps: alternations in parentheses, `()` for the empty string, `[]` for nothing, `⟂` for
/// the out-of-band symbol.
impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("()"),
            Self::Set(set) => write_set(f, set),
            Self::Literal(bytes) if bytes.is_empty() => f.write_str("()"),
            Self::Literal(bytes) => bytes.iter().try_for_each(|&byte| write_byte(f, byte, b"\\*+?.|^$-[](){}")),
            Self::OutOfBand => f.write_char('⟂'),
            Self::Concat(parts) if parts.is_empty() => f.write_str("()"),
            Self::Concat(parts) => parts.iter().try_for_each(|part| write!(f, "{part}")),
            Self::Alternation(alternatives) if alternatives.is_empty() => f.write_str("[]"),
            Self::Alternation(alternatives) => {
                for (i, alternative) in alternatives.iter().enumerate() {
                    f.write_char(if i == 0 { '(' } else { '|' })?;
                    if *alternative != Self::Empty {
                        write!(f, "{alternative}")?;
                    }
                }
                f.write_char(')')
            }
            Self::Star(body) => body.write_repeated(f, '*'),
            Self::Plus(body) => body.write_repeated(f, '+'),
        }
    }
}

fn write_byte(f: &mut Formatter<'_>, byte: u8, special: &[u8]) -> fmt::Result {
    match byte {
        _ if special.contains(&byte) => write!(f, "\\{}", char::from(byte)),
        b' '..=b'~' => f.write_char(char::from(byte)),
        _ => write!(f, "\\x{byte:02x}"),
    }
}

fn write_set(f: &mut Formatter<'_>, set: &ByteSet) -> fmt::Result {
    let (open, listed) = match set.len() {
        256 => return f.write_char('.'),
        129.. => ("[^", set.negate()),
        _ => ("[", *set),
    };
    f.write_str(open)?;
    let mut bytes = listed.iter().peekable();
    while let Some(first) = bytes.next() {
        let mut last = first;
        while let Some(next) = bytes.next_if(|&next| Some(next) == last.checked_add(1)) {
            last = next;
        }
        write_byte(f, first, b"\\]^-[")?;
        if last > first {
            if last - first > 1 {
                f.write_char('-')?;
            }
            write_byte(f, last, b"\\]^-[")?;
        }
    }
    f.write_char(']')
}

impl Pattern {
    /// Whether the complete input matches, found without building an automaton: right for asking one pattern about a few inputs.
    ///
    /// The time grows with the size of the pattern times the length of the input, in the worst case (stars in stars) times
    /// that length again for each star; the patterns of policies have no star in a star.
    ///
    /// ```
    /// use armorer::automata::{Pattern, Symbol};
    ///
    /// let pattern = Pattern::concat([Pattern::literal("/tmp/"), Pattern::star(Pattern::any_byte())]);
    /// let symbols = |text: &[u8]| text.iter().copied().map(Symbol::Byte).collect::<Vec<_>>();
    /// assert!(pattern.matches(&symbols(b"/tmp/a")));
    /// assert!(!pattern.matches(&symbols(b"/tm")));
    /// ```
    #[must_use]
    pub fn matches(&self, input: &[Symbol]) -> bool {
        self.ends(input, vec![0]).last() == Some(&input.len())
    }

    /// Whether some complete match begins with the input: whether anything below a directory may match.
    ///
    /// Every part of a pattern counts as matching something, which holds where no set is empty.
    ///
    /// ```
    /// use armorer::automata::{Pattern, Symbol};
    ///
    /// let pattern = Pattern::concat([Pattern::literal("/tmp/"), Pattern::star(Pattern::any_byte())]);
    /// let symbols = |text: &[u8]| text.iter().copied().map(Symbol::Byte).collect::<Vec<_>>();
    /// assert!(pattern.may_begin_with(&symbols(b"/tm")) && pattern.may_begin_with(&symbols(b"/tmp/a/")));
    /// assert!(!pattern.may_begin_with(&symbols(b"/usr")));
    /// ```
    #[must_use]
    pub fn may_begin_with(&self, input: &[Symbol]) -> bool {
        self.reaches(input, vec![0])
    }

    /// Whether a match that begins at one of `starts`, or a beginning of such a match, takes the input to its end.
    fn reaches(&self, input: &[Symbol], starts: Vec<usize>) -> bool {
        if starts.last() == Some(&input.len()) {
            return true;
        }
        match self {
            Self::Empty | Self::Set(_) | Self::OutOfBand => self.ends(input, starts).last() == Some(&input.len()),
            Self::Literal(bytes) => starts.iter().any(|&at| {
                let rest = input.get(at..).unwrap_or_default();
                rest.len() <= bytes.len() && rest.iter().zip(bytes.iter()).all(|(&symbol, &byte)| symbol == byte.into())
            }),
            Self::Concat(parts) => {
                let mut at = starts;
                for part in parts.iter() {
                    if at.is_empty() {
                        return false;
                    }
                    if part.reaches(input, at.clone()) {
                        return true;
                    }
                    at = part.ends(input, at);
                }
                false
            }
            Self::Alternation(alternatives) => alternatives.iter().any(|each| each.reaches(input, starts.clone())),
            Self::Star(body) | Self::Plus(body) => body.reaches(input, body.repeated_ends(input, starts)),
        }
    }

    /// Returns the places where a match of this pattern may end that begins at one of `starts`. Both lists are ascending.
    fn ends(&self, input: &[Symbol], mut starts: Vec<usize>) -> Vec<usize> {
        if starts.is_empty() {
            return starts;
        }
        match self {
            Self::Empty => starts,
            Self::Set(set) => step(input, starts, |symbol| contains(set, symbol)),
            Self::OutOfBand => step(input, starts, |symbol| symbol == Symbol::OutOfBand),
            Self::Literal(bytes) => {
                let follows = |at: &usize| {
                    let rest = input.get(*at..).unwrap_or_default();
                    rest.len() >= bytes.len() && bytes.iter().zip(rest).all(|(&byte, &symbol)| symbol == byte.into())
                };
                starts.retain(follows);
                starts.iter_mut().for_each(|at| *at += bytes.len());
                starts
            }
            Self::Concat(parts) => parts.iter().fold(starts, |at, part| part.ends(input, at)),
            Self::Alternation(alternatives) => {
                union(alternatives.iter().flat_map(|each| each.ends(input, starts.clone())).collect())
            }
            Self::Plus(body) => {
                let once = body.ends(input, starts);
                body.repeated_ends(input, once)
            }
            Self::Star(body) => body.repeated_ends(input, starts),
        }
    }

    /// Returns the places where any number of matches of this pattern, none included, may end.
    fn repeated_ends(&self, input: &[Symbol], starts: Vec<usize>) -> Vec<usize> {
        if let Self::Set(set) = self {
            let mut all = Vec::new();
            let mut starts = starts.into_iter().peekable();
            while let Some(mut at) = starts.next() {
                all.push(at);
                while input.get(at).is_some_and(|&symbol| contains(set, symbol)) {
                    at += 1;
                    all.push(at);
                    while starts.next_if_eq(&at).is_some() {}
                }
            }
            return all;
        }
        let mut all = starts.clone();
        let mut fresh = starts;
        while !fresh.is_empty() {
            fresh = self.ends(input, fresh);
            fresh.retain(|at| all.binary_search(at).is_err());
            all.extend(&fresh);
            all.sort_unstable();
        }
        all
    }
}

fn contains(set: &ByteSet, symbol: Symbol) -> bool {
    matches!(symbol, Symbol::Byte(byte) if set.contains(byte))
}

/// The places after those where a symbol fits.
fn step(input: &[Symbol], mut starts: Vec<usize>, fits: impl Fn(Symbol) -> bool) -> Vec<usize> {
    starts.retain(|&at| input.get(at).is_some_and(|&symbol| fits(symbol)));
    starts.iter_mut().for_each(|at| *at += 1);
    starts
}

/// The list ascending, each place once.
fn union(mut places: Vec<usize>) -> Vec<usize> {
    places.sort_unstable();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(text: &str) -> Vec<Symbol> {
        text.bytes().map(Symbol::Byte).collect()
    }

    #[test]
    fn display_is_regex_text() {
        let not_slash = ByteSet::single(b'/').negate();
        let cases = [
            (Pattern::literal("/a.b\0"), r"/a\.b\x00"),
            (Pattern::Set(not_slash), "[^/]"),
            (Pattern::any_byte(), "."),
            (Pattern::Set(ByteSet::EMPTY), "[]"),
            (Pattern::Set("ab-]".bytes().collect()), r"[\-\]ab]"),
            (Pattern::Set(ByteSet::range(b'a', b'c')), "[a-c]"),
            (Pattern::star(Pattern::literal("ab")), "(ab)*"),
            (Pattern::star(Pattern::star(Pattern::literal("a"))), "(a*)*"),
            (Pattern::plus(Pattern::alternation([Pattern::literal("a"), Pattern::Empty])), "(a|)+"),
            (Pattern::concat([Pattern::OutOfBand, Pattern::Empty]), "⟂()"),
        ];
        for (pattern, text) in cases {
            assert_eq!(pattern.to_string(), text);
        }
    }

    #[test]
    fn matching_knows_the_operators() {
        let ab = || Pattern::alternation([Pattern::literal("a"), Pattern::literal("bb")]);
        assert!(Pattern::star(ab()).matches(&[]));
        assert!(!Pattern::plus(ab()).matches(&[]));
        assert!(Pattern::plus(ab()).matches(&symbols("abba")));
        assert!(!Pattern::plus(ab()).matches(&symbols("ab")));
        assert!(!Pattern::any_byte().matches(&[Symbol::OutOfBand]));
        assert!(Pattern::OutOfBand.matches(&[Symbol::OutOfBand]));
        assert!(Pattern::star(Pattern::star(ab())).matches(&symbols("bbabb")));
        let words = Pattern::star(Pattern::Set(ByteSet::range(b'a', b'y')));
        let several = Pattern::concat([Pattern::star(ab()), words.clone(), Pattern::literal("z")]);
        assert!(several.matches(&symbols("abbcz")) && several.matches(&symbols("z")));
        assert!(!several.matches(&symbols("abbcz!")) && !words.matches(&[Symbol::OutOfBand]));
    }
}
