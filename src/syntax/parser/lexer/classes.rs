//! Byte classes, and the patterns made of them. Each pattern gives the length of its longest match at the beginning of the
//! text, 0 where it does not match.
//!
//! CR belongs to no word: CR LF ends a line like LF.

use memchr::memchr2;

/// Words of most states.
const ID: u8 = 1;
/// Words of lists.
const LIST: u8 = 2;
/// First byte of words of rule modes.
const RULE_FIRST: u8 = 4;
/// Further bytes of those.
const RULE: u8 = 8;
/// Bare paths of include and abi.
const INCLUDE: u8 = 16;
/// After a variable at the beginning of a path.
const TAIL: u8 = 32;
/// Letters, digits, `_`.
const NAME: u8 = 64;

static CLASSES: [u8; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "the index stays below 256, and a constant is checked by the compiler")]
const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        let mut class = 0;
        if !matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'!' | b',') {
            class |= ID;
            if !matches!(b, b'(' | b')') {
                class |= LIST;
            }
            if !matches!(b, b'=' | b'(' | b')' | b'+' | b'&' | b':') {
                class |= RULE_FIRST;
            }
            if !matches!(b, b'=' | b':' | b')') {
                class |= RULE;
            }
            if !matches!(b, b'<' | b'>') {
                class |= INCLUDE;
            }
            if !matches!(b, b'=' | b'+' | b'?') {
                class |= TAIL;
            }
        }
        if b.is_ascii_alphanumeric() || b == b'_' {
            class |= NAME;
        }
        table[byte] = class;
        byte += 1;
    }
    table
}

#[expect(clippy::indexing_slicing, reason = "the table has an entry for every byte")]
fn has(byte: u8, class: u8) -> bool {
    CLASSES[byte as usize] & class != 0
}

fn next_has(text: &[u8], at: usize, class: u8) -> bool {
    text.get(at).is_some_and(|&byte| has(byte, class))
}

pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Returns whether a byte may follow permission letters.
pub(crate) fn ends_mode(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | b',')
}

/// Whether a word that runs on over a comma would take this byte.
pub(crate) fn is_word_byte(byte: u8) -> bool {
    has(byte, ID)
}

/// Returns the number of leading blanks.
pub(crate) fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|&&byte| is_blank(byte)).count()
}

/// LF or CR LF.
pub(crate) fn newline(text: &[u8]) -> usize {
    match text {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => 0,
    }
}

/// Word bytes, commas that a word byte follows, and escapes of the bytes that end words.
fn word_from(text: &[u8], mut at: usize, class: u8) -> usize {
    while let Some(&byte) = text.get(at) {
        at += match byte {
            b'\\' if matches!(text.get(at + 1), Some(b' ' | b'\t' | b'"' | b'!' | b',')) => 2,
            b',' if next_has(text, at + 1, class) => 2,
            _ if has(byte, class) => 1,
            _ => break,
        };
    }
    at
}

/// The general word.
pub(crate) fn word(text: &[u8]) -> usize {
    word_from(text, 0, ID)
}

/// A bare path of include and abi.
pub(crate) fn include_word(text: &[u8]) -> usize {
    word_from(text, 0, INCLUDE)
}

/// A quoted word. A quote after a backslash ends it only where no other quote does.
pub(crate) fn quoted(text: &[u8]) -> usize {
    if text.first() != Some(&b'"') {
        return 0;
    }
    let mut end = 0;
    let mut at = 1;
    while let Some(found) = text.get(at..).and_then(|rest| memchr2(b'"', 0, rest)) {
        at += found;
        if text.get(at) == Some(&0) {
            break;
        }
        end = at + 1;
        if at == 1 || text.get(at - 1) != Some(&b'\\') {
            break;
        }
        at += 1;
    }
    end
}

/// A word or a quoted one.
pub(crate) fn word_or_quoted(text: &[u8]) -> usize {
    if text.first() == Some(&b'"') { quoted(text) } else { word(text) }
}

