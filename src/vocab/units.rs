//! Units of resource limits.

use std::borrow::Cow;

use super::Vocabulary;
use super::word::word_traits;

/// Units of size with their bytes. Lower case is none.
const SIZE: &[(&str, u64)] =
    &[("K", 1 << 10), ("KB", 1 << 10), ("M", 1 << 20), ("MB", 1 << 20), ("G", 1 << 30), ("GB", 1 << 30)];

const SECOND: u64 = 1_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// Units of time with their microseconds.
const TIME: &[(&str, u64)] = &[
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
///
/// ```
/// use armorer::vocab::{LimitUnit, Vocabulary};
///
/// let unit: LimitUnit = "MB".parse()?;
/// assert!(LimitUnit::sizes().any(|word| word == unit.to_word()));
/// assert!(LimitUnit::times().all(|word| word != unit.to_word()));
/// # Ok::<(), armorer::vocab::UnknownWord>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitUnit {
    name: &'static str,
    factor: u64,
    is_time: bool,
}

impl LimitUnit {
    /// The words of units of size.
    pub fn sizes() -> impl Iterator<Item = &'static str> {
        SIZE.iter().map(|&(word, _)| word)
    }

    /// The words of units of time.
    pub fn times() -> impl Iterator<Item = &'static str> {
        TIME.iter().map(|&(word, _)| word)
    }

    /// The bytes of a unit of size; `None` for a unit of time.
    pub(crate) fn bytes(self) -> Option<u64> {
        (!self.is_time).then_some(self.factor)
    }

    /// The microseconds of a unit of time; `None` for a unit of size.
    pub(crate) fn microseconds(self) -> Option<u64> {
        self.is_time.then_some(self.factor)
    }
}

impl Vocabulary for LimitUnit {
    const KIND: &'static str = "unit";

    fn from_word(word: &[u8]) -> Option<Self> {
        let find = |table: &[(&'static str, u64)], is_time| {
            let &(name, factor) = table.iter().find(|(name, _)| name.as_bytes() == word)?;
            Some(LimitUnit { name, factor, is_time })
        };
        find(SIZE, false).or_else(|| find(TIME, true))
    }

    fn to_word(&self) -> Cow<'static, str> {
        self.name.into()
    }

    fn words() -> impl Iterator<Item = &'static str> {
        LimitUnit::sizes().chain(LimitUnit::times())
    }
}

word_traits!(LimitUnit);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        let unit = |word: &str| LimitUnit::from_word(word.as_bytes());
        assert_eq!(unit("MB").map(|unit| (unit.bytes(), unit.microseconds())), Some((Some(1_048_576), None)));
        assert_eq!(unit("weeks").map(|unit| (unit.bytes(), unit.microseconds())), Some((None, Some(604_800_000_000))));
        assert_eq!(unit("m"), None);
        assert!(LimitUnit::words().all(|word| unit(word).is_some_and(|unit| unit.to_word() == word)));
    }
}
