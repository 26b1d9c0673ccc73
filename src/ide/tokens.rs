//! Semantic tokens: every word, keyword, sign and comment of a file with what it is, for an editor to colour.

use super::construct::{Construct, KEYWORDS, PREFIXES};
use super::visit::{self, WordRef, WordRole};
use crate::source::Span;
use crate::syntax::ast::{File, FileLetters};
use crate::vocab::{RlimitValue, Vocabulary};

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// A keyword.
    Keyword,
    /// A comment.
    Comment,
    /// A path, or any text that the author chose.
    String,
    /// A variable, sigil and braces included.
    Variable,
    /// The name of a condition.
    Parameter,
    /// One of a fixed set of names: a capability, signal, flag, …
    EnumMember,
    /// Permissions.
    Modifier,
    /// The name of a profile or hat, or a label that refers to one.
    Class,
    /// An operator.
    Operator,
    /// A number.
    Number,
}

/// The modifiers of a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenModifiers {
    /// It declares what it names.
    pub(crate) declaration: bool,
    /// The compiler sets it.
    pub(crate) built_in: bool,
    /// Permissions that let the task execute something unconfined.
    pub(crate) unconfined: bool,
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClassifiedToken {
    /// Offset of its first byte.
    pub(crate) start: u32,
    /// Its length in bytes. Only quoted words may hold line ends.
    pub(crate) len: u32,
    /// Its kind.
    pub(crate) kind: TokenKind,
    /// Its modifiers.
    pub(crate) modifiers: TokenModifiers,
}

/// The tokens of a file in the order of the text; none overlap. What did not parse has its keywords and signs only.
pub(crate) fn tokens(file: &File, text: &[u8]) -> Vec<ClassifiedToken> {
    let mut found = Vec::new();
    for comment in file.comments() {
        push(&mut found, comment.span, TokenKind::Comment, TokenModifiers::default());
    }
    file.walk(&mut |item| {
        visit::words(item, &mut |role, word| self::word(role, word, text, &mut found));
    });
    found.sort_by_key(|token| token.start);
    // Words of the tree do not overlap; a text that is not the tree's could say otherwise.
    let mut end = 0;
    found.retain(|token| {
        let fits = token.start >= end && (token.start + token.len) as usize <= text.len() && token.len > 0;
        if fits {
            end = token.start + token.len;
        }
        fits
    });
    let mut all = Vec::with_capacity(found.len() * 2);
    let mut at = 0;
    for token in found {
        gap(text, at, token.start, &mut all);
        at = token.start + token.len;
        all.push(token);
    }
    gap(text, at, u32::try_from(text.len()).unwrap_or(u32::MAX), &mut all);
    all
}

fn push(found: &mut Vec<ClassifiedToken>, span: Span, kind: TokenKind, modifiers: TokenModifiers) {
    found.push(ClassifiedToken { start: span.start, len: span.end.saturating_sub(span.start), kind, modifiers });
}

/// The tokens of a word: the word, or the variables in it and what stands between them.
fn word(role: WordRole, word: WordRef<'_>, text: &[u8], found: &mut Vec<ClassifiedToken>) {
    let mut modifiers = TokenModifiers::default();
    let mut span = word.span;
    let kind = match role {
        WordRole::VariableName | WordRole::BoolName => {
            modifiers.declaration = true;
            span = with_sigil(span, text);
            TokenKind::Variable
        }
        WordRole::ProfileName => {
            modifiers.declaration = true;
            TokenKind::Class
        }
        WordRole::Label | WordRole::ExecTarget | WordRole::ChangeProfileTarget => TokenKind::Class,
        WordRole::Permission(Construct::File) => {
            let letters = FileLetters::read(word.value, word.span);
            modifiers.unconfined = letters.is_some_and(|letters| letters.execs().any(|exec| exec.may_be_unconfined()));
            TokenKind::Modifier
        }
        WordRole::Permission(_) => TokenKind::Modifier,
        WordRole::Capability
        | WordRole::Signal
        | WordRole::Rlimit
        | WordRole::Unit
        | WordRole::Family
        | WordRole::SocketType
        | WordRole::Protocol
        | WordRole::MountOption
        | WordRole::Fstype
        | WordRole::QueueType
        | WordRole::Flag => TokenKind::EnumMember,
        WordRole::ConditionName(_) | WordRole::XattrName => TokenKind::Parameter,
        WordRole::Priority => TokenKind::Number,
        WordRole::RlimitValue if RlimitValue::from_word(word.value) == Some(RlimitValue::Infinity) => {
            TokenKind::Keyword
        }
        WordRole::RlimitValue => TokenKind::Number,
        WordRole::QueueName | WordRole::ConditionValue(_) | WordRole::Operand
            if !word.value.is_empty() && word.value.iter().all(u8::is_ascii_digit) =>
        {
            TokenKind::Number
        }
        WordRole::Variable => TokenKind::Variable,
        _ => TokenKind::String,
    };
    if kind == TokenKind::Variable {
        push(found, span, kind, modifiers);
        return;
    }
    let mut at = span.start;
    for reference in visit::variable_references(role, word) {
        if at < reference.span.start {
            push(found, Span::new(span.source, at, reference.span.start), kind, modifiers);
        }
        let built_in = super::words::describe(WordRole::Variable, reference.name).is_some();
        push(found, reference.span, TokenKind::Variable, TokenModifiers { built_in, ..TokenModifiers::default() });
        at = reference.span.end;
    }
    if at < span.end {
        push(found, Span::new(span.source, at, span.end), kind, modifiers);
    }
}

