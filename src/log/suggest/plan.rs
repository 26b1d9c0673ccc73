//! Suggestions for a log, and the choice among them.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::analysis::Access;
use crate::analysis::query::{Decision, RuleUse};
use crate::compiler::CompileError;
use crate::edit::EditError;
use crate::policy::RuleMode;
use crate::source::Text;
use crate::syntax::ast::ItemKind;
use crate::vocab::SocketType;

use super::candidate::{self, Candidate, CandidateFinding};
use super::need::{NeedGroup, group};
use super::tree::RuleHome;
use super::{Need, NoRule, SuggestTree};

/// The number of a suggestion, and candidates that are not measured yet.
type UnmeasuredCandidates = (usize, NeedGroup, Vec<Candidate>);

/// The most things that a plan is about: each edit of a file reads all of it.
const MAX_GROUPS: usize = 2_000;

/// An answer to needs that are about one thing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Suggestion {
    /// The profile that the rules go into, or as the log names it where there is none.
    pub profile: Text,
    /// The file that holds it.
    pub file: Option<String>,
    /// The needs, as numbers in the list that was asked about.
    pub needs: Vec<usize>,
    /// The number of events.
    pub times: u64,
    /// The answer.
    pub outcome: SuggestionOutcome,
    pub(super) home: Option<RuleHome>,
    group: NeedGroup,
}

/// Options for making and writing suggestions.
///
/// ```
/// use armorer::log::suggest::SuggestOptions;
///
/// let options = SuggestOptions::default().accept("capability-sys-admin").local(true).abstractions(false);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuggestOptions {
    pub(super) accept: Vec<String>,
    pub(super) local: bool,
    abstractions: bool,
}

impl Default for SuggestOptions {
    fn default() -> Self {
        SuggestOptions { accept: Vec::new(), local: false, abstractions: true }
    }
}

impl SuggestOptions {
    /// Accepts a finding of the linter's danger family, by its code or name; `all` accepts every one.
    #[must_use]
    pub fn accept(mut self, finding: impl Into<String>) -> SuggestOptions {
        self.accept.push(finding.into());
        self
    }

    /// Whether rules go into the `local/` include of a profile that has one.
    #[must_use]
    pub fn local(self, local: bool) -> SuggestOptions {
        SuggestOptions { local, ..self }
    }

    /// Whether abstractions of the tree are offered. All of them are compiled once.
    #[must_use]
    pub fn abstractions(self, offered: bool) -> SuggestOptions {
        SuggestOptions { abstractions: offered, ..self }
    }
}

/// Answers to a need.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SuggestionOutcome {
    /// The policy allows it already: it has to be loaded again.
    Allowed,
    /// A rule of the user denies it, and is left alone.
    Refused(RuleUse),
    /// No file has the profile.
    NoProfile,
    /// No rule is about this access alone.
    NoRule(NoRule),
    /// Rules that allow it, the best first. `picked` is the one to write; none where each raises a finding that nobody accepted.
    Candidates {
        /// The candidates.
        list: Vec<Candidate>,
        /// The number of the one to write.
        picked: Option<usize>,
    },
}

/// Reasons why nothing is suggested or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SuggestError {
    /// A text does not compile.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// A file cannot be edited.
    #[error("{file}: {error}")]
    Edit {
        /// The file.
        file: String,
        /// The error of the edit.
        error: EditError,
    },
    /// A rule of one's own.
    #[error("{0}")]
    Offer(&'static str),
    /// A file does not parse.
    #[error("{file}: {error}")]
    Parse {
        /// The file.
        file: String,
        /// The errors of the text.
        error: Box<crate::ParseError>,
    },
}

/// Suggestions for a list of needs, with the choice among their candidates.
///
/// ```
/// use armorer::log::suggest::{Need, SuggestOptions, SuggestionPlan, SuggestTree};
/// use armorer::{Access, Compiler, Features};
///
/// let mut tree = SuggestTree::new(Compiler::new(Features::builtin("linux-7.2").unwrap()));
/// tree.add("web", "profile web {\n  # settings\n  /etc/web.conf r,\n}\n")?;
/// let need = |words: &[&str]| Access::parse(words).map(|access| Need::new("web", access));
/// let needs = [need(&["file", "/etc/web.conf", "w"])?, need(&["capability", "sys_admin"])?];
///
/// let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default())?;
/// assert_eq!(plan.changes(&tree)?[0].new, b"profile web {\n  # settings\n  /etc/web.conf rw,\n}\n");
/// let decisions: Vec<_> = plan.decisions().map(|(_, dangers)| dangers[0].code).collect();
/// assert_eq!(decisions, ["AA0108"]);
///
/// let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default().accept("AA0108"))?;
/// assert!(plan.changes(&tree)?[0].diff().contains("+  capability sys_admin,\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SuggestionPlan {
    /// The suggestions, in the order in which their needs come first.
    pub suggestions: Vec<Suggestion>,
    /// The number of further needs, which are left for another plan: there is a bound for logs without end.
    pub left_out: usize,
    /// The earlier choices, with the number of the suggestion.
    undo: Vec<(usize, Option<usize>)>,
    pub(super) options: SuggestOptions,
}

