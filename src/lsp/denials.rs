//! Denials of a log: why, and the rules that would allow them, at a pasted record or for a log that a command brings.

use std::path::PathBuf;

use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionResponse, Command, Contents, Hover, LspAny, MessageType, Range,
    ShowMessageParams, Uri, WorkspaceEdit,
};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::commands::argument;
use super::convert::{file_edits, text_edit};
use super::dispatch::{DeferredAnswer, RequestError};
use super::help::markdown;
use super::lines::{DocumentLines, Encoding};
use super::server::Server;
use super::uri;
use crate::diagnostic::escaped_line as line;
use crate::ide::{DenialRemedies, DenialRemedy, Denials, TextChange};
use crate::log::Explanation;

/// The reasons for denials, and the rules that would allow them. Takes one [`LogArgument`].
pub(super) const LOG: &str = "armorer.log";

/// The longest title of an action, and the longest line of a message, in bytes before escaping.
const MAX_TITLE: usize = 160;
const MAX_LINE: usize = 400;
/// The most lines of a message about one denial, and of a whole message.
const MAX_REASON: usize = 12;
const MAX_LINES: usize = 200;

/// The argument of [`LOG`].
#[derive(Debug, Deserialize)]
struct LogArgument {
    /// Lines of a log.
    log: String,
    /// Whether abstractions of the tree are candidates, too. All of them are compiled for that.
    #[serde(default)]
    abstractions: bool,
    /// Whether the answer is also shown as a message, for clients that do nothing with it.
    #[serde(default)]
    show: bool,
}

impl Server {
    /// The answer to [`LOG`].
    pub(super) fn log(&mut self, argument_of: Option<Value>) -> Result<DeferredAnswer<Option<LspAny>>, RequestError> {
        let LogArgument { log, abstractions, show } = argument(LOG, argument_of)?;
        let denials = self.workspace.denials(log.as_bytes());
        let (editor, tell) = (self.edit_maker(), self.message_sender());
        Ok(DeferredAnswer::work(move || {
            let (reasons, remedies) =
                (denials.reasons(), denials.remedies(abstractions).map_err(RequestError::failed)?);
            let text = text(&denials, &reasons, &remedies);
            if show {
                tell(ShowMessageParams::new(MessageType::Info, text.clone()));
            }
            let markdown = fenced(&text);
            let each = denials.list().iter().zip(&reasons).enumerate();
            let events = each.map(|(number, (denial, why))| {
                let own = remedies.list.iter().filter(|remedy| remedy.denials.contains(&number));
                let notes = remedies.notes.iter().filter(|(denials, _)| denials.contains(&number));
                json!({
                    "event": denial.event,
                    "times": denial.times,
                    "what": line(&denial.event.what(), MAX_LINE),
                    "profile": why.profile,
                    "file": why.file,
                    "why": why,
                    "reason": lines(why).collect::<Vec<_>>().join("\n"),
                    "notes": notes.map(|(_, note)| line(note, MAX_LINE)).collect::<Vec<_>>(),
                    "candidates": own.map(|remedy| candidate(remedy, &editor)).collect::<Vec<_>>(),
                })
            });
            let events: Vec<Value> = events.collect();
            let left_out = denials.left_out();
            Ok(Some(json!({ "text": text, "markdown": markdown, "events": events, "leftOut": left_out })))
        }))
    }

    /// The denials of the records on the lines of a range.
    pub(super) fn pasted(&mut self, path: &std::path::Path, range: Range) -> Result<Option<Denials>, RequestError> {
        let (start, end) = (self.offset(path, range.start)?, self.offset(path, range.end)?);
        Ok(self.workspace.denials_at(path, start..end))
    }

    /// The reason for the denials of a pasted record.
    pub(super) fn hover_pasted(&mut self, denials: Denials, range: Range) -> DeferredAnswer<Option<Hover>> {
        DeferredAnswer::work(move || {
            let reasons = denials.reasons();
            let text = text(&denials, &reasons, &DenialRemedies::default());
            let contents = Contents::MarkupContent(markdown(fenced(&text)));
            Ok(Some(Hover { contents, range: Some(range) }))
        })
    }

    /// Offers actions for the denials of pasted records.
    pub(super) fn pasted_actions(
        &mut self,
        denials: Denials,
        mut actions: Vec<CodeActionResponse>,
    ) -> DeferredAnswer<Option<Vec<CodeActionResponse>>> {
        let editor = self.edit_maker();
        DeferredAnswer::work(move || {
            let title = "Why was this denied?".to_owned();
            let arguments = Some(vec![json!({ "log": denials.log(), "show": true })]);
            let command = Command { title: title.clone(), command: LOG.into(), tooltip: None, arguments };
            let why = CodeAction { title, command: Some(command), ..CodeAction::default() };
            actions.push(why.into());
            // Where there is no rule, the reason says why.
            let remedies = denials.remedies(false).unwrap_or_default();
            actions.extend(remedies.list.iter().map(|remedy| {
                CodeAction {
                    title: title_of(remedy),
                    kind: Some(CodeActionKind::QuickFix),
                    is_preferred: Some(remedy.is_preferred),
                    edit: Some(editor.edit(&remedy.changes)),
                    ..CodeAction::default()
                }
                .into()
            }));
            Ok(Some(actions))
        })
    }

