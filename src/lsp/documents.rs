//! The client's texts, and what is wrong with them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use gen_lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    PublishDiagnosticsNotification, PublishDiagnosticsParams, TextDocumentContentChangeEvent, Uri,
};

use super::convert;
use super::lines::DocumentLines;
use super::server::{Server, ServerEvent};
use super::uri::to_path;
use crate::encode::since;
use crate::ide::FileProblems;

/// Larger texts are not looked at while they are edited. The largest real profile file has 98 kB.
pub(super) const MOST_BYTES: usize = 4 << 20;

/// The time limit within which results that need automata are published together with the others, so that nothing flickers.
const AT_ONCE_US: u64 = 40_000;

/// A text that the client has open.
#[derive(Debug)]
pub(super) struct ClientDocument {
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) text: String,
    /// The results published last.
    pub(super) found: Option<PublishedProblems>,
    /// The time, in microseconds, that the results took which need automata.
    took_us: Option<u64>,
}

/// The problems found in a text.
#[derive(Debug)]
pub(super) struct PublishedProblems {
    path: PathBuf,
    /// The version of the text.
    pub(super) version: i32,
    /// The number of the search.
    search: u64,
    pub(super) problems: FileProblems,
    /// Whether what takes automata was looked for.
    automata: bool,
    took_us: u64,
}

impl Server {
    pub(super) fn did_open(&mut self, params: DidOpenTextDocumentParams) {
        let item = params.text_document;
        let path = to_path(&item.uri);
        let document =
            ClientDocument { uri: item.uri, version: item.version, text: item.text, found: None, took_us: None };
        self.documents.insert(path.clone(), document);
        self.take(&path);
    }

    pub(super) fn did_change(&mut self, params: DidChangeTextDocumentParams) {
        let path = to_path(&params.text_document.text_document_identifier.uri);
        let encoding = self.client.encoding;
        // A client that changes what it has not opened is not understood.
        let Some(document) = self.documents.get_mut(&path) else { return };
        document.version = params.text_document.version;
        for change in params.content_changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
                    let lines = DocumentLines::new(document.text.as_bytes(), encoding);
                    let (start, end) = (lines.offset(change.range.start), lines.offset(change.range.end));
                    let (start, end) = (start.min(end) as usize, start.max(end) as usize);
                    // Positions lie between characters.
                    if document.text.is_char_boundary(start) && document.text.is_char_boundary(end) {
                        document.text.replace_range(start..end, &change.text);
                    }
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => {
                    document.text = change.text;
                }
            }
        }
        self.take(&path);
    }

    pub(super) fn did_close(&mut self, params: DidCloseTextDocumentParams) {
        let path = to_path(&params.text_document.uri);
        let Some(document) = self.documents.remove(&path) else { return };
        let dependents = self.workspace.dependents(&path);
        self.workspace.close(&path);
        self.dirty.extend(dependents.into_iter().filter(|dependent| *dependent != path));
        self.notify::<PublishDiagnosticsNotification>(PublishDiagnosticsParams::new(document.uri, None, Vec::new()));
    }

    pub(super) fn did_change_watched_files(&mut self, params: DidChangeWatchedFilesParams) {
        for change in params.changes {
            let path = to_path(&change.uri);
            if path.file_name().is_some_and(|name| name == crate::lint::config::FILE_NAME) {
                self.configure(None);
            } else {
                self.workspace.disk_changed(&path);
            }
        }
        self.look_at_all();
    }

    /// Every open text is to be looked at again.
    pub(super) fn look_at_all(&mut self) {
        self.dirty.extend(self.documents.keys().cloned());
    }

    /// Hands a changed text to the workspace.
    fn take(&mut self, path: &Path) {
        let Some(document) = self.documents.get(path) else { return };
        if document.text.len() > MOST_BYTES {
            self.workspace.close(path);
            let params = convert::too_large(document.uri.clone(), document.version, MOST_BYTES);
            self.notify::<PublishDiagnosticsNotification>(params);
            return;
        }
        self.workspace.open(path.to_owned(), document.text.as_bytes());
        self.dirty.push(path.to_owned());
        self.dirty.extend(self.workspace.dependents(path));
    }

    /// Handles the completion of the index, which has the includes of all files.
    pub(super) fn indexed(&mut self) {
        if self.workspace.is_indexed() {
            self.look_at_all();
        }
    }

    /// Finds what is wrong with the texts that were changed.
    pub(super) fn find_problems(&mut self) {
        let mut paths: Vec<PathBuf> = Vec::new();
        for path in std::mem::take(&mut self.dirty) {
            if !paths.contains(&path) && self.workspace.documents().any(|open| open == path) {
                paths.push(path);
            }
        }
        if paths.is_empty() {
            return;
        }
        let snapshot = Arc::new(self.workspace.snapshot());
        self.next_search = self.next_search.wrapping_add(1);
        let search = self.next_search;
        let wanted = self.workspace.settings().wants_automata();
        for path in paths {
            let Some(document) = self.documents.get(&path) else { continue };
            let version = document.version;
            let at_once = wanted && document.took_us.is_some_and(|took| took < AT_ONCE_US);
            lock(&self.searches).insert(path.clone(), search);
            let find = |automata: bool| {
                let (snapshot, path) = (Arc::clone(&snapshot), path.clone());
                let (searches, events) = (Arc::clone(&self.searches), self.events.clone());
                move || {
                    if lock(&searches).get(&path) != Some(&search) {
                        return;
                    }
                    let start = Instant::now();
                    let problems = snapshot.problems(&path, automata);
                    let took_us = since(start);
                    _ = events.send(ServerEvent::Problems(PublishedProblems {
                        path,
                        version,
                        search,
                        problems,
                        automata,
                        took_us,
                    }));
                }
            };
            self.quick.give(find(at_once));
            if wanted && !at_once {
                self.slow.give(find(true));
            }
        }
    }

    /// Tells the client what was found, unless the text has changed since.
    pub(super) fn publish(&mut self, found: PublishedProblems) {
        let Some(document) = self.documents.get(&found.path) else { return };
        let newer =
            |known: &PublishedProblems| known.search > found.search || known.search == found.search && known.automata;
        if document.version != found.version || document.found.as_ref().is_some_and(newer) {
            return;
        }
        let diagnostics = convert::diagnostics(self, document, &found.problems);
        let params = PublishDiagnosticsParams::new(document.uri.clone(), Some(found.version), diagnostics);
        self.notify::<PublishDiagnosticsNotification>(params);
        if let Some(document) = self.documents.get_mut(&found.path) {
            if found.automata {
                document.took_us = Some(found.took_us);
            }
            document.found = Some(found);
        }
    }
}

/// Locks a mutex, even after a panic of another holder.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