impl SuggestionPlan {
    /// Suggestions for needs, with the best candidate of each picked. None is picked that raises a finding of the linter's danger
    /// family, unless that is [accepted](SuggestOptions::accept).
    ///
    /// # Errors
    /// When a text does not compile or cannot be edited.
    pub fn new(tree: &SuggestTree, needs: &[Need], options: &SuggestOptions) -> Result<SuggestionPlan, SuggestError> {
        let mut groups: Vec<(Option<RuleHome>, NeedGroup)> = Vec::new();
        // Needs of programs that run in a profile's name are its own.
        let renamed: Vec<Need> = needs.iter().map(|need| rehomed(tree, need)).collect();
        let mut all = group(&renamed);
        let left_out = all.len().saturating_sub(MAX_GROUPS);
        all.truncate(MAX_GROUPS);
        for group in all {
            groups.push((tree.home(&group.need.profile), group));
        }
        let mut suggestions: Vec<Option<Suggestion>> = groups.iter().map(|_| None).collect();
        let mut open: BTreeMap<Text, (RuleHome, Vec<UnmeasuredCandidates>)> = BTreeMap::new();
        for (number, (home, group)) in groups.into_iter().enumerate() {
            let outcome = match &home {
                None => Some(SuggestionOutcome::NoProfile),
                Some(home) => settled(tree, home, &group),
            };
            let (outcome, list) = match (outcome, &home) {
                (None, Some(home)) => match candidate::candidates(tree, home, &group) {
                    Ok(list) => (None, list),
                    Err(error) => (Some(SuggestionOutcome::NoRule(error)), Vec::new()),
                },
                (outcome, _) => (outcome, Vec::new()),
            };
            if let Some(slot) = suggestions.get_mut(number) {
                let outcome =
                    outcome.clone().unwrap_or(SuggestionOutcome::Candidates { list: Vec::new(), picked: None });
                *slot = Some(suggestion(tree, home.clone(), &group, outcome));
            }
            if let (None, Some(home)) = (outcome, home) {
                open.entry(home.profile.clone()).or_insert_with(|| (home, Vec::new())).1.push((number, group, list));
            }
        }
        for (home, lists) in open.into_values() {
            let numbers: Vec<usize> = lists.iter().map(|(number, ..)| *number).collect();
            let lists = lists.into_iter().map(|(_, group, list)| (group, list)).collect();
            for (number, (_, list)) in
                numbers.into_iter().zip(candidate::judge(tree, &home, lists, options.abstractions)?)
            {
                if let Some(Some(suggestion)) = suggestions.get_mut(number) {
                    let picked = best(&list, &options.accept);
                    suggestion.outcome = SuggestionOutcome::Candidates { list, picked };
                }
            }
        }
        let suggestions = suggestions.into_iter().flatten().collect();
        let mut plan = SuggestionPlan { suggestions, left_out, undo: Vec::new(), options: options.clone() };
        plan.drop_dangerous_together(tree)?;
        Ok(plan)
    }

    /// The suggestions that need a decision, with the findings that their best candidate raises.
    pub fn decisions(&self) -> impl Iterator<Item = (&Suggestion, &[CandidateFinding])> {
        self.suggestions.iter().filter_map(|suggestion| match &suggestion.outcome {
            SuggestionOutcome::Candidates { list, picked: None } => {
                Some((suggestion, &*list.first().filter(|best| !best.dangers.is_empty())?.dangers))
            }
            _ => None,
        })
    }

