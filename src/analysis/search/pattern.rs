//! Questions with patterns: the product of a profile's automaton with that of the pattern.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::deciders::Deciders;
use super::{ProfileAnswer, SearchError, both, rank};
use crate::analysis::access::plan::{LookupPlace, PermissionLookup};
use crate::analysis::access::{Access, Asked, Question};
use crate::analysis::diff::{DiffOptions, index};
use crate::analysis::perms::{ClassPerms, EXEC, FilePerms, FilePermsHalf, TransitionTarget, attaches};
use crate::analysis::product::{AutomatonSide, walk};
use crate::analysis::query::{Decision, FileOwnership, LoadedMode, Subject, SubjectProfile, decide, full_name};
use crate::automata::{Builder, Config, LabelId, PackOptions, Pattern, Symbol, Tables};
use crate::blob::{Automaton, BlobProfile, PolicyDb};
use crate::policy::Owner;

/// The largest automaton of a pattern.
const LIMITS: Config = Config { max_states: 1 << 14, max_words: 1 << 21 };

/// The patterns that were met so far.
#[derive(Default)]
pub(super) struct PatternCache {
    /// The questions, by the string of the access that the pattern stands for.
    known: Mutex<FxHashMap<Vec<u8>, Arc<PatternQuestion>>>,
}

/// A question: a pattern, and its automaton.
pub(super) struct PatternQuestion {
    pattern: Pattern,
    tables: Tables,
    /// The strings that it has in common with the pattern of a rule, without those that match patterns of other rules; `None`
    /// where there are none.
    common: RwLock<FxHashMap<RuleWithout, Option<Arc<CommonStrings>>>>,
}

/// The pattern of a rule, and those of others whose strings are left out.
type RuleWithout = (Pattern, Vec<Pattern>);

/// An automaton beyond the limits.
pub(super) struct SearchTooLarge;

/// The strings that match some patterns and do not match others.
pub(super) struct CommonStrings {
    pub(super) tables: Tables,
    /// A shortest one.
    pub(super) shortest: Vec<Symbol>,
}

impl PatternCache {
    fn get(&self, question: &Question, string: &[u8]) -> Result<Arc<PatternQuestion>, SearchError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asking) = known.get(string) {
            return Ok(Arc::clone(asking));
        }
        let too_large = || SearchError::Pattern("the pattern is too large".into());
        let pattern = question.pattern(string).ok_or_else(too_large)?;
        let tables = all_match(&[&pattern], &[]).ok().flatten().ok_or_else(too_large)?.tables;
        let asking = Arc::new(PatternQuestion { pattern, tables, common: RwLock::default() });
        Ok(Arc::clone(known.entry(string.to_vec()).or_insert(asking)))
    }
}

impl PatternQuestion {
    /// The strings that match the pattern of a rule, too, and none of some others; `None` where there are none.
    pub(super) fn with(
        &self,
        rule: &Pattern,
        others: &[&Pattern],
    ) -> Result<Option<Arc<CommonStrings>>, SearchTooLarge> {
        let key = (rule.clone(), others.iter().map(|&other| other.clone()).collect());
        if let Some(common) = self.common.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(common.clone());
        }
        let common = all_match(&[&self.pattern, rule], others)?.map(Arc::new);
        self.common.write().unwrap_or_else(PoisonError::into_inner).insert(key, common.clone());
        Ok(common)
    }
}

/// The strings that match all of some patterns and none of others; `None` where there are none.
fn all_match(patterns: &[&Pattern], others: &[&Pattern]) -> Result<Option<CommonStrings>, SearchTooLarge> {
    let mut builder = Builder::new(LIMITS);
    for (at, pattern) in patterns.iter().chain(others).enumerate() {
        builder.add(pattern, LabelId::new(at));
    }
    let dfa = builder.build().map_err(|_| SearchTooLarge)?;
    let wanted: Vec<LabelId> = (0..patterns.len()).map(LabelId::new).collect();
    let Some((set, _)) = dfa.label_sets().find(|(_, labels)| **labels == *wanted) else { return Ok(None) };
    let Some(shortest) = dfa.witness(set) else { return Ok(None) };
    let minimal = dfa.classify(|labels| Ok::<bool, ()>(*labels == *wanted)).map_err(|_| SearchTooLarge)?.minimise();
    let options = PackOptions { diff_encode: false, accept2: false };
    let tables = minimal.pack(options, |_, &all| (all.into(), 0)).map_err(|_| SearchTooLarge)?;
    Ok(Some(CommonStrings { tables, shortest }))
}