    /// Makes edits on another thread, of the texts as they are now.
    fn edit_maker(&self) -> EditMaker {
        let open = self.documents.iter().map(|(path, it)| (path.clone(), (it.uri.clone(), it.version)));
        let (encoding, document_changes) = (self.client.encoding, self.client.document_changes);
        EditMaker { open: open.collect(), encoding, document_changes }
    }
}

/// The open texts, and how the client takes edits.
struct EditMaker {
    open: FxHashMap<PathBuf, (Uri, i32)>,
    encoding: Encoding,
    document_changes: bool,
}

impl EditMaker {
    fn edit(&self, changes: &[TextChange]) -> WorkspaceEdit {
        let files = changes.iter().map(|change| {
            let lines = DocumentLines::new(&change.old, self.encoding);
            let edits = change.edits.iter().map(|edit| text_edit(&lines, edit)).collect();
            match self.open.get(&change.path) {
                Some((uri, version)) => (uri.clone(), Some(*version), edits),
                None => (uri::from_path(&change.path), None, edits),
            }
        });
        file_edits(self.document_changes, files)
    }
}

/// The title of an action. A candidate that raises findings says so before its rule.
fn title_of(remedy: &DenialRemedy) -> String {
    let rules = line(&remedy.rules.replace('\n', " "), MAX_TITLE);
    let codes: Vec<&str> = remedy.dangers.iter().map(|danger| danger.code).collect();
    if codes.is_empty() {
        return format!("Allow it: {rules}");
    }
    format!("Allow it in spite of {}: {rules}", codes.join(", "))
}

fn candidate(remedy: &DenialRemedy, editor: &EditMaker) -> Value {
    json!({
        "title": title_of(remedy),
        "profile": remedy.profile,
        "rules": remedy.rules,
        "preferred": remedy.is_preferred,
        "exact": remedy.is_exact,
        "abstraction": remedy.is_abstraction,
        "opens": remedy.opens,
        "dangers": remedy.dangers,
        "edit": editor.edit(&remedy.changes),
    })
}

/// The lines of a reason, each escaped and no longer than people read.
fn lines(why: &Explanation) -> impl Iterator<Item = String> + use<> {
    let text = why.to_string();
    let lines: Vec<String> = text.lines().take(MAX_REASON).map(|text| line(text, MAX_LINE)).collect();
    lines.into_iter()
}

/// Returns a readable report about denials.
fn text(denials: &Denials, reasons: &[Explanation], remedies: &DenialRemedies) -> String {
    let mut told = Vec::new();
    for (number, (denial, why)) in denials.list().iter().zip(reasons).enumerate() {
        let profile = denial.event.profile.as_ref().map(|label| format!(" to {label}")).unwrap_or_default();
        told.push(line(&format!("{}{profile}: {}", denial.event.verdict, denial.event.what()), MAX_LINE));
        told.extend(lines(why).map(|reason| format!("  {reason}")));
        for (_, note) in remedies.notes.iter().filter(|(denials, _)| denials.contains(&number)) {
            told.push(format!("  no rule: {}", line(note, MAX_LINE)));
        }
        for remedy in remedies.list.iter().filter(|remedy| remedy.denials.contains(&number)) {
            told.push(format!("  {}", title_of(remedy)));
            told.extend(remedy.dangers.iter().map(|danger| format!("    {}", line(&danger.message, MAX_LINE))));
            let opens: Vec<&str> =
                remedy.opens.sensitive.iter().chain(&remedy.opens.examples).map(String::as_str).collect();
            if !opens.is_empty() {
                told.push(format!("    also allows {}", line(&opens.join(", "), MAX_LINE)));
            }
        }
    }
    if told.is_empty() {
        told.push("the log has no record of a denial".to_owned());
    }
    if denials.left_out() > 0 {
        told.push(format!("{} events of further kinds are left out", denials.left_out()));
    }
    if told.len() > MAX_LINES {
        let more = told.len() - MAX_LINES;
        told.truncate(MAX_LINES);
        told.push(format!("and {more} more lines"));
    }
    told.join("\n") + "\n"
}

/// A text as it stands, in Markdown.
fn fenced(text: &str) -> String {
    format!("```text\n{}```\n", text.replace('`', "'"))
}
