//! Positions and edits as a client understands them, written from the protocol and not with the server's code.

use serde_json::{Value, json};

/// The unit of positions in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Units {
    Utf8,
    Utf16,
    Utf32,
}

impl Units {
    pub(crate) const ALL: [(&'static str, Units); 3] =
        [("utf-8", Units::Utf8), ("utf-16", Units::Utf16), ("utf-32", Units::Utf32)];

    fn of(self, character: char) -> usize {
        match self {
            Units::Utf8 => character.len_utf8(),
            Units::Utf16 => character.len_utf16(),
            Units::Utf32 => 1,
        }
    }

    /// The position of an offset.
    pub(crate) fn position(self, text: &str, offset: usize) -> Value {
        let (mut line, mut start) = (0, 0);
        for (behind, _) in line_ends(text).into_iter().filter(|&(behind, _)| behind <= offset) {
            (line, start) = (line + 1, behind);
        }
        let character: usize = text[start..offset].chars().map(|character| self.of(character)).sum();
        json!({ "line": line, "character": character })
    }

    /// The offset of a position: after the end of a line, that end; inside a character, where that begins.
    pub(crate) fn offset(self, text: &str, position: &Value) -> usize {
        let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
        let mut left = usize::try_from(position["character"].as_u64().unwrap()).unwrap();
        let ends = line_ends(text);
        let start = if line == 0 { Some(0) } else { ends.get(line - 1).map(|&(behind, _)| behind) };
        let Some(start) = start else { return text.len() };
        let end = ends.get(line).map_or(text.len(), |&(_, end)| end);
        let mut offset = start;
        for character in text[start..end].chars() {
            let Some(rest) = left.checked_sub(self.of(character)) else { break };
            left = rest;
            offset += character.len_utf8();
        }
        offset
    }

    /// The text after edits, all of which are about the text before them.
    pub(crate) fn apply(self, text: &str, edits: &Value) -> String {
        let mut edits: Vec<(usize, usize, &str)> = edits
            .as_array()
            .unwrap()
            .iter()
            .map(|edit| {
                let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
                (self.offset(text, start), self.offset(text, end), edit["newText"].as_str().unwrap())
            })
            .collect();
        // Those at one place in the order of the list.
        edits.sort_by_key(|&(start, end, _)| (start, end));
        let (mut new, mut done) = (String::new(), 0);
        for (start, end, replacement) in edits {
            assert!(done <= start && start <= end, "edits overlap");
            new.push_str(&text[done..start]);
            new.push_str(replacement);
            done = end;
        }
        new + &text[done..]
    }
}

/// Returns the ends of lines: the offset after the line end, and the one before it.
fn line_ends(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut ends = Vec::new();
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => {}
            b'\n' if at > 0 && bytes[at - 1] == b'\r' => ends.push((at + 1, at - 1)),
            b'\n' | b'\r' => ends.push((at + 1, at)),
            _ => {}
        }
    }
    ends
}

/// The position in a text where a piece of it stands: where the `|` in the piece is, which is not in the text.
pub(crate) fn at(text: &str, marked: &str) -> Value {
    Units::Utf16.position(text, offset(text, marked))
}

/// The same as an offset.
pub(crate) fn offset(text: &str, marked: &str) -> usize {
    let (before, behind) = marked.split_once('|').expect("a mark");
    let piece = format!("{before}{behind}");
    let found = text.find(&piece).unwrap_or_else(|| panic!("{piece:?} is not in the text"));
    assert_eq!(text.rfind(&piece), Some(found), "{piece:?} is in the text more than once");
    found + before.len()
}

/// The range of a piece of a text.
pub(crate) fn range(text: &str, piece: &str) -> Value {
    json!({ "start": at(text, &format!("|{piece}")), "end": at(text, &format!("{piece}|")) })
}

/// Returns the text of a range.
pub(crate) fn slice<'t>(text: &'t str, range: &Value) -> &'t str {
    &text[Units::Utf16.offset(text, &range["start"])..Units::Utf16.offset(text, &range["end"])]
}

#[test]
fn positions_and_edits() {
    let text = "ä𝄞\r\nb\rc\n";
    let position = |line: u32, character: u32| json!({ "line": line, "character": character });
    assert_eq!(Units::Utf16.position(text, 6), position(0, 3));
    assert_eq!(Units::Utf8.position(text, 6), position(0, 6));
    assert_eq!(Units::Utf32.position(text, 6), position(0, 2));
    assert_eq!(Units::Utf16.position(text, text.len()), position(3, 0));
    assert_eq!(Units::Utf16.offset(text, &position(0, 2)), 2);
    assert_eq!(Units::Utf16.offset(text, &position(0, 99)), 6);
    assert_eq!(Units::Utf16.offset(text, &position(2, 0)), 10);
    assert_eq!(at(text, "b\r|c"), position(2, 0));
    let edits = json!([
        { "range": { "start": position(1, 0), "end": position(1, 1) }, "newText": "B" },
        { "range": { "start": position(0, 0), "end": position(0, 0) }, "newText": "1" },
        { "range": { "start": position(0, 0), "end": position(0, 1) }, "newText": "2" },
    ]);
    assert_eq!(Units::Utf16.apply(text, &edits), "12𝄞\r\nB\rc\n");
}
