//! What is told at a place: hover.

use gen_lsp_types::{Contents, Hover, HoverParams, MarkupContent, MarkupKind};

use super::dispatch::Refusal;
use super::lines::Lines;
use super::server::Server;

impl Server {
    pub(super) fn hover(&mut self, params: HoverParams) -> Result<Option<Hover>, Refusal> {
        let (path, offset) = self.position(&params.text_document_position_params)?;
        let Some(hover) = self.workspace.hover(&path, offset) else { return Ok(None) };
        let Some(document) = self.documents.get(&path) else { return Ok(None) };
        let lines = Lines::new(document.text.as_bytes(), self.client.encoding);
        Ok(Some(Hover {
            contents: Contents::MarkupContent(markdown(hover.text)),
            range: Some(lines.range(hover.range.start, hover.range.end)),
        }))
    }
}

pub(super) fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}
