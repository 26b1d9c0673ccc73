//! The elements of the stream: a type tag, then a payload. Reading them one by one.

use thiserror::Error;

/// Type tags (kernel: `enum aa_code`).
pub(super) mod tag {
    pub(in crate::blob) const U8: u8 = 0;
    pub(in crate::blob) const U16: u8 = 1;
    pub(in crate::blob) const U32: u8 = 2;
    pub(in crate::blob) const U64: u8 = 3;
    pub(in crate::blob) const NAME: u8 = 4;
    pub(in crate::blob) const STRING: u8 = 5;
    pub(in crate::blob) const BLOB: u8 = 6;
    pub(in crate::blob) const STRUCT: u8 = 7;
    pub(in crate::blob) const STRUCTEND: u8 = 8;
    pub(in crate::blob) const ARRAY: u8 = 11;
    pub(in crate::blob) const ARRAYEND: u8 = 12;
}

/// Reasons why bytes are not a policy. Offsets count from the first byte of the input.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The input is compressed with zstd, and damaged or too large.
    #[error("byte {offset}: compressed policy: {why}")]
    Compressed {
        /// Offset of the faulty frame's header.
        offset: usize,
        /// The problem.
        why: &'static str,
    },
    /// The input ends too early.
    #[error("byte {offset}: the policy ends inside {what}")]
    Truncated {
        /// Offset of the cut element.
        offset: usize,
        /// The element that was being read.
        what: &'static str,
    },
    /// Another element than the format has at this place.
    #[error("byte {offset}: expected {expected} for {what}, found {found}")]
    Unexpected {
        /// Offset of the element.
        offset: usize,
        /// The field it was read for.
        what: &'static str,
        /// The type of the element that belongs here.
        expected: &'static str,
        /// The element found.
        found: &'static str,
    },
    /// A named field that the format does not have, or not at this place.
    #[error("byte {offset}: field `{name}` is unknown or out of place")]
    UnknownField {
        /// Offset of its name.
        offset: usize,
        /// The name, unprintable bytes escaped.
        name: String,
    },
    /// An ABI number outside 5–9.
    #[error("byte {offset}: unsupported ABI number {abi} (5 to 9 are known)")]
    UnsupportedVersion {
        /// Offset of the version word.
        offset: usize,
        /// Bits 0–9 of the word.
        abi: u32,
    },
    /// A string without terminator, or with a NUL inside where none may be.
    #[error("byte {offset}: {what} is not a string: {why}")]
    BadString {
        /// Offset of the string's element.
        offset: usize,
        /// The field it was read for.
        what: &'static str,
        /// The problem.
        why: &'static str,
    },
    /// A number that the field does not take.
    #[error("byte {offset}: {what} cannot be {value}")]
    BadValue {
        /// Offset of the element.
        offset: usize,
        /// The field.
        what: &'static str,
        /// The number.
        value: u32,
    },
    /// The tables of an automaton do not fit together.
    #[error("byte {offset}: automaton: {why}")]
    BadAutomaton {
        /// Offset of the faulty part.
        offset: usize,
        /// The problem.
        why: &'static str,
    },
}

/// A position in the stream.
#[derive(Clone)]
pub(super) struct ElementCursor<'a> {
    data: &'a [u8],
    pos: usize,
}

type Result<T> = std::result::Result<T, ReadError>;

