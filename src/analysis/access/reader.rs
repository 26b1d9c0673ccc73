//! Takes a string apart from the left.

use crate::source::Text;

/// The rest of a string.
#[derive(Clone, Copy)]
pub(super) struct StringReader<'a>(&'a [u8]);

impl<'a> StringReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// The next byte, if it is this one.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.0.first() == Some(&byte);
        if found {
            self.byte();
        }
        found
    }

    /// The next so many bytes, if there are so many.
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    /// A number of 16 bits.
    pub(super) fn number(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// The bytes up to a NUL, which is stepped over, or up to the end. `None` at the end.
    pub(super) fn field(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        match self.0.iter().position(|&byte| byte == 0) {
            Some(nul) => {
                let (field, rest) = self.0.split_at_checked(nul)?;
                self.0 = rest.get(1..).unwrap_or_default();
                Some(field)
            }
            None => Some(std::mem::take(&mut self.0)),
        }
    }

    /// [`Self::field`], only if a NUL ends it.
    pub(super) fn closed_field(&mut self) -> Option<&'a [u8]> {
        if self.0.contains(&0) { self.field() } else { None }
    }

    /// All that is left.
    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// The fields of a string, with a NUL between them.
pub(super) fn fields(bytes: &[u8]) -> impl Iterator<Item = Text> {
    bytes.split(|&byte| byte == 0).map(Text::from)
}
