//! Tokens. Which patterns match depends on the state the scanner is in (there is a state between rules and one for most
//! kinds of rules); in each, the longest match wins, and of two equally long ones the one that is named first. The match
//! of a keyword or condition name includes what has to follow it, so `mount =x` is the condition `mount`.
//!
//! There is a function for each state; the parsers of the constructs call those of the state that they are in.

pub(crate) mod classes;
pub(super) mod expression;
pub(super) mod initial;
pub(crate) mod keyword;
pub(super) mod mode;

use crate::source::{Span, Spanned};
use crate::syntax::Pattern;
use crate::syntax::ast::Compare;
use crate::syntax::word::Word;

use super::input::{PResult, TokenInput, word};
use classes::{blanks, name, newline};

pub(super) use keyword::Keyword;

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SyntaxKind {
    /// A name with `=` or `in (` after it; the token is the name only, as for all heads.
    Condition,
    /// `peer` or `xattrs` with `=(` after it.
    Group,
    /// `identities` with `=` after it.
    Identities,
    /// `priority` with `=` after it.
    Priority,
    /// `flags` with `=` after it.
    Flags,
    /// `include` or `#include`, with `if exists`.
    Include { pound: bool, if_exists: bool },
    /// A keyword between rules.
    Keyword(Keyword),
    /// `profile` with the blanks after it.
    Profile,
    /// `hat` with the blanks after it.
    Hat,
    /// `^`
    Caret,
    /// `->`
    Arrow,
    /// `=`, `+=`, `?=` or `:=`
    Assign,
    /// `+`
    Plus,
    /// `{`, or the word `open` between rules.
    Open,
    /// `}`
    Close,
    /// `(`
    ListOpen,
    /// `)`
    ListClose,
    /// `,`
    Comma,
    /// `:` or `;`, which are good for nothing.
    Stray,
    /// Permission letters of a file rule.
    Mode,
    /// A permission of the mode's rule.
    Permission,
    /// A bare name that is no keyword.
    Name,
    /// Any other word.
    Id,
    /// A set variable.
    SetVariable,
    /// A boolean variable.
    BoolVariable,
    /// `and`
    And,
    /// `or`
    Or,
    /// `not`
    Not,
    /// `defined`
    Defined,
    /// A comparison.
    Compare(Compare),
    /// End of the text, or of the line where that ends an expression.
    End,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: SyntaxKind,
    pub(super) text: &'a [u8],
    pub(super) span: Span,
}

impl Token<'_> {
    /// The token as a word of the tree.
    pub(super) fn word(&self) -> Word {
        word(self.text, self.span)
    }

    /// The token as a pattern.
    pub(super) fn pattern(&self) -> Spanned<Pattern> {
        Spanned::new(Pattern::written(self.text), self.span)
    }
}

/// The token function of a state.
pub(super) type Lexer = for<'a> fn(TokenInput<'a>) -> PResult<'a, Token<'a>>;

/// The next `len` bytes as a token.
pub(super) fn token(input: TokenInput<'_>, kind: SyntaxKind, len: usize) -> (TokenInput<'_>, Token<'_>) {
    let rest = input.advance(len);
    (rest, Token { kind, text: input.rest().get(..len).unwrap_or_default(), span: input.span_to(rest) })
}

/// The next `len` bytes as a word of the tree.
pub(super) fn take_word(input: TokenInput<'_>, len: usize) -> (TokenInput<'_>, Word) {
    let (rest, token) = token(input, SyntaxKind::Id, len);
    (rest, token.word())
}

/// A value with the place of what it was made of.
pub(super) fn spanned<'a, T>(start: TokenInput<'a>, end: TokenInput<'a>, value: T) -> Spanned<T> {
    Spanned::new(value, start.span_to(end))
}

/// Skips blanks.
pub(super) fn skip_blanks(input: TokenInput<'_>) -> TokenInput<'_> {
    input.advance(blanks(input.rest()))
}

/// Skips blanks and line ends.
pub(super) fn skip_space(mut input: TokenInput<'_>) -> TokenInput<'_> {
    loop {
        input = skip_blanks(input);
        match newline(input.rest()) {
            0 => return input,
            len => input = input.advance(len),
        }
    }
}

/// Returns the kind of head that the name of `len` bytes is, if any: a condition, a group, or a head of its own. What makes it one stands
/// on the same line.
pub(super) fn head(text: &[u8], len: usize) -> Option<SyntaxKind> {
    let (head, after) = text.split_at_checked(len)?;
    let gap = blanks(after);
    match after.get(gap..)? {
        [b'=', value @ ..] => Some(match head {
            b"identities" => SyntaxKind::Identities,
            b"peer" | b"xattrs" if value.get(blanks(value)) == Some(&b'(') => SyntaxKind::Group,
            b"priority" => SyntaxKind::Priority,
            b"flags" => SyntaxKind::Flags,
            _ => SyntaxKind::Condition,
        }),
        [b'i', b'n', list @ ..] if gap > 0 && list.get(blanks(list)) == Some(&b'(') => Some(SyntaxKind::Condition),
        _ => None,
    }
}

/// The name at the beginning of a text with its head, if it is one.
pub(super) fn named_head(text: &[u8]) -> (usize, Option<SyntaxKind>) {
    let len = name(text);
    (len, if len > 0 { head(text, len) } else { None })
}