/// The one look-up of a question.
pub(super) struct PatternLookup {
    pub(super) automaton: Automaton,
    string: Vec<u8>,
    pub(super) mask: u32,
}

/// The decision about all strings with the same permissions, and a shortest of them.
pub(super) struct PatternDecision {
    pub(super) halves: [HalfDecision; 2],
    pub(super) string: Vec<Symbol>,
}

#[derive(Clone, Copy)]
pub(super) struct HalfDecision {
    pub(super) decision: Decision,
    audited: bool,
    pub(super) quiet: bool,
}

pub(super) fn ask(
    subject: &Subject,
    entry: &SubjectProfile,
    question: &Question,
    patterns: &PatternCache,
) -> Result<ProfileAnswer, SearchError> {
    let profile = &entry.profile;
    let plan = question.access().plan(profile);
    if let Some(reason) = decide::unchecked_because(profile, &plan) {
        return Ok(ProfileAnswer::unchecked(entry, reason));
    }
    let Some(lookup) = lookup(question, &plan.checks)? else {
        return Ok(ProfileAnswer::of_answer(entry, question, &decide::answer(subject, entry, question.access())));
    };
    let asking = patterns.get(question, &lookup.string)?;
    let hits = hits_of(profile, &lookup, &asking.tables).ok_or_else(|| SearchError::TooLarge(full_name(profile)))?;
    found(entry, question, &lookup, &asking, &hits)
}

/// The strings that are looked up, of which there must be one; `None` where what is looked up has no pattern.
fn lookup(question: &Question, checks: &[PermissionLookup]) -> Result<Option<PatternLookup>, SearchError> {
    let several = || {
        let message = "a pattern needs a single look-up: name one permission, and no stack of profiles";
        SearchError::Pattern(message.into())
    };
    let mut found: Option<PatternLookup> = None;
    let mut plain = false;
    for check in checks {
        let one = |attempts: &[Vec<Vec<u8>>]| match attempts {
            [attempt] if attempt.len() == 1 => attempt.first().cloned(),
            _ if attempts.iter().flatten().all(|string| question.pattern(string).is_none()) => Some(Vec::new()),
            _ => None,
        };
        let (automaton, string) = match &check.way {
            LookupPlace::File(strings) => (Automaton::File, one(&strings.attempts).ok_or_else(several)?),
            LookupPlace::Policy(strings) => (Automaton::Policydb, one(&strings.attempts).ok_or_else(several)?),
            LookupPlace::Exec(path) => (Automaton::File, path.clone()),
            LookupPlace::Attachment(path) => (Automaton::Xmatch, path.clone()),
            LookupPlace::Capability(_) | LookupPlace::Sockets { .. } => (Automaton::Policydb, Vec::new()),
            LookupPlace::Link(_) | LookupPlace::OnExec { .. } => {
                let message =
                    "links with a target and changes of the profile at an exec cannot be asked with a pattern";
                return Err(SearchError::Pattern(message.into()));
            }
        };
        if question.pattern(&string).is_none() {
            plain = true;
            continue;
        }
        match &mut found {
            None => found = Some(PatternLookup { automaton, string, mask: check.mask }),
            Some(known) if known.string == string => known.mask |= check.mask,
            Some(_) => return Err(several()),
        }
    }
    if found.is_some() && plain { Err(several()) } else { Ok(found) }
}

/// The permissions on one string.
pub(super) fn hit(profile: &BlobProfile, lookup: &PatternLookup, string: &[Symbol]) -> PatternDecision {
    let walk = |dfa: &Tables, start| string.iter().fold(start, |state, &symbol| dfa.step(state, symbol));
    let denied = || judged(profile, lookup.mask, [0; 4]);
    let halves = match lookup.automaton {
        Automaton::File => match decide::file_automaton(profile) {
            Some((db, start)) => of_file(profile, db, lookup.mask, walk(&db.dfa, start)),
            None => [denied(); 2],
        },
        Automaton::Policydb => match &profile.policydb {
            Some(db) => of_policy(profile, db, lookup.mask, walk(&db.dfa, decide::start(db))),
            None => [denied(); 2],
        },
        Automaton::Xmatch => match &profile.xmatch {
            Some(xmatch) => of_attachment(profile, lookup.mask, attaches(xmatch, index(walk(&xmatch.dfa, 1)))),
            None => [denied(); 2],
        },
    };
    PatternDecision { halves, string: string.to_vec() }
}

