//! The scanner: the parser's states, without its errors.

mod condition;
mod rule;
mod value;

use std::ops::Range;

use memchr::memchr;

use super::{BlockKind, CursorContext, CursorSlot, EnclosingElement, OpenBlock, PieceKind, StatementPiece};
use crate::ide::construct::{Construct, PREFIXES};
use crate::syntax::parser::{classes, starts_item};

/// Goes through a text to its end, which is the cursor.
pub(super) fn scan(text: &[u8]) -> Scanner<'_> {
    let mut scanner = Scanner {
        text,
        at: 0,
        line_end: 0,
        blocks: Vec::new(),
        prefix: Vec::new(),
        construct: None,
        pieces: Vec::new(),
        slot: CursorSlot::Start,
        partial: None,
        inside: EnclosingElement::Code,
        angle: false,
        may_else: false,
        closed: Vec::new(),
        cut: false,
    };
    while scanner.item().is_some() {}
    scanner
}

pub(super) struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
    /// The end of the line that was last asked for; it is looked for once a line.
    line_end: usize,
    blocks: Vec<OpenBlock>,
    prefix: Vec<Range<u32>>,
    construct: Option<Construct>,
    pieces: Vec<StatementPiece>,
    slot: CursorSlot,
    /// The start of the word that the cursor ends.
    partial: Option<usize>,
    inside: EnclosingElement,
    angle: bool,
    /// Whether the block of an `if` was closed last, so that `else` may follow.
    may_else: bool,
    /// The braces of the blocks that were closed: opening and closing one.
    pub(super) closed: Vec<(u32, u32)>,
    /// Whether the next line begins like an item, so that the statement ends here.
    cut: bool,
}

