//! Patterns: the paths, peers, names and attachments of profiles.

use std::fmt;
use std::ops::{Deref, Range};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::parser::{classes, starts_item};
use super::variable_reference;
use super::word::{stored, unquoted};
use crate::source::Text;

/// A pattern as it is written, with its quotes and escapes (`apparmor.d(5)`, "Globbing").
///
/// A pattern is always one word: no text can end it, and what follows it in a rule is never part of it.
///
/// ```
/// use armorer::Pattern;
///
/// let glob = Pattern::glob("/srv/@{app}/**")?;
/// assert!(!glob.is_literal());
/// assert_eq!(glob.variables().collect::<Vec<_>>(), [&b"app"[..]]);
/// assert!(glob.variable_references().eq([(&b"app"[..], 5..11)]));
/// assert_eq!(glob.as_bytes(), b"/srv/@{app}/**");
///
/// let hostile = Pattern::literal(b"/srv/a\" r, /** rwix, \"/b")?;
/// assert_eq!(hostile.to_string(), r#""/srv/a\042 r\, /\*\* rwix\, \042/b""#);
/// assert_eq!(hostile.literal_value().as_deref(), Some(&b"/srv/a\" r, /** rwix, \"/b"[..]));
/// # Ok::<(), armorer::PatternError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Pattern(Text);

/// Reasons why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// There is nothing to match.
    #[error("a pattern cannot be empty")]
    Empty,
    /// No profile can hold a NUL byte, and no path has one.
    #[error("a pattern cannot hold a NUL byte")]
    Nul,
    /// The last byte of one part and the first of the next would begin a reference to a variable, `@{`.
    #[error("`@` and `{{` would begin a variable where the two parts meet")]
    Joint,
    /// The text ends in a backslash, which would escape what follows.
    #[error("a pattern cannot end in a backslash")]
    Backslash,
}

impl Pattern {
    /// A word of a profile that the scanner took for one.
    pub(crate) fn written(text: impl Into<Text>) -> Pattern {
        Pattern(text.into())
    }

