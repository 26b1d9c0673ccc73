//! Commands: what may this profile do? And what rules cost, as inlay hints.

use gen_lsp_types::{
    ExecuteCommandParams, InlayHint, InlayHintParams, LspAny, MessageType, Position, ShowMessageNotification,
    ShowMessageParams, Tooltip, Uri,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::denials::LOG;
use super::dispatch::{DeferredAnswer, RequestError};
use super::lines::DocumentLines;
use super::server::Server;
use lsp_server::ErrorCode;

/// The command that queries a profile.
pub(super) const QUERY: &str = "armorer.query";

/// The argument of [`QUERY`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryArgument {
    /// An open text.
    uri: Uri,
    /// The profile; without it the one at `position`, or the only one.
    profile: Option<String>,
    position: Option<Position>,
    /// A path, or an access as `armorer query` takes it: `file /etc/shadow r`, `capability net_admin`.
    access: String,
    /// Whether the answer is shown as a message, too, for clients that do nothing with it.
    #[serde(default)]
    show: bool,
}

/// Reads the argument of a command.
pub(super) fn argument<T: DeserializeOwned>(command: &str, argument: Option<Value>) -> Result<T, RequestError> {
    serde_json::from_value(argument.unwrap_or_default()).map_err(|error| RequestError {
        code: ErrorCode::InvalidParams,
        message: format!("the argument of `{command}`: {error}"),
    })
}

impl Server {
    pub(super) fn execute(
        &mut self,
        params: ExecuteCommandParams,
    ) -> Result<DeferredAnswer<Option<LspAny>>, RequestError> {
        let first = params.arguments.unwrap_or_default().into_iter().next();
        match params.command.as_str() {
            QUERY => self.query(first),
            LOG => self.log(first),
            command => {
                let message = format!("there is no command `{command}`");
                Err(RequestError { code: ErrorCode::InvalidParams, message })
            }
        }
    }

    fn query(&mut self, argument_of: Option<Value>) -> Result<DeferredAnswer<Option<LspAny>>, RequestError> {
        let question: QueryArgument = argument(QUERY, argument_of)?;
        let path = self.path(&question.uri)?;
        let profile = match (&question.profile, question.position) {
            (Some(profile), _) => Some(profile.clone()),
            (None, Some(position)) => {
                let offset = self.offset(&path, position)?;
                self.workspace.profile_at(&path, offset).map(|profile| profile.name)
            }
            (None, None) => None,
        };
        let input = self.workspace.unit_at(&path, profile.as_deref());
        let snapshot = self.workspace.snapshot();
        let tell = self.message_sender();
        Ok(DeferredAnswer::work(move || {
            let answer = snapshot.query(&input, profile.as_deref(), &question.access).map_err(RequestError::failed)?;
            let text = answer.to_string();
            if question.show {
                tell(ShowMessageParams::new(MessageType::Info, text.clone()));
            }
            let markdown = format!("```text\n{text}```\n");
            let allowed = answer.is_allowed();
            Ok(Some(serde_json::json!({ "text": text, "markdown": markdown, "allowed": allowed, "answer": answer })))
        }))
    }

    /// Shows messages from other threads.
    pub(super) fn message_sender(&self) -> impl Fn(ShowMessageParams) + Send + 'static {
        let write = self.writer();
        move |params| {
            let method = <ShowMessageNotification as gen_lsp_types::Notification>::METHOD.as_str().to_owned();
            write(lsp_server::Notification::new(method, params).into());
        }
    }

    pub(super) fn inlay_hints(
        &mut self,
        params: InlayHintParams,
    ) -> Result<DeferredAnswer<Option<Vec<InlayHint>>>, RequestError> {
        let path = self.path(&params.text_document.uri)?;
        if !self.workspace.settings().costs {
            return Ok(DeferredAnswer::Now(None));
        }
        let (start, end) = (self.offset(&path, params.range.start)?, self.offset(&path, params.range.end)?);
        let snapshot = self.workspace.snapshot();
        let encoding = self.client.encoding;
        let text = self.documents.get(&path).map(|document| document.text.clone()).unwrap_or_default();
        Ok(DeferredAnswer::work(move || {
            let lines = DocumentLines::new(text.as_bytes(), encoding);
            let costs = snapshot.costs(&path, start, end).into_iter();
            let hints = costs.map(|cost| InlayHint {
                position: lines.position(cost.offset),
                label: format!("{:+} states, {:+} B", cost.states, cost.bytes).into(),
                kind: None,
                text_edits: None,
                tooltip: Some(Tooltip::String(
                    "What the rule adds to the automata and to the binary policy of its profile".into(),
                )),
                padding_left: Some(true),
                padding_right: None,
                data: None,
            });
            Ok(Some(hints.collect()))
        }))
    }
}
