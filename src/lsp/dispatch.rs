//! Dispatch of messages to their handlers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use gen_lsp_types::{
    CallHierarchyIncomingCallsRequest, CallHierarchyOutgoingCallsRequest, CallHierarchyPrepareRequest,
    CodeActionRequest, CompletionRequest, DefinitionRequest, DidChangeTextDocumentNotification,
    DidChangeWatchedFilesNotification, DidCloseTextDocumentNotification, DidOpenTextDocumentNotification,
    DocumentFormattingRequest, DocumentHighlightRequest, DocumentLinkRequest, DocumentOnTypeFormattingRequest,
    DocumentRangeFormattingRequest, DocumentSymbolRequest, ExecuteCommandRequest, FoldingRangeRequest, HoverRequest,
    InlayHintRequest, Position, PrepareRenameRequest, ReferencesRequest, RenameRequest, SelectionRangeRequest,
    SemanticTokensRequest, SignatureHelpRequest, TextDocumentPositionParams, WorkspaceSymbolRequest,
};
use lsp_server::{ErrorCode, Notification, Request, Response};
use serde::de::DeserializeOwned;

use super::documents::{MOST_BYTES, lock};
use super::lifecycle::InitializeRequest;
use super::lines::DocumentLines;
use super::server::{Phase, Server};
use super::uri::to_path;