/// A letter, then letters, digits, `_`.
pub(crate) fn name(text: &[u8]) -> usize {
    match text.first() {
        Some(first) if first.is_ascii_alphabetic() => text.iter().take_while(|&&byte| has(byte, NAME)).count(),
        _ => 0,
    }
}

fn variable(text: &[u8], sigil: u8) -> usize {
    match text {
        [first, b'{', rest @ ..] if *first == sigil => {
            let len = name(rest);
            if len > 0 && rest.get(len) == Some(&b'}') { len + 3 } else { 0 }
        }
        [first, rest @ ..] if *first == sigil => {
            let len = name(rest);
            if len > 0 { len + 1 } else { 0 }
        }
        _ => 0,
    }
}

/// `@{X}` or `@X`
pub(crate) fn set_variable(text: &[u8]) -> usize {
    variable(text, b'@')
}

/// `${X}` or `$X`
pub(crate) fn bool_variable(text: &[u8]) -> usize {
    variable(text, b'$')
}

/// The name inside a variable.
pub(crate) fn variable_name(text: &[u8]) -> &[u8] {
    match text {
        [_, b'{', name @ .., b'}'] | [_, name @ ..] => name,
        [] => text,
    }
}

/// Returns the length of a word that begins like a path: `/`, a variable followed by text, `:` (of a namespace), `&`.
pub(crate) fn path(text: &[u8]) -> usize {
    match text {
        [b'/' | b'&', ..] => word_from(text, 1, ID),
        [b':', next, ..] if *next != b'=' => word_from(text, 2, ID),
        [b'@', ..] => {
            let variable = set_variable(text);
            if variable == 0 {
                return 0;
            }
            let tail = match text.get(variable..).unwrap_or_default() {
                [b'\\', b' ' | b'\t' | b'"' | b'!' | b',' | b'(' | b')', ..] => 2,
                [first, b'?', ..] if has(*first, TAIL) || *first == b'?' => 2,
                [b',', next, ..] if has(*next, TAIL) => 2,
                [first, ..] if has(*first, TAIL) => 1,
                _ => 0,
            };
            // Without braces the name may give its last letter to the path.
            if tail > 0 {
                word_from(text, variable + tail, ID)
            } else if variable > 2 && text.get(1) != Some(&b'{') {
                word_from(text, variable, ID)
            } else {
                0
            }
        }
        _ => 0,
    }
}

/// A quoted word that begins like a path.
pub(crate) fn quoted_path(text: &[u8]) -> usize {
    match text {
        [b'"', b'/' | b'@' | b':' | b'&', ..] => quoted(text),
        _ => 0,
    }
}

/// The bare word of rule modes; names of grouped conditions.
pub(crate) fn rule_word(text: &[u8]) -> usize {
    let colon = |at: usize, not: &[u8]| {
        text.get(at) == Some(&b':') && text.get(at + 1).is_some_and(|&next| has(next, ID) && !not.contains(&next))
    };
    let mut at = match text.first() {
        Some(&first) if has(first, RULE_FIRST) => 1,
        Some(b':') if colon(0, b"=()+&") => 2,
        _ => return 0,
    };
    while let Some(&byte) = text.get(at) {
        at += match byte {
            _ if has(byte, RULE) => 1,
            b':' if colon(at, b"=)") => 2,
            b',' if next_has(text, at + 1, RULE) => 2,
            _ => break,
        };
    }
    at
}

/// Any word of rule modes.
pub(crate) fn rule_id(text: &[u8]) -> usize {
    match text.first() {
        Some(b'"') => quoted(text),
        Some(b'/' | b'@' | b':' | b'&') => rule_word(text).max(path(text)),
        _ => rule_word(text),
    }
}

/// A bare word of lists in parentheses.
pub(crate) fn list_word(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += match byte {
            b'\\' if matches!(text.get(at + 1), Some(b' ' | b'\t' | b'"' | b'!' | b',' | b'(' | b')')) => 2,
            _ if has(byte, LIST) => 1,
            _ => break,
        };
    }
    at
}

/// A word of lists, quoted or not.
pub(crate) fn list_item(text: &[u8]) -> usize {
    if text.first() == Some(&b'"') { quoted(text) } else { list_word(text) }
}

