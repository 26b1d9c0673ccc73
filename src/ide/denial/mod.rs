//! Records of denials that somebody pastes into an editor: why, and the rules that would allow them, as edits.

mod mask;
mod remedy;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::document::{ManifestUnit, is_yaml, units};
use super::snapshot::Snapshot;
use super::workspace::{Workspace, holds_profiles};
use crate::analysis::access::components;
use crate::compiler::Compiler;
use crate::log::suggest::Need;
use crate::log::{Event, Explainer, Explanation, Tree};
use crate::source::{Loader, Source, SourceId, SourceMap, Span, Text};
use mask::{MaskedText, denials, mask};
pub use remedy::{DenialRemedies, DenialRemedy, TextChange};

/// The most kinds of denials that one question is about.
const MAX_DENIALS: usize = 50;
/// Logs are read up to this length.
const MAX_BYTES: usize = 1 << 20;
/// The most files that are compiled for an answer.
const MAX_FILES: usize = 30;

/// A question about denials in a log, with all that the answer depends on: another thread may look for it.
///
/// ```
/// use armorer::ide::{EditorSettings, Workspace};
///
/// let mut workspace = Workspace::new(None, EditorSettings::default());
/// let line = r#"audit: type=1400 audit(1.5:2): apparmor="DENIED" operation="open" profile="demo" name="/etc/demo" denied_mask="r""#;
/// let path = std::path::Path::new("/nowhere/demo");
/// let text = format!("profile demo {{\n  # {line}\n}}\n");
/// workspace.open(path.into(), text.as_bytes());
///
/// let question = workspace.denials_at(path, 16..20).unwrap();
/// assert_eq!(question.reasons()[0].to_string(), "no rule for \"demo\" in /nowhere/demo allows it\n");
/// let remedies = question.remedies(false)?;
/// assert_eq!(remedies.list[0].rules, "/etc/demo r,");
/// assert_eq!(remedies.list[0].changes[0].new, b"profile demo {\n  /etc/demo r,\n}\n");
/// # Ok::<(), String>(())
/// ```
#[derive(Debug)]
pub struct Denials {
    list: Vec<Denial>,
    left_out: usize,
    snapshot: Snapshot,
    /// The files that may hold the profiles.
    homes: Vec<PathBuf>,
    /// The names of the profiles of all files.
    names: FxHashSet<Text>,
    /// The open texts that hold records.
    masks: FxHashMap<PathBuf, MaskedText>,
    /// The profiles of open manifests, with the texts of these.
    units: FxHashMap<PathBuf, (PathBuf, Arc<Source>, ManifestUnit)>,
    /// The text whose records are asked about.
    place: Option<PathBuf>,
}

/// A denial of a log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Denial {
    /// The first event of its kind.
    pub event: Event,
    /// The number of events.
    pub times: u64,
    /// The numbers of its records in the text that they are pasted into.
    records: Vec<usize>,
}

impl Workspace {
    /// The denials of a log; equal ones are one. Rules would be written into the texts that are open, or else the files of the tree.
    pub fn denials(&mut self, log: &[u8]) -> Denials {
        let log = log.get(..MAX_BYTES).unwrap_or(log);
        let events = log.split(|&byte| byte == b'\n').flat_map(denials).map(|event| (event, None));
        let (list, left_out) = distinct(events);
        self.question(list, left_out, None)
    }

    /// The denials whose records stand on the lines of a range of an open text, bare or as comments; `None` where there are none.
    pub fn denials_at(&mut self, path: &Path, range: Range<u32>) -> Option<Denials> {
        let masked = mask(self.source(path)?.text())?;
        let (start, end) = (range.start as usize, range.end as usize);
        let touched = masked.records.iter().enumerate().filter(|(_, record)| {
            let last = record.range.end.saturating_sub(1);
            record.range.start <= end && start <= last.max(record.range.start)
        });
        let events =
            touched.flat_map(|(number, record)| record.events.iter().map(move |it| (it.clone(), Some(number))));
        let (list, left_out) = distinct(events);
        (!list.is_empty()).then(|| self.question(list, left_out, Some(path.to_owned())))
    }

    fn question(&mut self, list: Vec<Denial>, left_out: usize, place: Option<PathBuf>) -> Denials {
        let open: Vec<PathBuf> = self.documents().map(Path::to_owned).collect();
        let text = |path: &PathBuf| self.source(path).map(|source| source.text().to_vec());
        let masks = open.iter().filter_map(|path| Some((path.clone(), mask(&text(path)?)?)));
        let masks: FxHashMap<PathBuf, MaskedText> = masks.collect();
        let snapshot = self.full_snapshot();
        let mut known: FxHashMap<PathBuf, (PathBuf, Arc<Source>, ManifestUnit)> = FxHashMap::default();
        for (path, (manifest, id, unit)) in &snapshot.units {
            let source = snapshot.session.sources.get(*id);
            known.insert(path.clone(), (manifest.clone(), source, unit.clone()));
        }
        let mut homes: Vec<PathBuf> = Vec::new();
        for (path, masked) in &masks {
            snapshot.overlay.set(path.clone(), masked.text.as_slice().into());
            snapshot.session.forget(path);
            if is_yaml(path) {
                known.retain(|_, (manifest, ..)| manifest != path);
                for (source, unit) in units_of(path, &masked.text) {
                    snapshot.overlay.set(unit.path.clone(), unit.profile.text.as_slice().into());
                    snapshot.session.forget(&unit.path);
                    homes.push(unit.path.clone());
                    known.insert(unit.path.clone(), (path.clone(), source, unit));
                }
            } else if crate::parse(&masked.text).is_ok_and(|file| holds_profiles(&file)) {
                homes.push(path.clone());
            }
        }
        snapshot.session.forget_paths();
        // The text with the records before others that have the same profile.
        homes.sort_by_key(|home| (place.as_ref() != Some(home), home.clone()));
        let index = self.index();
        for denial in &list {
            let labels = denial.event.profile.iter().flat_map(|label| components(label));
            for name in labels.chain(denial.event.target.as_deref()).flat_map(|name| [name, root(name)]) {
                homes.extend(index.profiles(name).into_iter().map(|(path, _)| path));
            }
        }
        let profiles = index.files().flat_map(|(_, symbols)| &symbols.profiles);
        let names = profiles.map(|profile| profile.name.clone()).collect();
        Denials { list, left_out, snapshot, homes, names, masks, units: known, place }
    }
}

