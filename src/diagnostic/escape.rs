//! Text of others made fit for a terminal: what would steer it is spelt out, and no text is longer than a person reads.

use std::borrow::Cow;
use std::fmt;

/// Text for a terminal or a log: each character that would steer the reader's terminal, or change the order in which others
/// are shown, stands as an escape (`\x1b`, `\u{202e}`), and so does each byte that is no UTF-8 (`\xff`). All other text
/// stays as it is, backslashes too, so that escaping twice changes nothing.
///
/// ```
/// use armorer::diagnostic::Escaped;
///
/// assert_eq!(Escaped::line("a\x1b[2J\nb").to_string(), r"a\x1b[2J\nb");
/// assert_eq!(Escaped::text("a\x1b[2J\nb").to_string(), "a\\x1b[2J\nb");
/// assert_eq!(Escaped::line(b"\xff\xc3\xa9").to_string(), "\\xff\u{e9}");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a> {
    bytes: &'a [u8],
    /// Whether line ends and tabs stay.
    lines: bool,
}

impl<'a> Escaped<'a> {
    /// Text that stays on one line: line ends and tabs are escaped as well. For names, paths and messages.
    #[must_use]
    pub fn line(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Escaped { bytes: text.as_ref(), lines: false }
    }

    /// Text of several lines: `\n` and `\t` stay as they are.
    #[must_use]
    pub fn text(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Escaped { bytes: text.as_ref(), lines: true }
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.bytes.utf8_chunks() {
            let mut rest = chunk.valid();
            while let Some((at, active)) = rest.char_indices().find(|&(_, c)| is_active(c)) {
                f.write_str(rest.get(..at).unwrap_or_default())?;
                match active {
                    '\n' | '\t' if self.lines => write!(f, "{active}")?,
                    _ => escape(active, f)?,
                }
                rest = rest.get(at + active.len_utf8()..).unwrap_or_default();
            }
            f.write_str(rest)?;
            write!(f, "{}", chunk.invalid().escape_ascii())?;
        }
        Ok(())
    }
}

/// Whether a character steers a terminal (C0, DEL and C1 controls, line and paragraph separators) or the direction of text.
#[must_use]
pub(crate) fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The escape of one character, in the form of Rust's string literals.
fn escape(c: char, f: &mut impl fmt::Write) -> fmt::Result {
    match u8::try_from(c) {
        Ok(byte) if byte.is_ascii() => write!(f, "{}", byte.escape_ascii()),
        _ => write!(f, "{}", c.escape_unicode()),
    }
}

/// The text itself where it has no more than `max` bytes, else its beginning and end with `…` between them.
pub(crate) fn bounded(text: &str, max: usize) -> Cow<'_, str> {
    if text.len() <= max {
        return Cow::Borrowed(text);
    }
    let end = text.len() - max / 3;
    let end = (end..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    let begin = floor_char_boundary(text, max - max / 3);
    format!("{}…{}", text.get(..begin).unwrap_or_default(), text.get(end..).unwrap_or_default()).into()
}

/// The last boundary of a character at or before an offset.
fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// One escaped line of no more than about `max` bytes before escaping.
pub(crate) fn line(text: &str, max: usize) -> String {
    Escaped::line(bounded(text, max).as_ref()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_spelt_out() {
        for (text, expected) in [
            ("plain \\ é 漢 \u{1f600}", "plain \\ é 漢 \u{1f600}"),
            ("\0\x07\x08\r\x1b]0;t\x07\x7f", r"\x00\x07\x08\r\x1b]0;t\x07\x7f"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("\u{202e}\u{2066}\u{200f}\u{2028}", r"\u{202e}\u{2066}\u{200f}\u{2028}"),
            ("a\n\tb", r"a\n\tb"),
        ] {
            let escaped = Escaped::line(text).to_string();
            assert_eq!(escaped, expected);
            assert_eq!(Escaped::line(&escaped).to_string(), expected, "escaping twice changes nothing");
        }
        assert_eq!(Escaped::text("a\n\tb\r\n").to_string(), "a\n\tb\\r\n");
        assert_eq!(Escaped::line(b"\x9b31m\xc3").to_string(), r"\x9b31m\xc3");
    }

    #[test]
    fn long_texts_lose_their_middle() {
        assert_eq!(bounded("abcdef", 6), "abcdef");
        assert_eq!(bounded("abcdefg", 6), "abcd…fg");
        assert_eq!(bounded("ééééééé", 6), "éé…é");
        let long = "é".repeat(100_000);
        assert!(line(&long, 100).len() <= 104);
    }
}
