//! The texts that may be quoted: the files that a command was given, and those of the tree that they include. A path in a profile may
//! name any file that the user can read, such as one with a password.

use std::fs;
use std::path::Path;

use super::target::TargetArgs;
use crate::compiler::Diagnosis;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, SourceMap, Span};

/// The diagnostics of an input. Those about a file that is neither the input nor below the base or a directory of `-I` have place and
/// code, and point at the rule that includes it.
pub(super) fn quotable(diagnosis: &Diagnosis, input: &str, target: &TargetArgs) -> Vec<Diagnostic> {
    let sources = diagnosis.sources();
    let is_foreign = |source: SourceId| {
        let source = sources.get(source);
        source.name() != input && !is_of_tree(Path::new(source.name()), target)
    };
    let each = diagnosis.diagnostics().iter().map(|diagnostic| {
        let is_included = !diagnostic.include_chain.is_empty();
        let is_foreign = is_included && diagnostic.labels.iter().any(|label| is_foreign(label.span.source));
        if is_foreign { without_content(diagnostic, sources) } else { diagnostic.clone() }
    });
    each.collect()
}

fn without_content(diagnostic: &Diagnostic, sources: &SourceMap) -> Diagnostic {
    let rule = diagnostic.include_chain.last().copied().unwrap_or(Span::NONE);
    let (code, place) = (diagnostic.code, sources.describe(diagnostic.span()));
    let mut shown = Diagnostic::new(code, format!("{} at {place}", code.description()), rule);
    shown.severity = diagnostic.severity;
    shown.with_help("pass the directory with `-I`: files outside of it and the base are not quoted")
}

fn is_of_tree(file: &Path, target: &TargetArgs) -> bool {
    let Ok(file) = fs::canonicalize(file) else { return false };
    let mut directories = target.include.iter().chain([&target.base]);
    directories.any(|directory| fs::canonicalize(directory).is_ok_and(|directory| file.starts_with(directory)))
}
