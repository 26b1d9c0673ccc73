//! The Language Server Protocol over [`ide`](crate::ide): `armorer lsp`.
//!
//! One thread reads messages, one writes them, one answers: it owns the [`Workspace`](crate::ide::Workspace), and no answer that
//! takes it long is its own. What takes automata (findings, queries, the cost of rules) is done on snapshots by two more, and what
//! they find about a text that has changed since is dropped.
//!
//! lsp-server (rust-analyzer's) has the messages, gen-lsp-types their types, generated from the protocol's own model; both had
//! releases in the summer of 2026, lsp-types its last in 2024. Framing is our own (`transport`), as lsp-server's ends at the first
//! message that it cannot read.

mod actions;
mod calls;
mod commands;
mod convert;
mod denials;
mod dispatch;
mod documents;
mod formatting;
mod help;
mod lifecycle;
mod lines;
mod navigation;
mod server;
mod structure;
mod transport;
mod uri;
mod work;

use std::io::{self, BufRead, Write};

/// The way in which a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// The client asked for it.
    Exit,
    /// The client went without asking.
    Abrupt,
}

/// Serves one client until it ends the session.
///
/// ```
/// use armorer::lsp::{SessionEnd, serve};
/// let exit = "Content-Length: 33\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}";
/// assert_eq!(serve(std::io::Cursor::new(exit), std::io::sink()).unwrap(), SessionEnd::Abrupt);
/// ```
///
/// # Errors
/// When the answers cannot be written.
pub fn serve(input: impl BufRead + Send + 'static, output: impl Write + Send + 'static) -> io::Result<SessionEnd> {
    server::Server::run(input, output)
}