/// Whether all of the text is permission letters of a file rule.
pub(crate) fn is_mode(text: &[u8]) -> bool {
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'p' | b'P' | b'c' | b'C', [b'x' | b'X', tail @ ..])
            | (b'p' | b'P' | b'c' | b'C', [b'i' | b'I' | b'u' | b'U', b'x' | b'X', tail @ ..])
            | (b'i' | b'I' | b'u' | b'U', [b'x' | b'X', tail @ ..]) => tail,
            (b'r' | b'R' | b'w' | b'W' | b'a' | b'l' | b'L' | b'm' | b'M' | b'k' | b'x' | b'X', tail) => tail,
            _ => return false,
        };
    }
    !text.is_empty()
}

/// A path in angle brackets.
pub(crate) fn angle(text: &[u8]) -> usize {
    let Some(content) = text.strip_prefix(b"<") else { return 0 };
    let len = match content.first() {
        Some(b'"') => quoted(content),
        _ => content.iter().take_while(|byte| !matches!(byte, b'"' | b'>' | b'\t' | b'\r' | b'\n')).count(),
    };
    if len > 0 && content.get(len) == Some(&b'>') { len + 2 } else { 0 }
}

/// Digits.
pub(crate) fn number(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hold_commas_and_escapes() {
        for (text, len) in [
            (&b"/a,b, c"[..], 4),
            (b"b,}", 3),
            (br"/a\ b c", 5),
            (br"/a\\ b c", 6),
            (br"/a,\ b", 4),
            (b",x", 2),
            (b", x", 0),
            (b"a\r\n", 1),
            (b"a{b}=c#d", 8),
            (br"a\, b", 3),
        ] {
            assert_eq!(word(text), len, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn quotes_end_at_the_longest_match() {
        for (text, len) in [
            (&br#""a b" r"#[..], 5),
            (br#""/a\\" r,"#, 6),
            (br#""/a\\" r, "/b" r,"#, 11),
            (br#""\" x"#, 3),
            (br#""" x"#, 2),
            (b"\"a", 0),
            (b"\"a\0\"", 0),
        ] {
            assert_eq!(quoted(text), len, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn paths_that_begin_with_variables() {
        for (text, len) in [
            (&b"@{X}/a r"[..], 6),
            (b"@{X} r", 0),
            (b"@{X}:=v", 7),
            (b"@{X}+=v", 0),
            (b"@{X}?=v", 0),
            (b"@{X}??=v", 8),
            (b"@X=v", 0),
            (b"@XY=v", 5),
            (b"@XY = v", 3),
            (br"@{X}\(a", 7),
            (b"@{X},b", 6),
            (b"@{X},=", 0),
            (b":=", 0),
            (b": a", 3),
            (b"&x", 2),
        ] {
            assert_eq!(path(text), len, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn rule_words_stop_at_operators() {
        for (text, len) in [
            (&b"name=x"[..], 4),
            (b"a::b,", 4),
            (b"a:=b", 1),
            (b"send,receive,", 12),
            (b"a(b)", 3),
            (b"->", 2),
            (b"(a", 0),
            (b":a", 2),
            (b"::a", 3),
        ] {
            assert_eq!(rule_word(text), len, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn permission_letters() {
        for text in ["r", "rwalkmx", "Pix", "pUx", "rCUxw", "ixpx", "iX", "uxUx", "RWLMX"] {
            assert!(is_mode(text.as_bytes()), "{text}");
        }
        for text in ["", "p", "rp", "K", "A", "pi", "ri", "e"] {
            assert!(!is_mode(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn paths_in_angle_brackets() {
        for (text, len) in [
            (&b"<a/b> x"[..], 5),
            (b"< a b >", 7),
            (b"<\"a b\">", 7),
            (b"< \"a\" >", 0),
            (b"<>", 0),
            (b"<a\n>", 0),
            (b"<a", 0),
        ] {
            assert_eq!(angle(text), len, "{}", text.escape_ascii());
        }
    }
}
