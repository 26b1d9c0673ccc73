//! Conditions, groups of them, and lists in parentheses.

use std::ops::Range;

use super::Scanner;
use crate::ide::context::{CursorSlot, PieceKind};
use crate::syntax::parser::classes;

impl Scanner<'_> {
    /// Whether a name stands here with the operator of a condition after it on its line.
    pub(super) fn is_condition(&self) -> bool {
        let text = self.rest();
        let len = classes::name(text);
        let after = text.get(len..).unwrap_or_default();
        let gap = classes::blanks(after);
        len > 0
            && match after.get(gap..).unwrap_or_default() {
                [b'=', ..] => true,
                [b'i', b'n', list @ ..] => gap > 0 && list.get(classes::blanks(list)) == Some(&b'('),
                _ => false,
            }
    }

    /// A condition or group: its name stands here with its operator.
    pub(super) fn condition(&mut self) -> Option<()> {
        let len = classes::name(self.rest());
        let name = self.word_piece(len)?;
        self.skip_blanks()?;
        if self.rest().starts_with(b"in") {
            self.sign(PieceKind::In, 2);
        } else {
            self.sign(PieceKind::Equal, 1);
        }
        let text = self.text.get(name.start as usize..name.end as usize).unwrap_or_default();
        self.slot = CursorSlot::ConditionValue { name: name.clone(), list: false };
        self.skip_blanks()?;
        if self.byte(0) == Some(b'(') {
            if matches!(text, b"peer" | b"xattrs") {
                return self.group(name);
            }
            self.slot = CursorSlot::ConditionValue { name, list: true };
            return self.list();
        }
        if classes::newline(self.rest()) > 0 {
            // Only a list may begin on the next line.
            let mark = self.at;
            if self.skip(false).is_some() && self.byte(0) == Some(b'(') {
                self.slot = CursorSlot::ConditionValue { name, list: true };
                return self.list();
            }
            let at_cursor = self.at >= self.text.len();
            if at_cursor {
                self.slot = CursorSlot::Argument;
                return None;
            }
            self.at = mark;
            return Some(());
        }
        let len = self.any_word();
        if len > 0 {
            self.word_piece(len)?;
        }
        Some(())
    }

    /// Words in parentheses; the opening one stands here.
    pub(super) fn list(&mut self) -> Option<()> {
        self.sign(PieceKind::Open, 1);
        loop {
            let new_line = self.skip(false)?;
            let text = self.rest();
            match text {
                [b')', ..] => {
                    self.sign(PieceKind::Close, 1);
                    return Some(());
                }
                [b',' | b'(', ..] => self.sign(PieceKind::Sign, 1),
                [b'}' | b'{', rest @ ..] if rest.first().is_none_or(u8::is_ascii_whitespace) => return Some(()),
                _ if new_line && self.starts_line(true) => return Some(()),
                [b'"', ..] => {
                    let len = self.quoted_or_line();
                    self.word_piece(len)?;
                }
                _ => {
                    self.word_piece(classes::list_word(text).max(1))?;
                }
            }
        }
    }

    /// Conditions in parentheses; the opening one stands here.
    pub(super) fn group(&mut self, group: Range<u32>) -> Option<()> {
        self.sign(PieceKind::Open, 1);
        loop {
            self.slot = CursorSlot::GroupName { group: group.clone() };
            let new_line = self.skip(false)?;
            let text = self.rest();
            match text {
                [b')', ..] => {
                    self.sign(PieceKind::Close, 1);
                    return Some(());
                }
                [b',', ..] => self.sign(PieceKind::Sign, 1),
                [b'}' | b'{', rest @ ..] if rest.first().is_none_or(u8::is_ascii_whitespace) => return Some(()),
                _ if new_line && self.starts_line(true) => return Some(()),
                _ => self.group_condition(&group)?,
            }
        }
    }

    pub(super) fn group_condition(&mut self, group: &Range<u32>) -> Option<()> {
        let len = match self.byte(0) {
            Some(b'"') => self.quoted_or_line(),
            _ => classes::rule_word(self.rest()).max(1),
        };
        let name = self.word_piece(len)?;
        loop {
            self.skip(false)?;
            if self.byte(0) != Some(b',') {
                break;
            }
            self.sign(PieceKind::Sign, 1);
        }
        match self.rest() {
            [b'=', ..] => self.sign(PieceKind::Equal, 1),
            [b':', b'=', ..] => self.sign(PieceKind::Equal, 2),
            _ => return Some(()),
        }
        self.slot = CursorSlot::GroupValue { group: group.clone(), name };
        self.skip(false)?;
        let paren = self.byte(0) == Some(b'(');
        if paren {
            self.sign(PieceKind::Open, 1);
            self.skip(false)?;
        }
        let len = if self.byte(0) == Some(b'"') { self.quoted_or_line() } else { classes::list_word(self.rest()) };
        if len > 0 {
            self.word_piece(len)?;
        }
        if paren {
            self.skip(false)?;
            if self.byte(0) == Some(b')') {
                self.sign(PieceKind::Close, 1);
            }
        }
        Some(())
    }
}
