//! The records of a line of text.

use memchr::memmem;

use super::fields::RecordFields;
use super::{Event, EventOrigin, Time};

/// Texts of which a line with a record has at least one: the verdict, or the number or name of a type that older kernels gave records.
const SIGNS: [&[u8]; 4] = [b"apparmor=", b"type=150", b"APPARMOR_", b"[150"];

/// Whether it is worth to look closer.
pub(crate) fn may_hold_record(text: &[u8]) -> bool {
    SIGNS.iter().any(|sign| memmem::find(text, sign).is_some())
}

/// Reads the records of a line of text. `known` is who wrote it, where the line itself need not say; `time` that of records without one.
pub(super) fn read(text: &[u8], known: Option<EventOrigin>, time: Option<Time>, events: &mut Vec<Event>) {
    if !may_hold_record(text) {
        return;
    }
    let headers =
        memmem::find_iter(text, b"audit(").find(|&at| text.get(at..).is_some_and(|text| Time::header(text).is_some()));
    let Some(at) = headers.or_else(|| memmem::find(text, b"apparmor=\"")) else { return };
    let (prefix, mut rest) = text.split_at(at);
    let Some(origin) = known.or_else(|| EventOrigin::of_prefix(prefix)) else { return };
    let mut kind = type_of(prefix).map(<[u8]>::to_vec);
    loop {
        let header = Time::header(rest.strip_prefix(b"msg=").unwrap_or(rest));
        let (own_time, body) = match header {
            Some((time, body)) => (Some(time), body),
            None => (time, rest),
        };
        let (fields, next) = RecordFields::read(body);
        // The type of the next record stands before its header, and so among the fields of this one.
        let inner = fields.get("type").map(<[u8]>::to_vec);
        let own = kind.take().or_else(|| inner.clone());
        events.extend(Event::from_fields(origin, own.as_deref(), own_time, &fields));
        let Some(next) = next else { return };
        kind = inner;
        rest = next;
    }
}

/// The type that stands before the header of a record.
fn type_of(prefix: &[u8]) -> Option<&[u8]> {
    let at = memmem::rfind(prefix, b"type=")?;
    prefix.get(at + b"type=".len()..)?.split(u8::is_ascii_whitespace).next()
}