/// The reason why a request has no answer.
#[derive(Debug)]
pub(super) struct RequestError {
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

impl RequestError {
    /// The request is understood, and cannot be fulfilled.
    pub(super) fn failed(message: impl Into<String>) -> RequestError {
        RequestError { code: ErrorCode::RequestFailed, message: message.into() }
    }
}

/// Begins an answer that takes time.
type Begin<P, T> = fn(&mut Server, P) -> Result<DeferredAnswer<T>, RequestError>;

/// The answer to a request that may take time: available at once, or after this work.
pub(super) enum DeferredAnswer<T> {
    Now(T),
    Work(Box<dyn FnOnce() -> Result<T, RequestError> + Send>),
}

impl<T> DeferredAnswer<T> {
    pub(super) fn work(work: impl FnOnce() -> Result<T, RequestError> + Send + 'static) -> DeferredAnswer<T> {
        DeferredAnswer::Work(Box::new(work))
    }
}

impl Server {
    /// Answers a request.
    pub(super) fn request(&mut self, request: Request) {
        match (self.phase, request.method.as_str()) {
            (Phase::New, "initialize") => self.now::<InitializeRequest>(request, Server::initialize),
            (Phase::New, _) => self.refuse(request, ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            (Phase::Stopping, _) => self.refuse(request, ErrorCode::InvalidRequest, "the session is shut down"),
            (Phase::Running, "initialize") => {
                self.refuse(request, ErrorCode::InvalidRequest, "the session is initialized");
            }
            (Phase::Running, "shutdown") => {
                self.phase = Phase::Stopping;
                self.answer(Response::new_ok(request.id, ()));
            }
            (Phase::Running, _) => self.dispatch(request),
        }
    }

    fn dispatch(&mut self, request: Request) {
        match request.method.as_str() {
            "textDocument/definition" => self.later::<DefinitionRequest>(request, Server::definition),
            "textDocument/references" => self.now::<ReferencesRequest>(request, Server::references),
            "textDocument/documentHighlight" => self.now::<DocumentHighlightRequest>(request, Server::highlights),
            "textDocument/prepareRename" => self.now::<PrepareRenameRequest>(request, Server::prepare_rename),
            "textDocument/rename" => self.now::<RenameRequest>(request, Server::rename),
            "workspace/symbol" => self.now::<WorkspaceSymbolRequest>(request, Server::workspace_symbols),
            "textDocument/prepareCallHierarchy" => {
                self.now::<CallHierarchyPrepareRequest>(request, Server::prepare_calls);
            }
            "callHierarchy/incomingCalls" => {
                self.later::<CallHierarchyIncomingCallsRequest>(request, Server::incoming);
            }
            "callHierarchy/outgoingCalls" => {
                self.later::<CallHierarchyOutgoingCallsRequest>(request, Server::outgoing);
            }
            "workspace/executeCommand" => self.later::<ExecuteCommandRequest>(request, Server::execute),
            "textDocument/inlayHint" => self.later::<InlayHintRequest>(request, Server::inlay_hints),
            "textDocument/documentLink" => self.now::<DocumentLinkRequest>(request, Server::links),
            "textDocument/documentSymbol" => self.now::<DocumentSymbolRequest>(request, Server::document_symbols),
            "textDocument/foldingRange" => self.now::<FoldingRangeRequest>(request, Server::folds),
            "textDocument/selectionRange" => self.now::<SelectionRangeRequest>(request, Server::selections),
            "textDocument/semanticTokens/full" => self.now::<SemanticTokensRequest>(request, Server::tokens),
            "textDocument/signatureHelp" => self.now::<SignatureHelpRequest>(request, Server::signature),
            "textDocument/completion" => self.now::<CompletionRequest>(request, Server::completion),
            "textDocument/hover" => self.later::<HoverRequest>(request, Server::hover),
            "textDocument/codeAction" => self.later::<CodeActionRequest>(request, Server::code_actions),
            "textDocument/formatting" => self.now::<DocumentFormattingRequest>(request, Server::formatting),
            "textDocument/rangeFormatting" => {
                self.now::<DocumentRangeFormattingRequest>(request, Server::range_formatting);
            }
            "textDocument/onTypeFormatting" => {
                self.now::<DocumentOnTypeFormattingRequest>(request, Server::on_type_formatting);
            }
            method => {
                let message = format!("armorer does not know `{method}`");
                self.refuse(request, ErrorCode::MethodNotFound, &message);
            }
        }
    }

    /// Answers at once.
    fn now<R: gen_lsp_types::Request>(
        &mut self,
        request: Request,
        handle: fn(&mut Server, R::Params) -> Result<R::Result, RequestError>,
    ) {
        let Request { id, params, .. } = request;
        let response = match parameters::<R::Params>(params) {
            Err(refusal) => Err(refusal),
            Ok(params) => guarded(|| handle(self, params)),
        };
        self.answer(finished(id, response));
    }

    /// Answers when another thread has found the answer.
    fn later<R: gen_lsp_types::Request>(&mut self, request: Request, handle: Begin<R::Params, R::Result>) {
        let Request { id, params, .. } = request;
        let work = match parameters::<R::Params>(params) {
            Err(refusal) => Err(refusal),
            Ok(params) => guarded(|| handle(self, params)),
        };
        let work = match work {
            Ok(DeferredAnswer::Work(work)) => work,
            Ok(DeferredAnswer::Now(answer)) => return self.answer(finished(id, Ok(answer))),
            Err(refusal) => return self.answer(finished::<R::Result>(id, Err(refusal))),
        };
        let (events, cancelled) = (self.events.clone(), std::sync::Arc::clone(&self.cancelled));
        self.slow.give(move || {
            let response = if lock(&cancelled).contains(&id) {
                Err(RequestError { code: ErrorCode::RequestCanceled, message: "cancelled".into() })
            } else {
                guarded(work)
            };
            _ = events.send(super::server::ServerEvent::Answer(finished(id, response)));
        });
    }

    fn refuse(&self, request: Request, code: ErrorCode, message: &str) {
        self.answer(Response::new_err(request.id, code as i32, message.to_owned()));
    }

    /// Handles a notification of the client.
    pub(super) fn notification(&mut self, notification: Notification) {
        if self.phase != Phase::Running {
            return;
        }
        let Notification { method, params } = notification;
        match method.as_str() {
            "initialized" => self.initialized(),
            "textDocument/didOpen" => self.hear::<DidOpenTextDocumentNotification>(params, Server::did_open),
            "textDocument/didChange" => self.hear::<DidChangeTextDocumentNotification>(params, Server::did_change),
            "textDocument/didClose" => self.hear::<DidCloseTextDocumentNotification>(params, Server::did_close),
            "workspace/didChangeWatchedFiles" => {
                self.hear::<DidChangeWatchedFilesNotification>(params, Server::did_change_watched_files);
            }
            "workspace/didChangeConfiguration" => {
                let settings = params.get("settings").map(|settings| settings.get("armorer").unwrap_or(settings));
                // Some clients tell of settings that there are none: those of `initialize` stay.
                let some = settings.filter(|settings| settings.as_object().is_some_and(|it| !it.is_empty()));
                self.configure(some.and_then(|settings| serde_json::from_value(settings.clone()).ok()));
                self.look_at_all();
            }
            "$/cancelRequest" => {
                if let Some(id) = params.get("id").and_then(|id| serde_json::from_value(id.clone()).ok()) {
                    self.cancel(id);
                }
            }
            // The rest needs nothing done.
            _ => {}
        }
    }

    fn hear<N: gen_lsp_types::Notification>(&mut self, params: serde_json::Value, handle: fn(&mut Server, N::Params)) {
        // Nobody waits for an answer that could say what is wrong.
        if let Ok(params) = serde_json::from_value(params) {
            _ = guarded(|| {
                handle(self, params);
                Ok(())
            });
        }
    }

    /// A text that the client has open, and the offset of a position in it.
    pub(super) fn position(&self, at: &TextDocumentPositionParams) -> Result<(PathBuf, u32), RequestError> {
        let path = self.path(&at.text_document.uri)?;
        let offset = self.offset(&path, at.position)?;
        Ok((path, offset))
    }

    /// The path of a text that the client has open.
    pub(super) fn path(&self, uri: &gen_lsp_types::Uri) -> Result<PathBuf, RequestError> {
        let path = to_path(uri);
        match self.documents.get(&path) {
            None => Err(RequestError { code: ErrorCode::InvalidParams, message: format!("`{}` is not open", uri.0) }),
            Some(document) if document.text.len() > MOST_BYTES => Err(RequestError::failed("the text is too large")),
            Some(_) => Ok(path),
        }
    }

    /// The offset of a position in an open text.
    pub(super) fn offset(&self, path: &std::path::Path, position: Position) -> Result<u32, RequestError> {
        let document = self.documents.get(path).ok_or_else(|| RequestError::failed("the text is not open"))?;
        Ok(DocumentLines::new(document.text.as_bytes(), self.client.encoding).offset(position))
    }
}

fn parameters<P: DeserializeOwned>(params: serde_json::Value) -> Result<P, RequestError> {
    serde_json::from_value(params)
        .map_err(|error| RequestError { code: ErrorCode::InvalidParams, message: error.to_string() })
}

fn finished<T: serde::Serialize>(id: lsp_server::RequestId, result: Result<T, RequestError>) -> Response {
    match result {
        Ok(value) => Response::new_ok(id, value),
        Err(RequestError { code, message }) => Response::new_err(id, code as i32, message),
    }
}

/// A fault in one answer does not end the session: nothing here panics that is known, and what is not known is answered, too.
fn guarded<T>(work: impl FnOnce() -> Result<T, RequestError>) -> Result<T, RequestError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let message = "a bug in armorer: please report it with the file".into();
        Err(RequestError { code: ErrorCode::InternalError, message })
    })
}
