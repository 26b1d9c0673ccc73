//! Formatting of a text, of some of its lines, and of the line that is being written.

use gen_lsp_types::{
    DocumentFormattingParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams, TextEdit,
};

use super::convert;
use super::dispatch::RequestError;
use super::lines::DocumentLines;
use super::server::Server;
use crate::edit::Edit;

impl Server {
    pub(super) fn formatting(
        &mut self,
        params: DocumentFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>, RequestError> {
        let path = self.path(&params.text_document.uri)?;
        self.format(&path, None).map(Some)
    }

    pub(super) fn range_formatting(
        &mut self,
        params: DocumentRangeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>, RequestError> {
        let path = self.path(&params.text_document.uri)?;
        let (start, end) = (params.range.start, params.range.end);
        // A range that ends where a line begins is not about that line.
        let last = if end.character == 0 && end.line > start.line { end.line } else { end.line.saturating_add(1) };
        let first = start.line.saturating_add(1);
        self.format(&path, Some(first..=last.max(first))).map(Some)
    }

    /// While a text is written, it often has errors: then nothing is formatted, and no error is reported.
    pub(super) fn on_type_formatting(
        &mut self,
        params: DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>, RequestError> {
        let path = self.path(&params.text_document.uri)?;
        // After a line end, the line before is the one that was written.
        let line = params.position.line.saturating_add(u32::from(params.ch != "\n"));
        if line == 0 || params.ch == "\n" && self.is_blank(&path, params.position.line.saturating_sub(1)) {
            return Ok(None);
        }
        Ok(self.format(&path, Some(line..=line)).ok())
    }

    fn is_blank(&self, path: &std::path::Path, line: u32) -> bool {
        let Some(document) = self.documents.get(path) else { return true };
        let lines = DocumentLines::new(document.text.as_bytes(), self.client.encoding);
        let text = lines.line(line).and_then(|(start, end)| document.text.get(start..end));
        text.is_none_or(|text| text.trim().is_empty())
    }

    fn format(
        &self,
        path: &std::path::Path,
        lines: Option<std::ops::RangeInclusive<u32>>,
    ) -> Result<Vec<TextEdit>, RequestError> {
        let edits = self.workspace.format(path, lines).map_err(RequestError::failed)?;
        Ok(self.edits(path, edits))
    }

    /// Edits of an open text.
    pub(super) fn edits(&self, path: &std::path::Path, edits: Vec<Edit>) -> Vec<TextEdit> {
        let Some(source) = self.workspace.source(path) else { return Vec::new() };
        let lines = DocumentLines::new(source.text(), self.client.encoding);
        edits.iter().map(|edit| convert::text_edit(&lines, edit)).collect()
    }
}
