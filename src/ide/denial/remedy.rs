//! Rules that would allow what was denied, as changes of texts.

use std::path::PathBuf;

use super::super::edit::between;
use super::Denials;
use crate::edit::Edit;
use crate::kubernetes::{ProfileReplacement, rewrite};
use crate::log::suggest::{
    AddedAccess, CandidateFinding, FileChange, Need, SuggestOptions, SuggestTree, SuggestionOutcome, SuggestionPlan,
};
use crate::source::Text;

/// The most candidates for a need.
const MAX_CANDIDATES: usize = 4;
/// The most with abstractions.
const MAX_WITH_ABSTRACTIONS: usize = 8;

/// Answers to the denials of a log.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DenialRemedies {
    /// The rules that would allow them, those of one need side by side, the best first.
    pub list: Vec<DenialRemedy>,
    /// The denials without rules, by their numbers, and why there are none.
    pub notes: Vec<(Vec<usize>, String)>,
}

/// Rules that allow what was denied.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DenialRemedy {
    /// The denials that they are for, by their numbers.
    pub denials: Vec<usize>,
    /// The profile that they go into.
    pub profile: Text,
    /// The rules, a line each.
    pub rules: String,
    /// Whether they are what `armorer log --fix` would write: the best that raises no finding of the linter's danger family.
    pub is_preferred: bool,
    /// Whether they are about the names of the log alone.
    pub is_exact: bool,
    /// Whether it is an abstraction of the tree.
    pub is_abstraction: bool,
    /// The accesses that they allow beyond the needed one.
    pub opens: AddedAccess,
    /// Their findings of the linter's danger family.
    pub dangers: Vec<CandidateFinding>,
    /// The changes that write them, and remove records that need nothing else from the text that they are pasted into.
    pub changes: Vec<TextChange>,
}

/// A change of a text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TextChange {
    /// The file.
    pub path: PathBuf,
    /// The text that is there.
    pub old: Vec<u8>,
    /// The text that it gets.
    pub new: Vec<u8>,
    /// The edits that lead from one to the other.
    pub edits: Vec<Edit>,
}

impl Denials {
    /// Rules that would allow what was denied; with `abstractions` those of the tree are offered, which takes longer.
    ///
    /// # Errors
    /// The reason why there are none, in a sentence.
    pub fn remedies(&self, abstractions: bool) -> Result<DenialRemedies, String> {
        let compiler = self.compiler();
        let mut tree = SuggestTree::new(compiler);
        for (path, text) in self.files() {
            // `reasons` says which file has errors.
            _ = tree.add(path.display().to_string(), text);
        }
        let mut needs = Vec::new();
        let mut of = Vec::new();
        for (number, denial) in self.list().iter().enumerate() {
            for need in Need::of(&denial.event) {
                needs.push(need.times(denial.times));
                of.push(number);
            }
        }
        let options = SuggestOptions::default().abstractions(abstractions);
        let mut plan = SuggestionPlan::new(&tree, &needs, &options).map_err(|error| error.to_string())?;
        let denials = |needs: &[usize]| -> Vec<usize> {
            let mut all: Vec<usize> = needs.iter().filter_map(|&need| of.get(need).copied()).collect();
            all.dedup();
            all
        };
        let suggestions = plan.suggestions.clone();
        for number in 0..suggestions.len() {
            plan.pick(number, None);
        }
        let mut found = DenialRemedies::default();
        for (number, suggestion) in suggestions.iter().enumerate() {
            let denials_of = denials(&suggestion.needs);
            let (list, picked) = match &suggestion.outcome {
                SuggestionOutcome::Candidates { list, picked } if !list.is_empty() => (list, *picked),
                SuggestionOutcome::Candidates { .. } => {
                    found.notes.push((denials_of, "no single rule allows this".into()));
                    continue;
                }
                SuggestionOutcome::NoRule(error) => {
                    found.notes.push((denials_of, error.to_string()));
                    continue;
                }
                // The reason says it.
                SuggestionOutcome::Allowed | SuggestionOutcome::Refused(_) | SuggestionOutcome::NoProfile => continue,
            };
            // A record is done with when nothing else is needed for it.
            let is_done = |denial: usize| {
                let mut own = suggestions.iter().enumerate().filter(|(_, it)| denials(&it.needs).contains(&denial));
                own.all(|(at, it)| at == number || matches!(it.outcome, SuggestionOutcome::Allowed))
            };
            let most = if abstractions { MAX_WITH_ABSTRACTIONS } else { MAX_CANDIDATES };
            let exact = list.iter().position(|candidate| candidate.is_exact);
            let shown = (0..list.len()).filter(|&at| at < most - 1 || Some(at) == exact);
            for (at, candidate) in shown.filter_map(|at| Some((at, list.get(at)?))) {
                plan.pick(number, Some(at));
                let changes = plan.changes(&tree).map_err(|error| error.to_string())?;
                plan.pick(number, None);
                let Some(changes) = self.texts(&tree, &changes, &is_done) else { continue };
                found.list.push(DenialRemedy {
                    denials: denials_of.clone(),
                    profile: suggestion.profile.clone(),
                    rules: candidate.text(),
                    is_preferred: picked == Some(at),
                    is_exact: candidate.is_exact,
                    is_abstraction: candidate.is_abstraction,
                    opens: candidate.opens.clone(),
                    dangers: candidate.dangers.clone(),
                    changes,
                });
            }
        }
        Ok(found)
    }

    /// The changes of the texts as they are shown; `None` where a text would have errors.
    fn texts(
        &self,
        tree: &SuggestTree,
        changes: &[FileChange],
        is_done: &dyn Fn(usize) -> bool,
    ) -> Option<Vec<TextChange>> {
        let mut texts: Vec<(PathBuf, Vec<u8>, Vec<u8>)> = Vec::new();
        for change in changes {
            tree.check(change).ok()?;
            let path = PathBuf::from(&change.file);
            texts.push(match self.units.get(&path) {
                Some((manifest, source, unit)) => {
                    let replacement = ProfileReplacement { profile: &unit.profile, text: &change.new };
                    (manifest.clone(), source.text().to_vec(), rewrite(source, &[replacement]).ok()?)
                }
                None => (path, change.old.clone(), change.new.clone()),
            });
        }
        if let Some((place, masked)) = self.place.as_ref().and_then(|place| Some((place, self.masks.get(place)?)))
            && !texts.iter().any(|(path, ..)| path == place)
        {
            texts.push((place.clone(), masked.text.clone(), masked.text.clone()));
        }
        let changes = texts.into_iter().map(|(path, old, new)| {
            let is_place = Some(&path) == self.place.as_ref();
            let is_dropped = |record: usize| {
                let own = self.list().iter().enumerate().filter(|(_, denial)| denial.records.contains(&record));
                let mut own = own.map(|(number, _)| number).peekable();
                is_place && own.peek().is_some() && own.all(is_done)
            };
            let (old, new) = match self.masks.get(&path) {
                Some(masked) => (masked.restore(&old, |_| false), masked.restore(&new, is_dropped)),
                None => (old, new),
            };
            let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned).ok();
            let edits = between(&text(&old)?, &text(&new)?);
            Some(TextChange { path, old, new, edits })
        });
        let changes = changes.collect::<Option<Vec<_>>>()?;
        Some(changes.into_iter().filter(|change| !change.edits.is_empty()).collect())
    }
}
