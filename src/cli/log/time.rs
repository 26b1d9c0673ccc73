//! Times as people write and read them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::log::Time;

/// Reads a time, as seconds since 1970.
pub(super) fn parse(text: &str) -> Result<u64, String> {
    let seconds = since_epoch(text).or_else(|| ago(text)).or_else(|| written(text));
    seconds.ok_or_else(|| {
        format!("'{text}' is not a time: write 2026-11-28, '2026-11-28 12:30', @1700000000, or an age (10m, 2h, 3d)")
    })
}

fn since_epoch(text: &str) -> Option<u64> {
    text.strip_prefix('@')?.parse().ok()
}

fn ago(text: &str) -> Option<u64> {
    let unit = match text.chars().next_back()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86400,
        _ => return None,
    };
    let count: u64 = text.get(..text.len() - 1)?.parse().ok()?;
    let now = u64::try_from(Timestamp::now().as_second()).ok()?;
    Some(now.saturating_sub(count.checked_mul(unit)?))
}

/// A time with an offset, or the machine's own time.
fn written(text: &str) -> Option<u64> {
    let local = |time: DateTime| time.to_zoned(TimeZone::system()).ok();
    let timestamp = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| Some(local(text.parse().ok()?)?.timestamp()))
        .or_else(|| Some(local(text.parse::<Date>().ok()?.into())?.timestamp()))?;
    u64::try_from(timestamp.as_second()).ok()
}

/// A time in the machine's time zone, to the second.
pub(super) fn shown(time: Option<Time>) -> String {
    let zoned = |time: Time| -> Option<Zoned> {
        Some(Timestamp::from_second(i64::try_from(time.seconds).ok()?).ok()?.to_zoned(TimeZone::system()))
    };
    time.and_then(zoned).map_or_else(|| "-".into(), |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}
