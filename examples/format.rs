//! Formats a profile: prints canonical text on standard output.
//!
//! `cargo run --example format [FILE]`

use std::io::Write;

const DEMO: &str = "profile   demo { # a comment stays\n/etc/demo.conf    r,\n\n\n\nowner @{HOME}/.demo/** rw,\n}\n";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = match std::env::args_os().nth(1) {
        Some(path) => std::fs::read(path)?,
        None => DEMO.into(),
    };
    std::io::stdout().write_all(&armorer::parse(&text)?.to_bytes())?;
    Ok(())
}
