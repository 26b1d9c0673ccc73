//! Code actions: fixes of what was found, and comments that allow it.

use std::path::Path;

use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse, Command, Diagnostic, Range, TextEdit,
    WorkspaceEdit,
};

use super::commands::QUERY;
use super::convert;
use super::dispatch::{DeferredAnswer, RequestError};
use super::documents::ClientDocument;
use super::lines::DocumentLines;
use super::server::Server;
use crate::edit::{Edit, comment_above};
use crate::ide::FileProblem;
use crate::lint::{Applicability, Fix, apply};

impl Server {
    pub(super) fn code_actions(
        &mut self,
        params: CodeActionParams,
    ) -> Result<DeferredAnswer<Option<Vec<CodeActionResponse>>>, RequestError> {
        let path = self.path(&params.text_document.uri)?;
        let wants = |kind: &CodeActionKind| match &params.context.only {
            Some(only) => only.iter().any(|wanted| kind.as_str().starts_with(wanted.as_str())),
            None => true,
        };
        let mut actions: Vec<CodeActionResponse> = Vec::new();
        if params.context.only.is_none() {
            actions.extend(self.questions(&path, params.range)?.map(Into::into));
        }
        let Some(document) = self.documents.get(&path) else { return Ok(DeferredAnswer::Now(None)) };
        // What was found in another state of the text has its places there.
        if let Some(found) = document.found.as_ref().filter(|found| found.version == document.version) {
            let told = convert::diagnostics(self, document, &found.problems);
            for (problem, diagnostic) in found.problems.list.iter().zip(told) {
                if wants(&CodeActionKind::QuickFix) && touches(&diagnostic.range, &params.range) {
                    actions.extend(self.fixes(document, problem, &diagnostic).map(Into::into));
                }
            }
            if wants(&CodeActionKind::SourceFixAll) {
                actions.extend(self.fix_all(document, &found.problems.list).map(Into::into));
            }
        }
        if wants(&CodeActionKind::QuickFix)
            && let Some(denials) = self.pasted(&path, params.range)?
        {
            return Ok(self.pasted_actions(denials, actions));
        }
        Ok(DeferredAnswer::Now(Some(actions)))
    }

    /// Offers a query about the path at a place.
    fn questions(&mut self, path: &Path, range: Range) -> Result<Option<CodeAction>, RequestError> {
        let offset = self.offset(path, range.start)?;
        let Some((profile, example)) = self.workspace.path_at(path, offset) else { return Ok(None) };
        let title = format!("What may {profile} do to {example}?");
        let argument = serde_json::json!({
            "uri": self.uri(path), "profile": profile, "access": format!("file {example}"), "show": true,
        });
        let command =
            Command { title: title.clone(), command: QUERY.into(), tooltip: None, arguments: Some(vec![argument]) };
        Ok(Some(CodeAction { title, command: Some(command), ..CodeAction::default() }))
    }

    /// Offers fixes and suppressions of a problem.
    fn fixes(
        &self,
        document: &ClientDocument,
        problem: &FileProblem,
        diagnostic: &Diagnostic,
    ) -> impl Iterator<Item = CodeAction> {
        let fix = problem.finding.fix.as_ref().filter(|fix| is_about(fix, problem)).map(|fix| CodeAction {
            title: fix.title.clone(),
            is_preferred: Some(fix.applicability == Applicability::Safe),
            edit: Some(self.edit_of(document, &fix.edits)),
            ..quick_fix(diagnostic)
        });
        let meant = suggested(problem, document).map(|word| CodeAction {
            title: format!("Write `{word}`"),
            is_preferred: Some(true),
            edit: Some(self.edit_of(document, &[Edit { span: problem.span, replacement: word.into_bytes() }])),
            ..quick_fix(diagnostic)
        });
        let allow = problem.finding.rule.is_some().then(|| {
            let title = format!("Allow {} here by a comment", problem.finding.code);
            CodeAction { title, edit: Some(self.comment(document, problem)), ..quick_fix(diagnostic) }
        });
        fix.into_iter().chain(meant).chain(allow)
    }

    /// All fixes that do not change the policy, in one edit.
    fn fix_all(&self, document: &ClientDocument, problems: &[FileProblem]) -> Option<CodeAction> {
        let findings: Vec<_> = problems.iter().map(|problem| problem.finding.clone()).collect();
        let source = problems.first()?.span.source;
        let fixed = apply(document.text.as_bytes(), source, &findings, Applicability::Safe)?;
        let text = String::from_utf8(fixed.text).ok()?;
        let end = DocumentLines::new(document.text.as_bytes(), self.client.encoding).end();
        let edits = vec![TextEdit::new(Range { end, ..Range::default() }, text)];
        Some(CodeAction {
            title: format!("Apply all fixes that do not change the policy ({})", fixed.applied),
            kind: Some(CodeActionKind::SourceFixAll),
            edit: Some(self.workspace_edit(document, edits)),
            ..CodeAction::default()
        })
    }

    fn edit_of(&self, document: &ClientDocument, edits: &[Edit]) -> WorkspaceEdit {
        let lines = DocumentLines::new(document.text.as_bytes(), self.client.encoding);
        self.workspace_edit(document, edits.iter().map(|edit| convert::text_edit(&lines, edit)).collect())
    }

    /// A comment on a line of its own before that of the problem, indented alike.
    fn comment(&self, document: &ClientDocument, problem: &FileProblem) -> WorkspaceEdit {
        let comment = format!("# armorer: allow({}) TODO: why", problem.finding.code);
        let (text, span) = (document.text.as_bytes(), problem.span);
        self.edit_of(document, &[comment_above(text, span.source, span.start as usize, &comment)])
    }

    fn workspace_edit(&self, document: &ClientDocument, edits: Vec<TextEdit>) -> WorkspaceEdit {
        self.file_edits([(document.uri.clone(), Some(document.version), edits)])
    }
}

/// Returns the suggested word of an error, if it stands alone.
fn suggested(problem: &FileProblem, document: &ClientDocument) -> Option<String> {
    let (written, meant) = problem.finding.detail.as_ref()?.correction()?;
    let there = document.text.get(problem.span.start as usize..problem.span.end as usize)?;
    let before = there.trim_start_matches(['<', '"']).len();
    let before = there.get(..there.len() - before)?;
    let inner = there.trim_matches(['<', '>', '"']);
    let after = there.get(before.len() + inner.len()..)?;
    let plain = !meant.is_empty() && !meant.contains([' ', '\t', '\n', '"', '`']);
    (plain && inner.as_bytes() == written).then(|| format!("{before}{meant}{after}"))
}

fn quick_fix(diagnostic: &Diagnostic) -> CodeAction {
    CodeAction {
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostic.clone()]),
        ..CodeAction::default()
    }
}

/// Whether a fix changes the text that the problem was told of, and not what that includes.
fn is_about(fix: &Fix, problem: &FileProblem) -> bool {
    fix.edits.iter().all(|edit| edit.span.source == problem.span.source)
}

fn touches(a: &Range, b: &Range) -> bool {
    a.start <= b.end && b.start <= a.end
}
