//! Entries of the journal as `journalctl -o json` prints them, an object a line (systemd.journal-fields(7)).

use serde::Deserialize;

use super::{Event, Origin, Time, line};

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "MESSAGE")]
    message: Option<Message>,
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
enum Message {
    Text(String),
    Bytes(Vec<u8>),
    Other(serde::de::IgnoredAny),
}

/// Reads the records of an object; nothing where the line is none.
pub(super) fn read(text: &[u8], events: &mut Vec<Event>) {
    let Ok(entry) = serde_json::from_slice::<Entry>(text) else { return };
    let message = match entry.message {
        Some(Message::Text(text)) => text.into_bytes(),
        Some(Message::Bytes(bytes)) => bytes,
        Some(Message::Other(_)) | None => return,
    };
    let origin = match entry.transport.as_deref() {
        Some("kernel" | "audit") => Some(Origin::Kernel),
        // An identifier is what the program calls itself; its command is what the journal saw.
        Some(_) => entry.comm.and_then(|comm| Origin::of_identifier(comm.as_bytes())).filter(|&by| by == Origin::Dbus),
        None => None,
    };
    let Some(origin) = origin else { return };
    let time = entry.time.and_then(|time| time.parse().ok()).map(Time::from_microseconds);
    line::read(&message, Some(origin), time, events);
}
