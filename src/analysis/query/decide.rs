//! The look-ups of an access, made on the tables of a profile.

use super::rules::RuleBook;
use super::{
    Answer, Decision, ExecDestination, Execution, Fallback, FileOwnership, LoadedMode, PermissionVerdict, Subject,
    SubjectProfile,
};
use crate::analysis::access::Access;
use crate::analysis::access::AskedLink;
use crate::analysis::access::plan::{LookupPlace, LookupPlan, MatchStrings, PermissionLookup};
use crate::analysis::perms::{
    ClassPerms, EXEC, ExecTransition, FilePerms, FilePermsHalf, LINK, LOCK, RareWords, TransitionTarget, attaches,
    mediates,
};
use crate::automata::Symbol;
use crate::blob::{BlobProfile, PolicyDb};
use crate::policy::Owner;
use crate::vocab::classes;

/// The bit in the version word for complain, whatever the mode is.
const FORCE_COMPLAIN: u32 = 1 << 11;
/// The permissions that a link may not have beyond its target: all on files but link.
const SUBSET: u32 = 0x1_b37f;

pub(in crate::analysis) fn answer(subject: &Subject, entry: &SubjectProfile, access: &Access) -> Answer {
    let profile = &entry.profile;
    let mut plan = access.plan(profile);
    let mode = mode(profile);
    let mut notes = std::mem::take(&mut plan.notes);
    let mut book = RuleBook::default();
    let free = unchecked_because(profile, &plan);
    let mut verdicts = Vec::new();
    let judge = ProfileDecider { subject, entry, mode };
    for check in &plan.checks {
        match &free {
            Some(_) => verdicts.push(unchecked(check, mode)),
            None => verdicts.extend(judge.verdicts(check, whose(access), &mut book, &mut notes)),
        }
    }
    let denied = verdicts.iter().any(|verdict| verdict.decision != Decision::Allowed);
    notes.extend(free);
    match mode {
        LoadedMode::Complain
            if denied && verdicts.iter().any(|verdict| verdict.decision != Decision::Allowed && !verdict.happens) =>
        {
            notes.push("the profile is in complain mode: what is denied would be logged and happen, but what a rule denies without logging fails".into());
        }
        LoadedMode::Complain if denied => {
            notes.push("the profile is in complain mode: it would be logged, not denied".into());
        }
        LoadedMode::Kill if denied => notes.push("the profile is in kill mode: what is denied kills the task".into()),
        LoadedMode::Prompt if denied => {
            notes.push("the profile is in prompt mode: user space is asked about what is denied".into())
        }
        _ => {}
    }
    if verdicts.iter().any(|verdict| verdict.decision == Decision::Prompt) {
        notes.push("kernels up to Linux 7.2 do not ask user space: they deny what a prompt rule grants".into());
    }
    let mut answer = Answer {
        profile: profile.name.escape_ascii().to_string(),
        namespace: profile.namespace.as_ref().map(|namespace| namespace.escape_ascii().to_string()),
        mode,
        access: access.clone(),
        question: access.to_string(),
        verdicts,
        rules: Vec::new(),
        notes,
        traced: entry.provenance.is_some(),
    };
    if let Some(sources) = &entry.sources {
        book.into_answer(sources, &mut answer);
    }
    answer
}

/// Returns the reason why nothing of a plan is checked under a profile.
pub(in crate::analysis) fn unchecked_because(profile: &BlobProfile, plan: &LookupPlan) -> Option<String> {
    if mode(profile) == LoadedMode::Unconfined && !plan.binds_unconfined {
        return Some("the profile is unconfined: none of this is checked".to_owned());
    }
    plan.unmediated.as_ref().map(|what| format!("allowed because {what}"))
}

pub(in crate::analysis) fn mode(profile: &BlobProfile) -> LoadedMode {
    match profile.mode {
        3 => LoadedMode::Unconfined,
        1 => LoadedMode::Complain,
        _ if profile.version & FORCE_COMPLAIN != 0 => LoadedMode::Complain,
        2 => LoadedMode::Kill,
        4 => LoadedMode::Prompt,
        _ => LoadedMode::Enforce,
    }
}

