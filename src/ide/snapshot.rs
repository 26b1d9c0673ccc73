//! Everything at one moment, for a thread that has time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::document::{ManifestUnit, TextPlace, is_yaml};
use super::overlay::Overlay;
use super::settings::Settings;
use super::workspace::ProfilesByFile;
use crate::diagnostic::{Code, Severity};
use crate::lint::{Finding, LintCache};
use crate::resolve::Session;
use crate::source::{SourceId, SourceMap, Span};
use crate::syntax::ast::ItemKind;

/// A workspace as it was.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) session: Session,
    pub(super) overlay: Overlay,
    pub(super) settings: Arc<Settings>,
    pub(super) memory: Arc<LintCache>,
    /// The inputs that decide what the open profile files mean.
    pub(super) contexts: FxHashMap<PathBuf, Vec<PathBuf>>,
    /// The open manifests that profiles are in.
    pub(super) units: FxHashMap<PathBuf, (PathBuf, SourceId, ManifestUnit)>,
    /// All files with profiles, if that was asked for.
    pub(super) roots: Vec<PathBuf>,
    pub(super) members: ProfilesByFile,
}

/// Something that is wrong with a file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FileProblem {
    /// The place in the file: that of the finding, or of the `include` that leads to it.
    pub span: Span,
    /// The finding, whose spans point into [`FileProblems::sources`]. Its spans point into [`FileProblems::sources`].
    pub finding: Finding,
}

/// The problems of a file, with the texts that they refer to.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileProblems {
    /// The problems, in the order of their places.
    pub list: Vec<FileProblem>,
    /// The texts that spans point into.
    pub sources: Arc<SourceMap>,
}

impl std::ops::Deref for FileProblems {
    type Target = [FileProblem];

    fn deref(&self) -> &[FileProblem] {
        &self.list
    }
}

impl Snapshot {
    /// Returns the place of a span.
    pub(super) fn place(&self, span: Span) -> Option<TextPlace> {
        if span.source == SourceId::NONE {
            return None;
        }
        let source = self.session.sources.get(span.source);
        let path = PathBuf::from(source.name());
        Some(match self.units.get(&path) {
            Some((manifest, id, unit)) => {
                let source = self.session.sources.get(*id);
                TextPlace { path: manifest.clone(), source, span: unit.profile.locate(span) }
            }
            None => TextPlace { path, source, span },
        })
    }

    /// Returns the problems of an open file: errors and the findings of the linter; with `automata`, also those that need
    /// automata.
    ///
    /// A file that holds no profile is looked at as part of profiles that include it.
    #[must_use]
    pub fn problems(&self, path: &Path, automata: bool) -> FileProblems {
        let session = self.session.fork(self.overlay.clone());
        let contexts = self.contexts.get(path).map_or(&[][..], Vec::as_slice);
        let open = |path: &PathBuf| session.open(path).ok().map(|included| included.source);
        let text = if is_yaml(path) { session.text(path).ok() } else { open(&path.to_owned()) };
        let Some(text) = text else {
            return FileProblems { list: Vec::new(), sources: Arc::default() };
        };
        let mut inputs: Vec<SourceId> = contexts.iter().filter_map(open).collect();
        let orphan = if inputs.is_empty() { adopt(&session, path, text) } else { None };
        inputs.extend(orphan);
        if inputs.is_empty() {
            inputs.push(text);
        }
        let linter = self.settings.linter(session.begin()).automata(automata).scope(path);
        let outcome = linter.lint_session(session, Arc::clone(&self.memory), inputs).unwrap_or_default();
        let sources = Arc::clone(outcome.sources());
        let mut seen = FxHashSet::default();
        let mut list = Vec::new();
        for finding in outcome.findings {
            let Some(span) = place_in(text, &finding) else { continue };
            // Who will include it may have the variables that nobody has here.
            let unknown = [Code::VarUndeclared, Code::Expand].iter().any(|code| finding.code == code.as_str());
            if orphan.is_some() && unknown {
                continue;
            }
            if seen.insert((span, finding.code, finding.message.clone())) {
                list.push(FileProblem { span, finding });
            }
        }
        list.sort_by_key(|problem| (problem.span.start, problem.finding.code));
        FileProblems { list, sources }
    }
}

/// The name of the profile around rules that no profile includes.
pub const ADOPTED: &str = "armorer-fragment";

/// A profile around the rules of a file that no profile includes, so that they are looked at.
fn adopt(session: &Session, path: &Path, text: SourceId) -> Option<SourceId> {
    let is_rule = |kind: &ItemKind| {
        matches!(kind, ItemKind::Rule(_) | ItemKind::Block(_) | ItemKind::Rlimit(_) | ItemKind::Conditional(_))
    };
    let file = &session.tree(text).file;
    let has_rules = file.items.iter().any(|item| is_rule(&item.kind.value));
    let written =
        path.to_str().filter(|path| has_rules && !is_yaml(Path::new(path)) && !path.contains(['"', '\\', '\0']));
    let around = format!(
        "abi <kernel>,\ninclude if exists <tunables/global>\nprofile {ADOPTED} {{\n  include \"{}\"\n}}\n",
        written?
    );
    session.put(&path.join(ADOPTED), around.as_bytes()).ok()
}

/// Returns the place of a text at which a finding is shown. An error in an included file is one of the rule that includes it.
fn place_in(text: SourceId, finding: &Finding) -> Option<Span> {
    let span = finding.span();
    if span.source == text {
        return Some(span);
    }
    let outermost = finding.include_chain.iter().rev().find(|span| span.source == text);
    outermost.copied().filter(|_| finding.severity == Severity::Error)
}
