//! The standard streams: all that commands print goes through here, so that nothing in it steers a terminal, and a closed pipe
//! ends a command quietly.

use std::fmt::{Arguments, Display};
use std::io::{self, ErrorKind, IsTerminal, Write};

use serde::Serialize;

use crate::diagnostic::{Escaped, is_active};

/// Prints text for people, escaped. That nobody reads on is no error: `armorer dump … | head` has what it wants.
pub(super) fn print(text: &str) -> Result<(), String> {
    print_styled(&Escaped::text(text).to_string())
}

/// Prints text that is escaped already, and may be in colours.
pub(super) fn print_styled(text: &str) -> Result<(), String> {
    quietly(write(text.as_bytes()))
}

/// Prints what another program reads: as it is, unless a terminal gets it.
pub(super) fn print_data(bytes: &[u8]) -> Result<(), String> {
    quietly(write_data(bytes))
}

/// Does the same as [`print_data`], for callers whose exit status tells that a reader closed the pipe.
pub(super) fn write_data(bytes: &[u8]) -> io::Result<()> {
    match io::stdout().is_terminal() {
        true => write(Escaped::text(bytes).to_string().as_bytes()),
        false => write(bytes),
    }
}

/// Prints a value as [`json`].
pub(super) fn print_json(value: &impl Serialize) -> Result<(), String> {
    print_styled(&json(value)?)
}

/// A value as JSON over several lines. What steers a terminal stands as `\u` escapes, which mean the same.
pub(super) fn json(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(value).map(|text| unsteering(&text) + "\n").map_err(|error| error.to_string())
}

/// A value as JSON on one line, as [`json`].
pub(super) fn json_line(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(value).map(|text| unsteering(&text) + "\n").map_err(|error| error.to_string())
}

/// JSON with `\u` escapes for what stands in its strings and steers a terminal: serde_json escapes C0 controls alone.
fn unsteering(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\n' => text.push(c),
            // Each of them has 16 bits.
            _ if is_active(c) => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => text.push(c),
        }
    }
    text
}

/// Returns a number with its noun: `1 error`, `2 errors`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Prints a line to standard error, escaped. Errors are ignored: nobody is left to tell.
pub(super) fn eprint_line(line: Arguments<'_>) {
    eprint_styled(&format!("{}\n", Escaped::text(&line.to_string())));
}

/// Prints text to standard error that is escaped already, and may be in colours.
pub(super) fn eprint_styled(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Prints an error outside of the profiles' text to standard error.
pub(super) fn print_error(message: impl Display) {
    eprint_line(format_args!("armorer: {message}"));
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush())
}

fn quietly(written: io::Result<()>) -> Result<(), String> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("standard output: {error}")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_means_the_same_and_steers_nothing() {
        let value = serde_json::json!({"a\u{9b}": ["\u{202e}é\n\"\\", "\x7f\x1b", {}, [], {"k": [1, null]}]});
        let text = json(&value).unwrap();
        assert_eq!(json_line(&value).unwrap().matches('\n').count(), 1);
        assert!(!text.chars().any(|c| c != '\n' && is_active(c)), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        let plain = serde_json::json!({"a": [1, {"b": []}]});
        assert_eq!(json(&plain).unwrap(), serde_json::to_string_pretty(&plain).unwrap() + "\n");
    }
}