    /// Picks a candidate of a suggestion, or none. `false` where there is no such suggestion or candidate.
    ///
    /// ```
    /// use armorer::log::suggest::{Need, SuggestOptions, SuggestionPlan, SuggestTree};
    /// use armorer::{Access, Compiler, Features};
    ///
    /// let mut tree = SuggestTree::new(Compiler::new(Features::builtin("linux-7.2").unwrap()));
    /// tree.add("web", "profile web {\n}\n")?;
    /// let needs = [Need::new("web", Access::parse(&["file", "/srv/a", "r"])?)];
    /// let mut plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default())?;
    /// assert!(plan.pick(0, None) && plan.changes(&tree)?.is_empty());
    /// assert!(plan.undo() && !plan.changes(&tree)?.is_empty());
    /// assert!(!plan.undo());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pick(&mut self, suggestion: usize, candidate: Option<usize>) -> bool {
        let Some(SuggestionOutcome::Candidates { list, picked }) =
            self.suggestions.get_mut(suggestion).map(|suggestion| &mut suggestion.outcome)
        else {
            return false;
        };
        if candidate.is_some_and(|candidate| candidate >= list.len()) {
            return false;
        }
        self.undo.push((suggestion, std::mem::replace(picked, candidate)));
        true
    }

    /// Takes the last [`SuggestionPlan::pick`] back. `false` where there is none.
    pub fn undo(&mut self) -> bool {
        let Some((number, before)) = self.undo.pop() else { return false };
        if let Some(SuggestionOutcome::Candidates { picked, .. }) =
            self.suggestions.get_mut(number).map(|suggestion| &mut suggestion.outcome)
        {
            *picked = before;
        }
        true
    }

    /// Adds rules of one's own to the candidates of a suggestion, measured as the others, and gives their number.
    ///
    /// ```
    /// use armorer::log::suggest::{Need, SuggestOptions, SuggestionPlan, SuggestTree};
    /// use armorer::{Access, Compiler, Features};
    ///
    /// let mut tree = SuggestTree::new(Compiler::new(Features::builtin("linux-7.2").unwrap()));
    /// tree.add("web", "profile web {\n}\n")?;
    /// let needs = [Need::new("web", Access::parse(&["file", "/srv/a", "r"])?)];
    /// let mut plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default())?;
    /// let number = plan.offer(&tree, 0, "/srv/* r,")?;
    /// assert!(plan.pick(0, Some(number)));
    /// assert!(plan.offer(&tree, 0, "/srv/b r,").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the text is not one rule or several, or they do not compile, or do not allow what is needed.
    pub fn offer(&mut self, tree: &SuggestTree, suggestion: usize, text: &str) -> Result<usize, SuggestError> {
        let Some(suggestion) = self.suggestions.get_mut(suggestion) else {
            return Err(SuggestError::Offer("there is no such suggestion"));
        };
        let (SuggestionOutcome::Candidates { list, .. }, Some(home)) = (&mut suggestion.outcome, &suggestion.home)
        else {
            return Err(SuggestError::Offer("no rule is needed here"));
        };
        let failed = |error| SuggestError::Parse { file: "the rule".into(), error: Box::new(error) };
        let file = crate::parse(text.as_bytes()).map_err(failed)?;
        let items: Vec<ItemKind> = file.items.into_iter().map(|item| item.kind.value).collect();
        if items.is_empty() || !items.iter().all(|item| matches!(item, ItemKind::Rule(_) | ItemKind::Include(_))) {
            return Err(SuggestError::Offer("write rules and nothing else"));
        }
        let offered = vec![(suggestion.group.clone(), vec![Candidate::of(items, false, true)])];
        let judged = candidate::judge(tree, home, offered, false)?;
        let Some(candidate) = judged.into_iter().flat_map(|(_, list)| list).next() else {
            return Err(SuggestError::Offer("these rules do not allow the access"));
        };
        list.push(candidate);
        Ok(list.len() - 1)
    }
}

/// The need of the profile whose rules decide about it, without addresses where the kernel does not mediate them: a rule that has
/// them would say less than it allows.
fn rehomed(tree: &SuggestTree, need: &Need) -> Need {
    let mut need = need.clone();
    if let Some(home) = tree.home(&need.profile) {
        need.profile = home.profile;
    }
    if let Access::Network(network) = &mut need.access {
        if !tree.compiler.mediates_addresses() {
            (network.local, network.peer) = (None, None);
        }
        // The rule names the type, which says as much as the usual protocol of it.
        if network.kind != SocketType::Raw.number() {
            network.protocol = 0;
        }
    }
    need
}

fn suggestion(tree: &SuggestTree, home: Option<RuleHome>, group: &NeedGroup, outcome: SuggestionOutcome) -> Suggestion {
    let file = home.as_ref().and_then(|home| tree.files.get(home.file)).map(|file| file.name.clone());
    let profile = home.as_ref().map_or(&group.need.profile, |home| &home.profile).clone();
    let NeedGroup { need, members, .. } = group;
    Suggestion { profile, file, needs: members.clone(), times: need.times, outcome, home, group: group.clone() }
}

/// The answer where the present policy has one: it allows the access, or a rule denies it.
fn settled(tree: &SuggestTree, home: &RuleHome, group: &NeedGroup) -> Option<SuggestionOutcome> {
    let subject = &tree.files.get(home.file)?.subject;
    let mut all = true;
    for access in group.accesses() {
        let answer = subject.ask(Some(&home.profile), &access).ok()?;
        all &= answer.is_allowed();
        let denied = answer.verdicts.iter().filter(|verdict| verdict.decision != Decision::Allowed);
        let mut deciding = denied.flat_map(|verdict| &verdict.decided_by).filter_map(|&at| answer.rules.get(at));
        if let Some(rule) = deciding.find(|rule| rule.mode == RuleMode::Deny) {
            return Some(SuggestionOutcome::Refused(rule.clone()));
        }
    }
    all.then_some(SuggestionOutcome::Allowed)
}

pub(super) fn accepted(danger: &CandidateFinding, accept: &[String]) -> bool {
    accept.iter().any(|word| word == "all" || word == danger.code || word == danger.name)
}

/// The first candidate whose dangers are all accepted.
fn best(list: &[Candidate], accept: &[String]) -> Option<usize> {
    list.iter().position(|one| !one.is_abstraction && one.dangers.iter().all(|danger| accepted(danger, accept)))
}
