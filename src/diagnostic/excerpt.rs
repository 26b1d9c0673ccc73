//! The part of a text that a report shows: a few lines around each label, of long lines the part around it, escaped.

use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::escape::{Escaped, line};
use super::{Label, MAX_SENTENCE};
use crate::source::Source;

/// Lines before and after a label; renderers show some of them.
const CONTEXT: u32 = 2;

/// The most lines of a label: a longer one ends early.
const MAX_LABEL_LINES: u32 = 12;

/// The most bytes of a line.
const MAX_LINE: usize = 240;

/// The maximum number of columns that stand before the label in a long line.
const BEFORE_LABEL: usize = 60;

/// Windows into a text, in the order of the text, as one text of its own: offsets of labels count in it.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    windows: Vec<Window>,
    labels: Vec<LabeledSpan>,
    /// Line and column, counted from 0, of the places of the labels in the original text.
    places: Vec<(usize, usize)>,
}

/// Lines that follow each other.
#[derive(Debug, Default)]
struct Window {
    /// Offset in the excerpt.
    start: usize,
    text: String,
    /// The number of its first line, counted from 0.
    first_line: usize,
    /// Offsets in the source and in `text`, both growing.
    marks: Vec<(usize, usize)>,
}

impl Excerpt {
    /// The lines around the labels, of which the first is the primary one.
    pub(super) fn new(source: &Source, labels: &[&Label]) -> Excerpt {
        let mut spans: Vec<(usize, Range<u32>)> =
            labels.iter().map(|label| span_of(source, label)).enumerate().collect();
        spans.sort_by_key(|(_, span)| (span.start, span.end));
        let mut excerpt = Excerpt {
            name: line(source.name(), MAX_SENTENCE),
            windows: Vec::new(),
            labels: Vec::new(),
            places: Vec::new(),
        };
        let mut placed = Vec::new();
        let mut rest = spans.as_slice();
        while let Some(first) = rest.first() {
            let (from, mut to) = lines_of(source, &first.1);
            let count = rest.iter().skip(1).take_while(|(_, span)| {
                let (begin, end) = lines_of(source, span);
                let joins = begin <= to + 2 * CONTEXT + 1 && fits(source, begin, &first.1, span);
                to = if joins { to.max(end) } else { to };
                joins
            });
            let (group, others) = rest.split_at((1 + count.count()).min(rest.len()));
            let start = excerpt.windows.last().map_or(0, |last| last.start + last.text.len() + 1);
            let window =
                Window::new(source, start, from.saturating_sub(CONTEXT).max(1), to.saturating_add(CONTEXT), group);
            placed.extend(group.iter().map(|(index, span)| (*index, span.start, window.range(span))));
            excerpt.windows.push(window);
            rest = others;
        }
        placed.sort_unstable_by_key(|(index, ..)| *index);
        for ((index, start, range), label) in placed.into_iter().zip(labels) {
            let text = (!label.text.is_empty()).then(|| line(&label.text, MAX_SENTENCE));
            let (at, len) = (range.start, range.end.saturating_sub(range.start));
            excerpt.labels.push(match index {
                0 => LabeledSpan::new_primary_with_span(text, (at, len)),
                _ => LabeledSpan::new(text, at, len),
            });
            let (line, column) = source.line_column(start);
            excerpt.places.push((line.saturating_sub(1) as usize, column.saturating_sub(1) as usize));
        }
        excerpt
    }

    /// The labels in terms of the excerpt.
    pub(super) fn labels(&self) -> &[LabeledSpan] {
        &self.labels
    }
}

/// The range of a label, cut to the text and to the most lines.
fn span_of(source: &Source, label: &Label) -> Range<u32> {
    let len = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
    let start = label.span.start.min(len);
    let mut end = label.span.end.clamp(start, len);
    let last = source.line_column(start).0.saturating_add(MAX_LABEL_LINES);
    if let Some(limit) = source.line_start(last.saturating_add(1)) {
        end = end.min(u32::try_from(limit.saturating_sub(1)).unwrap_or(end)).max(start);
    }
    start..end
}

/// The numbers of the first and the last line of a range.
fn lines_of(source: &Source, span: &Range<u32>) -> (u32, u32) {
    (source.line_column(span.start).0, source.line_column(span.end).0)
}

