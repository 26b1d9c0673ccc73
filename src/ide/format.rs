//! Formatting of open texts, as edits.

use std::ops::RangeInclusive;
use std::path::Path;

use super::document::is_yaml;
use super::edit::between;
use super::workspace::Workspace;
use crate::compiler::{CompileError, Input};
use crate::diagnostic::Diagnostic;
use crate::edit::Edit;
use crate::syntax::{FormatOptions, format_with};

impl Workspace {
    /// The edits that bring a file into canonical form, all of it or what touches some lines (counted from 1; of a manifest,
    /// always all). What the text says stays the same.
    ///
    /// # Errors
    /// The reason in a sentence: the text has errors.
    pub fn format(&self, path: &Path, lines: Option<RangeInclusive<u32>>) -> Result<Vec<Edit>, String> {
        let source = self.source(path).ok_or("no such file")?;
        let options = FormatOptions { sort: false, lines };
        let said = |diagnostics: &[Diagnostic]| match diagnostics.iter().find(|diagnostic| diagnostic.is_error()) {
            Some(error) => format!("line {}: {}", source.line_column(error.span().start).0, error.message),
            None => "the text has errors".into(),
        };
        let formatted = if is_yaml(path) {
            let compiler = self.settings.compiler(self.fork());
            let manifest = Input::manifest(source.name(), source.text());
            match compiler.format(manifest, &FormatOptions::default()) {
                Ok(formatted) => formatted.text,
                Err(CompileError::Rejected(diagnosis)) => return Err(said(diagnosis.diagnostics())),
                Err(error) => return Err(error.to_string()),
            }
        } else {
            // The new text has the same syntax tree, which is proof enough where no rules change places.
            let id = self.session.text(path)?;
            format_with(&source, id, &options).map_err(|diagnostics| said(&diagnostics))?.text
        };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| "the text is not UTF-8".to_owned());
        Ok(between(&text(source.text())?, &text(&formatted)?))
    }
}