fn of_file(profile: &BlobProfile, db: &PolicyDb, mask: u32, state: u32) -> [HalfDecision; 2] {
    let perms = FilePerms::of_state(db, index(state));
    [&perms.owner, &perms.other].map(|half| of_half(half, mask, profile))
}

fn of_policy(profile: &BlobProfile, db: &PolicyDb, mask: u32, state: u32) -> [HalfDecision; 2] {
    let ClassPerms { allow, audit, quiet, prompt, .. } = ClassPerms::of_state(db, profile.version, index(state));
    [judged(profile, mask, [allow, audit, quiet, prompt]); 2]
}

fn of_attachment(profile: &BlobProfile, mask: u32, attaches: bool) -> [HalfDecision; 2] {
    [judged(profile, mask, [if attaches { mask } else { 0 }, 0, 0, 0]); 2]
}

/// The permissions on the strings of the pattern. `None` where there are too many.
pub(super) fn hits_of(profile: &BlobProfile, lookup: &PatternLookup, pattern: &Tables) -> Option<Vec<PatternDecision>> {
    let mask = lookup.mask;
    match lookup.automaton {
        Automaton::File => {
            let Some((db, start)) = decide::file_automaton(profile) else { return Some(nothing(profile, mask)) };
            product((&db.dfa, start), pattern, |state| of_file(profile, db, mask, state))
        }
        Automaton::Policydb => {
            let Some(db) = &profile.policydb else { return Some(nothing(profile, mask)) };
            product((&db.dfa, decide::start(db)), pattern, |state| of_policy(profile, db, mask, state))
        }
        Automaton::Xmatch => {
            let Some(xmatch) = &profile.xmatch else {
                let name =
                    profile.name.windows(2).rposition(|two| two == b"//").and_then(|at| profile.name.get(at + 2..));
                let name = name.unwrap_or(&profile.name);
                let matches = pattern.accept.get(index(pattern.walk(1, name))).is_some_and(|&accepts| accepts != 0);
                let string = name.iter().copied().map(Symbol::Byte).collect();
                return Some(vec![PatternDecision { halves: of_attachment(profile, mask, matches), string }]);
            };
            product((&xmatch.dfa, 1), pattern, |state| of_attachment(profile, mask, attaches(xmatch, index(state))))
        }
    }
}

/// Strings that no automaton matches.
fn nothing(profile: &BlobProfile, mask: u32) -> Vec<PatternDecision> {
    vec![PatternDecision { halves: [judged(profile, mask, [0; 4]); 2], string: Vec::new() }]
}

fn of_half(half: &FilePermsHalf, mask: u32, profile: &BlobProfile) -> HalfDecision {
    let FilePermsHalf { mut allow, audit, quiet, prompt, ref exec, .. } = *half;
    let nowhere = |target: &TransitionTarget, falls_back: bool| match target {
        TransitionTarget::None => !falls_back,
        TransitionTarget::Missing(_) | TransitionTarget::Reserved(_) => true,
        TransitionTarget::Named(_) | TransitionTarget::Attachment => false,
    };
    if exec.as_ref().is_some_and(|exec| nowhere(&exec.target, exec.inherit || exec.unconfined)) {
        allow &= !EXEC;
    }
    judged(profile, mask, [allow, audit, quiet, prompt])
}

fn judged(profile: &BlobProfile, mask: u32, [allow, audit, quiet, prompt]: [u32; 4]) -> HalfDecision {
    let audits_all = profile.audit != 0;
    let denied = mask & !allow;
    let decision = match denied {
        0 => Decision::Allowed,
        denied if denied & !prompt == 0 => Decision::Prompt,
        _ => Decision::Denied,
    };
    HalfDecision {
        decision,
        audited: denied == 0 && (audits_all || mask & audit != 0),
        quiet: denied != 0 && denied & !quiet == 0 && !audits_all,
    }
}

