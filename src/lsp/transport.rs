//! Messages over a pair of byte streams: framed as the protocol defines, whatever the other side sends.
//!
//! lsp-server's own reader ends at the first message that it cannot read, and takes the length that a header names on trust. Here
//! what cannot be read is answered with an error, and the next message is looked for.

use std::io::{self, BufRead, Read, Write};

use lsp_server::Message;
use serde_json::Value;

/// The longest message. A profile file has some kilobytes.
const MOST_BYTES: usize = 64 << 20;

/// The maximum `Content-Length` that is skipped; larger values are treated as malformed.
const MOST_SKIPPED: usize = 1 << 30;

/// The longest header line.
const MOST_HEADER: u64 = 4 << 10;

/// A message or event of a stream.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message.
    Message(Message),
    /// Bytes that are none: what is wrong with them, as a code and text of JSON-RPC.
    Broken(i32, String),
}

/// Reads what comes next; `None` at the end.
///
/// # Errors
/// Those of the stream.
pub(super) fn read(stream: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let Some(length) = header(stream)? else { return Ok(None) };
    let Some(length) = length else {
        return Ok(Some(Incoming::Broken(-32700, "a message without Content-Length".into())));
    };
    if length > MOST_BYTES {
        // What is announced is passed over, so that the next message is found; but nobody sends as much as this.
        if length <= MOST_SKIPPED {
            io::copy(&mut stream.take(length as u64), &mut io::sink())?;
        }
        return Ok(Some(Incoming::Broken(-32600, format!("a message of more than {MOST_BYTES} bytes"))));
    }
    let mut body = Vec::new();
    // Not all at once: who announces much may send little.
    if stream.take(length as u64).read_to_end(&mut body)? < length {
        return Ok(None);
    }
    Ok(Some(parse(&body)))
}

/// The length that the header names, if it does; `None` at the end of the stream.
#[expect(clippy::option_option, reason = "no header, and a header without length")]
fn header(stream: &mut impl BufRead) -> io::Result<Option<Option<usize>>> {
    let mut length = None;
    let mut seen = false;
    loop {
        let mut line = Vec::new();
        if stream.by_ref().take(MOST_HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_ascii();
        if line.is_empty() {
            if seen {
                return Ok(Some(length));
            }
            continue;
        }
        seen = true;
        if let Some(value) = content_length(line) {
            length = std::str::from_utf8(value).ok().and_then(|value| value.trim().parse().ok());
        }
    }
}

/// The value of `Content-Length` in a header line. It may stand after other text: where a message is longer than its header says,
/// the header of the next begins in the middle of a line.
fn content_length(line: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"content-length:";
    let at = line.windows(NAME.len()).rposition(|name| name.eq_ignore_ascii_case(NAME))?;
    line.get(at + NAME.len()..)
}

/// A message.
fn parse(body: &[u8]) -> Incoming {
    // First whether it is JSON at all; nesting is limited by serde_json.
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => return Incoming::Broken(-32700, format!("this is no JSON: {error}")),
    };
    let has_id = value.get("id").is_some_and(|id| !id.is_null());
    match serde_json::from_value(value) {
        // A request whose id is none of the protocol's is no notification.
        Ok(Message::Notification(_)) if has_id => Incoming::Broken(-32600, "an id is an integer or a string".into()),
        Ok(message) => Incoming::Message(message),
        Err(error) => Incoming::Broken(-32600, format!("this is no message: {error}")),
    }
}

/// Writes a message.
///
/// # Errors
/// Those of the stream.
pub(super) fn write(stream: &mut impl Write, message: &Message) -> io::Result<()> {
    message.write(stream)
}

/// Answers what could not be read; whose message it was is not known.
///
/// # Errors
/// Those of the stream.
pub(super) fn refuse(stream: &mut impl Write, code: i32, message: &str) -> io::Result<()> {
    let body =
        serde_json::json!({ "jsonrpc": "2.0", "id": Value::Null, "error": { "code": code, "message": message } });
    let body = body.to_string();
    write!(stream, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    stream.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        while let Some(incoming) = read(&mut bytes).unwrap() {
            found.push(match incoming {
                Incoming::Message(Message::Request(request)) => request.method,
                Incoming::Message(other) => format!("{other:?}"),
                Incoming::Broken(code, _) => code.to_string(),
            });
        }
        found
    }

    fn frame(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn what_is_broken_does_not_break_the_next() {
        let good = frame(r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#);
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for broken in [
            frame("{"),
            frame(""),
            frame("[1,2]"),
            frame(&deep),
            frame(r#"{"id":1.5,"method":"x"}"#),
            frame(r#"{"id":{},"method":"x"}"#),
            frame("\u{feff}{}"),
            "Content-Length: x\r\n\r\n".into(),
            "Content-Type: y\r\n\r\n".into(),
            "Content-Length: -5\r\n\r\n".into(),
            "nonsense\n\n".into(),
        ] {
            let text = [good.as_str(), &broken, &good].concat();
            let found = all(text.as_bytes());
            assert_eq!((found.len(), found[0].as_str(), found[2].as_str()), (3, "a", "a"), "{broken:.60}: {found:?}");
            assert!(found[1].starts_with("-32"), "{broken:.60}: {found:?}");
        }
    }

    #[test]
    fn lengths_are_not_taken_on_trust() {
        let good = frame(r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#);
        let endless = ["Content-Length: 99999999999999\r\n\r\n", &good].concat();
        assert_eq!(all(endless.as_bytes()), ["-32600", "a"]);
        assert!(all(b"Content-Length: 1000000\r\n\r\n{}").is_empty());
        let short = good.replace(": 37", ": 5");
        assert_eq!(all([short.as_str(), &good].concat().as_bytes()), ["-32700", "a"], "the next message is found");
        let long = format!("{}: x\r\n\r\n", "h".repeat(10_000));
        assert!(!all(long.as_bytes()).is_empty());
    }
}
