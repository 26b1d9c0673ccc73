//! Maps places in a decoded text to places in the YAML that it is written in.

use crate::source::Span;

/// The places where the bytes of a decoded text are written.
///
/// The text is made of pieces that stand in the YAML as they are; what lies between the pieces (indentation, the signs of an
/// escape) has no counterpart in the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PositionMap {
    pieces: Vec<DecodedPiece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DecodedPiece {
    /// Offset of its begin in the text.
    text: u32,
    /// Offset of its begin in the YAML.
    yaml: u32,
    /// Offset of its end in the YAML.
    end: u32,
    /// Whether it is no copy: any place in it is all of the YAML's piece.
    whole: bool,
}

impl PositionMap {
    /// Adds a piece after the others.
    pub(super) fn push(&mut self, text: usize, yaml: usize, len: usize) {
        let piece = DecodedPiece::new(text, yaml, len, false);
        match self.pieces.last_mut() {
            // It goes on where the last one ends, on both sides.
            Some(last) if !last.whole && last.end == piece.yaml && piece.text - last.text == last.end - last.yaml => {
                last.end = piece.end
            }
            _ => self.pieces.push(piece),
        }
    }

    /// Adds a piece that is spelled differently in the YAML, after the others.
    pub(super) fn push_whole(&mut self, text: usize, yaml: usize, len: usize) {
        self.pieces.push(DecodedPiece::new(text, yaml, len, true));
    }

    /// The place in the YAML of a place in the text; `whole` is the scalar, which is taken where nothing better is known.
    pub(super) fn locate(&self, span: Span, whole: Span) -> Span {
        let Some(first) = self.piece(span.start) else { return whole };
        let start = first.offset(span.start);
        let end = match self.piece(span.end.saturating_sub(1)).filter(|_| span.end > span.start) {
            Some(last) if last.whole => last.end,
            Some(last) => last.offset(span.end - 1).saturating_add(1),
            None if first.whole => first.end,
            None => start,
        };
        Span { source: whole.source, start, end: end.max(start) }
    }

    /// The offset in the text of an offset in the YAML: before the first piece, none.
    pub(super) fn offset_in_text(&self, yaml: u32) -> Option<u32> {
        let index = self.pieces.partition_point(|piece| piece.yaml <= yaml).checked_sub(1)?;
        let (piece, next) = (self.pieces.get(index)?, self.pieces.get(index + 1));
        if piece.whole {
            return Some(piece.text);
        }
        // After a piece, what is between it and the next belongs to the next.
        if yaml > piece.end
            && let Some(next) = next
        {
            return Some(next.text);
        }
        Some(piece.text + (yaml.min(piece.end) - piece.yaml))
    }

    /// The piece that a byte of the text stands in, or after.
    fn piece(&self, text: u32) -> Option<&DecodedPiece> {
        let index = self.pieces.partition_point(|piece| piece.text <= text).checked_sub(1)?;
        self.pieces.get(index)
    }
}

impl DecodedPiece {
    fn new(text: usize, yaml: usize, len: usize, whole: bool) -> DecodedPiece {
        // Texts are far smaller than their limit.
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        DecodedPiece { text: number(text), yaml: number(yaml), end: number(yaml.saturating_add(len)), whole }
    }

    /// Returns the offset in the YAML of a byte of the text; for a byte after the piece, its end.
    fn offset(&self, text: u32) -> u32 {
        if self.whole { self.yaml } else { self.yaml.saturating_add(text - self.text).min(self.end) }
    }
}
