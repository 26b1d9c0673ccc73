//! The states of the rules that have one of their own, entered by their keyword and left at the comma. No comments here.

use super::classes::{ends_mode, rule_id};
use super::{SyntaxKind, Token, named_head, skip_space, token};
use crate::syntax::parser::error;
use crate::syntax::parser::input::{PResult, TokenInput};
use crate::vocab::{
    DbusPermissions, MqueuePermissions, NetworkPermissions, PermissionSet, PtracePermissions, SignalPermissions,
};

/// The tokens of a lexer state besides conditions, words and the comma.
struct LexerMode {
    /// Whether a word is a permission; `None` where there are no permissions, nor lists of them, nor `r`, `w`, `rw`, `wr`.
    is_permission: Option<fn(&[u8]) -> bool>,
    /// Whether there is an arrow.
    arrow: bool,
}

impl LexerMode {
    const fn with<P: PermissionSet>() -> LexerMode {
        LexerMode { is_permission: Some(|text| P::words().any(|word| word.as_bytes() == text)), arrow: false }
    }
}

const NETWORK: LexerMode = LexerMode::with::<NetworkPermissions>();
const DBUS: LexerMode = LexerMode::with::<DbusPermissions>();
const SIGNAL: LexerMode = LexerMode::with::<SignalPermissions>();
const PTRACE: LexerMode = LexerMode::with::<PtracePermissions>();
const MQUEUE: LexerMode = LexerMode::with::<MqueuePermissions>();
const MOUNT: LexerMode = LexerMode { is_permission: None, arrow: true };

/// Also of unix rules.
pub(in super::super) fn network(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    lex(input, &NETWORK)
}

pub(in super::super) fn dbus(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    lex(input, &DBUS)
}

pub(in super::super) fn signal(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    lex(input, &SIGNAL)
}

pub(in super::super) fn ptrace(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    lex(input, &PTRACE)
}

pub(in super::super) fn mqueue(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    lex(input, &MQUEUE)
}

pub(in super::super) fn mount(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    lex(input, &MOUNT)
}

fn lex<'a>(input: TokenInput<'a>, mode: &LexerMode) -> PResult<'a, Token<'a>> {
    let input = skip_space(input);
    let text = input.rest();
    let Some(&first) = text.first() else { return Ok(token(input, SyntaxKind::End, 0)) };
    if let (len, Some(kind)) = named_head(text) {
        return Ok(token(input, kind, len));
    }
    match (first, rule_id(text)) {
        (b',', _) => Ok(token(input, SyntaxKind::Comma, 1)),
        (b'(', _) if mode.is_permission.is_some() => Ok(token(input, SyntaxKind::ListOpen, 1)),
        (b'"', 0) => Err(error::unterminated(input)),
        (_, 0) => Err(error::unexpected_char(input)),
        (_, len) => {
            let (rest, mut token) = token(input, SyntaxKind::Id, len);
            if mode.arrow && token.text == b"->" {
                token.kind = SyntaxKind::Arrow;
            } else if let Some(is_permission) = mode.is_permission
                && (is_permission(token.text)
                    || matches!(token.text, b"r" | b"w" | b"rw" | b"wr") && rest.byte(0).is_some_and(ends_mode))
            {
                token.kind = SyntaxKind::Permission;
            }
            Ok((rest, token))
        }
    }
}
