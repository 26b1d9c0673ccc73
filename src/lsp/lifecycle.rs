//! The beginning of a session, and its settings.

use std::path::PathBuf;

use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CompletionOptions, DidChangeWatchedFilesRegistrationOptions,
    DocumentLinkOptions, DocumentOnTypeFormattingOptions, ExecuteCommandOptions, FileSystemWatcher, InitializeResult,
    InlayHintRefreshRequest, LspRequestMethod, MessageDirection, MessageType, PositionEncodingKind, Registration,
    RegistrationParams, RegistrationRequest, RenameOptions, Request, SemanticTokensOptions, ServerCapabilities,
    ServerInfo, ShowMessageNotification, ShowMessageParams, SignatureHelpOptions, TextDocumentSyncKind,
    TextDocumentSyncOptions, Uri, WorkDoneProgressOptions, WorkspaceFolder,
};
use lsp_server::RequestId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::commands::QUERY;
use super::denials::LOG;
use super::dispatch::RequestError;
use super::documents::lock;
use super::lines::Encoding;
use super::server::{Client, Phase, Server, ServerEvent};
use super::structure::legend;
use super::uri::to_path;
use crate::ide::{EditorSettings, Workspace};

/// `initialize`, with what is looked at of its parameters: what a client says of things that are of no use here need not be as the
/// protocol has it. (Reading all that a client may say would also be a tenth of the program.)
#[derive(Debug)]
pub(super) enum InitializeRequest {}

impl Request for InitializeRequest {
    const METHOD: LspRequestMethod<'static> = LspRequestMethod::Initialize;
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ClientToServer;
    type Params = InitializeParams;
    type Result = InitializeResult;
}

/// Some of the parameters.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct InitializeParams {
    /// The root of clients without workspace folders.
    root_uri: Option<Uri>,
    workspace_folders: Option<Vec<WorkspaceFolder>>,
    initialization_options: Value,
    capabilities: Value,
}

impl Server {
    pub(super) fn initialize(&mut self, params: InitializeParams) -> Result<InitializeResult, RequestError> {
        self.client = client(&params.capabilities);
        let folder = params.workspace_folders.as_deref().and_then(<[_]>::first).map(|folder| to_path(&folder.uri));
        let folder = folder.or_else(|| params.root_uri.as_ref().map(to_path));
        let folder: Option<PathBuf> = folder.filter(|folder| folder.is_dir());
        let settings = serde_json::from_value(params.initialization_options).unwrap_or_default();
        self.workspace = Workspace::new(folder, settings);
        self.phase = Phase::Running;
        let info = ServerInfo { name: "armorer".into(), version: Some(env!("CARGO_PKG_VERSION").into()) };
        Ok(InitializeResult { capabilities: capabilities(self.client.encoding), server_info: Some(info) })
    }

    pub(super) fn initialized(&mut self) {
        if self.client.watches {
            let watchers = vec![FileSystemWatcher { glob_pattern: "**/*".to_owned().into(), kind: None }];
            let options = DidChangeWatchedFilesRegistrationOptions { watchers };
            self.ask::<RegistrationRequest>(RegistrationParams::new(vec![Registration {
                id: "armorer files".into(),
                method: "workspace/didChangeWatchedFiles".into(),
                register_options: serde_json::to_value(options).ok(),
            }]));
        }
        self.start_index();
        self.publish_setting_problems();
    }

    /// Takes settings of the editor, if there are any, and reads `armorer.toml` again.
    pub(super) fn configure(&mut self, settings: Option<EditorSettings>) {
        self.workspace.configure(settings);
        self.start_index();
        if self.client.refreshes_hints {
            self.ask::<InlayHintRefreshRequest>(());
        }
        self.publish_setting_problems();
    }

    fn start_index(&mut self) {
        let indexer = self.workspace.indexer();
        let events = self.events.clone();
        self.slow.give(move || {
            indexer.run();
            _ = events.send(ServerEvent::Indexed);
        });
    }

    /// Publishes the problems of the configuration.
    fn publish_setting_problems(&self) {
        for problem in &self.workspace.settings().problems {
            self.notify::<ShowMessageNotification>(ShowMessageParams::new(MessageType::Warning, problem.clone()));
        }
    }

    /// Nobody waits for an answer any more.
    pub(super) fn cancel(&self, id: RequestId) {
        /// The maximum number of remembered answered requests.
        const MOST: usize = 1000;
        let mut cancelled = lock(&self.cancelled);
        if cancelled.len() >= MOST {
            cancelled.clear();
        }
        cancelled.insert(id);
    }
}

fn client(capabilities: &Value) -> Client {
    let says = |pointer: &str| capabilities.pointer(pointer).and_then(Value::as_bool).unwrap_or(false);
    let encodings = capabilities.pointer("/general/positionEncodings").cloned().unwrap_or_default();
    let encodings: Vec<PositionEncodingKind> = serde_json::from_value(encodings).unwrap_or_default();
    Client {
        encoding: Encoding::choose(&encodings),
        watches: says("/workspace/didChangeWatchedFiles/dynamicRegistration"),
        document_changes: says("/workspace/workspaceEdit/documentChanges"),
        nested_symbols: says("/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
        refreshes_hints: says("/workspace/inlayHint/refreshSupport"),
    }
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let words = |list: &[&str]| Some(list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::Incremental),
                ..TextDocumentSyncOptions::default()
            }
            .into(),
        ),
        code_action_provider: Some(
            CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QuickFix, CodeActionKind::SourceFixAll]),
                ..CodeActionOptions::default()
            }
            .into(),
        ),
        document_formatting_provider: Some(true.into()),
        document_range_formatting_provider: Some(true.into()),
        document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: ",".into(),
            more_trigger_character: words(&["}", "\n"]),
        }),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![QUERY.to_owned(), LOG.to_owned()],
            ..ExecuteCommandOptions::default()
        }),
        inlay_hint_provider: Some(true.into()),
        call_hierarchy_provider: Some(true.into()),
        completion_provider: Some(CompletionOptions {
            trigger_characters: words(&["@", "{", "<", "/", "(", "=", ">"]),
            ..CompletionOptions::default()
        }),
        document_link_provider: Some(DocumentLinkOptions::default()),
        document_symbol_provider: Some(true.into()),
        folding_range_provider: Some(true.into()),
        selection_range_provider: Some(true.into()),
        semantic_tokens_provider: Some(
            SemanticTokensOptions {
                legend: legend(),
                range: None,
                full: Some(true.into()),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }
            .into(),
        ),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: words(&[" ", "(", "="]),
            ..SignatureHelpOptions::default()
        }),
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_highlight_provider: Some(true.into()),
        workspace_symbol_provider: Some(true.into()),
        rename_provider: Some(RenameOptions { prepare_provider: Some(true), ..RenameOptions::default() }.into()),
        ..ServerCapabilities::default()
    }
}