fn product(
    (dfa, start): (&Tables, u32),
    pattern: &Tables,
    judge: impl Fn(u32) -> [HalfDecision; 2],
) -> Option<Vec<PatternDecision>> {
    let mut words: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let mut telling = false;
    let second = dfa.accept2.iter().flatten().copied().chain(std::iter::repeat(0));
    let meaning = dfa.accept.iter().copied().zip(second).zip(0..).map(|(pair, state)| {
        let next = u32::try_from(words.len()).unwrap_or(u32::MAX);
        *words.entry(pair).or_insert_with(|| {
            telling |= judge(state).iter().any(|judged| judged.decision != Decision::Denied || judged.quiet);
            next
        })
    });
    let meaning: Vec<u32> = meaning.collect();
    if !telling {
        // No string gets anything, so this one stands for all.
        return Some(vec![PatternDecision { halves: judge(0), string: Vec::new() }]);
    }
    let profile = AutomatonSide { dfa, start, meaning };
    // No number that a state of the profile has, so that every pair of states counts as a difference.
    let pattern = AutomatonSide { dfa: pattern, start: 1, meaning: vec![u32::MAX; pattern.accept.len()] };
    let accepts = |state: u32| pattern.dfa.accept.get(index(state)).is_some_and(|&accepts| accepts != 0);
    let options = DiffOptions::default().max_per_automaton(usize::MAX);
    let mut how = options.walk(true);
    (how.within_right, how.marks) = (true, &[0]);
    let observable = |_, _, state| accepts(state);
    how.observable = &observable;
    let found = walk(&profile, &pattern, &how).ok().filter(|found| found.complete)?;
    let hit = |hit: crate::analysis::product::StateDifference| PatternDecision {
        halves: judge(hit.a),
        string: hit.witnesses.into_iter().next().unwrap_or_default(),
    };
    Some(found.hits.into_iter().map(hit).collect())
}

fn found(
    entry: &SubjectProfile,
    question: &Question,
    lookup: &PatternLookup,
    asking: &PatternQuestion,
    hits: &[PatternDecision],
) -> Result<ProfileAnswer, SearchError> {
    let profile = &entry.profile;
    let asked = match question.access() {
        Access::File(access) => [access.owner != Some(Owner::Other), access.owner != Some(Owner::Owner)],
        _ => [true; 2],
    };
    let best = |which: usize| {
        let decisions = hits.iter().filter_map(|hit| hit.halves.get(which)).map(|judged| judged.decision);
        decisions.min_by_key(|&decision| rank(decision)).unwrap_or(Decision::Denied)
    };
    let (decision, whose) = both([0, 1].map(best), asked);
    let whose = if lookup.automaton == Automaton::File { whose } else { FileOwnership::Any };
    let all: Vec<HalfDecision> = hits.iter().flat_map(|hit| of(hit, whose).iter().copied()).collect();
    let deciders = Deciders { entry, lookup, asking, decision, whose };
    let mut telling: Vec<&PatternDecision> = hits.iter().filter(|hit| deciders.has_answer(hit)).collect();
    telling.sort_by_key(|hit| hit.string.len());
    let mode = decide::mode(profile);
    Ok(ProfileAnswer {
        profile: full_name(profile),
        mode,
        decision,
        whose,
        audited: all.iter().any(|judged| judged.decision == Decision::Allowed && judged.audited),
        quiet: decision == Decision::Denied && all.iter().any(|judged| judged.quiet),
        happens: decision == Decision::Allowed
            || mode == LoadedMode::Complain && all.iter().any(|judged| !judged.quiet),
        unchecked: None,
        rules: deciders.rules(&telling)?,
        witness: telling.first().map(|hit| shown(profile, lookup, &hit.string)),
    })
}

/// The halves of a hit that count.
fn of(hit: &PatternDecision, whose: FileOwnership) -> &[HalfDecision] {
    let [owner, other] = &hit.halves;
    match whose {
        FileOwnership::Owner => std::slice::from_ref(owner),
        FileOwnership::Other => std::slice::from_ref(other),
        FileOwnership::Any => &hit.halves,
    }
}

pub(super) fn shown(profile: &BlobProfile, lookup: &PatternLookup, string: &[Symbol]) -> String {
    let asked = match lookup.automaton {
        Automaton::File => Asked::of_file(string, lookup.mask),
        Automaton::Policydb => Asked::of_class(string, lookup.mask),
        Automaton::Xmatch => Asked::of_attachment(string, &profile.xattrs),
    };
    asked.to_string()
}
