//! The scanner: the parser's states, without its errors.

use std::ops::Range;

use memchr::memchr;

use super::{BlockKind, Context, Inside, OpenBlock, Piece, PieceKind, Slot};
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
        slot: Slot::Start,
        partial: None,
        inside: Inside::Code,
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
    /// Where the line ends that was last asked for; asked for once a line.
    line_end: usize,
    blocks: Vec<OpenBlock>,
    prefix: Vec<Range<u32>>,
    construct: Option<Construct>,
    pieces: Vec<Piece>,
    slot: Slot,
    /// Where the word begins that the cursor ends.
    partial: Option<usize>,
    inside: Inside,
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
    /// What was found, for a cursor at the end of what was scanned.
    pub(super) fn into_context(self, text: &'t [u8], cursor: u32) -> Context<'t> {
        let word = self.partial.map_or(cursor, offset)..cursor;
        let mut context = Context {
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
        if context.slot == Slot::Start && context.pieces.is_empty() && !path {
            context.construct = None;
        }
        if let Some((boolean, name)) =
            (context.inside != Inside::Comment).then(|| open_variable(context.partial())).flatten()
        {
            let start = context.word.start.saturating_add(offset(name));
            context.inside = Inside::Variable { boolean, name: start..cursor };
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
                self.inside = Inside::Quotes;
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
        self.pieces.push(Piece { kind, range: offset(start)..offset(self.at) });
    }

    /// Takes a word and notes it.
    fn word_piece(&mut self, len: usize) -> Option<Range<u32>> {
        let range = self.word(len)?;
        self.pieces.push(Piece { kind: PieceKind::Word, range: range.clone() });
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

    /// Skips blanks and line ends, and comments where the state has them; says whether a line ended. `None` at the cursor.
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
        self.inside = Inside::Comment;
        self.partial = Some(start);
        None
    }

    /// Forgets the statement.
    fn end(&mut self) {
        self.prefix.clear();
        self.pieces.clear();
        self.construct = None;
        self.slot = Slot::Start;
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
                        return self.construct(construct, name);
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
                    self.slot = Slot::Priority;
                    self.skip_blanks()?;
                    let sign = usize::from(matches!(self.byte(0), Some(b'+' | b'-')));
                    let digits = classes::number(self.rest().get(sign..).unwrap_or_default());
                    if sign + digits > 0 {
                        self.word(sign + digits)?;
                    }
                    self.slot = Slot::Start;
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

    /// Whether a name stands here with the operator of a condition behind it on its line.
    fn is_condition(&self) -> bool {
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

    /// What stands behind the word that begins a construct.
    fn construct(&mut self, construct: Construct, name: &[u8]) -> Option<()> {
        match construct {
            Construct::Include => self.include(),
            Construct::Abi => {
                self.path()?;
                self.slot = Slot::Done;
                self.rule(false)
            }
            Construct::Profile | Construct::Hat => self.named(),
            Construct::If => self.expression(false),
            Construct::Else => {
                self.slot = Slot::Else;
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

    /// `include`, with `if exists`.
    fn include(&mut self) -> Option<()> {
        self.slot = Slot::IncludePath;
        self.skip_blanks()?;
        if self.rest().starts_with(b"if") && classes::name(self.rest()) == 2 {
            self.word_piece(2)?;
            self.slot = Slot::Argument;
            self.skip_blanks()?;
            let len = classes::name(self.rest());
            if len > 0 {
                self.word_piece(len)?;
            }
            self.slot = Slot::IncludePath;
        }
        self.path()
    }

    /// The path of an include or abi.
    fn path(&mut self) -> Option<()> {
        self.slot = Slot::IncludePath;
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

    /// A quoted word, or where it is not closed on its line the rest of the line.
    fn quoted_or_line(&mut self) -> usize {
        match self.quoted() {
            0 => self.line_end().saturating_sub(self.at).max(1),
            len => len,
        }
    }

    /// The name behind `profile`, `hat` or `^`, and the header.
    fn named(&mut self) -> Option<()> {
        self.slot = Slot::Name;
        self.skip_blanks()?;
        let len = self.any_word();
        if len > 0 {
            let start = self.at;
            if self.glued_brace(len, true) {
                return Some(());
            }
            self.word_piece(len)?;
        }
        self.slot = Slot::Header;
        self.initial(true)
    }

    /// A word that ends a header with its brace opens the block: the parser reports it and goes on inside. Without a keyword
    /// (`sure` is false) the line has to end there, and a word that the cursor ends may go on.
    fn glued_brace(&mut self, len: usize, sure: bool) -> bool {
        let (word, behind) = self.rest().split_at_checked(len).unwrap_or_default();
        let behind = behind.get(classes::blanks(behind)..).unwrap_or_default();
        let ends = classes::newline(behind) > 0 || sure && self.at + len < self.text.len();
        let count = |sign| word.iter().filter(|&&byte| byte == sign).count();
        let glued = ends
            && matches!(word, [.., before, b'{'] if !matches!(before, b'\\' | b'@' | b'$'))
            && count(b'{') == count(b'}') + 1;
        if glued {
            let start = self.at;
            self.at += len - 1;
            self.piece(PieceKind::Word, start);
            self.header_block();
        }
        glued
    }

    /// The brace behind a header.
    fn header_block(&mut self) {
        let brace = self.at;
        self.at += 1;
        let hat = self.construct == Some(Construct::Hat);
        let keyword = matches!(self.construct, Some(Construct::Hat | Construct::Profile));
        let name = self.pieces.get(usize::from(keyword)).map(|piece| piece.range.clone());
        self.open(if hat { BlockKind::Hat } else { BlockKind::Profile }, name, brace);
    }

    /// Any word, quoted or not.
    fn any_word(&mut self) -> usize {
        if self.byte(0) == Some(b'"') { self.quoted_or_line() } else { classes::word(self.rest()) }
    }

    /// What is scanned in the state between rules: headers, file rules, and the rules without a state of their own.
    fn initial(&mut self, keyword: bool) -> Option<()> {
        if !keyword {
            self.construct = Some(Construct::File);
        }
        let header = matches!(self.construct, Some(Construct::Profile | Construct::Hat));
        if !header {
            self.slot = if keyword { Slot::Argument } else { Slot::Start };
        }
        loop {
            if self.cut {
                return Some(());
            }
            let new_line = self.skip(true)?;
            let text = self.rest();
            if new_line && !self.pieces.is_empty() && (self.starts_line(false) || self.starts_path()) {
                return Some(());
            }
            let (kind, len) = match text {
                [b',', ..] => {
                    self.at += 1;
                    return Some(());
                }
                [b'}', ..] => return Some(()),
                [b'{', ..] => {
                    self.header_block();
                    return Some(());
                }
                [b'(', ..] => {
                    self.into_header(keyword);
                    self.slot = Slot::List;
                    self.list()?;
                    self.slot = if self.is_header() { Slot::Header } else { Slot::Argument };
                    continue;
                }
                [b'-', b'>', ..] => {
                    self.sign(PieceKind::Arrow, 2);
                    self.target()?;
                    continue;
                }
                [b'+' | b'?' | b':', b'=', ..] => (PieceKind::Assign, 2),
                [b'=', ..] => (PieceKind::Assign, 1),
                [b'+', ..] => (PieceKind::Sign, 1),
                [first, ..] if first.is_ascii_alphabetic() => {
                    if self.is_condition() {
                        self.into_header(keyword);
                        self.condition()?;
                        self.slot = if self.is_header() { Slot::Header } else { Slot::Argument };
                        continue;
                    }
                    let name = classes::name(text);
                    if text.get(..name) == Some(b"open") && text.len() > name && self.is_header() {
                        self.at += name - 1;
                        self.header_block();
                        return Some(());
                    }
                    (PieceKind::Word, name)
                }
                [b'"', ..] => (PieceKind::Word, self.quoted_or_line()),
                _ => {
                    let path = classes::path(text).max(classes::set_variable(text));
                    (PieceKind::Word, if path > 0 { path } else { classes::word(text).max(1) })
                }
            };
            if kind == PieceKind::Word {
                if (header || !keyword) && self.glued_brace(len, header) {
                    return Some(());
                }
                self.word_piece(len)?;
            } else {
                self.sign(kind, len);
            }
            if self.slot == Slot::Start {
                self.slot = Slot::Argument;
            }
        }
    }

    /// Whether the statement is known to be a header.
    fn is_header(&self) -> bool {
        matches!(self.construct, Some(Construct::Profile | Construct::Hat))
    }

    /// A statement that began like a file rule is a header. Its name stands where others have the keyword: an empty piece takes
    /// the keyword's place.
    fn into_header(&mut self, keyword: bool) {
        if let (false, Some(Construct::File), Some(first)) = (keyword, self.construct, self.pieces.first()) {
            let at = first.range.start;
            self.construct = Some(Construct::Profile);
            self.pieces.insert(0, Piece { kind: PieceKind::Word, range: at..at });
        }
    }

    /// Whether a line begins with a path that cannot belong to the statement: a complete rule, or one that takes no path,
    /// stands before it.
    fn starts_path(&self) -> bool {
        if !matches!(self.byte(0), Some(b'/' | b'@')) {
            return false;
        }
        let word =
            |piece: &Piece| self.text.get(piece.range.start as usize..piece.range.end as usize).unwrap_or_default();
        match self.construct {
            Some(Construct::Capability | Construct::All | Construct::IoUring) => true,
            // No complete rule is longer.
            Some(Construct::File) if self.pieces.len() <= 6 => {
                let path = self.pieces.iter().any(|piece| matches!(word(piece).first(), Some(b'/' | b'@' | b'"')));
                path && self.pieces.iter().any(|piece| classes::is_mode(word(piece)))
            }
            _ => false,
        }
    }

    /// The word behind an arrow.
    fn target(&mut self) -> Option<()> {
        self.slot = Slot::Target;
        self.skip(false)?;
        let len = self.any_word();
        if len > 0 {
            self.word_piece(len)?;
        }
        self.slot = Slot::Done;
        Some(())
    }

    /// What is scanned in the states of rules that have one, up to the comma.
    fn rule(&mut self, arguments: bool) -> Option<()> {
        if arguments {
            self.slot = Slot::Argument;
        }
        loop {
            if self.cut {
                return Some(());
            }
            let new_line = self.skip(false)?;
            if new_line && !self.in_mount() && self.starts_line(false) {
                return Some(());
            }
            if self.is_condition() {
                self.condition()?;
                self.slot = Slot::Argument;
                continue;
            }
            let text = self.rest();
            match text {
                [b',', ..] => {
                    self.at += 1;
                    return Some(());
                }
                [b'}', ..] => return Some(()),
                [b'(', ..] => {
                    self.slot = Slot::List;
                    self.list()?;
                    self.slot = Slot::Argument;
                }
                [b'-', b'>', ..] => {
                    self.sign(PieceKind::Arrow, 2);
                    if self.construct == Some(Construct::Mount) {
                        // Conditions may follow; the last word is the mount point.
                        self.slot = Slot::Target;
                    } else {
                        self.target()?;
                    }
                }
                [b'<', b'=', ..] => self.sign(PieceKind::Sign, 2),
                [b'/' | b'@', ..] if new_line && !self.takes_path() => return Some(()),
                [b'#', ..] if !self.takes_path() => self.comment()?,
                [b'"', ..] => {
                    let len = self.quoted_or_line();
                    self.word_piece(len)?;
                }
                [first, ..] if first.is_ascii_alphanumeric() && self.construct == Some(Construct::Rlimit) => {
                    // A unit may stand directly behind its number.
                    let same = |byte: &&u8| first.is_ascii_digit() == byte.is_ascii_digit() && **byte != b',';
                    let len = text.iter().take_while(same).take_while(|byte| !byte.is_ascii_whitespace()).count();
                    self.word_piece(len.max(1))?;
                }
                _ => {
                    let len = match self.construct {
                        Some(Construct::ChangeProfile) => classes::word(text),
                        _ => classes::rule_id(text),
                    };
                    let target = self.slot == Slot::Target;
                    self.word_piece(len.max(1))?;
                    if target {
                        self.slot = Slot::Done;
                    }
                }
            }
        }
    }

    /// Whether words of rules may stand where a mount rule has its source or mount point.
    fn in_mount(&self) -> bool {
        self.slot == Slot::Target
    }

    fn takes_path(&self) -> bool {
        matches!(
            self.construct,
            Some(
                Construct::Mount
                    | Construct::Remount
                    | Construct::Umount
                    | Construct::Mqueue
                    | Construct::ChangeProfile
                    | Construct::Abi
            )
        )
    }

    /// A condition or group: its name stands here with its operator.
    fn condition(&mut self) -> Option<()> {
        let len = classes::name(self.rest());
        let name = self.word_piece(len)?;
        self.skip_blanks()?;
        let start = self.at;
        if self.rest().starts_with(b"in") {
            self.sign(PieceKind::In, 2);
        } else {
            self.sign(PieceKind::Equal, 1);
        }
        let text = self.text.get(name.start as usize..name.end as usize).unwrap_or_default();
        self.slot = Slot::ConditionValue { name: name.clone(), list: false };
        self.skip_blanks()?;
        if self.byte(0) == Some(b'(') {
            if matches!(text, b"peer" | b"xattrs") {
                return self.group(name);
            }
            self.slot = Slot::ConditionValue { name, list: true };
            return self.list();
        }
        if classes::newline(self.rest()) > 0 {
            // Only a list may begin on the next line.
            let mark = self.at;
            if self.skip(false).is_some() && self.byte(0) == Some(b'(') {
                self.slot = Slot::ConditionValue { name, list: true };
                return self.list();
            }
            let at_cursor = self.at >= self.text.len();
            if at_cursor {
                self.slot = Slot::Argument;
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
    fn list(&mut self) -> Option<()> {
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
    fn group(&mut self, group: Range<u32>) -> Option<()> {
        self.sign(PieceKind::Open, 1);
        loop {
            self.slot = Slot::GroupName { group: group.clone() };
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

    fn group_condition(&mut self, group: &Range<u32>) -> Option<()> {
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
        self.slot = Slot::GroupValue { group: group.clone(), name };
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

    /// An assignment to a variable, if one stands here.
    fn assignment(&mut self) -> Option<bool> {
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
        self.pieces.push(Piece { kind: PieceKind::Word, range });
        self.sign(PieceKind::Assign, operator);
        if boolean {
            self.expression(true)?;
        } else {
            self.values()?;
        }
        Some(true)
    }

    /// Blanks, and line ends behind a backslash that stands alone. `None` at the cursor.
    fn skip_continued(&mut self) -> Option<()> {
        loop {
            self.skip_blanks()?;
            match self.rest() {
                [b'\\', rest @ ..] if classes::newline(rest) > 0 => self.at += 1 + classes::newline(rest),
                _ => return Some(()),
            }
        }
    }

    /// Values up to the end of the line.
    fn values(&mut self) -> Option<()> {
        self.slot = Slot::Value;
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

    /// An expression: behind `if` up to the brace, assigned up to the end of the line.
    fn expression(&mut self, assigned: bool) -> Option<()> {
        self.slot = Slot::Expression { operand: true };
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
                self.slot = Slot::Expression { operand: !close };
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
                    self.slot = Slot::Expression { operand: true };
                }
                _ => {
                    self.word_piece(len)?;
                    self.slot = Slot::Expression { operand: false };
                }
            }
        }
    }
}

/// Where the name begins of a reference that a partial word leaves open, and whether it is one to a boolean variable.
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