/// Whether two labels that begin on one line fit into what is shown of it.
fn fits(source: &Source, line: u32, first: &Range<u32>, second: &Range<u32>) -> bool {
    let apart = second.start.saturating_sub(first.start) as usize;
    source.line(line).len() <= MAX_LINE || source.line_column(first.start).0 != line || apart < MAX_LINE - BEFORE_LABEL
}

impl Window {
    /// The lines from one number to another.
    fn new(source: &Source, start: usize, from: u32, to: u32, labels: &[(usize, Range<u32>)]) -> Window {
        let mut window = Window { start, first_line: from.saturating_sub(1) as usize, ..Window::default() };
        for number in from..=to {
            let Some(begin) = source.line_start(number) else { break };
            let first = labels
                .iter()
                .map(|(_, span)| span.start as usize)
                .find(|&at| source.line_column(u32::try_from(at).unwrap_or(u32::MAX)).0 == number);
            window.push(begin, source.line(number), first.map_or(0, |at| at - begin));
            if let Some(next) = source.line_start(number.saturating_add(1)) {
                // The line end belongs to the line.
                window.marks.push((next - 1, window.text.len()));
                window.text.push('\n');
            }
        }
        window
    }

    /// Adds a line, which begins at an offset of the source; of a long one the part around `label`.
    fn push(&mut self, begin: usize, line: &[u8], label: usize) {
        let mut part = 0..line.len();
        if line.len() > MAX_LINE {
            let latest = line.len() - MAX_LINE;
            part.start = boundary(line, label.saturating_sub(BEFORE_LABEL).min(latest));
            part.end = boundary(line, (part.start + MAX_LINE).min(line.len()));
        }
        if part.start > 0 {
            self.text.push('…');
        }
        let mut at = begin + part.start;
        for chunk in line.get(part.clone()).unwrap_or_default().utf8_chunks() {
            for piece in chunk.valid().split_inclusive(|_: char| true) {
                self.piece(&mut at, piece.as_bytes());
            }
            for byte in chunk.invalid() {
                self.piece(&mut at, &[*byte]);
            }
        }
        self.marks.push((at, self.text.len()));
        if part.end < line.len() {
            // Whatever lies beyond ends where the part ends.
            self.marks.push((begin + line.len(), self.text.len()));
            self.text.push('…');
        }
    }

    /// Adds one character or one byte that is none.
    fn piece(&mut self, at: &mut usize, piece: &[u8]) {
        self.marks.push((*at, self.text.len()));
        *at += piece.len();
        match piece {
            b"\t" => self.text.push('\t'),
            _ => self.text.push_str(&Escaped::line(piece).to_string()),
        }
    }

    /// Returns the place of a range of the source in the excerpt.
    fn range(&self, span: &Range<u32>) -> Range<usize> {
        let place = |offset: u32| {
            let index = self.marks.partition_point(|&(source, _)| source < offset as usize);
            self.start + self.marks.get(index).map_or(self.text.len(), |&(_, at)| at)
        };
        place(span.start)..place(span.end)
    }
}

/// The beginning of the character that an offset lies in.
fn boundary(line: &[u8], at: usize) -> usize {
    let is_continuation = |at: usize| line.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    (at.saturating_sub(3)..=at).rev().find(|&at| !is_continuation(at)).unwrap_or(at)
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let ends = |window: &&Window| span.offset() <= window.start + window.text.len();
        let window = self.windows.iter().find(ends).ok_or(MietteError::OutOfBounds)?;
        let inside = SourceSpan::from((span.offset() - window.start, span.len()));
        let inner = window.text.as_bytes().read_span(&inside, before, after)?;
        let (mut line, mut column) = (inner.line() + window.first_line, inner.column());
        let label = self.labels.iter().position(|label| label.offset() == span.offset() && label.len() == span.len());
        if let Some(&place) = label.filter(|_| before == 0).and_then(|index| self.places.get(index)) {
            // The heading names the place in the original text.
            (line, column) = place;
        }
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            SourceSpan::from((inner.span().offset() + window.start, inner.span().len())),
            line,
            column,
            inner.line_count(),
        )))
    }
}