impl<'a> ElementCursor<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, pos: 0 }
    }

    pub(super) fn offset(&self) -> usize {
        self.pos
    }

    pub(super) fn at_end(&self) -> bool {
        self.pos >= self.data.len()
    }

    /// The bytes read since `start`.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        self.data.get(start..self.pos).unwrap_or_default()
    }

    fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8]> {
        let end = self.pos.checked_add(len);
        let bytes = end.and_then(|end| self.data.get(self.pos..end));
        let bytes = bytes.ok_or(ReadError::Truncated { offset: self.pos, what })?;
        self.pos = self.pos.saturating_add(len);
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N]> {
        let offset = self.pos;
        let bytes = self.take(N, what)?;
        bytes.try_into().map_err(|_| ReadError::Truncated { offset, what })
    }

    fn peek(&self) -> Option<u8> {
        self.data.get(self.pos).copied()
    }

    /// If a NAME element stands here: its text without the NUL, and the position after it.
    fn peek_name(&self) -> Result<Option<(&'a [u8], usize)>> {
        if self.peek() != Some(tag::NAME) {
            return Ok(None);
        }
        let mut ahead = self.clone();
        ahead.pos += 1;
        let text = ahead.text(self.pos, "a field name")?;
        Ok(Some((text, ahead.pos)))
    }

    /// Length and bytes of a NAME or STRING whose tag (at `start`) has been read.
    fn text(&mut self, start: usize, what: &'static str) -> Result<&'a [u8]> {
        let len = usize::from(u16::from_le_bytes(self.array(what)?));
        let bytes = self.take(len, what)?;
        match bytes.split_last() {
            Some((0, text)) => Ok(text),
            _ => Err(ReadError::BadString { offset: start, what, why: "it does not end in NUL" }),
        }
    }

    /// Steps over NAME `name` and the tag `wanted` after it; `false` if another element stands here.
    pub(super) fn named(&mut self, name: &'static str, wanted: u8) -> Result<bool> {
        match self.peek_name()? {
            Some((text, after)) if text == name.as_bytes() => {
                self.pos = after;
                self.tag(wanted, name)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// [`Self::named`] for a field that must be there.
    pub(super) fn required(&mut self, name: &'static str, wanted: u8) -> Result<()> {
        if self.named(name, wanted)? {
            return Ok(());
        }
        let offset = self.pos;
        Err(match self.peek_name()? {
            Some((text, _)) => ReadError::UnknownField { offset, name: text.escape_ascii().to_string() },
            None => ReadError::Unexpected { offset, what: name, expected: "a field name", found: self.found() },
        })
    }

    /// Steps over the tag `wanted` and a NAME in front of it, if there is one.
    ///
    /// The kernel reads unnamed fields that way: any name will do.
    pub(super) fn unnamed(&mut self, wanted: u8, what: &'static str) -> Result<()> {
        if let Some((text, after)) = self.peek_name()? {
            if self.data.get(after) != Some(&wanted) {
                let name = text.escape_ascii().to_string();
                return Err(ReadError::UnknownField { offset: self.pos, name });
            }
            self.pos = after;
        }
        self.tag(wanted, what)
    }

    fn tag(&mut self, wanted: u8, what: &'static str) -> Result<()> {
        if self.next_is(wanted) {
            self.pos += 1;
            return Ok(());
        }
        Err(ReadError::Unexpected { offset: self.pos, what, expected: describe(wanted), found: self.found() })
    }

    /// Whether an element with this tag stands here.
    pub(super) fn next_is(&self, wanted: u8) -> bool {
        self.peek() == Some(wanted)
    }

    fn found(&self) -> &'static str {
        self.peek().map_or("the end of the policy", describe)
    }

    /// A number of 32 bits whose tag has been read.
    pub(super) fn word(&mut self, what: &'static str) -> Result<u32> {
        self.array(what).map(u32::from_le_bytes)
    }

    pub(super) fn unnamed_u8(&mut self, what: &'static str) -> Result<u8> {
        self.unnamed(tag::U8, what)?;
        self.array::<1>(what).map(u8::from_le_bytes)
    }

    pub(super) fn unnamed_u16(&mut self, what: &'static str) -> Result<u16> {
        self.unnamed(tag::U16, what)?;
        self.array(what).map(u16::from_le_bytes)
    }

    pub(super) fn unnamed_u32(&mut self, what: &'static str) -> Result<u32> {
        self.unnamed(tag::U32, what)?;
        self.word(what)
    }

    pub(super) fn unnamed_u64(&mut self, what: &'static str) -> Result<u64> {
        self.unnamed(tag::U64, what)?;
        self.array(what).map(u64::from_le_bytes)
    }

    pub(super) fn named_u32(&mut self, name: &'static str) -> Result<Option<u32>> {
        if !self.named(name, tag::U32)? {
            return Ok(None);
        }
        self.word(name).map(Some)
    }

    /// A string without NUL inside.
    pub(super) fn unnamed_string(&mut self, what: &'static str) -> Result<Vec<u8>> {
        let offset = self.pos;
        without_nul(self.unnamed_text(what)?, offset, what)
    }

    /// A string that may hold NULs.
    pub(super) fn unnamed_text(&mut self, what: &'static str) -> Result<Vec<u8>> {
        let start = self.pos;
        self.unnamed(tag::STRING, what)?;
        self.text(start, what).map(<[u8]>::to_vec)
    }

    pub(super) fn named_string(&mut self, name: &'static str) -> Result<Option<Vec<u8>>> {
        let start = self.pos;
        if !self.named(name, tag::STRING)? {
            return Ok(None);
        }
        let text = self.text(start, name)?;
        without_nul(text.to_vec(), start, name).map(Some)
    }

    /// Number of entries of an array whose tag has been read, and a capacity for them that the input bounds:
    /// each entry has at least `min` bytes.
    pub(super) fn count(&mut self, min: usize, what: &'static str) -> Result<(usize, usize)> {
        let count = usize::from(u16::from_le_bytes(self.array(what)?));
        let left = self.data.len().saturating_sub(self.pos);
        Ok((count, count.min(left / min.max(1))))
    }

    /// The bytes of a BLOB whose tag has been read, and their offset.
    pub(super) fn blob(&mut self, what: &'static str) -> Result<(&'a [u8], usize)> {
        let offset = self.pos;
        let len = u32::from_le_bytes(self.array(what)?);
        let len = usize::try_from(len).map_err(|_| ReadError::Truncated { offset, what })?;
        let offset = self.pos;
        Ok((self.take(len, what)?, offset))
    }
}

fn without_nul(text: Vec<u8>, offset: usize, what: &'static str) -> Result<Vec<u8>> {
    if text.contains(&0) {
        return Err(ReadError::BadString { offset, what, why: "it has a NUL inside" });
    }
    Ok(text)
}

fn describe(tag: u8) -> &'static str {
    match tag {
        tag::U8 => "an 8-bit number",
        tag::U16 => "a 16-bit number",
        tag::U32 => "a 32-bit number",
        tag::U64 => "a 64-bit number",
        tag::NAME => "a field name",
        tag::STRING => "a string",
        tag::BLOB => "a blob",
        tag::STRUCT => "a struct",
        tag::STRUCTEND => "the end of a struct",
        tag::ARRAY => "an array",
        tag::ARRAYEND => "the end of an array",
        _ => "an unknown element",
    }
}