fn whose(access: &Access) -> Option<Owner> {
    match access {
        Access::File(access) => access.owner,
        _ => None,
    }
}

/// The verdict where nothing is checked.
fn unchecked(check: &PermissionLookup, mode: LoadedMode) -> PermissionVerdict {
    let exec = matches!(check.way, LookupPlace::Exec(_)).then(|| Execution {
        to: if mode == LoadedMode::Unconfined { ExecDestination::Attachment } else { ExecDestination::Inherit },
        fallback: Some(Fallback::Inherit),
        scrubs_environment: false,
        candidates: Vec::new(),
    });
    PermissionVerdict {
        permission: check.permission.clone(),
        whose: FileOwnership::Any,
        decision: Decision::Allowed,
        audited: false,
        quiet: false,
        happens: true,
        exec,
        decided_by: Vec::new(),
        outranked: Vec::new(),
    }
}

/// The permissions of a state, in one form for all automata.
#[derive(Clone, Copy, Debug, Default)]
struct PermissionWords {
    allow: u32,
    audit: u32,
    quiet: u32,
    prompt: u32,
    complain: u32,
}

impl PermissionWords {
    /// Combines the permissions of a stack of profiles, all of which must allow.
    fn and(self, other: PermissionWords) -> PermissionWords {
        PermissionWords {
            allow: self.allow & other.allow,
            audit: self.audit | other.audit,
            quiet: self.quiet & other.quiet,
            prompt: self.prompt | other.prompt,
            complain: self.complain | other.complain,
        }
    }

    fn of_half(half: &FilePermsHalf) -> PermissionWords {
        let FilePermsHalf { allow, audit, quiet, prompt, rare: RareWords { complain, .. }, .. } = *half;
        PermissionWords { allow, audit, quiet, prompt, complain }
    }

    fn of_class(perms: &ClassPerms) -> PermissionWords {
        let ClassPerms { allow, audit, quiet, prompt, rare: RareWords { complain, .. } } = *perms;
        PermissionWords { allow, audit, quiet, prompt, complain }
    }
}

/// The result of a look-up: the word, the strings that decided, and what exec leads to.
struct LookupResult {
    word: PermissionWords,
    strings: Vec<Vec<u8>>,
    exec: Option<Execution>,
    note: Option<String>,
}

impl LookupResult {
    fn of(word: PermissionWords, strings: Vec<Vec<u8>>) -> LookupResult {
        LookupResult { word, strings, exec: None, note: None }
    }
}

struct ProfileDecider<'a> {
    subject: &'a Subject,
    entry: &'a SubjectProfile,
    mode: LoadedMode,
}

