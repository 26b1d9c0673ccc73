//! Signals by AppArmor's own numbers, which do not depend on the architecture, and the permission words of signal rules.

use std::borrow::Cow;

use super::word::{permission_set, word_traits};
use super::{Vocabulary, name_of, number_of};

permission_set! {
    /// Permissions of a `signal` rule.
    SignalPermissions, "signal permission", letters(RECEIVE, SEND), table PERMISSIONS;
    /// Signals go out.
    SEND = 0x2, "send" | "write";
    /// Signals come in.
    RECEIVE = 0x4, "receive" | "read";
}

/// A signal, by AppArmor's own number: 1 to 32, [`EXISTS`], or [`REALTIME`] and more for `rtmin+N`.
///
/// ```
/// use armorer::vocab::Signal;
///
/// let term: Signal = "term".parse()?;
/// assert_eq!((term.number(), "rtmin+3".parse::<Signal>()?.number()), (15, 131));
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
        name(number).map(|_| Signal(number))
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
        number(word).map(Signal)
    }

    fn to_word(&self) -> Cow<'static, str> {
        name(self.0).unwrap_or_default()
    }

    fn words() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(|&(word, _)| word)
    }
}

word_traits!(Signal);

/// The number of `rtmin+0`.
pub const REALTIME: u8 = 128;
/// The largest N of `rtmin+N`.
pub const REALTIME_LAST: u8 = 32;
/// `exists`: signal 0, the test whether a process is there.
pub const EXISTS: u8 = 35;

/// Name and number of each but the real-time ones, by number; `stp` and `poll` are synonyms. The kernel's `lost` (33)
/// cannot be named in a rule.
pub const ALL: &[(&str, u8)] = &[
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

/// The number of a signal: a name of [`ALL`], or `rtmin+N` with N from 0 to 32.
///
/// ```
/// use armorer::vocab::signals;
/// assert_eq!(signals::number(b"rtmin+3"), Some(131));
/// assert_eq!(signals::number(b"rtmin+33"), None);
/// ```
#[must_use]
pub fn number(word: &[u8]) -> Option<u8> {
    let Some(digits) = word.strip_prefix(b"rtmin+") else { return number_of(ALL, word) };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let n: u8 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (n <= REALTIME_LAST).then_some(REALTIME + n)
}

/// The canonical name of a signal, `rtmin+N` included.
#[must_use]
pub fn name(number: u8) -> Option<Cow<'static, str>> {
    match number.checked_sub(REALTIME) {
        Some(n) => (n <= REALTIME_LAST).then(|| format!("rtmin+{n}").into()),
        None => name_of(ALL, number).map(Cow::Borrowed),
    }
}

/// What a rule without permission words has.
pub const ANY: u32 = SignalPermissions::ALL.bits();

/// The bits of a permission word, or of a string of the letters `r` and `w`.
#[must_use]
pub fn bits(word: &[u8]) -> Option<u32> {
    SignalPermissions::from_word(word).map(SignalPermissions::bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_time() {
        for n in 0..=32 {
            let word = format!("rtmin+{n}");
            assert_eq!(number(word.as_bytes()), Some(128 + n));
            assert_eq!(name(128 + n).as_deref(), Some(word.as_str()));
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
            assert_eq!(number(bad.as_bytes()), None, "{bad}");
        }
        for number in [0, 33, 34, 36, 127, 161, 255] {
            assert_eq!(name(number), None);
        }
    }

    #[test]
    fn synonyms() {
        assert_eq!(number(b"poll"), number(b"io"));
        assert_eq!(number(b"stp"), number(b"tstp"));
        assert_eq!(name(20).as_deref(), Some("tstp"));
        assert_eq!(name(35).as_deref(), Some("exists"));
    }
}
