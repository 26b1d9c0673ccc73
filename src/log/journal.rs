//! Entries of the journal as `journalctl -o json` prints them, an object a line (systemd.journal-fields(7)).

use serde::Deserialize;

use super::{Event, EventOrigin, Time, line};

#[derive(Deserialize)]
struct JournalEntry {
    #[serde(rename = "MESSAGE")]
    message: Option<JournalMessage>,
    #[serde(rename = "__REALTIME_TIMESTAMP")]
    time: Option<String>,
    /// Set by the journal, not by who writes.
    #[serde(rename = "_TRANSPORT")]
    transport: Option<String>,
    #[serde(rename = "_COMM")]
    comm: Option<String>,
}

/// Bytes that are no UTF-8 are an array of numbers, and a message that is too long is null.
#[derive(Deserialize)]
#[serde(untagged)]
enum JournalMessage {
    Text(String),
    Bytes(Vec<u8>),
    Other(serde::de::IgnoredAny),
}

/// Reads the records of an object; nothing where the line is none.
pub(super) fn read(text: &[u8], events: &mut Vec<Event>) {
    let Ok(entry) = serde_json::from_slice::<JournalEntry>(text) else { return };
    let message = match entry.message {
        Some(JournalMessage::Text(text)) => text.into_bytes(),
        Some(JournalMessage::Bytes(bytes)) => bytes,
        Some(JournalMessage::Other(_)) | None => return,
    };
    let origin = match entry.transport.as_deref() {
        Some("kernel" | "audit") => Some(EventOrigin::Kernel),
        // An identifier is what the program calls itself; its command is what the journal saw.
        Some(_) => entry
            .comm
            .and_then(|comm| EventOrigin::of_identifier(comm.as_bytes()))
            .filter(|&by| by == EventOrigin::Dbus),
        None => None,
    };
    let Some(origin) = origin else { return };
    let time = entry.time.and_then(|time| time.parse().ok()).map(Time::from_microseconds);
    line::read(&message, Some(origin), time, events);
}
