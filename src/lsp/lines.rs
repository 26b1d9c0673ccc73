//! Positions of the protocol: a line, and a number of UTF-16 or UTF-8 units in it.

use std::cell::Cell;

use gen_lsp_types::{Position, PositionEncodingKind, Range};

/// The unit of positions in a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Halves of surrogate pairs, which every client knows.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The one that is least work among those of a client.
    pub(super) fn choose(offered: &[PositionEncodingKind]) -> Encoding {
        let has = |kind: &PositionEncodingKind| offered.contains(kind);
        if has(&PositionEncodingKind::UTF8) {
            Encoding::Utf8
        } else if has(&PositionEncodingKind::UTF32) && !has(&PositionEncodingKind::UTF16) {
            Encoding::Utf32
        } else {
            Encoding::Utf16
        }
    }

    /// Its name.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn units(self, character: char) -> u32 {
        let units = match self {
            Encoding::Utf8 => character.len_utf8(),
            Encoding::Utf16 => character.len_utf16(),
            Encoding::Utf32 => 1,
        };
        u32::try_from(units).unwrap_or(1)
    }
}

/// The lines of a text. They end in LF, CR LF or CR, as the protocol has it.
#[derive(Debug)]
pub(super) struct DocumentLines<'t> {
    text: &'t [u8],
    /// The start and the end of each line, without its line end.
    lines: Vec<(usize, usize)>,
    encoding: Encoding,
    /// The last offset with its units, so that one after the other in one long line is not counted from its start each time.
    last: Cell<(usize, u32)>,
}

impl<'t> DocumentLines<'t> {
    pub(super) fn new(text: &'t [u8], encoding: Encoding) -> DocumentLines<'t> {
        let mut lines = Vec::new();
        let mut start = 0;
        for at in memchr::memchr2_iter(b'\n', b'\r', text) {
            // A CR LF is over at its LF.
            match (text.get(at), text.get(at + 1)) {
                (Some(b'\r'), Some(b'\n')) => {}
                (Some(b'\n'), _) if at > start && text.get(at - 1) == Some(&b'\r') => {
                    lines.push((start, at - 1));
                    start = at + 1;
                }
                _ => {
                    lines.push((start, at));
                    start = at + 1;
                }
            }
        }
        lines.push((start, text.len()));
        DocumentLines { text, lines, encoding, last: Cell::default() }
    }

    /// The position of an offset.
    pub(super) fn position(&self, offset: u32) -> Position {
        let offset = offset as usize;
        let line = self.lines.partition_point(|&(start, _)| start <= offset).saturating_sub(1);
        let (start, end) = self.lines.get(line).copied().unwrap_or_default();
        let offset = offset.min(end).max(start);
        let (known, units) = self.last.get();
        let (from, units) = if (start..=offset).contains(&known) { (known, units) } else { (start, 0) };
        let between = self.text.get(from..offset).unwrap_or_default();
        let more = match self.encoding {
            Encoding::Utf8 => u32::try_from(between.len()).unwrap_or(u32::MAX),
            encoding => characters(between).map(|(character, _)| encoding.units(character)).sum(),
        };
        let character = units.saturating_add(more);
        // One inside a character is no place to go on from.
        if self.text.get(offset).is_none_or(|byte| byte & 0xc0 != 0x80) {
            self.last.set((offset, character));
        }
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), character }
    }

    /// The range of a span.
    pub(super) fn range(&self, start: u32, end: u32) -> Range {
        Range { start: self.position(start), end: self.position(end) }
    }

    /// The offset of a position: one after the end of its line or of the text is the end.
    pub(super) fn offset(&self, position: Position) -> u32 {
        let offset = match self.lines.get(position.line as usize) {
            Some(&(start, end)) => {
                let line = self.text.get(start..end).unwrap_or_default();
                start + self.bytes(line, position.character)
            }
            None => self.text.len(),
        };
        u32::try_from(offset).unwrap_or(u32::MAX)
    }

    /// The bytes of so many units; of one that ends inside a character, without the character.
    fn bytes(&self, line: &[u8], units: u32) -> usize {
        let mut left = units;
        let mut bytes = 0;
        for (character, len) in characters(line) {
            let units = self.encoding.units(character);
            if units > left {
                break;
            }
            left -= units;
            bytes += len;
        }
        bytes
    }

    /// Returns the start and the end of a line, without its line end; `None` after the last.
    pub(super) fn line(&self, line: u32) -> Option<(usize, usize)> {
        self.lines.get(line as usize).copied()
    }

    /// The position after the last character.
    pub(super) fn end(&self) -> Position {
        self.position(u32::try_from(self.text.len()).unwrap_or(u32::MAX))
    }
}

