//! Lines that formatting leaves as they are, and putting the new text together with them.

use std::ops::RangeInclusive;

use super::printer::PrintedUnit;
use crate::source::{Source, SourceId, Span};

/// The parts of a text that are kept.
#[derive(Debug)]
pub(crate) struct KeptParts {
    /// First and last line of each region between `# fmt: off` and `# fmt: on`.
    off: Vec<(u32, u32)>,
    /// All that does not touch these lines.
    lines: Option<RangeInclusive<u32>>,
}

impl KeptParts {
    pub(crate) fn new(source: &Source, lines: Option<RangeInclusive<u32>>) -> KeptParts {
        let mut off = Vec::new();
        let mut begun = None;
        for (number, line) in (1..).zip(source.text().split(|&byte| byte == b'\n')) {
            match (comment(line.trim_ascii()), begun) {
                (b"fmt: off", None) => begun = Some(number),
                (b"fmt: on", Some(first)) => {
                    off.push((first, number - 1));
                    begun = None;
                }
                _ => {}
            }
        }
        off.extend(begun.map(|first| (first, u32::MAX)));
        KeptParts { off, lines }
    }

    /// Whether everything is formatted.
    pub(super) fn is_nothing(&self) -> bool {
        self.off.is_empty() && self.lines.is_none()
    }

    /// Whether some of these lines stay.
    fn keeps(&self, first: u32, last: u32) -> bool {
        // The regions are in order and apart: only the first that ends late enough can touch the lines.
        let region = self.off.partition_point(|&(_, end)| end < first);
        self.off.get(region).is_some_and(|&(begin, _)| begin <= last)
            || self.lines.as_ref().is_some_and(|lines| last < *lines.start() || *lines.end() < first)
    }

    /// Whether what is written at `span` stays.
    pub(crate) fn touches(&self, source: &Source, span: Span) -> bool {
        !self.is_nothing() && self.keeps(source.line_column(span.start).0, source.line_column(last_byte(span)).0)
    }

    /// The printed text with the lines that stay taken from the source. Units that share a line of the source stay together.
    pub(super) fn compose(&self, source: &Source, printed: &[u8], units: &[PrintedUnit]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut before: Option<(u32, bool)> = None;
        for group in groups(source, printed.len(), units) {
            let SharedLines { first, last, blank, start, end } = group;
            let kept = self.keeps(first, last);
            let (line, was_kept) = before.unwrap_or((0, kept));
            if line + 1 < first && (kept && was_kept || self.keeps(line + 1, first - 1)) {
                out.extend_from_slice(lines_of(source, line + 1, first - 1));
            } else if blank {
                out.push(b'\n');
            }
            let text = if kept { lines_of(source, first, last) } else { printed.get(start..end).unwrap_or_default() };
            out.extend_from_slice(text);
            before = Some((last, kept));
        }
        let whole =
            Span { start: 0, end: u32::try_from(source.text().len()).unwrap_or(u32::MAX), source: SourceId::NONE };
        // A text of blank lines has no units.
        if let (line, true) = before.unwrap_or((0, true))
            && self.keeps(line + 1, source.line_column(last_byte(whole)).0.max(line + 1))
        {
            out.extend_from_slice(lines_of(source, line + 1, u32::MAX));
        }
        out
    }
}

/// Returns the text of a comment; empty if there is none.
pub(super) fn comment(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"#").map_or(b"", |text| text.trim_ascii())
}

/// Units that share lines of the source.
struct SharedLines {
    first: u32,
    last: u32,
    blank: bool,
    /// Offset of their start in the printed text.
    start: usize,
    end: usize,
}

fn groups(source: &Source, len: usize, units: &[PrintedUnit]) -> Vec<SharedLines> {
    let mut groups: Vec<SharedLines> = Vec::new();
    for (index, unit) in units.iter().enumerate() {
        let span = trimmed(source, unit.span);
        let (first, last) = (source.line_column(span.start).0, source.line_column(last_byte(span)).0);
        let end = units.get(index + 1).map_or(len, |next| next.at - usize::from(next.blank));
        let mut group = SharedLines { first, last, blank: unit.blank, start: unit.at, end };
        while let Some(before) = groups.pop_if(|before| group.first <= before.last) {
            group = SharedLines {
                first: before.first.min(group.first),
                last: before.last.max(group.last),
                blank: before.blank,
                start: before.start,
                end: group.end,
            };
        }
        groups.push(group);
    }
    groups
}

/// The span without the blanks and line ends at its ends.
fn trimmed(source: &Source, span: Span) -> Span {
    let text = source.slice(span);
    let number = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
    let start = span.start + number(text.len() - text.trim_ascii_start().len());
    let end = span.end - number(text.len() - text.trim_ascii_end().len());
    Span { start: start.min(end), end, ..span }
}

fn last_byte(span: Span) -> u32 {
    span.end.saturating_sub(1).max(span.start)
}

/// The bytes of whole lines, with their line ends.
fn lines_of(source: &Source, first: u32, last: u32) -> &[u8] {
    let text = source.text();
    let start = |line: u32| source.line_start(line).unwrap_or(text.len());
    text.get(start(first)..start(last.saturating_add(1))).unwrap_or_default()
}
