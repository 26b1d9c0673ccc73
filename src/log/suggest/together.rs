//! Findings that rules raise together, or with what a profile has, and none of them alone.

use super::candidate::{self, CandidateFinding};
use super::plan::{SuggestError, SuggestionOutcome, SuggestionPlan, accepted};
use super::tree::SuggestTree;

/// The most rounds in which choices are taken back because of what they open together.
const MAX_ROUNDS: usize = 8;

/// A finding that the changes of a file raise.
struct RaisedFinding {
    file: String,
    /// The line that it is about.
    line: Vec<u8>,
    danger: CandidateFinding,
}

impl SuggestionPlan {
    /// The findings of the linter's danger family that files would have with what is picked and do not have now: of a rule, of rules
    /// together, or of a rule with what the profile has.
    ///
    /// ```
    /// use armorer::log::suggest::{Need, SuggestOptions, SuggestionPlan, SuggestTree};
    /// use armorer::{Access, Compiler, Features};
    ///
    /// let mut tree = SuggestTree::new(Compiler::new(Features::builtin("linux-7.2").unwrap()));
    /// tree.add("web", "profile web {\n}\n")?;
    /// let needs = [Need::new("web", Access::parse(&["capability", "sys_admin"])?)];
    /// let mut plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default())?;
    /// assert!(plan.raised(&tree)?.is_empty());
    /// plan.pick(0, Some(0));
    /// assert_eq!(plan.raised(&tree)?[0].code, "AA0108");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a file cannot be edited, or would not compile.
    pub fn raised(&self, tree: &SuggestTree) -> Result<Vec<CandidateFinding>, SuggestError> {
        Ok(self.all_raised(tree)?.into_iter().map(|raised| raised.danger).collect())
    }

    fn all_raised(&self, tree: &SuggestTree) -> Result<Vec<RaisedFinding>, SuggestError> {
        let mut all = Vec::new();
        for change in self.written(tree, false)? {
            let Some(file) = tree.files.iter().find(|file| file.name == change.file) else { continue };
            let mut before: Vec<CandidateFinding> =
                candidate::findings(tree, &file.name, &file.text)?.into_iter().map(|(_, danger)| danger).collect();
            let lines: Vec<&[u8]> = change.new.split(|&byte| byte == b'\n').collect();
            for (line, danger) in candidate::findings(tree, &file.name, &change.new)? {
                if let Some(at) = before.iter().position(|known| *known == danger) {
                    before.swap_remove(at);
                    continue;
                }
                let line = lines.get(line.saturating_sub(1)).copied().unwrap_or_default().to_vec();
                all.push(RaisedFinding { file: file.name.clone(), line, danger });
            }
        }
        Ok(all)
    }

    /// Takes back choices whose rules raise findings together with others or with what the profile has.
    pub(super) fn drop_dangerous_together(&mut self, tree: &SuggestTree) -> Result<(), SuggestError> {
        for _ in 0..MAX_ROUNDS {
            let mut dropped = false;
            for RaisedFinding { file, line, danger } in self.all_raised(tree)? {
                if !accepted(&danger, &self.options.accept) {
                    dropped |= self.blame(&file, &line, &danger);
                }
            }
            if !dropped {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes back the choice that wrote a line, or else the last one of the file.
    fn blame(&mut self, file: &str, line: &[u8], danger: &CandidateFinding) -> bool {
        let shown = String::from_utf8_lossy(line);
        let word = |text: &str| text.rsplit_once(' ').map_or(text.to_owned(), |(path, _)| path.to_owned());
        let mut last = None;
        for (number, suggestion) in self.suggestions.iter().enumerate() {
            let SuggestionOutcome::Candidates { list, picked: Some(picked) } = &suggestion.outcome else { continue };
            if suggestion.file.as_deref() != Some(file) {
                continue;
            }
            let Some(candidate) = list.get(*picked) else { continue };
            let wrote =
                candidate.text().lines().any(|rule| shown.trim() == rule || shown.trim().starts_with(&word(rule)));
            last = Some((number, wrote)).filter(|_| wrote || !last.is_some_and(|(_, wrote)| wrote)).or(last);
        }
        let Some((number, _)) = last else { return false };
        if let Some(SuggestionOutcome::Candidates { list, picked }) =
            self.suggestions.get_mut(number).map(|suggestion| &mut suggestion.outcome)
            && let Some(candidate) = picked.take().and_then(|at| list.get_mut(at))
        {
            candidate.dangers.push(danger.clone());
            return true;
        }
        false
    }
}
