//! Turns globs of the policy language (`apparmor.d(5)`, "Globbing (AARE)") into expressions.
//!
//! The glob is in stored form (see [`stored`](crate::syntax::word::stored)) with its variables expanded. Its meaning is that of the
//! reference compiler, where it does not contradict what is written:
//!
//! - `*`, `**` and `?` match neither NUL nor (but for `**`) a slash; a written set `[^…]` matches both unless they are listed;
//! - stars directly after a slash, up to the next slash or the end of the glob, match at least one byte. "After a slash" is
//!   about the text: `/{a/*,b}` matches `/a/`, and `/a{/,}*` matches `/a`;
//! - `*`, `?` and an escaped comma inside a set are members of it (the reference makes nonsense of them, or never ends);
//! - a backslash before `-` or `^` inside a set has no effect, so `[a\-z]` is a range.

use thiserror::Error;

use super::expression::{Expression, Sequence};
use crate::automata::ByteSet;
use crate::syntax::word;

/// The deepest nesting of alternations.
const MAX_DEPTH: usize = 49;

/// The treatment of the NUL byte by wildcards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nul {
    /// They do not: everywhere but in the places below.
    Excluded,
    /// They do: in addresses of unix sockets and values of extended attributes.
    Allowed,
}

/// Reasons why a glob has no meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum GlobError {
    #[error("unclosed `{{`")]
    OpenGroup,
    #[error("`}}` without a `{{`")]
    CloseGroup,
    #[error("unclosed `[`")]
    OpenSet,
    #[error("`]` without a `[`")]
    CloseSet,
    #[error("`{{…}}` without a comma of its own")]
    NoAlternative,
    #[error("alternations nested more than {MAX_DEPTH} deep")]
    TooDeep,
    #[error("trailing backslash")]
    TrailingBackslash,
    #[error("empty set")]
    EmptySet,
    #[error("`-` that does not form a range")]
    Dash,
}

impl GlobError {
    /// Returns the advice.
    pub(super) fn help(self) -> &'static str {
        match self {
            GlobError::OpenGroup | GlobError::CloseGroup => r"write `\{` and `\}` for the characters themselves",
            GlobError::OpenSet | GlobError::CloseSet => r"write `\[` and `\]` for the characters themselves",
            GlobError::NoAlternative => r"remove the braces, or write `\{` and `\}` for the characters themselves",
            GlobError::TooDeep => "join nested alternations: write `{a,b,c}` instead of `{a,{b,c}}`",
            GlobError::TrailingBackslash => r"write `\\` for a backslash",
            GlobError::EmptySet => r"list at least one character; write `[\]]` for a closing bracket",
            GlobError::Dash => "write a literal `-` first: `[-a]`",
        }
    }
}

/// A property of a glob that may surprise its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum GlobNote {
    #[error("the backslash before `{}` has no effect", .0.escape_ascii())]
    NeedlessEscape(u8),
    #[error("`{}` inside a set stands for itself", char::from(*.0))]
    LiteralInSet(u8),
    #[error("the backslash before `{}` has no effect inside a set", char::from(*.0))]
    EscapeInSet(u8),
}

/// A glob's meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ParsedGlob {
    pub(super) expression: Expression,
    pub(super) notes: Vec<GlobNote>,
}

/// Whether a glob has anything but literal text.
pub(super) fn is_pattern(text: &[u8]) -> bool {
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => _ = bytes.next(),
            b'*' | b'?' | b'[' | b'{' => return true,
            _ => {}
        }
    }
    false
}

/// Reads a glob.
pub(super) fn read(text: &[u8], nul: Nul) -> Result<ParsedGlob, GlobError> {
    let mut reader = GlobReader { rest: text, nul, after_slash: false, notes: Vec::new() };
    let expression = reader.glob()?;
    Ok(ParsedGlob { expression, notes: reader.notes })
}

struct GlobReader<'a> {
    rest: &'a [u8],
    nul: Nul,
    /// Whether what was read last is a literal slash.
    after_slash: bool,
    notes: Vec<GlobNote>,
}

/// An open `{`: what stands before it, and its alternatives up to the current one.
struct OpenGroup {
    before: Sequence,
    alternatives: Vec<Expression>,
}

