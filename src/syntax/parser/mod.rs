//! Parses text into the syntax tree.
//!
//! nom parsers over a located input, one file per construct. One grammar serves every file: which items are allowed at
//! which place of a profile or of an included file is decided when includes are resolved. One run reports every error: after
//! a broken item the parser goes on with the next.

mod abi;
mod all;
mod block;
mod capability;
mod change_profile;
mod condition;
mod conditional;
mod dbus;
mod error;
mod file;
mod include;
mod input;
mod io_uring;
mod item;
mod lexer;
mod link;
mod mount;
mod mqueue;
mod network;
mod permissions;
mod pivot_root;
mod prefix;
mod profile;
mod ptrace;
mod recovery;
mod rlimit;
mod signal;
mod trivia;
mod unix;
mod userns;
mod variable;

#[cfg(test)]
mod tests;

use memchr::memchr;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, SourceId};
use crate::syntax::ast::File;

use input::{ParserState, TokenInput};

/// The byte patterns of the words of the language, and the words that an item may begin with.
pub(crate) use lexer::{classes, keyword::starts_item};

/// The result of parsing a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// Every item that follows the grammar.
    pub file: File,
    /// The diagnostics about the other items, in the order of the text. Without errors the file is complete.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses one text; `id` is its place in the spans.
///
/// ```
/// use armorer::source::SourceMap;
/// use armorer::syntax::parser::parse;
///
/// let sources = SourceMap::new();
/// let id = sources.add("demo", *b"profile p {\n  /a r\n  /b w,\n}\n")?;
/// let parsed = parse(&sources.get(id), id);
/// assert_eq!(parsed.diagnostics.len(), 1);
/// assert_eq!(parsed.diagnostics[0].code.as_str(), "missing-comma");
/// # Ok::<(), armorer::source::SourceError>(())
/// ```
#[must_use]
pub fn parse(source: &Source, id: SourceId) -> Parsed {
    let state = ParserState::new(source.text(), id);
    let start = TokenInput::new(&state);
    if let Some(at) = memchr(0, source.text()) {
        let diagnostic =
            Diagnostic::new(Code::NulByte, "a NUL byte: this is no profile text", start.advance(at).span(1));
        let diagnostic = diagnostic.with_help("remove the byte; a binary policy cannot be compiled again");
        return Parsed { file: File::default(), diagnostics: vec![diagnostic] };
    }
    let (mut end, mut items, mut tail) = block::items(start);
    while end.byte(0) == Some(b'}') && !state.stopped() {
        // After a broken item it may close what was not seen to be open.
        if !state.take_broken() {
            let diagnostic = Diagnostic::new(Code::Syntax, "this brace closes nothing", end.span(1));
            state.report(diagnostic.with_help("remove it, or write the `{` that it should close"));
        }
        let (next, more, new_tail) = block::items(end.advance(1));
        end = next;
        items.extend(more);
        tail.extend(new_tail);
    }
    let mut diagnostics = state.into_diagnostics();
    diagnostics.sort_by_key(|diagnostic| diagnostic.span().start);
    Parsed { file: File { items, tail }, diagnostics }
}