/// The characters with their bytes; for what is no UTF-8 stands one replacement character, as clients show it.
fn characters(text: &[u8]) -> impl Iterator<Item = (char, usize)> {
    text.utf8_chunks().flat_map(|chunk| {
        let invalid = chunk.invalid().len();
        let valid = chunk.valid().chars().map(|character| (character, character.len_utf8()));
        valid.chain((invalid > 0).then_some(('\u{fffd}', invalid)))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str, encoding: Encoding, line: u32, character: u32) -> u32 {
        DocumentLines::new(text.as_bytes(), encoding).offset(Position { line, character })
    }

    #[test]
    fn units_of_each_encoding() {
        let text = "/ä/𝄞x r,\nzweite\r\ndritte\rvierte";
        assert_eq!(at(text, Encoding::Utf16, 0, 3), 4);
        assert_eq!(at(text, Encoding::Utf16, 0, 5), 8, "behind the surrogate pair");
        assert_eq!(at(text, Encoding::Utf16, 0, 4), 4, "inside of it");
        assert_eq!(at(text, Encoding::Utf8, 0, 8), 8);
        assert_eq!(at(text, Encoding::Utf32, 0, 4), 8);
        assert_eq!(at(text, Encoding::Utf16, 0, 9999), 12, "no further than the line");
        assert_eq!(at(text, Encoding::Utf16, 2, 0), 21);
        assert_eq!(at(text, Encoding::Utf16, 3, 0), 28);
        assert_eq!(at(text, Encoding::Utf16, 4, 0), 34);
        assert_eq!(at(text, Encoding::Utf16, u32::MAX, u32::MAX), 34);
    }

    proptest! {
        /// A place leads to a position and back, in every encoding, unless it lies inside a character or line end.
        #[test]
        fn there_and_back(pieces in proptest::collection::vec(
            proptest::sample::select(vec!["a", "ä", "𝄞", "\n", "\r\n", "\r", "e\u{301}", " "]), 0..40)) {
            let text = pieces.concat();
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let lines = DocumentLines::new(text.as_bytes(), encoding);
                for (offset, _) in text.char_indices().filter(|&(at, c)| c != '\n' || !text[..at].ends_with('\r')) {
                    let offset = u32::try_from(offset).unwrap();
                    prop_assert_eq!(lines.offset(lines.position(offset)), offset);
                }
            }
        }

        /// It does not matter what was asked before.
        #[test]
        fn positions_in_any_order(text: Vec<u8>, offsets: Vec<u16>) {
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let lines = DocumentLines::new(&text, encoding);
                for offset in offsets.iter().map(|&offset| u32::from(offset) % 120) {
                    prop_assert_eq!(lines.position(offset), DocumentLines::new(&text, encoding).position(offset));
                }
            }
        }

        #[test]
        fn nothing_panics(text: Vec<u8>, line: u32, character: u32, offset: u32) {
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let lines = DocumentLines::new(&text, encoding);
                let position = Position { line, character };
                prop_assert!(lines.offset(position) as usize <= text.len());
                lines.position(offset);
            }
        }
    }
}
