//! Logs as streams of events.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use super::{Event, journal, line};

/// A longer line is cut: the audit system's records are below 9 KiB, and a journal's object with a message as numbers is five times as long.
const LONGEST: usize = 128 << 10;

/// The events of a line.
///
/// ```
/// use armorer::log::events;
///
/// let line = br#"Jul 24 12:24:41 host kernel: [4.2] audit: type=1400 audit(1.0:2): apparmor="DENIED" operation="capable" profile="p" capname="kill""#;
/// assert_eq!(events(line)[0].profile.as_deref(), Some(&b"p"[..]));
/// // What another program writes is no record.
/// let forged = br#"Jul 24 12:24:41 host web[7]: kernel: audit: type=1400 audit(1.0:2): apparmor="DENIED" operation="capable" profile="p" capname="kill""#;
/// assert!(events(forged).is_empty());
/// ```
#[must_use]
pub fn events(line: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    let line = line.get(..LONGEST).unwrap_or(line).trim_ascii();
    if line.first() == Some(&b'{') {
        journal::read(line, &mut events);
    } else {
        line::read(line, None, None, &mut events);
    }
    events
}

/// Reads the events of a log, line by line. It holds one line at a time, at most 128 KiB of it.
///
/// ```
/// use armorer::log::{Reader, Verdict};
///
/// let log = br#"
/// Jul 24 12:24:40 host systemd[1]: Started nginx.
/// Jul 24 12:24:41 host kernel: audit: type=1400 audit(1.5:2): apparmor="ALLOWED" operation="open" profile="nginx" name="/etc/x" denied_mask="r"
/// "#;
/// let events: Vec<_> = Reader::new(&log[..]).collect::<Result<_, _>>()?;
/// assert_eq!(events.len(), 1);
/// assert_eq!(events[0].verdict, Verdict::Allowed);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    line: Vec<u8>,
    pending: VecDeque<Event>,
}

impl<R: BufRead> Reader<R> {
    /// Takes a log.
    pub fn new(input: R) -> Reader<R> {
        Reader { input, line: Vec::new(), pending: VecDeque::new() }
    }

    /// Reads a line, and whether there was one.
    fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        let mut any = false;
        loop {
            let buffer = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                return Ok(any);
            }
            any = true;
            let end = memchr::memchr(b'\n', buffer);
            let (part, used) = end.map_or((buffer, buffer.len()), |at| (buffer.get(..at).unwrap_or_default(), at + 1));
            let room = LONGEST.saturating_sub(self.line.len());
            self.line.extend_from_slice(part.get(..room).unwrap_or(part));
            self.input.consume(used);
            if end.is_some() {
                return Ok(true);
            }
        }
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = io::Result<Event>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Some(Ok(event));
            }
            match self.read_line() {
                Ok(true) => self.pending.extend(events(&self.line)),
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
