//! The fields of a record: `key=value`, `key="value"`, `key='fields'`.

use std::borrow::Cow;

use crate::source::Text;

/// Fields whose text comes from programs or policy. The kernel writes them in quotes where every byte is printable, no blank and no
/// quote, and else as hexadecimal digits (`audit_log_untrustedstring` in `kernel/audit.c`).
const UNTRUSTED: [&[u8]; 20] = [
    b"name",
    b"name2",
    b"profile",
    b"target",
    b"comm",
    b"peer",
    b"label",
    b"peer_label",
    b"peer_profile",
    b"srcname",
    b"exe",
    b"execpath",
    b"addr",
    b"peer_addr",
    b"path",
    b"interface",
    b"member",
    b"namespace",
    b"src_name",
    b"ns",
];

/// No record has more fields.
const MOST: usize = 64;

/// The fields of one record, each key once.
#[derive(Debug, Default)]
pub(super) struct RecordFields<'a> {
    all: Vec<(&'a [u8], Cow<'a, [u8]>)>,
    /// Set if the fields are ambiguous: a value is cut off, or a key has two values.
    pub(super) unsure: bool,
}

impl<'a> RecordFields<'a> {
    /// Reads fields up to the end, or to where another record begins, and gives the rest from there on.
    ///
    /// Words that are no fields are skipped: the name of a record's type, the `user` of old audit daemons.
    pub(super) fn read(mut text: &'a [u8]) -> (RecordFields<'a>, Option<&'a [u8]>) {
        let mut fields = RecordFields::default();
        // After this byte the audit daemon repeats fields with numbers as names.
        if let Some(end) = memchr::memchr(0x1d, text) {
            text = text.get(..end).unwrap_or_default();
        }
        loop {
            text = text.trim_ascii_start();
            if text.is_empty() {
                return (fields, None);
            }
            if begins_record(text) {
                return (fields, Some(text));
            }
            let key_length =
                text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
            let (key, rest) = text.split_at(key_length);
            let Some(rest) = rest.strip_prefix(b"=").filter(|_| !key.is_empty()) else {
                text = after_word(text);
                continue;
            };
            text = match rest.first() {
                Some(b'"') => fields.quoted(key, rest.get(1..).unwrap_or_default()),
                // What a program in user space says through the audit daemon. Before it stand fields of that program, not of the event.
                Some(b'\'') if key == b"msg" => {
                    let inside = rest.get(1..).unwrap_or_default();
                    let end = memchr::memchr(b'\'', inside).unwrap_or(inside.len());
                    let (inner, after) = inside.split_at(end);
                    fields = RecordFields::read(inner).0;
                    after.get(1..).unwrap_or_default()
                }
                _ => {
                    let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
                    let (value, rest) = rest.split_at(end);
                    fields.add(key, bare(key, value));
                    rest
                }
            };
        }
    }

    /// Takes the value up to its quote, and gives the rest.
    fn quoted(&mut self, key: &'a [u8], text: &'a [u8]) -> &'a [u8] {
        let Some(end) = memchr::memchr(b'"', text) else {
            self.unsure = true;
            return b"";
        };
        let (value, rest) = text.split_at(end);
        self.add(key, Cow::Borrowed(value));
        rest.get(1..).unwrap_or_default()
    }

    fn add(&mut self, key: &'a [u8], value: Cow<'a, [u8]>) {
        match self.get(key) {
            Some(there) => self.unsure |= there != &*value,
            None if self.all.len() < MOST => self.all.push((key, value)),
            None => self.unsure = true,
        }
    }

    pub(super) fn get(&self, key: impl AsRef<[u8]>) -> Option<&[u8]> {
        self.all.iter().find(|(name, _)| *name == key.as_ref()).map(|(_, value)| &**value)
    }

    /// The value of the first of these keys that is there.
    pub(super) fn first(&self, keys: &[&str]) -> Option<&[u8]> {
        keys.iter().find_map(|key| self.get(key))
    }

    pub(super) fn text(&self, key: &str) -> Option<Text> {
        self.get(key).map(Text::from)
    }

    pub(super) fn number<N: std::str::FromStr>(&self, key: &str) -> Option<N> {
        std::str::from_utf8(self.get(key)?).ok()?.parse().ok()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.all.iter().map(|(key, value)| (*key, &**value))
    }
}

/// A value without quotes: hexadecimal digits are the bytes of a text, and none where the kernel has none.
fn bare<'a>(key: &[u8], value: &'a [u8]) -> Cow<'a, [u8]> {
    let decoded = || {
        let (pairs, []) = value.as_chunks::<2>() else { return None };
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect::<Option<Vec<u8>>>()
    };
    match UNTRUSTED.contains(&key).then(decoded).flatten() {
        Some(bytes) if !bytes.is_empty() => Cow::Owned(bytes),
        _ => Cow::Borrowed(value),
    }
}

/// Whether the header of a record stands here.
fn begins_record(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"msg=").unwrap_or(text);
    text.starts_with(b"audit(") && super::Time::header(text).is_some()
}

fn after_word(text: &[u8]) -> &[u8] {
    let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
    text.get(end..).unwrap_or_default()
}
