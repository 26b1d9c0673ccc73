//! Definitions, references, names.

use gen_lsp_types::{
    BaseSymbolInformation, Definition, DefinitionParams, DefinitionResponse, DocumentHighlight,
    DocumentHighlightParams, DocumentLink, DocumentLinkParams, Location, PrepareRenameParams, PrepareRenameResult,
    ReferenceParams, RenameParams, SymbolKind, WorkspaceEdit, WorkspaceSymbol, WorkspaceSymbolParams,
    WorkspaceSymbolResponse,
};

use super::convert::{place, places as places_of};
use super::dispatch::{DeferredAnswer, RequestError};
use super::lines::DocumentLines;
use super::server::Server;
use super::uri;

/// The maximum number of workspace symbols in an answer.
const MOST_SYMBOLS: usize = 256;

impl Server {
    pub(super) fn definition(
        &mut self,
        params: DefinitionParams,
    ) -> Result<DeferredAnswer<Option<DefinitionResponse>>, RequestError> {
        let (path, offset) = self.position(&params.text_document_position_params)?;
        let places = self.workspace.definitions(&path, offset);
        let answer = |locations: Vec<Location>| {
            let found = !locations.is_empty();
            found.then_some(DefinitionResponse::Definition(Definition::LocationList(locations)))
        };
        let executed = if places.is_empty() { self.workspace.executed(&path, offset) } else { None };
        let Some(executed) = executed else { return Ok(DeferredAnswer::Now(answer(places_of(self, &places)))) };
        // To which profiles a path leads takes all profiles of the workspace.
        let snapshot = self.workspace.full_snapshot();
        let (uris, encoding) = (self.uris(), self.client.encoding);
        Ok(DeferredAnswer::work(move || {
            let locations = snapshot.attached(&executed).into_iter().map(|place| {
                let uri = uris.get(&place.path).cloned().unwrap_or_else(|| uri::from_path(&place.path));
                let lines = DocumentLines::new(place.source.text(), encoding);
                Location { uri, range: lines.range(place.span.start, place.span.end) }
            });
            Ok(answer(locations.collect()))
        }))
    }

    pub(super) fn references(&mut self, params: ReferenceParams) -> Result<Option<Vec<Location>>, RequestError> {
        let (path, offset) = self.position(&params.text_document_position_params)?;
        let places = self.workspace.references(&path, offset, params.context.include_declaration);
        Ok(Some(places_of(self, &places)))
    }

    pub(super) fn links(&mut self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>, RequestError> {
        let path = self.path(&params.text_document.uri)?;
        let links = self.workspace.links(&path);
        let Some(document) = self.documents.get(&path) else { return Ok(None) };
        let lines = DocumentLines::new(document.text.as_bytes(), self.client.encoding);
        let links = links.into_iter().map(|(range, target)| DocumentLink {
            range: lines.range(range.start, range.end),
            target: Some(self.uri(&target)),
            tooltip: None,
            data: None,
        });
        Ok(Some(links.collect()))
    }

    pub(super) fn highlights(
        &mut self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>, RequestError> {
        let (path, offset) = self.position(&params.text_document_position_params)?;
        let spans = self.workspace.highlights(&path, offset);
        let Some(document) = self.documents.get(&path) else { return Ok(None) };
        let lines = DocumentLines::new(document.text.as_bytes(), self.client.encoding);
        let highlights = spans.into_iter().map(|span| DocumentHighlight::new(lines.range(span.start, span.end), None));
        Ok(Some(highlights.collect()))
    }

    pub(super) fn prepare_rename(
        &mut self,
        params: PrepareRenameParams,
    ) -> Result<Option<PrepareRenameResult>, RequestError> {
        let (path, offset) = self.position(&params.text_document_position_params)?;
        let range = self.workspace.renamable(&path, offset);
        let Some(document) = self.documents.get(&path) else { return Ok(None) };
        let lines = DocumentLines::new(document.text.as_bytes(), self.client.encoding);
        Ok(range.map(|range| PrepareRenameResult::Range(lines.range(range.start, range.end))))
    }

    pub(super) fn rename(&mut self, params: RenameParams) -> Result<Option<WorkspaceEdit>, RequestError> {
        let (path, offset) = self.position(&params.text_document_position_params)?;
        let files = self.workspace.rename(&path, offset, &params.new_name).map_err(RequestError::failed)?;
        let edits = files.into_iter().map(|(path, edits)| {
            let version = self.documents.get(&path).map(|document| document.version);
            let edits = self.edits(&path, edits);
            (self.uri(&path), version, edits)
        });
        Ok(Some(self.file_edits(edits.collect::<Vec<_>>())))
    }

    pub(super) fn workspace_symbols(
        &mut self,
        params: WorkspaceSymbolParams,
    ) -> Result<Option<WorkspaceSymbolResponse>, RequestError> {
        let found = self.workspace.workspace_symbols(&params.query, MOST_SYMBOLS);
        let symbols = found.iter().map(|symbol| WorkspaceSymbol {
            location: place(self, &symbol.place).into(),
            data: None,
            base_symbol_information: BaseSymbolInformation {
                name: symbol.name.clone(),
                kind: if symbol.profile { SymbolKind::Class } else { SymbolKind::Variable },
                tags: None,
                container_name: None,
            },
        });
        Ok(Some(WorkspaceSymbolResponse::WorkspaceSymbolList(symbols.collect())))
    }
}
