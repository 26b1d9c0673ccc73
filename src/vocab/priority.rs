//! Priorities of rules.

use std::borrow::Cow;

use super::Vocabulary;
use super::word::word_traits;

/// The priority of a rule (`apparmor.d(5)`, "Rule qualifiers"): among rules that match, those of the highest decide.
///
/// ```
/// use armorer::vocab::Priority;
///
/// assert_eq!(Priority::new(7).map(Priority::number), Some(7));
/// assert_eq!(Priority::new(1001), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Priority(i32);

impl Priority {
    /// The lowest.
    pub const MIN: Priority = Priority(-1000);
    /// The highest.
    pub const MAX: Priority = Priority(1000);

    /// The priority with this number; `None` outside of −1000 to 1000.
    #[must_use]
    pub fn new(number: i32) -> Option<Priority> {
        (Self::MIN.0..=Self::MAX.0).contains(&number).then_some(Priority(number))
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }
}

impl Vocabulary for Priority {
    const KIND: &'static str = "priority";

    /// An optional sign and decimal digits. A number too long for 32 bits is out of range, whatever its value.
    fn from_word(word: &[u8]) -> Option<Self> {
        std::str::from_utf8(word).ok()?.parse().ok().and_then(Priority::new)
    }

    fn to_word(&self) -> Cow<'static, str> {
        self.0.to_string().into()
    }
}

word_traits!(Priority);
