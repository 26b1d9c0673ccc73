//! Hover texts and completions.

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionResponse, Contents, Documentation,
    Hover, HoverParams, MarkupContent, MarkupKind, Position, Range, TextEdit,
};

use super::dispatch::{DeferredAnswer, RequestError};
use super::lines::DocumentLines;
use super::server::Server;
use crate::ide::CompletionKind;

impl Server {
    pub(super) fn hover(&mut self, params: HoverParams) -> Result<DeferredAnswer<Option<Hover>>, RequestError> {
        let (path, offset) = self.position(&params.text_document_position_params)?;
        let position = params.text_document_position_params.position;
        if let Some(denials) = self.pasted(&path, Range { start: position, end: position })? {
            let (start, end) = (Position { character: 0, ..position }, Position { character: u32::MAX, ..position });
            let (start, end) = (self.offset(&path, start)?, self.offset(&path, end)?);
            let range = self
                .documents
                .get(&path)
                .map(|document| DocumentLines::new(document.text.as_bytes(), self.client.encoding).range(start, end));
            return Ok(self.hover_pasted(denials, range.unwrap_or_default()));
        }
        let Some(hover) = self.workspace.hover(&path, offset) else { return Ok(DeferredAnswer::Now(None)) };
        let Some(document) = self.documents.get(&path) else { return Ok(DeferredAnswer::Now(None)) };
        let lines = DocumentLines::new(document.text.as_bytes(), self.client.encoding);
        Ok(DeferredAnswer::Now(Some(Hover {
            contents: Contents::MarkupContent(markdown(hover.text)),
            range: Some(lines.range(hover.range.start, hover.range.end)),
        })))
    }
}

impl Server {
    pub(super) fn completion(&mut self, params: CompletionParams) -> Result<Option<CompletionResponse>, RequestError> {
        let (path, offset) = self.position(&params.text_document_position_params)?;
        let found = self.workspace.suggestions(&path, offset);
        let Some(document) = self.documents.get(&path) else { return Ok(None) };
        let lines = DocumentLines::new(document.text.as_bytes(), self.client.encoding);
        let items = found.into_iter().enumerate().map(|(number, suggestion)| {
            let range = lines.range(suggestion.replaces.start, suggestion.replaces.end);
            let text = suggestion.insert.unwrap_or_else(|| suggestion.label.clone());
            let documentation = (!suggestion.documentation.is_empty())
                .then(|| Documentation::MarkupContent(markdown(suggestion.documentation)));
            CompletionItem {
                label: suggestion.label,
                kind: Some(kind(suggestion.kind)),
                detail: (!suggestion.detail.is_empty()).then_some(suggestion.detail),
                documentation,
                // In the order in which they are given.
                sort_text: Some(format!("{number:05}")),
                text_edit: Some(TextEdit::new(range, text).into()),
                ..CompletionItem::default()
            }
        });
        Ok(Some(CompletionResponse::CompletionList(CompletionList {
            is_incomplete: false,
            items: items.collect(),
            ..CompletionList::default()
        })))
    }
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Keyword => CompletionItemKind::Keyword,
        CompletionKind::Permission => CompletionItemKind::Value,
        CompletionKind::Member => CompletionItemKind::EnumMember,
        CompletionKind::Condition => CompletionItemKind::Property,
        CompletionKind::Operator => CompletionItemKind::Operator,
        CompletionKind::Variable => CompletionItemKind::Variable,
        CompletionKind::Profile => CompletionItemKind::Class,
        CompletionKind::File => CompletionItemKind::File,
        CompletionKind::Directory => CompletionItemKind::Folder,
    }
}

pub(super) fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}
