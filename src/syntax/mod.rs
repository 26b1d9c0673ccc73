//! The text of profiles: syntax tree, parser and canonical printer.

pub mod ast;
mod build;
mod format;
mod keep;
mod name;
pub mod parser;
mod pattern;
pub mod printer;
pub(crate) mod reference;
mod sort;
pub mod word;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, SourceMap};

pub use build::EmptyList;
pub use name::{NameError, ProfileName};
pub use pattern::{Pattern, PatternError};
pub use format::{FormatOptions, Formatted, format, format_with};

/// Parses the text of a profile file, or of a piece that others include.
///
/// ```
/// let file = armorer::parse(b"profile demo {\n  /etc/demo.conf r, # its settings\n}\n")?;
/// assert_eq!(file.items.len(), 1);
/// # Ok::<(), armorer::ParseError>(())
/// ```
///
/// # Errors
/// Everything that is wrong with the text. [`parser::parse`] gives the items that did parse, too.
pub fn parse(text: &[u8]) -> Result<ast::File, ParseError> {
    let sources = SourceMap::new();
    let id = match sources.add("<text>", text) {
        Ok(id) => id,
        Err(error) => {
            let diagnostics =
                vec![Diagnostic::new(crate::diagnostic::Code::SizeLimit, error.to_string(), crate::source::Span::NONE)];
            return Err(ParseError { diagnostics, sources, id: SourceId::NONE });
        }
    };
    let parsed = parser::parse(&sources.get(id), id);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        Err(ParseError { diagnostics: parsed.diagnostics, sources, id })
    } else {
        Ok(parsed.file)
    }
}

/// Why a text does not parse: everything that is wrong with it, and the text for showing it.
#[derive(Debug, thiserror::Error)]
#[error("{}", summary(diagnostics, sources))]
pub struct ParseError {
    /// At least one error.
    pub diagnostics: Vec<Diagnostic>,
    /// Holds the text.
    pub sources: SourceMap,
    /// The text in `sources`.
    pub id: SourceId,
}

/// The first error with its place, and how many more there are.
fn summary(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let mut errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    let Some(first) = errors.next() else { return "the text does not parse".into() };
    let (place, more) = (sources.describe(first.span()), errors.count());
    if more == 0 { format!("{place}: {first}") } else { format!("{place}: {first} (and {more} more)") }
}