impl GlobReader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn glob(&mut self) -> Result<Expression, GlobError> {
        let mut groups: Vec<OpenGroup> = Vec::new();
        let mut current = Sequence::default();
        loop {
            current.push_bytes(self.plain());
            let after_slash = std::mem::take(&mut self.after_slash);
            let Some(byte) = self.next() else { break };
            match byte {
                b'?' => current.push(self.any_but_slash()),
                b'*' => self.stars(after_slash, &mut current),
                b'[' => current.push(self.set()?),
                b']' => return Err(GlobError::CloseSet),
                b'{' => {
                    if groups.len() == MAX_DEPTH {
                        return Err(GlobError::TooDeep);
                    }
                    groups.push(OpenGroup { before: std::mem::take(&mut current), alternatives: Vec::new() });
                }
                b',' => match groups.last_mut() {
                    Some(group) => group.alternatives.push(std::mem::take(&mut current).finish()),
                    None => current.push_bytes(b","),
                },
                b'}' => {
                    let OpenGroup { before, mut alternatives } = groups.pop().ok_or(GlobError::CloseGroup)?;
                    if alternatives.is_empty() {
                        return Err(GlobError::NoAlternative);
                    }
                    alternatives.push(std::mem::replace(&mut current, before).finish());
                    current.push(Expression::alternation(alternatives));
                }
                // A backslash: nothing else stands behind plain text.
                _ => {
                    let byte = self.escape()?;
                    current.push_bytes(&[byte]);
                }
            }
        }
        if groups.is_empty() { Ok(current.finish()) } else { Err(GlobError::OpenGroup) }
    }

    /// The text up to a byte that means something else than itself.
    fn plain(&mut self) -> &[u8] {
        let special = |byte: &u8| matches!(byte, b'?' | b'*' | b'[' | b']' | b'{' | b',' | b'}' | b'\\');
        let len = self.rest.iter().position(special).unwrap_or(self.rest.len());
        let (plain, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, &[]));
        self.rest = rest;
        self.after_slash = plain.last().map_or(self.after_slash, |&last| last == b'/');
        plain
    }

    /// Returns the byte that an escape outside of sets stands for.
    fn escape(&mut self) -> Result<u8, GlobError> {
        let &byte = self.rest.first().ok_or(GlobError::TrailingBackslash)?;
        if !matches!(byte, b'*' | b'[' | b']' | b'{' | b'}' | b'\\' | b'?' | b',') {
            if let Some(value) = self.numeric_escape() {
                return Ok(value);
            }
            if !matches!(byte, b'^' | b'$' | b'.' | b'+' | b'|' | b'(' | b')') {
                self.notes.push(GlobNote::NeedlessEscape(byte));
            }
            self.after_slash = byte == b'/';
        }
        self.next();
        Ok(byte)
    }

    /// The value of an escape by number or letter, which the stored form has for NUL only.
    fn numeric_escape(&mut self) -> Option<u8> {
        let (value, len) = word::escape(self.rest)?;
        self.rest = self.rest.get(len..).unwrap_or_default();
        Some(value)
    }

    /// One `*` or `**`, of which the first is read.
    fn stars(&mut self, after_slash: bool, current: &mut Sequence) {
        let behind = self.rest.iter().find(|&&byte| byte != b'*');
        if after_slash && matches!(behind, None | Some(b'/')) {
            current.push(self.any_but_slash());
        }
        let single = self.rest.first() != Some(&b'*');
        if single {
            current.push(self.any_but_slash().star());
        } else {
            self.next();
            current.push(match self.nul {
                Nul::Excluded => Expression::any_field(),
                Nul::Allowed => Expression::anything(),
            });
        }
    }

    fn any_but_slash(&self) -> Expression {
        let mut excluded = ByteSet::single(b'/');
        if self.nul == Nul::Excluded {
            excluded.insert(0);
        }
        Expression::none_of(excluded)
    }

    /// A set, whose `[` is read.
    fn set(&mut self) -> Result<Expression, GlobError> {
        let mut members = Vec::new();
        loop {
            match self.next().ok_or(GlobError::OpenSet)? {
                b']' => break,
                b'\\' => {
                    let &byte = self.rest.first().ok_or(GlobError::OpenSet)?;
                    let literal = matches!(byte, b'*' | b'[' | b']' | b'{' | b'}' | b'\\');
                    let numeric = if literal { None } else { self.numeric_escape() };
                    match numeric {
                        Some(value) => members.push(SetByte { byte: value, operator: false }),
                        None => {
                            self.next();
                            match byte {
                                b'^' | b'-' => self.notes.push(GlobNote::EscapeInSet(byte)),
                                b',' => self.notes.push(GlobNote::LiteralInSet(byte)),
                                b'?' | b'$' | b'.' | b'+' | b'|' | b'(' | b')' => {}
                                _ if literal => {}
                                _ => self.notes.push(GlobNote::NeedlessEscape(byte)),
                            }
                            members.push(SetByte { byte, operator: matches!(byte, b'^' | b'-') });
                        }
                    }
                }
                byte => {
                    if matches!(byte, b'*' | b'?') {
                        self.notes.push(GlobNote::LiteralInSet(byte));
                    }
                    members.push(SetByte { byte, operator: matches!(byte, b'^' | b'-') });
                }
            }
        }
        set_of(&members)
    }
}

/// A byte of a set as written.
#[derive(Clone, Copy)]
struct SetByte {
    byte: u8,
    /// Whether it may mean a negation or a range.
    operator: bool,
}

/// The meaning of what stands between `[` and `]`: a first `^` negates, a `-` is a member where it stands first and makes a range
/// (in either order) everywhere else.
fn set_of(members: &[SetByte]) -> Result<Expression, GlobError> {
    let is = |member: &SetByte, byte: u8| member.operator && member.byte == byte;
    let (negated, mut rest) = match members {
        [first, rest @ ..] if is(first, b'^') => (true, rest),
        _ => (false, members),
    };
    if rest.is_empty() {
        return Err(GlobError::EmptySet);
    }
    let mut set = ByteSet::EMPTY;
    let mut first = true;
    while let Some((low, tail)) = rest.split_first() {
        if is(low, b'-') && !first {
            return Err(GlobError::Dash);
        }
        first = false;
        match tail {
            [dash, high, tail @ ..] if is(dash, b'-') => {
                if is(high, b'-') {
                    return Err(GlobError::Dash);
                }
                let range = ByteSet::range(low.byte.min(high.byte), low.byte.max(high.byte));
                set = set.union(range);
                rest = tail;
            }
            _ => {
                set.insert(low.byte);
                rest = tail;
            }
        }
    }
    Ok(if negated { Expression::none_of(set) } else { Expression::set(set) })
}

#[cfg(test)]
#[path = "glob_tests.rs"]
mod tests;
