//! Assignments, expressions, and the paths of include and abi.

use super::Scanner;
use crate::ide::construct::Construct;
use crate::ide::context::{BlockKind, CursorSlot, PieceKind, StatementPiece};
use crate::syntax::parser::classes;

impl Scanner<'_> {
    /// `include`, with `if exists`.
    pub(super) fn include(&mut self) -> Option<()> {
        self.slot = CursorSlot::IncludePath;
        self.skip_blanks()?;
        if self.rest().starts_with(b"if") && classes::name(self.rest()) == 2 {
            self.word_piece(2)?;
            self.slot = CursorSlot::Argument;
            self.skip_blanks()?;
            let len = classes::name(self.rest());
            if len > 0 {
                self.word_piece(len)?;
            }
            self.slot = CursorSlot::IncludePath;
        }
        self.path()
    }

    /// The path of an include or abi.
    pub(super) fn path(&mut self) -> Option<()> {
        self.slot = CursorSlot::IncludePath;
        if self.skip(false)? && self.starts_line(false) {
            return Some(());
        }
        let text = self.rest();
        if text.first() == Some(&b'<') {
            self.angle = true;
            let len = match classes::angle(text) {
                0 => {
                    let end = self.line_end();
                    // Where the bracket is not closed, the line is the path as far as it is written.
                    end - self.at
                }
                len => len,
            };
            let start = self.at;
            self.at += len;
            if self.at >= self.text.len() {
                match self.text.last() {
                    Some(b'>') => self.piece(PieceKind::Word, start),
                    _ => self.partial = Some(start + 1),
                }
                return None;
            }
            self.piece(PieceKind::Word, start);
            return Some(());
        }
        let len = if text.first() == Some(&b'"') { self.quoted_or_line() } else { classes::include_word(text) };
        if len == 0 {
            return Some(());
        }
        self.word_piece(len)?;
        Some(())
    }

    /// An assignment to a variable, if one stands here.
    pub(super) fn assignment(&mut self) -> Option<bool> {
        let text = self.rest();
        let boolean = self.byte(0) == Some(b'$');
        let len = if boolean { classes::bool_variable(text) } else { classes::set_variable(text) };
        // A path that begins with a variable is longer than it.
        if len == 0 || len >= text.len() || (!boolean && classes::path(text) > len) {
            return Some(false);
        }
        let mark = self.at;
        let range = self.word(len)?;
        // The comments between are those of the rule, if it is one.
        self.skip(!boolean)?;
        let operator = match self.rest() {
            [b'=', ..] => 1,
            [b'+' | b'?' | b':', b'=', ..] => 2,
            _ => {
                self.at = mark;
                return Some(false);
            }
        };
        self.construct = Some(if boolean { Construct::BoolVariable } else { Construct::SetVariable });
        self.pieces.push(StatementPiece { kind: PieceKind::Word, range });
        self.sign(PieceKind::Assign, operator);
        if boolean {
            self.expression(true)?;
        } else {
            self.values()?;
        }
        Some(true)
    }

    /// Blanks, and line ends after a backslash that stands alone. `None` at the cursor.
    pub(super) fn skip_continued(&mut self) -> Option<()> {
        loop {
            self.skip_blanks()?;
            match self.rest() {
                [b'\\', rest @ ..] if classes::newline(rest) > 0 => self.at += 1 + classes::newline(rest),
                _ => return Some(()),
            }
        }
    }

    /// Values up to the end of the line.
    pub(super) fn values(&mut self) -> Option<()> {
        self.slot = CursorSlot::Value;
        loop {
            self.skip_continued()?;
            if classes::newline(self.rest()) > 0 || self.byte(0) == Some(b'#') {
                return Some(());
            }
            if self.byte(0) == Some(b',') {
                self.sign(PieceKind::Sign, 1);
                continue;
            }
            let len = self.any_word().max(1);
            self.word_piece(len)?;
        }
    }

    /// An expression: after `if` up to the brace, assigned up to the end of the line.
    pub(super) fn expression(&mut self, assigned: bool) -> Option<()> {
        self.slot = CursorSlot::Expression { operand: true };
        loop {
            if assigned {
                self.skip_continued()?;
                if classes::newline(self.rest()) > 0 || self.byte(0) == Some(b'#') {
                    return Some(());
                }
            } else if self.skip(false)? && self.starts_line(false) {
                return Some(());
            }
            let text = self.rest();
            let word = if text.first() == Some(&b'"') { self.quoted_or_line() } else { classes::rule_id(text) };
            let sign = match text {
                [b'=' | b'!' | b'<' | b'>', b'=', ..] => 2,
                [b'(' | b')' | b',', ..] => 1,
                [b'<' | b'>' | b'=' | b'!', next, ..] if next.is_ascii_whitespace() => 1,
                _ => 0,
            };
            if assigned && text.first() == Some(&b',') {
                self.at += 1;
                return Some(());
            }
            if sign > 0 && sign >= word {
                let close = text.first() == Some(&b')');
                self.sign(if close { PieceKind::Close } else { PieceKind::Sign }, sign);
                self.slot = CursorSlot::Expression { operand: !close };
                continue;
            }
            let len = word.max(classes::set_variable(text)).max(classes::bool_variable(text)).max(1);
            match text.get(..len).unwrap_or_default() {
                b"{" if !assigned => {
                    self.at += 1;
                    self.open(BlockKind::If, None, self.at - 1);
                    return Some(());
                }
                b"}" if !assigned => return Some(()),
                b"and" | b"or" | b"not" | b"defined" | b"in" => {
                    self.word_piece(len)?;
                    self.slot = CursorSlot::Expression { operand: true };
                }
                _ => {
                    self.word_piece(len)?;
                    self.slot = CursorSlot::Expression { operand: false };
                }
            }
        }
    }
}
