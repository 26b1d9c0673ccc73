//! Signals by AppArmor's own numbers, which do not depend on the architecture, and the permission words of signal rules.

use std::borrow::Cow;

use super::word::{permission_set, word_traits};
use super::{Vocabulary, name_of, number_of};

permission_set! {
    /// Permissions of a `signal` rule.
    ///
    /// ```
    /// use armorer::vocab::SignalPermissions;
    ///
    /// let set: SignalPermissions = "send".parse()?;
    /// assert!(set.contains(SignalPermissions::SEND) && !set.intersects(SignalPermissions::RECEIVE));
    /// assert!(set.iter().filter_map(SignalPermissions::name).eq(["send"]));
    /// assert!((set - SignalPermissions::ALL).is_empty());
    /// # Ok::<(), armorer::vocab::UnknownWord>(())
    /// ```
    SignalPermissions, "signal permission", letters(RECEIVE, SEND);
    /// Signals go out.
    SEND = 0x2, "send" | "write";
    /// Signals come in.
    RECEIVE = 0x4, "receive" | "read";
}

/// A signal, by AppArmor's own number: 1 to 32, 35 for `exists`, or 128 and more for `rtmin+N`.
///
/// ```
/// use armorer::vocab::Signal;
///
/// let term: Signal = "term".parse()?;
/// assert_eq!((term.number(), "rtmin+3".parse::<Signal>()?.number()), (15, 131));
/// assert_eq!(Signal::from_number(9).map(|signal| signal.to_string()).as_deref(), Some("kill"));
/// assert!("rtmin+33".parse::<Signal>().is_err());
/// # Ok::<(), armorer::vocab::UnknownWord>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signal(u8);

impl Signal {
    /// `exists`: signal 0, the test whether a process is there.
    pub const EXISTS: Signal = Signal(EXISTS);

    /// The signal with this number, where a rule can name it.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Signal> {
        let realtime = number.checked_sub(REALTIME).is_some_and(|n| n <= REALTIME_LAST);
        (realtime || name_of(ALL, number).is_some()).then_some(Signal(number))
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl Vocabulary for Signal {
    const KIND: &'static str = "signal";

    fn from_word(word: &[u8]) -> Option<Self> {
        let Some(digits) = word.strip_prefix(b"rtmin+") else { return number_of(ALL, word).map(Signal) };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let n: u8 = std::str::from_utf8(digits).ok()?.parse().ok()?;
        (n <= REALTIME_LAST).then_some(Signal(REALTIME + n))
    }

    fn to_word(&self) -> Cow<'static, str> {
        match self.0.checked_sub(REALTIME) {
            Some(n) => format!("rtmin+{n}").into(),
            None => name_of(ALL, self.0).unwrap_or_default().into(),
        }
    }

    fn words() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(|&(word, _)| word)
    }
}

word_traits!(Signal);

/// The number of `rtmin+0`.
pub(crate) const REALTIME: u8 = 128;
/// The largest N of `rtmin+N`.
pub(crate) const REALTIME_LAST: u8 = 32;
/// `exists`: signal 0, the test whether a process is there.
pub(crate) const EXISTS: u8 = 35;

/// Name and number of each but the real-time ones, by number; `stp` and `poll` are synonyms. The kernel's `lost` (33)
/// cannot be named in a rule.
const ALL: &[(&str, u8)] = &[
    ("hup", 1),
    ("int", 2),
    ("quit", 3),
    ("ill", 4),
    ("trap", 5),
    ("abrt", 6),
    ("bus", 7),
    ("fpe", 8),
    ("kill", 9),
    ("usr1", 10),
    ("segv", 11),
    ("usr2", 12),
    ("pipe", 13),
    ("alrm", 14),
    ("term", 15),
    ("stkflt", 16),
    ("chld", 17),
    ("cont", 18),
    ("stop", 19),
    ("tstp", 20),
    ("stp", 20),
    ("ttin", 21),
    ("ttou", 22),
    ("urg", 23),
    ("xcpu", 24),
    ("xfsz", 25),
    ("vtalrm", 26),
    ("prof", 27),
    ("winch", 28),
    ("io", 29),
    ("poll", 29),
    ("pwr", 30),
    ("sys", 31),
    ("emt", 32),
    ("exists", EXISTS),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_time() {
        for n in 0..=32 {
            let word = format!("rtmin+{n}");
            let signal = Signal::from_number(128 + n).unwrap();
            assert_eq!((Signal::from_word(word.as_bytes()), &*signal.to_word()), (Some(signal), &*word));
        }
        for bad in [
            "rtmin+",
            "rtmin+33",
            "rtmin+5abc",
            "rtmin++5",
            "rtmin+-1",
            "rtmin",
            "rtmin+4294967296",
            "rtmax",
            "9",
            "KILL",
        ] {
            assert_eq!(Signal::from_word(bad.as_bytes()), None, "{bad}");
        }
        for number in [0, 33, 34, 36, 127, 161, 255] {
            assert_eq!(Signal::from_number(number), None);
        }
    }

    #[test]
    fn synonyms() {
        for (word, canonical) in [("poll", "io"), ("stp", "tstp"), ("exists", "exists")] {
            assert_eq!(word.parse::<Signal>().unwrap().to_word(), canonical);
        }
        assert_eq!("exists".parse(), Ok(Signal::EXISTS));
    }
}
