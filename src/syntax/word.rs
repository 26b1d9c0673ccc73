//! Words of the profile language: quoting and backslash escapes (`apparmor.d(5)`, "Quoting").
//!
//! The tree keeps words as they are written. What the later stages work on is the *stored* form: quotes stripped and escapes
//! replaced, where a byte that means something in a pattern keeps its backslash.

use crate::source::{Spanned, Text};

/// A word as written, with its quotes and escapes.
pub type Word = Spanned<Text>;

/// The stored form of a word: quotes stripped, escapes replaced.
///
/// `\` + 1–3 octal digits, `\d` + 1–3 decimal digits, `\x` + 1–2 hex digits and `\a \e \f \n \r \t \\ \"` become their byte;
/// a digit that would take the value past 255 is not part of the escape. A byte that patterns give a meaning
/// (`* ? [ ] { } ^ , \`) is stored with a backslash before it, NUL keeps its escape, and every other backslash is left alone.
///
/// ```
/// use armorer::syntax::word::stored;
/// assert_eq!(stored(br#""/a b""#), b"/a b");
/// assert_eq!(stored(br"/a\040b\x2a"), br"/a b\*");
/// assert_eq!(stored(br"/a\ b"), br"/a\ b");
/// ```
#[must_use]
pub fn stored(raw: &[u8]) -> Vec<u8> {
    let text = unquoted(raw);
    if !text.contains(&b'\\') {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        if byte != b'\\' {
            out.push(byte);
            rest = tail;
            continue;
        }
        match escape(tail) {
            Some((value, len)) => {
                let (written, tail) = rest.split_at_checked(len + 1).unwrap_or((rest, &[]));
                match value {
                    0 => out.extend_from_slice(written),
                    b'*' | b'?' | b'[' | b']' | b'{' | b'}' | b'^' | b',' | b'\\' => {
                        out.extend_from_slice(&[b'\\', value])
                    }
                    _ => out.push(value),
                }
                rest = tail;
            }
            None => {
                // The byte after a backslash that stays is not looked at again, unless it is a backslash itself, which
                // `escape` takes.
                out.push(b'\\');
                rest = tail;
            }
        }
    }
    out
}

/// A word without its quotes, escapes untouched.
#[must_use]
pub fn unquoted(raw: &[u8]) -> &[u8] {
    match raw {
        [b'"', inner @ .., b'"'] => inner,
        _ => raw,
    }
}

/// The value of the escape that follows a backslash, and how many bytes it takes; `None` where none is valid.
#[must_use]
pub fn escape(after: &[u8]) -> Option<(u8, usize)> {
    let digits = |text: &[u8], base: u32, most: usize| {
        let mut value = 0;
        let mut len = 0;
        for &byte in text.iter().take(most) {
            let Some(digit) = char::from(byte).to_digit(base) else { break };
            let next = value * base + digit;
            if next > 255 {
                break;
            }
            value = next;
            len += 1;
        }
        (len > 0).then_some((u8::try_from(value).unwrap_or(u8::MAX), len))
    };
    let (&first, rest) = after.split_first()?;
    match first {
        b'0'..=b'7' => digits(after, 8, 3),
        b'd' => digits(rest, 10, 3).map(|(value, len)| (value, len + 1)),
        b'x' => digits(rest, 16, 2).map(|(value, len)| (value, len + 1)),
        b'a' => Some((0x07, 1)),
        b'e' => Some((0x1b, 1)),
        b'f' => Some((0x0c, 1)),
        b'n' => Some((b'\n', 1)),
        b'r' => Some((b'\r', 1)),
        b't' => Some((b'\t', 1)),
        b'\\' | b'"' => Some((first, 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::stored;

    #[test]
    fn escapes_of_the_specification() {
        for (raw, expected) in [
            (&br"/a\040b"[..], &b"/a b"[..]),
            (br"/a\x20b", b"/a b"),
            (br"/a\d32b", b"/a b"),
            (br"/a\*b", br"/a\*b"),
            (br"/a\x2ab", br"/a\*b"),
            (br#""/a\052b""#, br"/a\*b"),
            (br"/a\,b", br"/a\,b"),
            (br"/a\400b", b"/a 0b"),
            (br"/a\d256b", b"/a\x196b"),
            (br"/a\000b", br"/a\000b"),
            (br"/a\x00b", br"/a\x00b"),
            (br"/a\qb", br"/a\qb"),
            (br"/a\8b", br"/a\8b"),
            (br"/a\xgb", br"/a\xgb"),
            (br"/a\\ b", br"/a\\ b"),
            (br"\x2f\x40", b"/@"),
            (br"a\", br"a\"),
            (b"\"\"", b""),
        ] {
            assert_eq!(stored(raw), expected, "{}", raw.escape_ascii());
        }
    }
}
