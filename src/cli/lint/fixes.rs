//! Fixes files: in memory until there is nothing more to fix, then all are written.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::settings::LintSettings;
use super::{Status, file_name};
use crate::atomic;
use crate::cli::print_data;
use crate::cli::unified::UnifiedDiff;
use crate::compiler::Input;
use crate::kubernetes::{is_manifest, only_profiles_differ};
use crate::lint::{Applicability, LintOutcome, apply};
use crate::source::{DirEntry, FileKind, FileSystem, Loader, SourceId};

/// The maximum number of rounds. Each applies fixes that conflicted with those of the round before, so a few are enough.
const MAX_ROUNDS: usize = 10;

/// The result of applying fixes.
pub(super) struct FixResult {
    /// The remaining findings.
    pub(super) outcome: LintOutcome,
    pub(super) applied: usize,
    /// Old and new texts by name.
    changed: BTreeMap<String, (Vec<u8>, Vec<u8>)>,
}

/// Files, of which some are fixed.
struct FixedFiles(Arc<BTreeMap<PathBuf, Vec<u8>>>);

impl Loader for FixedFiles {
    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        FileSystem.kind(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.0.get(path) {
            Some(text) => Ok(text.clone()),
            None => FileSystem.read(path),
        }
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        FileSystem.read_dir(path)
    }
}

/// The errors of each file.
fn errors(outcome: &LintOutcome) -> BTreeMap<String, usize> {
    let mut errors = BTreeMap::new();
    for finding in outcome.findings.iter().filter(|finding| finding.rule.is_none()) {
        *errors.entry(outcome.sources().get(finding.span().source).name().to_owned()).or_default() += 1;
    }
    errors
}

pub(super) fn apply_all(
    settings: &LintSettings<'_>,
    mut inputs: Vec<Input>,
    most: Applicability,
) -> Result<FixResult, String> {
    let mut changed: BTreeMap<String, (Vec<u8>, Vec<u8>)> = BTreeMap::new();
    let mut applied = 0;
    let mut outcome = settings.linter(None)?.lint(inputs.clone()).map_err(|error| error.to_string())?;
    for _ in 0..MAX_ROUNDS {
        let before = (changed.clone(), inputs.clone());
        let sources: BTreeSet<SourceId> = outcome
            .findings
            .iter()
            .filter_map(|finding| finding.fix.as_ref()?.edits.first().map(|edit| edit.span.source))
            .collect();
        let mut count = 0;
        for id in sources {
            let source = outcome.sources().get(id);
            let Some(fixed) = apply(source.text(), id, &outcome.findings, most) else { continue };
            let is_manifest = is_manifest(file_name(source.name()), source.text());
            if is_manifest && !only_profiles_differ(&source, id, &fixed.text) {
                // A fix that changes the rest of the YAML is a bug in armorer: the file stays.
                continue;
            }
            count += fixed.applied;
            if let Some(input) = inputs.iter_mut().find(|input| input.name() == source.name()) {
                *input = Input::text(source.name(), fixed.text.as_slice());
            }
            let entry = changed.entry(source.name().to_owned());
            entry.or_insert_with(|| (source.text().to_vec(), Vec::new())).1 = fixed.text;
        }
        if count == 0 {
            break;
        }
        let files = changed.iter().map(|(name, (_, new))| (PathBuf::from(name), new.clone())).collect();
        let next = settings.linter(Some(Box::new(FixedFiles(Arc::new(files)))))?;
        let left = next.lint(inputs.clone()).map_err(|error| error.to_string())?;
        if errors(&left) > errors(&outcome) {
            // A fix that breaks a file is a fault of its rule: nothing of the round stays.
            (changed, inputs) = before;
            break;
        }
        applied += count;
        outcome = left;
    }
    _ = inputs;
    Ok(FixResult { outcome, applied, changed })
}

impl FixResult {
    /// Prints what would change.
    pub(super) fn print_diff(&self) -> Result<Status, String> {
        for (name, (old, new)) in &self.changed {
            UnifiedDiff::new(name, old, new).print()?;
        }
        Ok(if self.changed.is_empty() { Status::Fine } else { Status::Findings })
    }

    /// Writes the files; standard input goes to standard output.
    pub(super) fn write(&self) -> Result<(), String> {
        for (name, (old, new)) in &self.changed {
            match file_name(name) {
                None => print_data(new)?,
                Some(path) if std::fs::read(path).is_ok_and(|now| now == *old) => {
                    atomic::write(path, new).map_err(|error| format!("{name}: {error}"))?;
                }
                Some(_) => return Err(format!("{name}: changed since it was read; nothing is written to it")),
            }
        }
        Ok(())
    }
}