impl Denials {
    /// The denials, in the order of the log.
    #[must_use]
    pub fn list(&self) -> &[Denial] {
        &self.list
    }

    /// The records of an open text that are asked about, a line each.
    #[must_use]
    pub fn log(&self) -> String {
        let masked = self.place.as_ref().and_then(|place| self.masks.get(place));
        let mut numbers: Vec<usize> = self.list.iter().flat_map(|denial| &denial.records).copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let records = numbers.iter().filter_map(|&number| masked?.records.get(number));
        records.map(|record| String::from_utf8_lossy(record.line.trim_ascii()).into_owned() + "\n").collect()
    }

    /// Returns the number of events of further kinds that are left out.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The reason for each denial.
    #[must_use]
    pub fn reasons(&self) -> Vec<Explanation> {
        let base = self.snapshot.settings.options.base.clone();
        let tree = Tree::of_texts(&base, self.compiler(), self.files(), self.names.clone());
        let mut reader = Explainer::new(&tree);
        self.list.iter().map(|denial| self.relocated(reader.ask(&denial.event))).collect()
    }

    /// A reason with places in the manifest, where it is about a profile in one.
    fn relocated(&self, mut why: Explanation) -> Explanation {
        let unit = |file: &str| self.units.get(Path::new(file));
        for rule in &mut why.rules {
            let Some((manifest, source, unit)) = unit(&rule.file) else { continue };
            let lines = unit.profile.text.split_inclusive(|&byte| byte == b'\n');
            let before: usize = lines.take(rule.line.saturating_sub(1) as usize).map(<[u8]>::len).sum();
            let offset = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(rule.column.saturating_sub(1));
            let place = unit.profile.locate(Span::new(SourceId::NONE, offset, offset));
            (rule.line, rule.column) = source.line_column(place.start);
            rule.file = manifest.display().to_string();
        }
        if let Some((manifest, ..)) = why.file.as_deref().and_then(unit) {
            why.file = Some(manifest.display().to_string());
        }
        why
    }

    fn compiler(&self) -> Arc<Compiler> {
        let session = self.snapshot.session.fork(self.snapshot.overlay.clone());
        Arc::new(self.snapshot.settings.compiler(session))
    }

    /// The files that the answer is about, with their texts.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut paths = self.homes.clone();
        let programs = self.list.iter().flat_map(|denial| Need::of(&denial.event));
        for program in programs.filter_map(|need| need.executes().map(Text::from)).take(MAX_FILES) {
            paths.extend(self.snapshot.attached(&program).into_iter().map(|place| place.path));
        }
        let mut seen = FxHashSet::default();
        paths.retain(|path| !is_yaml(path) && seen.insert(path.clone()));
        let texts = paths.into_iter().take(MAX_FILES).filter_map(|path| {
            let text = self.snapshot.overlay.read(&path).ok()?;
            Some((path, text))
        });
        texts.collect()
    }
}

/// Events by their kind, with the records that they are of.
fn distinct(events: impl Iterator<Item = (Event, Option<usize>)>) -> (Vec<Denial>, usize) {
    let mut list: Vec<(crate::log::EventKind, Denial)> = Vec::new();
    let mut left_out = 0;
    for (event, record) in events {
        let kind = event.kind();
        let is_full = list.len() >= MAX_DENIALS;
        match list.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, denial)) => {
                denial.times = denial.times.saturating_add(1);
                denial.records.extend(record);
            }
            None if is_full => left_out += 1,
            None => list.push((kind, Denial { event, times: 1, records: record.into_iter().collect() })),
        }
    }
    (list.into_iter().map(|(_, denial)| denial).collect(), left_out)
}

/// The profiles of a manifest, with its text.
fn units_of(path: &Path, text: &[u8]) -> Vec<(Arc<Source>, ManifestUnit)> {
    let sources = SourceMap::new();
    let Ok(id) = sources.add(path.display().to_string(), text) else { return Vec::new() };
    let source = sources.get(id);
    let (_, found) = units(path, &source, id);
    found.into_iter().map(|unit| (Arc::clone(&source), unit)).collect()
}

/// The profile without the names of children and hats.
fn root(profile: &[u8]) -> &[u8] {
    let end = memchr::memmem::find(profile, b"//").unwrap_or(profile.len());
    profile.get(..end).unwrap_or(profile)
}
