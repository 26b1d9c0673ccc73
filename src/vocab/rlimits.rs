//! Resource limits (`getrlimit(2)`), by the generic numbers of Linux, which the kernel maps to those of the architecture.

use std::borrow::Cow;

use super::Vocabulary;
use super::word::{word_enum, word_traits};

/// The unit that the value of a limit is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RlimitUnit {
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

/// The number of limits.
pub(crate) const COUNT: usize = 16;

/// The stored value of `infinity`.
pub(crate) const INFINITY: u64 = u64::MAX;

word_enum! {
    /// A resource that can be limited.
    ///
    /// ```
    /// use armorer::vocab::Resource;
    ///
    /// assert_eq!((Resource::Nofile.name(), Resource::Nofile.number()), ("nofile", 7));
    /// ```
    Resource: u8, "resource limit";
    Cpu = 0, "cpu";
    Fsize = 1, "fsize";
    Data = 2, "data";
    Stack = 3, "stack";
    Core = 4, "core";
    Rss = 5, "rss";
    Nproc = 6, "nproc";
    Nofile = 7, "nofile" | "ofile";
    Memlock = 8, "memlock";
    As = 9, "as";
    Locks = 10, "locks";
    Sigpending = 11, "sigpending";
    Msgqueue = 12, "msgqueue";
    Nice = 13, "nice";
    Rtprio = 14, "rtprio";
    Rttime = 15, "rttime";
}

impl Resource {
    /// The unit of its values.
    pub(crate) const fn unit(self) -> RlimitUnit {
        match self {
            Resource::Cpu => RlimitUnit::Seconds,
            Resource::Fsize | Resource::Data | Resource::Stack | Resource::Core | Resource::Rss => RlimitUnit::Bytes,
            Resource::Memlock | Resource::As | Resource::Msgqueue => RlimitUnit::Bytes,
            Resource::Nproc | Resource::Nofile | Resource::Locks | Resource::Sigpending | Resource::Rtprio => {
                RlimitUnit::Number
            }
            Resource::Nice => RlimitUnit::Nice,
            Resource::Rttime => RlimitUnit::Microseconds,
        }
    }
}

/// The value of a limit as written, before its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RlimitValue {
    /// `infinity`
    Infinity,
    /// A number.
    Number(i64),
}

impl Vocabulary for RlimitValue {
    const KIND: &'static str = "limit";

    /// Reads a number as `strtoll` with base 0 does: a zero in front makes it octal, and the first byte that is no digit ends it.
    fn from_word(word: &[u8]) -> Option<Self> {
        if word == b"infinity" {
            return Some(RlimitValue::Infinity);
        }
        let text = std::str::from_utf8(word).ok()?;
        let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (digits, radix) = if digits.len() > 1 && digits.starts_with('0') {
            (digits.split(['8', '9']).next().unwrap_or_default(), 8)
        } else {
            (digits, 10)
        };
        i64::from_str_radix(&format!("{sign}{digits}"), radix).ok().map(RlimitValue::Number)
    }

    fn to_word(&self) -> Cow<'static, str> {
        match self {
            RlimitValue::Infinity => "infinity".into(),
            RlimitValue::Number(number) => number.to_string().into(),
        }
    }
}

word_traits!(RlimitValue);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dense() {
        assert!(Resource::ALL.iter().map(|resource| usize::from(resource.number())).eq(0..COUNT));
        assert_eq!(Resource::from_word(b"ofile"), Some(Resource::Nofile));
        assert_eq!(Resource::from_word(b"CPU"), None);
    }
}
