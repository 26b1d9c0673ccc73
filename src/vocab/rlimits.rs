//! Resource limits (`getrlimit(2)`), by the generic numbers of Linux, which the kernel maps to those of the architecture.

/// What the value of a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds; time units are allowed.
    Seconds,
    /// Microseconds; time units are allowed.
    Microseconds,
    /// Bytes; size units are allowed.
    Bytes,
    /// A plain number.
    Number,
    /// A nice value from -20 to 19, stored with 20 added.
    Nice,
}

/// How many limits there are.
pub const COUNT: usize = 16;

/// The stored value of `infinity`.
pub const INFINITY: u64 = u64::MAX;

/// Name, number and unit of each, by number; `ofile` is a synonym.
pub const ALL: &[(&str, u8, Unit)] = &[
    ("cpu", 0, Unit::Seconds),
    ("fsize", 1, Unit::Bytes),
    ("data", 2, Unit::Bytes),
    ("stack", 3, Unit::Bytes),
    ("core", 4, Unit::Bytes),
    ("rss", 5, Unit::Bytes),
    ("nproc", 6, Unit::Number),
    ("nofile", 7, Unit::Number),
    ("ofile", 7, Unit::Number),
    ("memlock", 8, Unit::Bytes),
    ("as", 9, Unit::Bytes),
    ("locks", 10, Unit::Number),
    ("sigpending", 11, Unit::Number),
    ("msgqueue", 12, Unit::Bytes),
    ("nice", 13, Unit::Nice),
    ("rtprio", 14, Unit::Number),
    ("rttime", 15, Unit::Microseconds),
];

/// The number of a limit.
#[must_use]
pub fn number(word: &[u8]) -> Option<u8> {
    ALL.iter().find(|(name, ..)| name.as_bytes() == word).map(|&(_, number, _)| number)
}

/// The canonical name of a limit.
#[must_use]
pub fn name(number: u8) -> Option<&'static str> {
    ALL.iter().find(|&&(_, n, _)| n == number).map(|&(name, ..)| name)
}

/// What the value of a limit counts.
#[must_use]
pub fn unit(number: u8) -> Option<Unit> {
    ALL.iter().find(|&&(_, n, _)| n == number).map(|&(.., unit)| unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        for n in 0..16 {
            assert_eq!(name(n).and_then(|name| number(name.as_bytes())), Some(n));
        }
        assert_eq!(name(16), None);
        assert_eq!(number(b"ofile"), number(b"nofile"));
        assert_eq!(number(b"CPU"), None);
        assert_eq!(unit(0), Some(Unit::Seconds));
        assert_eq!(unit(15), Some(Unit::Microseconds));
        assert_eq!(unit(12), Some(Unit::Bytes));
    }
}