/// The span of an assigned variable with its sigil and braces.
fn with_sigil(name: Span, text: &[u8]) -> Span {
    let before = text.get(..name.start as usize).unwrap_or_default();
    let braced = matches!(before, [.., b'@' | b'$', b'{']);
    let (before, behind) = if braced { (2, 1) } else { (1, 0) };
    Span::new(name.source, name.start.saturating_sub(before), name.end + behind)
}

/// Words between words that are no keywords of the beginning of an item.
const INNER: &[&str] =
    &["and", "defined", "exists", "flags", "identities", "in", "not", "or", "rlimit", "subset", "xattrs"];

const SIGNS: &[&[u8]] = &[b"->", b"<=", b">=", b"==", b"!=", b"+=", b"?=", b":=", b"=", b"<", b">", b"^", b"&", b"+"];

/// Keywords and signs between the words of the tree.
fn gap(text: &[u8], start: u32, end: u32, found: &mut Vec<ClassifiedToken>) {
    let mut at = start;
    while let Some(rest) = text.get(at as usize..end as usize).filter(|rest| !rest.is_empty()) {
        let blank = at.checked_sub(1).and_then(|at| text.get(at as usize)).is_none_or(u8::is_ascii_whitespace);
        let (kind, len) = piece(rest, blank);
        if let Some(kind) = kind {
            found.push(ClassifiedToken { start: at, len, kind, modifiers: TokenModifiers::default() });
        }
        at += len;
    }
}

/// Returns the kind and the length of the piece at the beginning of a text between words. `blank`: white space stands before it.
fn piece(rest: &[u8], blank: bool) -> (Option<TokenKind>, u32) {
    let length = |len: usize| u32::try_from(len.max(1)).unwrap_or(1);
    // The angle brackets of an include's path, and what a broken item has in them, are no operators.
    let bracket = matches!(rest, [b'<' | b'>', next, ..] if *next != b'=' && !(blank && next.is_ascii_whitespace()));
    if bracket || matches!(rest, [b'<' | b'>']) {
        return (None, 1);
    }
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(sign)) {
        return (Some(TokenKind::Operator), length(sign.len()));
    }
    let include = rest.strip_prefix(b"#").filter(|rest| rest.starts_with(b"include"));
    if rest.first() == Some(&b'#') && include.is_none() {
        // A comment that no item holds, in what did not parse.
        let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        return (Some(TokenKind::Comment), length(rest.get(..line).unwrap_or_default().trim_ascii_end().len()));
    }
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let name = include.unwrap_or(rest).iter().take_while(is_name).count();
    let len = name + usize::from(include.is_some());
    if name == 0 {
        // Paths and quotes of what did not parse are skipped whole, so that no word in them counts.
        let word = |byte: &&u8| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'(' | b')');
        let path = matches!(rest.first(), Some(b'/' | b'@' | b'$' | b'"'));
        return (None, if path { length(rest.iter().take_while(word).count()) } else { 1 });
    }
    let text = include.unwrap_or(rest).get(..name).unwrap_or_default();
    let known = KEYWORDS.iter().map(|(word, _)| *word).chain(PREFIXES.iter().copied()).chain(INNER.iter().copied());
    let ends = !matches!(rest.get(len), Some(b'.' | b'/' | b'-' | b'@' | b'*'));
    let kind = if text == b"create" {
        // Only of `userns`; the others are words of the tree.
        Some(TokenKind::Modifier)
    } else {
        known.map(str::as_bytes).any(|word| word == text).then_some(TokenKind::Keyword)
    };
    (kind.filter(|_| ends), length(len))
}

#[cfg(test)]
mod tests;
