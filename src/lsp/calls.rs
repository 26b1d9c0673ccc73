//! The call hierarchy: which profile leads to which by exec.

use std::path::Path;

use gen_lsp_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, Range, SymbolKind, Uri,
};

use super::dispatch::{DeferredAnswer, RequestError};
use super::lines::{DocumentLines, Encoding};
use super::server::Server;
use super::uri;
use crate::ide::{Call, Callee, Snapshot, TextPlace};

impl Server {
    pub(super) fn prepare_calls(
        &mut self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>, RequestError> {
        let (path, offset) = self.position(&params.text_document_position_params)?;
        let found = self.workspace.profile_at(&path, offset);
        Ok(found.map(|profile| vec![item(&profile, &self.uris(), self.client.encoding)]))
    }

    pub(super) fn incoming(
        &mut self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<DeferredAnswer<Option<Vec<CallHierarchyIncomingCall>>>, RequestError> {
        self.calls(params.item, Snapshot::incoming, |from, from_ranges| CallHierarchyIncomingCall { from, from_ranges })
    }

    pub(super) fn outgoing(
        &mut self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<DeferredAnswer<Option<Vec<CallHierarchyOutgoingCall>>>, RequestError> {
        self.calls(params.item, Snapshot::outgoing, |to, from_ranges| CallHierarchyOutgoingCall { to, from_ranges })
    }

    fn calls<T: 'static>(
        &mut self,
        item: CallHierarchyItem,
        find: fn(&Snapshot, &str) -> Vec<Call>,
        make: fn(CallHierarchyItem, Vec<Range>) -> T,
    ) -> Result<DeferredAnswer<Option<Vec<T>>>, RequestError> {
        let snapshot = self.workspace.full_snapshot();
        let (uris, encoding) = (self.uris(), self.client.encoding);
        Ok(DeferredAnswer::work(move || {
            let calls = find(&snapshot, &item.name);
            let calls = calls.iter().map(|call| {
                let ranges = call.rules.iter().map(|place| range(place, encoding)).collect();
                make(self::item(&call.profile, &uris, encoding), ranges)
            });
            Ok(Some(calls.collect()))
        }))
    }

    /// The URIs of open texts, as the client writes them.
    pub(super) fn uris(&self) -> Uris {
        self.documents.iter().map(|(path, document)| (path.clone(), document.uri.clone())).collect()
    }
}

pub(super) type Uris = rustc_hash::FxHashMap<std::path::PathBuf, Uri>;

fn range(place: &TextPlace, encoding: Encoding) -> Range {
    DocumentLines::new(place.source.text(), encoding).range(place.span.start, place.span.end)
}

fn item(profile: &Callee, uris: &Uris, encoding: Encoding) -> CallHierarchyItem {
    let path: &Path = &profile.place.path;
    let range = range(&profile.place, encoding);
    CallHierarchyItem {
        name: profile.name.clone(),
        kind: SymbolKind::Class,
        tags: None,
        detail: path.file_name().map(|name| name.to_string_lossy().into_owned()),
        uri: uris.get(path).cloned().unwrap_or_else(|| uri::from_path(path)),
        range,
        selection_range: range,
        data: None,
    }
}
