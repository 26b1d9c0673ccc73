//! The Language Server Protocol over [`ide`](crate::ide): `armorer lsp`.
//!
//! One thread reads messages, one writes them, and one answers them: it owns the [`Workspace`](crate::ide::Workspace). Work that needs
//! automata (findings, queries, the cost of rules) takes long, and is done on snapshots by two further threads; results about a text
//! that has changed since are dropped. The file `server.rs` holds the state, `dispatch.rs` the table of requests.
//!
//! The crate lsp-server (of rust-analyzer) has the messages, and gen-lsp-types their types, generated from the model of the protocol;
//! both had releases in the summer of 2026, while the last of lsp-types was in 2024. Messages are framed in `transport`, because the
//! reader of lsp-server stops at the first malformed frame.

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
