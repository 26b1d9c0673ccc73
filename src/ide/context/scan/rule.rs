//! Headers and rules.

use super::Scanner;
use crate::ide::construct::Construct;
use crate::ide::context::{BlockKind, CursorSlot, PieceKind, StatementPiece};
use crate::syntax::parser::classes;

impl Scanner<'_> {
    /// The name after `profile`, `hat` or `^`, and the header.
    pub(super) fn named(&mut self) -> Option<()> {
        self.slot = CursorSlot::Name;
        self.skip_blanks()?;
        let len = self.any_word();
        if len > 0 {
            if self.glued_brace(len, true) {
                return Some(());
            }
            self.word_piece(len)?;
        }
        self.slot = CursorSlot::Header;
        self.initial(true)
    }

    /// A word that ends a header with its brace opens the block: the parser reports it and goes on inside. Without a keyword
    /// (`sure` is false) the line has to end there, and a word that the cursor ends may go on.
    pub(super) fn glued_brace(&mut self, len: usize, sure: bool) -> bool {
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

    /// The brace after a header.
    pub(super) fn header_block(&mut self) {
        let brace = self.at;
        self.at += 1;
        let hat = self.construct == Some(Construct::Hat);
        let keyword = matches!(self.construct, Some(Construct::Hat | Construct::Profile));
        let name = self.pieces.get(usize::from(keyword)).map(|piece| piece.range.clone());
        self.open(if hat { BlockKind::Hat } else { BlockKind::Profile }, name, brace);
    }

    /// Scans the state between rules: headers, file rules, and rules without a lexer state.
    pub(super) fn initial(&mut self, keyword: bool) -> Option<()> {
        if !keyword {
            self.construct = Some(Construct::File);
        }
        let header = matches!(self.construct, Some(Construct::Profile | Construct::Hat));
        if !header {
            self.slot = if keyword { CursorSlot::Argument } else { CursorSlot::Start };
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
                    self.become_header(keyword);
                    self.slot = CursorSlot::List;
                    self.list()?;
                    self.slot = if self.is_header() { CursorSlot::Header } else { CursorSlot::Argument };
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
                        self.become_header(keyword);
                        self.condition()?;
                        self.slot = if self.is_header() { CursorSlot::Header } else { CursorSlot::Argument };
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
            if self.slot == CursorSlot::Start {
                self.slot = CursorSlot::Argument;
            }
        }
    }

    /// Whether the statement is known to be a header.
    pub(super) fn is_header(&self) -> bool {
        matches!(self.construct, Some(Construct::Profile | Construct::Hat))
    }

    /// A statement that began like a file rule is a header. Its name stands where others have the keyword: an empty piece takes
    /// the keyword's place.
    pub(super) fn become_header(&mut self, keyword: bool) {
        if let (false, Some(Construct::File), Some(first)) = (keyword, self.construct, self.pieces.first()) {
            let at = first.range.start;
            self.construct = Some(Construct::Profile);
            self.pieces.insert(0, StatementPiece { kind: PieceKind::Word, range: at..at });
        }
    }

    /// Whether a line begins with a path that cannot belong to the statement: a complete rule, or one that takes no path,
    /// stands before it.
    pub(super) fn starts_path(&self) -> bool {
        if !matches!(self.byte(0), Some(b'/' | b'@')) {
            return false;
        }
        let word = |piece: &StatementPiece| {
            self.text.get(piece.range.start as usize..piece.range.end as usize).unwrap_or_default()
        };
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

    /// The word after an arrow.
    pub(super) fn target(&mut self) -> Option<()> {
        self.slot = CursorSlot::Target;
        self.skip(false)?;
        let len = self.any_word();
        if len > 0 {
            self.word_piece(len)?;
        }
        self.slot = CursorSlot::Done;
        Some(())
    }

    /// Scans rules with a lexer state, up to the comma.
    pub(super) fn rule(&mut self, arguments: bool) -> Option<()> {
        if arguments {
            self.slot = CursorSlot::Argument;
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
                self.slot = CursorSlot::Argument;
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
                    self.slot = CursorSlot::List;
                    self.list()?;
                    self.slot = CursorSlot::Argument;
                }
                [b'-', b'>', ..] => {
                    self.sign(PieceKind::Arrow, 2);
                    if self.construct == Some(Construct::Mount) {
                        // Conditions may follow; the last word is the mount point.
                        self.slot = CursorSlot::Target;
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
                    // A unit may stand directly after its number.
                    let same = |byte: &&u8| first.is_ascii_digit() == byte.is_ascii_digit() && **byte != b',';
                    let len = text.iter().take_while(same).take_while(|byte| !byte.is_ascii_whitespace()).count();
                    self.word_piece(len.max(1))?;
                }
                _ => {
                    let len = match self.construct {
                        Some(Construct::ChangeProfile) => classes::word(text),
                        _ => classes::rule_id(text),
                    };
                    let target = self.slot == CursorSlot::Target;
                    self.word_piece(len.max(1))?;
                    if target {
                        self.slot = CursorSlot::Done;
                    }
                }
            }
        }
    }

    /// Whether words of rules may stand where a mount rule has its source or mount point.
    pub(super) fn in_mount(&self) -> bool {
        self.slot == CursorSlot::Target
    }

    pub(super) fn takes_path(&self) -> bool {
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
}
