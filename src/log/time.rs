//! Times of events.

use std::fmt;

use serde::{Serialize, Serializer};

/// The time of a record, and the number by which the audit system tells records of one time apart.
///
/// Serialised as seconds since 1970 (UTC), with milliseconds after the point.
///
/// ```
/// use armorer::log::events;
///
/// let line = br#"type=AVC msg=audit(1279948288.415:39): apparmor="DENIED" operation="capable" profile="p" capname="kill""#;
/// let time = events(line)[0].time.unwrap();
/// assert_eq!((time.to_string(), time.serial), ("1279948288.415".into(), Some(39)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Time {
    /// Seconds since 1970 (UTC).
    pub seconds: u64,
    /// Thousandths of a second.
    pub milliseconds: u16,
    /// The audit system's number of the record.
    pub serial: Option<u64>,
}

impl Time {
    /// Reads the header of an audit record, `audit(SECONDS.MILLISECONDS:SERIAL):`, and gives what follows it.
    pub(super) fn header(text: &[u8]) -> Option<(Time, &[u8])> {
        let rest = text.strip_prefix(b"audit(")?;
        let (seconds, rest) = number(rest)?;
        let (milliseconds, rest) = number(rest.strip_prefix(b".")?)?;
        let (serial, rest) = number(rest.strip_prefix(b":")?)?;
        let rest = rest.strip_prefix(b")")?;
        let rest = rest.strip_prefix(b":").unwrap_or(rest);
        let milliseconds = u16::try_from(milliseconds).ok().filter(|&ms| ms < 1000)?;
        Some((Time { seconds, milliseconds, serial: Some(serial) }, rest))
    }

    /// A journal's time, in microseconds since 1970.
    pub(super) fn from_microseconds(time: u64) -> Time {
        let milliseconds = u16::try_from(time / 1000 % 1000).unwrap_or(0);
        Time { seconds: time / 1_000_000, milliseconds, serial: None }
    }
}

/// A decimal number at the beginning.
fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(digits)?;
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, rest))
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.seconds, self.milliseconds)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Exact: seconds with three digits fit a double until the year 287396.
        #[expect(clippy::cast_precision_loss, reason = "seconds have less than 53 bits")]
        serializer.serialize_f64(self.seconds as f64 + f64::from(self.milliseconds) / 1000.0)
    }
}
