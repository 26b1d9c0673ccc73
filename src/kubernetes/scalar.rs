//! The places of the bytes of a scalar's value in the YAML.

use saphyr_parser::ScalarStyle;

use super::position::PositionMap;

/// The lines of a block scalar in the YAML.
pub(super) struct ScalarLines {
    /// Offset of the first line.
    pub(super) start: usize,
    /// After the line end of the last line that is not blank.
    pub(super) end: usize,
    /// The indentation of its lines, in bytes.
    pub(super) indent: usize,
}

/// Finds the lines of a block scalar with this value, whose text begins at `at`.
pub(super) fn block_lines(yaml: &str, at: usize, value: &str) -> Option<ScalarLines> {
    let begin = line_start(yaml, at);
    // Blank lines at the top belong to it; the line before them has the `|` or `>`.
    let mut start = begin;
    while let Some(before) = start.checked_sub(1).map(|end| line_start(yaml, end))
        && yaml.get(before..start)?.trim_ascii().is_empty()
    {
        start = before;
    }
    let mut offset = start;
    let mut indent = None;
    let mut end = start;
    for line in yaml.get(start..)?.split_inclusive('\n') {
        let content = line.trim_ascii_end();
        let blanks = line.len() - line.trim_start_matches(' ').len();
        if !content.is_empty() {
            let indent = *indent.get_or_insert_with(|| {
                let first = value.trim_start_matches('\n');
                blanks.saturating_sub(first.len() - first.trim_start_matches(' ').len())
            });
            // What is indented less comes after it. At the top of a document there is no indentation to tell it.
            if blanks < indent {
                break;
            }
            end = offset + line.len();
        }
        offset += line.len();
    }
    Some(ScalarLines { start, end, indent: indent? })
}

fn line_start(yaml: &str, at: usize) -> usize {
    yaml.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

/// Returns the places of the bytes of a scalar; `start..end` is its span. Empty where armorer and the YAML parser read it differently.
pub(super) fn positions(yaml: &str, (start, end): (usize, usize), value: &str, style: ScalarStyle) -> PositionMap {
    let found = match style {
        ScalarStyle::Literal | ScalarStyle::Folded => block(yaml, start, value),
        ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            let raw = yaml.get(start..end).unwrap_or_default();
            FlowScalar { raw, start, style, text: String::new(), map: PositionMap::default() }.read(value)
        }
    };
    found.unwrap_or_default()
}

/// Each line of the YAML stands in the value as it is, its indentation taken off; what joins lines is a blank or line ends.
fn block(yaml: &str, at: usize, value: &str) -> Option<PositionMap> {
    let lines = block_lines(yaml, at, value)?;
    let mut map = PositionMap::default();
    let mut offset = lines.start;
    let mut text = 0;
    for line in yaml.get(lines.start..lines.end)?.split_inclusive('\n') {
        let content = line.strip_suffix('\n').unwrap_or(line);
        let content = content.strip_suffix('\r').unwrap_or(content).get(lines.indent..).unwrap_or_default();
        if !content.is_empty() {
            let rest = value.get(text..)?;
            let ends = rest.len() - rest.trim_start_matches('\n').len();
            text += ends;
            let rest = value.get(text..)?;
            if !rest.starts_with(content) && rest.strip_prefix(' ')?.starts_with(content) {
                text += 1;
            }
            // With its line end, which may be a blank of the value.
            map.push(text, offset + lines.indent, content.len() + 1);
            text += content.len();
        }
        offset += line.len();
    }
    value.get(text..)?.trim_end_matches('\n').is_empty().then_some(map)
}

/// A plain or quoted scalar, read again.
struct FlowScalar<'a> {
    raw: &'a str,
    start: usize,
    style: ScalarStyle,
    text: String,
    map: PositionMap,
}

impl FlowScalar<'_> {
    fn read(mut self, value: &str) -> Option<PositionMap> {
        let quote = match self.style {
            ScalarStyle::SingleQuoted => Some('\''),
            ScalarStyle::DoubleQuoted => Some('"'),
            _ => None,
        };
        let mut at = usize::from(quote.is_some());
        while let Some(next) = self.rest(at).chars().next() {
            if Some(next) == quote && !(next == '\'' && self.rest(at).starts_with("''")) {
                break;
            }
            at += match next {
                ' ' | '\t' | '\r' | '\n' => self.space(at),
                '\\' if quote == Some('"') => self.escape(at)?,
                '\'' if quote == Some('\'') => self.piece(at, next, 2),
                _ => self.piece(at, next, next.len_utf8()),
            };
        }
        // Blanks at the end of a plain scalar are none of it.
        let text = if quote.is_none() { self.text.trim_end() } else { &self.text };
        (text == value).then_some(self.map)
    }

    fn rest(&self, at: usize) -> &str {
        self.raw.get(at..).unwrap_or_default()
    }

    /// Adds a character that is written with `len` bytes.
    fn piece(&mut self, at: usize, character: char, len: usize) -> usize {
        if len == character.len_utf8() {
            self.map.push(self.text.len(), self.start + at, len);
        } else {
            self.map.push_whole(self.text.len(), self.start + at, len);
        }
        self.text.push(character);
        len
    }

    /// Blanks, or line ends with blanks around them: one is a blank, each further one a line end.
    fn space(&mut self, at: usize) -> usize {
        let rest = self.rest(at);
        let len = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        let blanks = rest.get(..len).unwrap_or_default();
        match blanks.matches('\n').count() {
            0 => {
                let blanks = blanks.to_owned();
                self.map.push(self.text.len(), self.start + at, len);
                self.text.push_str(&blanks);
            }
            1 => {
                self.piece(at, ' ', len);
            }
            ends => {
                self.piece(at, '\n', len);
                self.text.extend(std::iter::repeat_n('\n', ends - 2));
            }
        }
        len
    }

    /// An escape of a double-quoted scalar.
    fn escape(&mut self, at: usize) -> Option<usize> {
        let rest = self.rest(at);
        let sign = rest.chars().nth(1)?;
        let hexadecimal = |len: usize| {
            let digits = rest.get(2..2 + len)?;
            Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, 2 + len))
        };
        let (character, len) = match sign {
            '\n' | '\r' => {
                // A line end that counts for nothing, with the blanks after it; further line ends count.
                let behind = rest.get(1..)?;
                let len = behind.len() - behind.trim_start_matches([' ', '\t', '\r', '\n']).len();
                let ends = behind.get(..len)?.matches('\n').count();
                self.text.extend(std::iter::repeat_n('\n', ends.saturating_sub(1)));
                return Some(1 + len);
            }
            '0' => ('\0', 2),
            'a' => ('\u{7}', 2),
            'b' => ('\u{8}', 2),
            't' | '\t' => ('\t', 2),
            'n' => ('\n', 2),
            'v' => ('\u{b}', 2),
            'f' => ('\u{c}', 2),
            'r' => ('\r', 2),
            'e' => ('\u{1b}', 2),
            ' ' | '"' | '/' | '\\' => (sign, 2),
            'N' => ('\u{85}', 2),
            '_' => ('\u{a0}', 2),
            'L' => ('\u{2028}', 2),
            'P' => ('\u{2029}', 2),
            'x' => hexadecimal(2)?,
            'u' => hexadecimal(4)?,
            'U' => hexadecimal(8)?,
            _ => return None,
        };
        Some(self.piece(at, character, len))
    }
}
