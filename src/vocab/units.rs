//! Units of resource limits.

use std::borrow::Cow;

use super::word::word_traits;
use super::{Vocabulary, name_of, number_of};

/// Units of size with their bytes. Lower case is none.
pub const SIZE: &[(&str, u64)] =
    &[("K", 1 << 10), ("KB", 1 << 10), ("M", 1 << 20), ("MB", 1 << 20), ("G", 1 << 30), ("GB", 1 << 30)];

const SECOND: u64 = 1_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// Units of time with their microseconds.
pub const TIME: &[(&str, u64)] = &[
    ("us", 1),
    ("microsecond", 1),
    ("microseconds", 1),
    ("ms", 1000),
    ("millisecond", 1000),
    ("milliseconds", 1000),
    ("s", SECOND),
    ("sec", SECOND),
    ("second", SECOND),
    ("seconds", SECOND),
    ("min", MINUTE),
    ("minute", MINUTE),
    ("minutes", MINUTE),
    ("h", HOUR),
    ("hour", HOUR),
    ("hours", HOUR),
    ("d", DAY),
    ("day", DAY),
    ("days", DAY),
    ("week", WEEK),
    ("weeks", WEEK),
];

/// The unit of a limit as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitUnit {
    name: &'static str,
    factor: u64,
    is_time: bool,
}

impl LimitUnit {
    /// The bytes of a unit of size; `None` for a unit of time.
    #[must_use]
    pub fn bytes(self) -> Option<u64> {
        (!self.is_time).then_some(self.factor)
    }

    /// The microseconds of a unit of time; `None` for a unit of size.
    #[must_use]
    pub fn microseconds(self) -> Option<u64> {
        self.is_time.then_some(self.factor)
    }
}

impl Vocabulary for LimitUnit {
    const KIND: &'static str = "unit";

    fn from_word(word: &[u8]) -> Option<Self> {
        let find = |table: &'static [(&'static str, u64)], is_time| {
            let row = table.iter().find(|(name, _)| name.as_bytes() == word)?;
            Some(LimitUnit { name: row.0, factor: row.1, is_time })
        };
        find(SIZE, false).or_else(|| find(TIME, true))
    }

    fn to_word(&self) -> Cow<'static, str> {
        self.name.into()
    }
}

word_traits!(LimitUnit);

/// The bytes of a unit of size.
#[must_use]
pub fn size(word: &[u8]) -> Option<u64> {
    number_of(SIZE, word)
}

/// The shortest unit of that many bytes.
#[must_use]
pub fn size_name(bytes: u64) -> Option<&'static str> {
    name_of(SIZE, bytes)
}

/// The microseconds of a unit of time.
#[must_use]
pub fn microseconds(word: &[u8]) -> Option<u64> {
    number_of(TIME, word)
}

/// The shortest unit of that many microseconds.
#[must_use]
pub fn time_name(microseconds: u64) -> Option<&'static str> {
    name_of(TIME, microseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        assert_eq!(size(b"MB"), Some(1_048_576));
        assert_eq!(size(b"m"), None);
        assert_eq!(microseconds(b"weeks"), Some(604_800_000_000));
        assert_eq!(microseconds(b"m"), None);
    }
}
