//! The text of profiles: `parser` turns text into the syntax tree of `ast`, `printer` turns a tree into canonical text, `build` makes
//! trees in code, and `format` is `armorer fmt`. A class of rules has a file of the same name in each of them; `ast` is the one to read first.

pub mod ast;
mod build;
mod format;
pub(crate) mod keep;
mod name;
pub mod parser;
mod pattern;
pub mod printer;
pub(crate) mod sort;
#[cfg(test)]
pub(crate) mod untidy;
pub(crate) mod variable_reference;
pub mod word;

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Escaped};
use crate::source::{Source, SourceError, SourceId, SourceMap, Span};

pub use build::EmptyList;
pub use format::{FormatOptions, Formatted, format, format_with};
pub use name::{NameError, ProfileName};
pub use pattern::{Pattern, PatternError};

/// Parses the text of a profile file, or of a piece that others include.
///
/// ```
/// let file = armorer::parse(b"profile demo {\n  /etc/demo.conf r, # its settings\n}\n")?;
/// assert_eq!(file.items.len(), 1);
/// # Ok::<(), armorer::ParseError>(())
/// ```
///
/// # Errors
/// Everything that is wrong with the text.
pub fn parse(text: &[u8]) -> Result<ast::File, ParseError> {
    parse_source(text).map(|(file, _)| file)
}

/// Parses like [`parse()`], and returns the text and its lines as well.
pub(crate) fn parse_source(text: &[u8]) -> Result<(ast::File, Arc<Source>), ParseError> {
    let sources = SourceMap::new();
    let id = sources.add("<text>", text).map_err(|error| ParseError::too_large(&error))?;
    let source = sources.get(id);
    let parsed = parser::parse(&source, id);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        Err(ParseError { diagnostics: parsed.diagnostics, sources, id })
    } else {
        Ok((parsed.file, source))
    }
}

/// The errors of a text that does not parse: all of them, with the text for showing it.
#[derive(Debug, thiserror::Error)]
#[error("{}", summary(diagnostics, sources))]
#[non_exhaustive]
pub struct ParseError {
    /// The errors; at least one.
    pub diagnostics: Vec<Diagnostic>,
    /// Holds the text.
    pub sources: SourceMap,
    /// The text in `sources`.
    pub id: SourceId,
}

impl ParseError {
    /// The error about a text that no source map takes.
    fn too_large(error: &SourceError) -> ParseError {
        let diagnostic = Diagnostic::new(crate::diagnostic::Code::SizeLimit, error.to_string(), Span::NONE);
        ParseError { diagnostics: vec![diagnostic], sources: SourceMap::new(), id: SourceId::NONE }
    }
}

/// The first error with its place, and how many more there are.
fn summary(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let mut errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    let Some(first) = errors.next() else { return "the text does not parse".into() };
    let (place, more) = (sources.describe(first.span()), errors.count());
    let place = Escaped::line(&place);
    if more == 0 { format!("{place}: {first}") } else { format!("{place}: {first} (and {more} more)") }
}
