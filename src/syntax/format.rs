//! Formatting: text in, canonical text out, with the proof that it says the same.

use super::ast::File;
use super::parser::parse;
use super::printer::print;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, SourceId, SourceMap, Span};

/// The canonical text of a file, in the style of [`printer`](super::printer); `id` is the place of the file in the spans.
///
/// The result is parsed again and compared with what was read, so that a fault of the printer cannot change a policy.
///
/// ```
/// use armorer::source::SourceMap;
/// use armorer::syntax::format;
///
/// let sources = SourceMap::new();
/// let id = sources.add("demo", *b"profile p { /a   r, # text\n}")?;
/// assert_eq!(format(&sources.get(id), id).unwrap(), b"profile p {\n  /a r, # text\n}\n");
/// # Ok::<(), armorer::source::SourceError>(())
/// ```
///
/// # Errors
/// What is wrong with the text, when it does not parse; `format-changed`, when the new text would not say the same.
pub fn format(source: &Source, id: SourceId) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let parsed = parse(source, id);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(parsed.diagnostics);
    }
    let formatted = print(&parsed.file);
    if reparsed(&formatted).is_some_and(|file| file == parsed.file) {
        Ok(formatted)
    } else {
        let message = "the formatted text would not say the same";
        let diagnostic = Diagnostic::new(Code::FormatChanged, message, Span::new(id, 0, 0));
        Err(vec![diagnostic.with_help("this is a fault of armorer: please report it with the file")])
    }
}

/// The tree of a text that has no errors.
fn reparsed(text: &[u8]) -> Option<File> {
    let sources = SourceMap::new();
    let id = sources.add("formatted", text).ok()?;
    let parsed = parse(&sources.get(id), id);
    (!parsed.diagnostics.iter().any(Diagnostic::is_error)).then_some(parsed.file)
}

#[cfg(test)]
mod tests {
    use super::format;
    use crate::source::SourceMap;

    #[test]
    fn a_text_with_errors_is_left_alone() {
        let sources = SourceMap::new();
        let id = sources.add("broken", *b"profile p {\n  /a r\n}\n").unwrap();
        let diagnostics = format(&sources.get(id), id).unwrap_err();
        assert_eq!(diagnostics[0].code.as_str(), "missing-comma");
    }
}
