//! Files, standard input and the kernel's ring buffer as logs.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use super::follow::FollowedFile;
use crate::cli::steps::shown;
use crate::log::{Event, Reader};

/// The kernel's ring buffer: each read gives one record (`Documentation/ABI/testing/dev-kmsg`).
const KMSG: &str = "/dev/kmsg";

/// A record of the ring buffer must fit.
const BUFFER: usize = 64 << 10;

/// A log.
pub(super) enum LogSource {
    Stdin,
    File(PathBuf),
}

impl LogSource {
    /// The logs that operands name.
    pub(super) fn of(logs: &[PathBuf]) -> Result<Vec<LogSource>, String> {
        if !logs.is_empty() {
            let of =
                |path: &PathBuf| if path == Path::new("-") { LogSource::Stdin } else { LogSource::File(path.clone()) };
            return Ok(logs.iter().map(of).collect());
        }
        if !io::stdin().is_terminal() {
            return Ok(vec![LogSource::Stdin]);
        }
        Ok(vec![LogSource::File(KMSG.into())])
    }

    /// Reads the events, for ever where the log is followed. A bar shows how far it is, unless `prints` says that events are printed
    /// as they come, or there is no terminal for it.
    pub(super) fn read(
        &self,
        follow: bool,
        prints: bool,
        take: impl FnMut(Event) -> Result<(), String>,
    ) -> Result<(), String> {
        match self {
            LogSource::Stdin => read(BufReader::with_capacity(BUFFER, io::stdin()), "standard input", take),
            LogSource::File(path) => {
                let name = shown(path);
                let say = |error: io::Error| format!("{name}: {error}");
                if path == Path::new(KMSG) {
                    return read(Kmsg::open(follow).map_err(say)?, &name, take);
                }
                let file = File::open(path).map_err(say)?;
                if follow {
                    let tail = FollowedFile::new(path, file).map_err(say)?;
                    return read(BufReader::with_capacity(BUFFER, tail), &name, take);
                }
                let bar = progress(file.metadata().map_err(say)?.len(), prints);
                let outcome = read(BufReader::with_capacity(BUFFER, bar.wrap_read(file)), &name, take);
                bar.finish_and_clear();
                outcome
            }
        }
    }
}

fn read(input: impl BufRead, name: &str, mut take: impl FnMut(Event) -> Result<(), String>) -> Result<(), String> {
    Reader::new(input).try_for_each(|event| take(event.map_err(|error| format!("{name}: {error}"))?))
}

/// A bar on a terminal, for a log that takes a while.
fn progress(size: u64, prints: bool) -> ProgressBar {
    const LONG: u64 = 64 << 20;
    if size < LONG || prints || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(size);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes}") {
        bar.set_style(style);
    }
    bar
}

/// A log from now on: what is added while something runs.
pub(in crate::cli) struct LiveLog {
    name: String,
    log: LiveLogSource,
}

enum LiveLogSource {
    Kmsg(Kmsg),
    /// A file, read from the place at which it ended.
    File(File),
}

impl LiveLog {
    /// Opens a log at its end: a file, or without one the kernel's ring buffer.
    pub(in crate::cli) fn open(file: Option<&Path>) -> Result<LiveLog, String> {
        let path = file.unwrap_or(Path::new(KMSG));
        let name = shown(path);
        let open = || -> io::Result<LiveLogSource> {
            if path == Path::new(KMSG) {
                let mut kmsg = Kmsg::open(false)?;
                kmsg.file.seek(SeekFrom::End(0))?;
                return Ok(LiveLogSource::Kmsg(kmsg));
            }
            let mut file = File::open(path)?;
            file.seek(SeekFrom::End(0))?;
            Ok(LiveLogSource::File(file))
        };
        let log = open().map_err(|error| format!("{name}: {error}"))?;
        Ok(LiveLog { name, log })
    }

    /// Reads what the ring buffer has got since the last time, before it is overwritten. A file keeps it.
    pub(in crate::cli) fn drain(&mut self, take: impl FnMut(Event) -> Result<(), String>) -> Result<(), String> {
        match &mut self.log {
            LiveLogSource::Kmsg(kmsg) => read(kmsg, &self.name, take),
            LiveLogSource::File(_) => Ok(()),
        }
    }

    /// Reads the rest.
    pub(in crate::cli) fn finish(mut self, take: impl FnMut(Event) -> Result<(), String>) -> Result<(), String> {
        match &mut self.log {
            LiveLogSource::Kmsg(kmsg) => read(kmsg, &self.name, take),
            LiveLogSource::File(file) => read(BufReader::with_capacity(BUFFER, file), &self.name, take),
        }
    }
}

/// The ring buffer, line by line.
struct Kmsg {
    file: File,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Kmsg {
    #[cfg(target_os = "linux")]
    fn open(follow: bool) -> io::Result<Kmsg> {
        use std::os::unix::fs::OpenOptionsExt;
        // At its end the buffer makes a reader wait.
        let flags = if follow { 0 } else { rustix::fs::OFlags::NONBLOCK.bits() };
        let file = File::options().read(true).custom_flags(flags.cast_signed()).open(KMSG)?;
        Ok(Kmsg { file, buffer: vec![0; BUFFER], start: 0, end: 0 })
    }

    #[cfg(not(target_os = "linux"))]
    fn open(_: bool) -> io::Result<Kmsg> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl io::Read for Kmsg {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let count = from.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), from.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Kmsg {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.start >= self.end {
            match io::Read::read(&mut self.file, &mut self.buffer) {
                Ok(count) => (self.start, self.end) = (0, count),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return Ok(&[]),
                    // Records were overwritten before they were read: the next one comes.
                    io::ErrorKind::BrokenPipe | io::ErrorKind::Interrupted => continue,
                    _ => return Err(error),
                },
            }
            if self.end == 0 {
                return Ok(&[]);
            }
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
    }
}
