//! The states of the rules that have one of their own, entered by their keyword and left at the comma. No comments here.

use super::classes::{ends_mode, rule_id};
use super::{Kind, Token, named_head, skip_space, token};
use crate::syntax::parser::error;
use crate::syntax::parser::input::{Input, PResult};

/// What a state has beside conditions, words and the comma.
struct Mode {
    /// Words that are permissions.
    permissions: &'static [&'static [u8]],
    /// Whether there are lists of permissions, and `r`, `w`, `rw`, `wr`.
    letters: bool,
    /// Whether there is an arrow.
    arrow: bool,
}

const NETWORK: Mode = Mode {
    permissions: &[
        b"listen",
        b"accept",
        b"connect",
        b"getopt",
        b"setopt",
        b"shutdown",
        b"create",
        b"getattr",
        b"setattr",
        b"bind",
        b"send",
        b"receive",
        b"read",
        b"write",
    ],
    letters: true,
    arrow: false,
};

const DBUS: Mode =
    Mode { permissions: &[b"bind", b"eavesdrop", b"send", b"receive", b"read", b"write"], letters: true, arrow: false };

const SIGNAL: Mode = Mode { permissions: &[b"send", b"receive", b"read", b"write"], letters: true, arrow: false };

const PTRACE: Mode =
    Mode { permissions: &[b"trace", b"readby", b"tracedby", b"read", b"write"], letters: true, arrow: false };

const MQUEUE: Mode = Mode {
    permissions: &[b"create", b"open", b"delete", b"getattr", b"setattr", b"read", b"write"],
    letters: true,
    arrow: false,
};

const MOUNT: Mode = Mode { permissions: &[], letters: false, arrow: true };

/// Also of unix rules.
pub(in super::super) fn network(input: Input<'_>) -> PResult<'_, Token<'_>> {
    lex(input, &NETWORK)
}

pub(in super::super) fn dbus(input: Input<'_>) -> PResult<'_, Token<'_>> {
    lex(input, &DBUS)
}

pub(in super::super) fn signal(input: Input<'_>) -> PResult<'_, Token<'_>> {
    lex(input, &SIGNAL)
}

pub(in super::super) fn ptrace(input: Input<'_>) -> PResult<'_, Token<'_>> {
    lex(input, &PTRACE)
}

pub(in super::super) fn mqueue(input: Input<'_>) -> PResult<'_, Token<'_>> {
    lex(input, &MQUEUE)
}

pub(in super::super) fn mount(input: Input<'_>) -> PResult<'_, Token<'_>> {
    lex(input, &MOUNT)
}

fn lex<'a>(input: Input<'a>, mode: &Mode) -> PResult<'a, Token<'a>> {
    let input = skip_space(input);
    let text = input.rest();
    let Some(&first) = text.first() else { return Ok(token(input, Kind::End, 0)) };
    if let (len, Some(kind)) = named_head(text) {
        return Ok(token(input, kind, len));
    }
    match (first, rule_id(text)) {
        (b',', _) => Ok(token(input, Kind::Comma, 1)),
        (b'(', _) if mode.letters => Ok(token(input, Kind::ListOpen, 1)),
        (b'"', 0) => Err(error::unterminated(input)),
        (_, 0) => Err(error::unexpected_char(input)),
        (_, len) => {
            let (rest, mut token) = token(input, Kind::Id, len);
            if mode.arrow && token.text == b"->" {
                token.kind = Kind::Arrow;
            } else if mode.permissions.contains(&token.text)
                || mode.letters
                    && matches!(token.text, b"r" | b"w" | b"rw" | b"wr")
                    && rest.byte(0).is_some_and(ends_mode)
            {
                token.kind = Kind::Permission;
            }
            Ok((rest, token))
        }
    }
}
