//! Records of a log between the lines of a profile, where somebody pasted them: bare, which does not parse, or as comments.

use std::ops::Range;

use crate::log::{Event, events, may_hold_record};

/// The events of a record that has a line to itself, bare or in a comment, whose rules the profile lacks.
pub(super) fn denials(line: &[u8]) -> Vec<Event> {
    if !may_hold_record(line) {
        return Vec::new();
    }
    let start = line.iter().position(|byte| !matches!(byte, b'#' | b' ' | b'\t')).unwrap_or(line.len());
    let mut events = events(line.get(start..).unwrap_or_default());
    events.retain(|event| event.verdict.is_lacking());
    events
}

/// A text with a short comment in the place of each record, so that it parses, and no byte of a log is in it.
#[derive(Clone, Debug)]
pub(super) struct MaskedText {
    pub(super) text: Vec<u8>,
    /// The start of the comments, which no other line of the text has.
    word: String,
    pub(super) records: Vec<RecordLine>,
}

/// A line with a record.
#[derive(Clone, Debug)]
pub(super) struct RecordLine {
    /// The line without its line end.
    pub(super) line: Vec<u8>,
    /// The bytes of the line, its line end included.
    pub(super) range: Range<usize>,
    pub(super) events: Vec<Event>,
}

/// Masks the records of a text; `None` where there are none.
pub(super) fn mask(text: &[u8]) -> Option<MaskedText> {
    if !may_hold_record(text) {
        return None;
    }
    let mut salt = 0_u32;
    let mut word = String::from("#pasted-record-");
    while memchr::memmem::find(text, word.as_bytes()).is_some() {
        salt = salt.wrapping_add(1);
        word = format!("#pasted-record-{salt}-");
    }
    let mut masked = MaskedText { text: Vec::with_capacity(text.len()), word, records: Vec::new() };
    let mut start = 0;
    for whole in text.split_inclusive(|&byte| byte == b'\n') {
        let range = start..start + whole.len();
        start = range.end;
        let (line, line_end) = split_line_end(whole);
        let events = denials(line);
        if events.is_empty() {
            masked.text.extend_from_slice(whole);
            continue;
        }
        let indent = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        masked.text.extend_from_slice(line.get(..indent).unwrap_or_default());
        masked.text.extend_from_slice(format!("{}{}", masked.word, masked.records.len()).as_bytes());
        masked.text.extend_from_slice(line_end);
        masked.records.push(RecordLine { line: line.to_vec(), range, events });
    }
    (!masked.records.is_empty()).then_some(masked)
}

impl MaskedText {
    /// A changed text with its records back in their places, but for those that are dropped.
    pub(super) fn restore(&self, text: &[u8], is_dropped: impl Fn(usize) -> bool) -> Vec<u8> {
        let mut restored = Vec::with_capacity(text.len());
        for whole in text.split_inclusive(|&byte| byte == b'\n') {
            let (line, line_end) = split_line_end(whole);
            let number = line.trim_ascii().strip_prefix(self.word.as_bytes());
            let number = number.and_then(|number| std::str::from_utf8(number).ok()?.parse::<usize>().ok());
            match number.and_then(|number| Some((number, self.records.get(number)?))) {
                None => restored.extend_from_slice(whole),
                Some((number, _)) if is_dropped(number) => {}
                Some((_, record)) => {
                    restored.extend_from_slice(&record.line);
                    restored.extend_from_slice(line_end);
                }
            }
        }
        restored
    }
}

fn split_line_end(whole: &[u8]) -> (&[u8], &[u8]) {
    let line = whole.strip_suffix(b"\n").unwrap_or(whole);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    whole.split_at_checked(line.len()).unwrap_or((whole, b""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"audit: type=1400 audit(1.5:2): apparmor="DENIED" operation="open" profile="p" name="/etc/x" denied_mask="r""#;

    #[test]
    fn records_are_masked_and_restored() {
        let text =
            format!("profile p {{\r\n\t{RECORD}\r\n  # {RECORD}\n  #pasted-record-0\n  /a r, # {RECORD}\n}}\n{RECORD}");
        let masked = mask(text.as_bytes()).unwrap();
        let expected = "profile p {\r\n\t#pasted-record-1-0\r\n  #pasted-record-1-1\n  #pasted-record-0\n  /a r, # ";
        assert!(masked.text.starts_with(expected.as_bytes()), "{}", masked.text.escape_ascii());
        assert_eq!(masked.records.len(), 3);
        assert_eq!(masked.restore(&masked.text, |_| false), text.as_bytes());
        let without = masked.restore(&masked.text, |number| number != 1);
        assert!(without.starts_with(format!("profile p {{\r\n  # {RECORD}\n").as_bytes()));
        for none in
            ["profile p { }", "apparmor=", "# audit: type=1400 audit(1.5:2): apparmor=\"STATUS\" operation=\"x\""]
        {
            assert!(mask(none.as_bytes()).is_none(), "{none}");
        }
    }
}