    /// The pattern that matches exactly these bytes, whatever they are.
    ///
    /// # Errors
    /// When `bytes` is empty or holds a NUL byte.
    pub fn literal(bytes: impl AsRef<[u8]>) -> Result<Pattern, PatternError> {
        let bytes = bytes.as_ref();
        let mut text = Vec::with_capacity(bytes.len() + 2);
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    // Runs of slashes count as one; this one is meant.
                    '/' if text.ends_with(b"/") => text.extend(br"\/"),
                    '\0' => return Err(PatternError::Nul),
                    '*' | '?' | '[' | ']' | '{' | '}' | '^' | ',' => text.extend([b'\\', c as u8]),
                    // In front of a quote a backslash escapes it, be it escaped itself or not: neither is ever written.
                    c if c.is_control() || c == '\\' || c == '"' => {
                        let mut buffer = [0; 4];
                        c.encode_utf8(&mut buffer).bytes().for_each(|byte| octal(byte, &mut text));
                    }
                    c => text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                }
            }
            chunk.invalid().iter().for_each(|&byte| octal(byte, &mut text));
        }
        if text.is_empty() { Err(PatternError::Empty) } else { Ok(Pattern(quoted(text))) }
    }

    /// A pattern in the syntax of profiles, without quotes around it: `*`, `**`, `?`, `[a-z]`, `{a,b}`, `@{variable}`, and
    /// backslashes before what is meant as it stands. It is quoted where it must be.
    ///
    /// # Errors
    /// When `glob` is empty, holds a NUL byte, or ends in a backslash that escapes nothing.
    pub fn glob(glob: impl AsRef<[u8]>) -> Result<Pattern, PatternError> {
        let glob = glob.as_ref();
        let mut text = Vec::with_capacity(glob.len());
        let mut bytes = glob.iter().copied();
        while let Some(byte) = bytes.next() {
            match byte {
                0 => return Err(PatternError::Nul),
                b'\\' => match bytes.next() {
                    None => return Err(PatternError::Backslash),
                    Some(0) => return Err(PatternError::Nul),
                    Some(escaped) if needs_octal(escaped) => octal(escaped, &mut text),
                    Some(escaped) => text.extend([b'\\', escaped]),
                },
                byte if needs_octal(byte) => octal(byte, &mut text),
                byte => text.push(byte),
            }
        }
        if text.is_empty() { Err(PatternError::Empty) } else { Ok(Pattern(quoted(text))) }
    }

    /// This pattern with a glob after it.
    ///
    /// ```
    /// use armorer::Pattern;
    ///
    /// let below = Pattern::literal("/srv/{a}")?.then("/**")?;
    /// assert_eq!(below.to_string(), r#""/srv/\{a\}/**""#);
    /// # Ok::<(), armorer::PatternError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Pattern::glob`], and when the two would make a reference to a variable where they meet.
    pub fn then(&self, glob: impl AsRef<[u8]>) -> Result<Pattern, PatternError> {
        let next = Pattern::glob(glob)?;
        let (before, after) = (unquoted(&self.0), unquoted(&next.0));
        if before.ends_with(b"@") && after.starts_with(b"{") {
            return Err(PatternError::Joint);
        }
        Ok(Pattern(quoted([before, after].concat())))
    }

    /// Text that holds no byte with a meaning in patterns, as it stands; quoted where it must be.
    pub(crate) fn plain(text: &[u8]) -> Pattern {
        let mut out = Vec::with_capacity(text.len());
        for chunk in text.utf8_chunks() {
            for byte in chunk.valid().bytes() {
                if needs_octal(byte) { octal(byte, &mut out) } else { out.push(byte) }
            }
            chunk.invalid().iter().for_each(|&byte| octal(byte, &mut out));
        }
        Pattern(quoted(out))
    }

    /// The text as written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text as written, but for the quotes around it.
    pub(crate) fn unquoted(&self) -> &[u8] {
        unquoted(&self.0)
    }

    /// The names of the variables in it, in order; one that occurs twice is given twice.
    pub fn variables(&self) -> impl Iterator<Item = &[u8]> {
        self.variable_references().map(|(name, _)| name)
    }

    /// The variables in it, each with the range of its whole reference (`@{name}`) in [`Pattern::as_bytes`].
    pub fn variable_references(&self) -> impl Iterator<Item = (&[u8], Range<usize>)> {
        variable_reference::variable_references(&self.0)
    }

    /// Whether it matches one text only.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.literal_value().is_some()
    }

    /// The one text that it matches; `None` where it has variables or matches several.
    #[must_use]
    pub fn literal_value(&self) -> Option<Vec<u8>> {
        let stored = self.stored();
        let mut out = Vec::with_capacity(stored.len());
        let mut bytes = stored.iter().copied();
        while let Some(byte) = bytes.next() {
            match byte {
                // A byte after a backslash is meant as it stands, but for NUL, which keeps its escape.
                b'\\' => match bytes.next()? {
                    b'0' | b'x' | b'd' => return None,
                    escaped => out.push(escaped),
                },
                b'*' | b'?' | b'[' | b']' | b'{' | b'}' => return None,
                byte => out.push(byte),
            }
        }
        (!out.is_empty()).then_some(out)
    }

    /// The pattern without quotes, with its escapes replaced: the form that the compiler works on.
    pub(crate) fn stored(&self) -> Vec<u8> {
        stored(&self.0)
    }
}

fn octal(byte: u8, out: &mut Vec<u8>) {
    out.extend(format!("\\{byte:03o}").bytes());
}

/// Bytes that must not stand in a word as they are. In front of a quote a backslash escapes it for the scanner, be it escaped
/// itself or not.
fn needs_octal(byte: u8) -> bool {
    byte.is_ascii_control() || matches!(byte, b'\\' | b'"')
}

/// The word in quotes, unless it can do without.
fn quoted(text: Vec<u8>) -> Text {
    let bare = match text.first() {
        Some(b'/' | b'@') => {
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/_-.+*?@{},[]^%~".contains(byte);
            // The scanner decides, with what ends the word after it.
            text.iter().all(plain)
                && !text.ends_with(b",")
                && !text.ends_with(b"{")
                && classes::path(&[text.as_slice(), b" r,"].concat()) == text.len()
        }
        Some(b'a'..=b'z' | b'A'..=b'Z') => {
            text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte)) && !starts_item(&text)
        }
        _ => false,
    };
    if bare { text.into() } else { [b"\"", text.as_slice(), b"\""].concat().into() }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Pattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let text = generator.subschema_for::<Text>();
        schemars::json_schema!({
            "description": "A path, label or name as it is written in a profile: one word, with its quotes and escapes.",
            "allOf": [text]
        })
    }
}

impl Deref for Pattern {
    type Target = Text;

    fn deref(&self) -> &Text {
        &self.0
    }
}

impl AsRef<[u8]> for Pattern {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        // A comma or brace at its end may turn out not to be part of it: who prints a tree from elsewhere parses it again.
        if classes::word_or_quoted(&text) == text.len() && !text.is_empty() {
            Ok(Pattern(text))
        } else {
            Err(D::Error::custom(format_args!("`{text}` is not one word of a profile")))
        }
    }
}