impl ProfileDecider<'_> {
    fn verdicts(
        &self,
        check: &PermissionLookup,
        whose: Option<Owner>,
        book: &mut RuleBook,
        notes: &mut Vec<String>,
    ) -> Vec<PermissionVerdict> {
        let halves = match (&check.way, whose) {
            (
                LookupPlace::Policy(_)
                | LookupPlace::Capability(_)
                | LookupPlace::Sockets { .. }
                | LookupPlace::Attachment(_),
                _,
            ) => &[FileOwnership::Any][..],
            (_, None) => &[FileOwnership::Owner, FileOwnership::Other],
            (_, Some(Owner::Owner)) => &[FileOwnership::Owner],
            (_, Some(Owner::Other)) => &[FileOwnership::Other],
        };
        let mut verdicts: Vec<PermissionVerdict> = Vec::new();
        for &half in halves {
            let found = self.find(check, half);
            if let Some(note) = found.note.clone().filter(|note| !notes.contains(note)) {
                notes.push(note);
            }
            let mut verdict = self.judge(check, half, &found);
            book.enter(self.entry, check, half, &found.strings, &mut verdict);
            match verdicts.last_mut() {
                Some(known) if known.has_same_meaning(&verdict) => known.absorb(verdict),
                _ => verdicts.push(verdict),
            }
        }
        verdicts
    }

    fn judge(&self, check: &PermissionLookup, whose: FileOwnership, found: &LookupResult) -> PermissionVerdict {
        let PermissionWords { allow, audit, quiet, prompt, complain } = found.word;
        let audits_all = self.entry.profile.audit != 0;
        let denied = check.mask & !allow;
        let decision = match denied {
            0 => Decision::Allowed,
            denied if denied & !prompt == 0 => Decision::Prompt,
            _ => Decision::Denied,
        };
        let quiet = denied != 0 && denied & !quiet == 0 && !audits_all;
        let complains = self.mode == LoadedMode::Complain || denied & !complain == 0;
        PermissionVerdict {
            permission: check.permission.clone(),
            whose,
            decision,
            audited: denied == 0 && (audits_all || check.mask & audit != 0),
            quiet,
            happens: denied == 0 || complains && !quiet,
            exec: found.exec.clone().filter(|_| denied == 0),
            decided_by: Vec::new(),
            outranked: Vec::new(),
        }
    }

    fn find(&self, check: &PermissionLookup, whose: FileOwnership) -> LookupResult {
        let profile = &self.entry.profile;
        match &check.way {
            LookupPlace::File(strings) => {
                self.attempts(strings, check.mask, |string| PermissionWords::of_half(&self.file(string, whose)))
            }
            LookupPlace::Policy(strings) => {
                self.attempts(strings, check.mask, |string| PermissionWords::of_class(&policy_perms(profile, string)))
            }
            LookupPlace::Exec(path) => self.exec(path, whose),
            LookupPlace::Link(link) => self.link(link, whose),
            LookupPlace::OnExec { program, pairs } => {
                let first = PermissionWords::of_half(&self.file(program, whose));
                let mut found = self.attempts(pairs, check.mask, |string| {
                    first.and(PermissionWords::of_half(&self.file(string, whose)))
                });
                let keeps =
                    found.strings.iter().all(|string| self.file(string, whose).exec.is_some_and(|exec| exec.r#unsafe));
                let target = pairs.attempts.first().and_then(|attempt| attempt.first());
                let target = target.and_then(|pair| pair.get(program.len() + 1..)).unwrap_or_default();
                found.exec = Some(Execution {
                    to: ExecDestination::Profile(target.escape_ascii().to_string()),
                    fallback: None,
                    scrubs_environment: !keeps,
                    candidates: Vec::new(),
                });
                found.strings.insert(0, program.clone());
                found
            }
            &LookupPlace::Capability(number) => {
                let masks = &profile.capabilities;
                let bit = |mask: u64| u32::from(mask.checked_shr(number.into()).unwrap_or(0) & 1 == 1);
                let (allow, audit, quiet) = (bit(masks.allow), bit(masks.audit), bit(masks.quiet));
                LookupResult::of(
                    PermissionWords { allow, audit, quiet: quiet & !allow, ..PermissionWords::default() },
                    Vec::new(),
                )
            }
            &LookupPlace::Sockets { family, kind } => {
                let entry = profile.net_allowed_af.as_ref().and_then(|table| table.get(usize::from(family)));
                let [allow, audit, quiet] = entry
                    .copied()
                    .unwrap_or_default()
                    .map(|types| u32::from(types.checked_shr(kind.into()).unwrap_or(0) & 1));
                LookupResult::of(
                    PermissionWords { allow, audit, quiet: quiet & !allow, ..PermissionWords::default() },
                    Vec::new(),
                )
            }
            LookupPlace::Attachment(path) => {
                let allow = if attaches_to(profile, path) { EXEC } else { 0 };
                let mut found =
                    LookupResult::of(PermissionWords { allow, ..PermissionWords::default() }, vec![path.clone()]);
                if !profile.xattrs.is_empty() {
                    found.note =
                        Some("the file must have the extended attributes, too, that the profile asks for".into());
                }
                found
            }
        }
    }

    /// The first attempt that allows, or the last.
    fn attempts(&self, strings: &MatchStrings, mask: u32, word: impl Fn(&[u8]) -> PermissionWords) -> LookupResult {
        let mut found = LookupResult::of(PermissionWords::default(), Vec::new());
        for attempt in &strings.attempts {
            let words = attempt.iter().map(|string| word(string));
            found = LookupResult::of(words.reduce(PermissionWords::and).unwrap_or_default(), attempt.clone());
            let ends = strings.goes_on != 0 && found.word.allow & strings.goes_on == 0;
            if found.word.allow & mask == mask || ends {
                break;
            }
        }
        found
    }

    /// Permissions on a string of the file automaton.
    fn file(&self, string: &[u8], whose: FileOwnership) -> FilePermsHalf {
        let perms = file_perms(&self.entry.profile, string);
        if whose == FileOwnership::Other { perms.other } else { perms.owner }
    }

    fn exec(&self, path: &[u8], whose: FileOwnership) -> LookupResult {
        let half = self.file(path, whose);
        let mut found = LookupResult::of(PermissionWords::of_half(&half), vec![path.to_vec()]);
        let Some(exec) = half.exec.filter(|_| half.allow & EXEC != 0) else { return found };
        let execution = self.execution(&exec, path);
        if execution.to == ExecDestination::Nowhere {
            found.word.allow &= !EXEC;
            found.note = Some("exec is granted, but leads to no profile: it always fails".into());
        }
        found.exec = Some(execution);
        found
    }

    fn execution(&self, exec: &ExecTransition, path: &[u8]) -> Execution {
        let fallback = match exec {
            ExecTransition { inherit: true, .. } => Some(Fallback::Inherit),
            ExecTransition { unconfined: true, .. } => Some(Fallback::Unconfined),
            _ => None,
        };
        let (to, fallback) = match (&exec.target, fallback) {
            (TransitionTarget::None, Some(Fallback::Inherit)) => (ExecDestination::Inherit, None),
            (TransitionTarget::None, Some(Fallback::Unconfined)) => (ExecDestination::Unconfined, None),
            (TransitionTarget::None | TransitionTarget::Missing(_) | TransitionTarget::Reserved(_), _) => {
                (ExecDestination::Nowhere, None)
            }
            (TransitionTarget::Attachment, fallback) if exec.child => (ExecDestination::ChildAttachment, fallback),
            (TransitionTarget::Attachment, fallback) => (ExecDestination::Attachment, fallback),
            (TransitionTarget::Named(name), fallback) => {
                (ExecDestination::Profile(name.escape_ascii().to_string()), fallback)
            }
        };
        let candidates = match to {
            ExecDestination::Attachment => self.attached(path, None),
            ExecDestination::ChildAttachment => self.attached(path, Some(&self.entry.profile.name)),
            _ => Vec::new(),
        };
        let scrubs_environment = !exec.r#unsafe && to != ExecDestination::Inherit;
        Execution { to, fallback, scrubs_environment, candidates }
    }

    /// The profiles of the policy, or the children of one, that attach to a program.
    fn attached(&self, path: &[u8], parent: Option<&[u8]>) -> Vec<String> {
        let own = &self.entry.profile;
        let among = |profile: &&BlobProfile| {
            let local = match parent {
                None => Some(&*profile.name),
                Some(parent) => profile.name.strip_prefix(parent).and_then(|rest| rest.strip_prefix(b"//")),
            };
            let nested = |name: &[u8]| name.windows(2).any(|two| two == b"//");
            profile.namespace == own.namespace && local.is_some_and(|local| !nested(local))
        };
        let all = self.subject.entries.iter().map(|entry| &entry.profile);
        let attached = all.filter(among).filter(|profile| attaches_to(profile, path));
        attached.map(|profile| profile.name.escape_ascii().to_string()).collect()
    }

    /// A hard link: the name and then the pair must grant it, and where the pair says so the target all that the name grants.
    fn link(&self, link: &AskedLink, whose: FileOwnership) -> LookupResult {
        let (name, target) = (&link.link, &link.target);
        let own = self.file(name, whose);
        if own.allow & LINK == 0 {
            return LookupResult::of(PermissionWords::of_half(&own), vec![name.to_vec()]);
        }
        let pair = link.encode();
        let both = self.file(&pair, whose);
        let mut found = LookupResult::of(PermissionWords::of_half(&both), vec![pair]);
        if both.allow & LINK == 0 || both.allow & LOCK == 0 {
            return found;
        }
        let theirs = self.file(target, whose);
        let missing = own.allow & SUBSET & !theirs.allow;
        let exec_differs = own.allow & EXEC != 0 && !exec_is_subset(own.exec.as_ref(), theirs.exec.as_ref());
        if missing != 0 || exec_differs {
            found.word.allow &= !LINK;
            found.note = Some("the link's name grants more than what it leads to".into());
            found.strings.extend([name.to_vec(), target.to_vec()]);
        }
        found
    }
}

/// Whether an exec by the link is like one by its target; it may scrub the environment where the other does not.
fn exec_is_subset(link: Option<&ExecTransition>, target: Option<&ExecTransition>) -> bool {
    match (link, target) {
        (Some(link), Some(target)) => {
            let alike = ExecTransition { r#unsafe: target.r#unsafe, ..link.clone() };
            alike == *target && (target.r#unsafe || !link.r#unsafe)
        }
        _ => false,
    }
}

pub(in crate::analysis) fn start(db: &PolicyDb) -> u32 {
    db.start.unwrap_or(1)
}

fn state(db: &PolicyDb, start: u32, string: &[u8]) -> usize {
    usize::try_from(db.dfa.walk(start, string)).unwrap_or(usize::MAX)
}

/// Permissions on a string of the file automaton.
fn file_perms(profile: &BlobProfile, string: &[u8]) -> FilePerms {
    match file_automaton(profile) {
        Some((db, start)) => FilePerms::of_state(db, state(db, start, string)),
        None => FilePerms::none(),
    }
}

/// Returns the automaton that decides about files, and its start. Without an automaton of its own, a profile uses the states after the file class.
pub(in crate::analysis) fn file_automaton(profile: &BlobProfile) -> Option<(&PolicyDb, u32)> {
    match (&profile.file, &profile.policydb) {
        (Some(db), _) => Some((db, start(db))),
        (None, Some(db)) if mediates(profile, classes::FILE) => {
            Some((db, db.dfa.step(start(db), Symbol::Byte(classes::FILE))))
        }
        _ => None,
    }
}

fn policy_perms(profile: &BlobProfile, string: &[u8]) -> ClassPerms {
    match &profile.policydb {
        Some(db) => ClassPerms::of_state(db, profile.version, state(db, start(db), string)),
        None => ClassPerms::default(),
    }
}

/// Whether a profile attaches to a program by its path.
fn attaches_to(profile: &BlobProfile, path: &[u8]) -> bool {
    match &profile.xmatch {
        Some(xmatch) => attaches(xmatch, usize::try_from(xmatch.dfa.walk(1, path)).unwrap_or(usize::MAX)),
        None => {
            let at = profile.name.windows(2).rposition(|two| two == b"//");
            at.and_then(|at| profile.name.get(at + 2..)).unwrap_or(&profile.name) == path
        }
    }
}

impl PermissionVerdict {
    fn has_same_meaning(&self, other: &PermissionVerdict) -> bool {
        let PermissionVerdict { decision, audited, quiet, exec, .. } = other;
        (&self.decision, &self.audited, &self.quiet, &self.exec) == (decision, audited, quiet, exec)
    }

    /// Takes in the verdict for the other half, which has the same decision.
    fn absorb(&mut self, other: PermissionVerdict) {
        self.whose = FileOwnership::Any;
        for at in other.decided_by {
            if !self.decided_by.contains(&at) {
                self.decided_by.push(at);
            }
        }
        for at in other.outranked {
            if !self.outranked.contains(&at) {
                self.outranked.push(at);
            }
        }
        self.outranked.retain(|at| !self.decided_by.contains(at));
    }
}