/// An offset of the text. A text is shorter than 4 GB: its cursor is a `u32`.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl<'t> Scanner<'t> {
    /// Returns the context for a cursor at the end of the scanned text.
    pub(super) fn into_context(self, text: &'t [u8], cursor: u32) -> CursorContext<'t> {
        let word = self.partial.map_or(cursor, offset)..cursor;
        let mut context = CursorContext {
            text,
            cursor,
            blocks: self.blocks,
            prefix: self.prefix,
            construct: self.construct,
            pieces: self.pieces,
            slot: self.slot,
            word,
            inside: self.inside,
            angle: self.angle,
            may_else: self.may_else,
        };
        // What does not begin like a path may still become any keyword.
        let path = matches!(context.partial().first(), Some(b'/' | b'@' | b'&' | b':'));
        if context.slot == CursorSlot::Start && context.pieces.is_empty() && !path {
            context.construct = None;
        }
        if let Some((boolean, name)) =
            (context.inside != EnclosingElement::Comment).then(|| open_variable(context.partial())).flatten()
        {
            let start = context.word.start.saturating_add(offset(name));
            context.inside = EnclosingElement::Variable { boolean, name: start..cursor };
        }
        context
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    /// The end of the line that `at` is in.
    fn line_end(&mut self) -> usize {
        if self.line_end < self.at || self.line_end == 0 {
            self.line_end = memchr(b'\n', self.rest()).map_or(self.text.len(), |len| self.at + len);
        }
        self.line_end
    }

    /// A quoted word. The quotes of a word end on its line here: a quote that is being written does not turn the rest of the
    /// text inside out.
    fn quoted(&mut self) -> usize {
        let end = self.line_end();
        classes::quoted(self.text.get(self.at..end).unwrap_or_default())
    }

    /// Takes a word of `len` bytes. It is `None` when the cursor ends it.
    fn word(&mut self, len: usize) -> Option<Range<u32>> {
        let start = self.at;
        self.at += len;
        if self.at >= self.text.len() {
            let quoted = self.text.get(start) == Some(&b'"');
            let closed = quoted && len > 1 && self.text.last() == Some(&b'"');
            if quoted && !closed {
                self.inside = EnclosingElement::Quotes;
                self.partial = Some(start + 1);
            } else if !closed {
                self.partial = Some(start);
            } else {
                self.piece(PieceKind::Word, start);
            }
            return None;
        }
        Some(offset(start)..offset(self.at))
    }

    /// Notes a piece from `start` to where the scanner is.
    fn piece(&mut self, kind: PieceKind, start: usize) {
        self.pieces.push(StatementPiece { kind, range: offset(start)..offset(self.at) });
    }

    /// Takes a word and notes it.
    fn word_piece(&mut self, len: usize) -> Option<Range<u32>> {
        let range = self.word(len)?;
        self.pieces.push(StatementPiece { kind: PieceKind::Word, range: range.clone() });
        Some(range)
    }

    /// Takes a sign and notes it.
    fn sign(&mut self, kind: PieceKind, len: usize) {
        let start = self.at;
        self.at += len;
        self.piece(kind, start);
    }

    fn skip_blanks(&mut self) -> Option<()> {
        self.at += classes::blanks(self.rest());
        (self.at < self.text.len()).then_some(())
    }

    /// Skips blanks and line ends, and comments where the state has them; returns whether a line ended. `None` at the cursor.
    fn skip(&mut self, comments: bool) -> Option<bool> {
        let mut new_line = self.at == 0;
        loop {
            self.skip_blanks()?;
            let newline = classes::newline(self.rest());
            if newline > 0 {
                self.at += newline;
                new_line = true;
            } else if comments && self.byte(0) == Some(b'#') && !self.rest().starts_with(b"#include") {
                self.comment()?;
            } else {
                return Some(new_line);
            }
        }
    }

    /// A comment, up to the end of its line.
    fn comment(&mut self) -> Option<()> {
        let start = self.at;
        self.at = self.line_end();
        if self.at < self.text.len() {
            return Some(());
        }
        self.inside = EnclosingElement::Comment;
        self.partial = Some(start);
        None
    }

    /// Forgets the statement.
    fn end(&mut self) {
        self.prefix.clear();
        self.pieces.clear();
        self.construct = None;
        self.slot = CursorSlot::Start;
        self.angle = false;
        self.cut = false;
    }

    fn open(&mut self, kind: BlockKind, name: Option<Range<u32>>, brace: usize) {
        self.blocks.push(OpenBlock { kind, name, brace: offset(brace) });
        self.end();
    }

    fn close(&mut self) {
        if let Some(block) = self.blocks.pop() {
            self.may_else = block.kind == BlockKind::If;
            self.closed.push((block.brace, offset(self.at)));
        }
        self.at += 1;
        self.end();
    }

    /// Whether a line begins like an item, so that what stands before it lacks its end. In parentheses only words count that
    /// are no values.
    fn starts_line(&mut self, list: bool) -> bool {
        self.cut = self.begins_item(list);
        self.cut
    }

    fn begins_item(&self, list: bool) -> bool {
        let text = self.rest();
        let name = text.get(..classes::name(text)).unwrap_or_default();
        if list {
            let value = [&b"audit"[..], b"prompt", b"user", b"owner", b"remount", b"unix", b"all", b"file", b"link"];
            // What stands before `=` or a comma is a condition or a value.
            let behind = text.get(name.len()..).unwrap_or_default();
            return starts_item(name) && !value.contains(&name) && matches!(behind.first(), Some(b' ' | b'\t'));
        }
        starts_item(name) && !self.is_condition()
    }

    /// One item, or the brace that closes a block. `None` at the cursor.
    fn item(&mut self) -> Option<()> {
        self.end();
        self.skip(true)?;
        if self.byte(0) == Some(b'}') {
            self.close();
            return Some(());
        }
        self.prefixes()?;
        if !self.rest().starts_with(b"else") {
            self.may_else = false;
        }
        let text = self.rest();
        if text.starts_with(b"#include") {
            let len = b"#include".len();
            self.construct = Some(Construct::Include);
            self.word_piece(len)?;
            return self.include();
        }
        match self.byte(0) {
            Some(b'{') => {
                self.at += 1;
                self.open(BlockKind::Prefix, None, self.at - 1);
                return Some(());
            }
            Some(b'^') => {
                self.construct = Some(Construct::Hat);
                self.sign(PieceKind::Sign, 1);
                return self.named();
            }
            Some(b'@' | b'$') if self.assignment()? => return Some(()),
            Some(byte) if byte.is_ascii_alphabetic() && !self.is_condition() => {
                let len = classes::name(text);
                let name = text.get(..len).unwrap_or_default();
                match Construct::of(name) {
                    Some(Construct::Include) if !matches!(text.get(len), None | Some(b' ' | b'\t')) => {}
                    Some(construct) => {
                        self.word_piece(len)?;
                        self.construct = Some(construct);
                        return self.construct(construct);
                    }
                    None if name == b"open" && text.len() > len => {
                        self.at += len;
                        self.open(BlockKind::Prefix, None, self.at - len);
                        return Some(());
                    }
                    None => {}
                }
            }
            _ => {}
        }
        self.initial(false)
    }

    /// The words before a rule or block.
    fn prefixes(&mut self) -> Option<()> {
        loop {
            let text = self.rest();
            let len = classes::name(text);
            let name = text.get(..len).unwrap_or_default();
            if !PREFIXES.iter().any(|prefix| prefix.as_bytes() == name) {
                return Some(());
            }
            if name == b"priority" {
                let range = self.word(len)?;
                self.prefix.push(range);
                self.skip_blanks()?;
                if self.byte(0) == Some(b'=') {
                    self.at += 1;
                    self.slot = CursorSlot::Priority;
                    self.skip_blanks()?;
                    let sign = usize::from(matches!(self.byte(0), Some(b'+' | b'-')));
                    let digits = classes::number(self.rest().get(sign..).unwrap_or_default());
                    if sign + digits > 0 {
                        self.word(sign + digits)?;
                    }
                    self.slot = CursorSlot::Start;
                }
            } else if self.is_condition() {
                return Some(());
            } else {
                let range = self.word(len)?;
                self.prefix.push(range);
            }
            self.skip(true)?;
        }
    }

    /// Scans the text after the word that begins a construct.
    fn construct(&mut self, construct: Construct) -> Option<()> {
        match construct {
            Construct::Include => self.include(),
            Construct::Abi => {
                self.path()?;
                self.slot = CursorSlot::Done;
                self.rule(false)
            }
            Construct::Profile | Construct::Hat => self.named(),
            Construct::If => self.expression(false),
            Construct::Else => {
                self.slot = CursorSlot::Else;
                self.skip(true)?;
                if self.byte(0) == Some(b'{') {
                    self.at += 1;
                    self.open(BlockKind::Else, None, self.at - 1);
                    return Some(());
                }
                if classes::name(self.rest()) == 2 && self.rest().starts_with(b"if") {
                    self.word_piece(2)?;
                    self.construct = Some(Construct::If);
                    return self.expression(false);
                }
                Some(())
            }
            Construct::File
            | Construct::Link
            | Construct::Alias
            | Construct::Capability
            | Construct::PivotRoot
            | Construct::IoUring
            | Construct::All => self.initial(true),
            _ => self.rule(true),
        }
    }

    /// A quoted word, or where it is not closed on its line the rest of the line.
    fn quoted_or_line(&mut self) -> usize {
        match self.quoted() {
            0 => self.line_end().saturating_sub(self.at).max(1),
            len => len,
        }
    }

    /// Any word, quoted or not.
    fn any_word(&mut self) -> usize {
        if self.byte(0) == Some(b'"') { self.quoted_or_line() } else { classes::word(self.rest()) }
    }
}

/// Returns the start of the name in a reference that a partial word leaves open, and whether it is one to a boolean variable.
fn open_variable(word: &[u8]) -> Option<(bool, usize)> {
    let name = word.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let start = word.len() - name;
    let before = word.get(..start)?;
    let (boolean, sigil) = match before {
        [.., b'@', b'{'] => (false, before.len() - 2),
        [b'$', b'{'] => (true, 0),
        [b'@'] => (false, 0),
        [b'$'] => (true, 0),
        _ => return None,
    };
    let escapes = before.get(..sigil)?.iter().rev().take_while(|&&byte| byte == b'\\').count();
    (escapes % 2 == 0).then_some((boolean, start))
}
