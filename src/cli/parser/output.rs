//! Output, gathered per input so that inputs processed in parallel do not mix.

use std::io::{self, Write};

use crate::cli::eprint_line;
use crate::cli::output::write_data;
use crate::diagnostic::Escaped;
pub(super) use crate::kernel::strerror;

/// Text for both streams, in order.
#[derive(Debug, Default)]
pub(super) struct StreamOutput {
    pieces: Vec<StreamPiece>,
}

#[derive(Debug)]
enum StreamPiece {
    Out(Vec<u8>),
    Err(Vec<u8>),
}

impl StreamOutput {
    /// For standard output.
    pub(super) fn out(&mut self, bytes: impl Into<Vec<u8>>) {
        self.pieces.push(StreamPiece::Out(bytes.into()));
    }

    /// A line for standard output.
    pub(super) fn out_line(&mut self, line: &str) {
        self.out(format!("{line}\n"));
    }

    /// A line for standard error.
    pub(super) fn err_line(&mut self, line: &str) {
        self.err(format!("{line}\n"));
    }

    /// Adds text for standard error, escaped.
    pub(super) fn err(&mut self, bytes: impl AsRef<[u8]>) {
        self.err_styled(Escaped::text(&bytes).to_string());
    }

    /// Adds text for standard error that is escaped already, and may be in colours.
    pub(super) fn err_styled(&mut self, text: String) {
        self.pieces.push(StreamPiece::Err(text.into()));
    }

    /// Prints it, and forgets it.
    ///
    /// # Errors
    /// When standard output cannot be written; that nobody reads it is one, too, as a policy may not end in the middle unnoticed.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let mut stderr = io::stderr().lock();
        let mut written = Ok(());
        for piece in self.pieces.drain(..) {
            match piece {
                StreamPiece::Out(bytes) if written.is_ok() => written = write_data(&bytes),
                StreamPiece::Out(_) => {}
                // Nobody is left to tell when standard error is gone.
                StreamPiece::Err(bytes) => _ = stderr.write_all(&bytes),
            }
        }
        written
    }

    /// Returns the text for standard output and standard error.
    #[cfg(test)]
    pub(super) fn text(&self) -> (String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        for piece in &self.pieces {
            match piece {
                StreamPiece::Out(bytes) => out.extend_from_slice(bytes),
                StreamPiece::Err(bytes) => err.extend_from_slice(bytes),
            }
        }
        (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }
}

/// Prints why standard output could not be written, unless its reader closed it, and returns the exit status.
pub(super) fn unwritten(program: &str, error: &io::Error) -> u8 {
    if error.kind() != io::ErrorKind::BrokenPipe {
        eprint_line(format_args!("{program}: standard output: {}", strerror(error)));
    }
    errno_status(error)
}

/// The exit status for an error of the system.
pub(super) fn errno_status(error: &io::Error) -> u8 {
    let number = error.raw_os_error().and_then(|number| u8::try_from(number).ok());
    number.filter(|&number| number != 0).unwrap_or(1)
}
