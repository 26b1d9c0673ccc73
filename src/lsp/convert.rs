//! Conversion of results to the protocol's types.

use std::path::Path;

use gen_lsp_types::{
    Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, DocumentChange, Location,
    Message, OptionalVersionedTextDocumentIdentifier, PublishDiagnosticsParams, Range, TextDocumentEdit,
    TextDocumentIdentifier, TextEdit, Uri, WorkspaceEdit,
};

use super::documents::ClientDocument;
use super::lines::DocumentLines;
use super::server::Server;
use crate::diagnostic::Severity;
use crate::edit::Edit;
use crate::ide::{ADOPTED, FileProblem, FileProblems, TextPlace};
use crate::source::{SourceId, SourceMap, Span};

/// The source of diagnostics.
pub(super) const SOURCE: &str = "armorer";

/// The maximum number of diagnostics published per document.
const MOST: usize = 1000;

/// Rules about what has no effect: editors show it faded.
const UNNECESSARY: [&str; 4] = ["duplicate", "subsumed", "unused", "redundant"];

/// An edit of a text.
pub(super) fn text_edit(lines: &DocumentLines<'_>, edit: &Edit) -> TextEdit {
    let text = String::from_utf8_lossy(&edit.replacement).into_owned();
    TextEdit::new(lines.range(edit.span.start, edit.span.end), text)
}

/// The problems of a text.
pub(super) fn diagnostics(server: &Server, document: &ClientDocument, problems: &FileProblems) -> Vec<Diagnostic> {
    let lines = DocumentLines::new(document.text.as_bytes(), server.client.encoding);
    let convert = |problem: &FileProblem| diagnostic(server, problem, &problems.sources, &lines);
    problems.list.iter().take(MOST).map(convert).collect()
}

fn diagnostic(server: &Server, problem: &FileProblem, sources: &SourceMap, lines: &DocumentLines<'_>) -> Diagnostic {
    let FileProblem { span, finding } = problem;
    let mut message = finding.message.clone();
    if finding.span() != *span && finding.span().source != span.source {
        message = format!("{message}, at {}", sources.describe(finding.span()));
    }
    if let Some(help) = &finding.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    // Of a file that others include, the profile that decides; nobody knows the one around rules that none includes.
    let includer = finding.include_chain.last().filter(|include| include.source != span.source);
    let includer = includer.map(|include| sources.get(include.source).name().to_owned());
    if let Some(includer) = includer.filter(|it| finding.severity == Severity::Error && !it.ends_with(ADOPTED)) {
        message.push_str(&format!("\nnote: as {includer} includes it"));
    }
    let mut related: Vec<DiagnosticRelatedInformation> = Vec::new();
    let mut relate = |span: Span, message: String| {
        related
            .extend(location(server, sources, span).map(|location| DiagnosticRelatedInformation { location, message }));
    };
    if finding.span() != *span {
        relate(finding.span(), finding.message.clone());
    }
    for label in finding.labels.iter().skip(1) {
        relate(label.span, if label.text.is_empty() { "see here".into() } else { label.text.clone() });
    }
    let unnecessary = UNNECESSARY.iter().any(|word| finding.name().contains(word));
    Diagnostic {
        range: lines.range(span.start, span.end),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Note => DiagnosticSeverity::Information,
        }),
        code: Some(Code::String(finding.code.to_owned())),
        source: Some(SOURCE.to_owned()),
        message: Message::String(message),
        tags: unnecessary.then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    }
}

/// Returns the location of a span of other texts.
fn location(server: &Server, sources: &SourceMap, span: Span) -> Option<Location> {
    if span.source == SourceId::NONE {
        return None;
    }
    let source = sources.get(span.source);
    let lines = DocumentLines::new(source.text(), server.client.encoding);
    Some(Location { uri: server.uri(Path::new(source.name())), range: lines.range(span.start, span.end) })
}

/// Places of the workspace; those of one file stand together, so that its lines are counted once.
pub(super) fn places(server: &Server, places: &[TextPlace]) -> Vec<Location> {
    let mut found = Vec::with_capacity(places.len());
    for list in places.chunk_by(|a, b| a.path == b.path) {
        let Some(first) = list.first() else { continue };
        let (uri, lines) = (server.uri(&first.path), DocumentLines::new(first.source.text(), server.client.encoding));
        let each = list.iter().map(|it| Location { uri: uri.clone(), range: lines.range(it.span.start, it.span.end) });
        found.extend(each);
    }
    found
}

/// A place of the workspace.
pub(super) fn place(server: &Server, place: &TextPlace) -> Location {
    let lines = DocumentLines::new(place.source.text(), server.client.encoding);
    Location { uri: server.uri(&place.path), range: lines.range(place.span.start, place.span.end) }
}

/// Returns the diagnostics of a text that is too large to be checked.
pub(super) fn too_large(uri: Uri, version: i32, limit: usize) -> PublishDiagnosticsParams {
    let message = format!("larger than {} MiB: armorer does not look at it while it is edited", limit >> 20);
    let diagnostic = Diagnostic {
        range: Range::default(),
        severity: Some(DiagnosticSeverity::Information),
        source: Some(SOURCE.to_owned()),
        message: Message::String(message),
        ..Diagnostic::default()
    };
    PublishDiagnosticsParams::new(uri, Some(version), vec![diagnostic])
}

impl Server {
    /// Edits of files, each with its version if it is open.
    pub(super) fn file_edits(
        &self,
        files: impl IntoIterator<Item = (Uri, Option<i32>, Vec<TextEdit>)>,
    ) -> WorkspaceEdit {
        file_edits(self.client.document_changes, files)
    }
}

/// Edits of files, each with its version if it is open and the client takes versions.
pub(super) fn file_edits(
    document_changes: bool,
    files: impl IntoIterator<Item = (Uri, Option<i32>, Vec<TextEdit>)>,
) -> WorkspaceEdit {
    if !document_changes {
        let changes = files.into_iter().map(|(uri, _, edits)| (uri, edits)).collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let changes = files.into_iter().map(|(uri, version, edits)| {
        let text_document = OptionalVersionedTextDocumentIdentifier {
            version,
            text_document_identifier: TextDocumentIdentifier { uri },
        };
        let edits = edits.into_iter().map(Into::into).collect();
        DocumentChange::TextDocumentEdit(TextDocumentEdit { text_document, edits })
    });
    WorkspaceEdit { document_changes: Some(changes.collect()), ..WorkspaceEdit::default() }
}
