//! The look-ups of an access, made on the tables of a profile.

use super::rules::RuleBook;
use super::{Answer, Decision, Entry, ExecTo, Execution, Fallback, Mode, Subject, Verdict, Whose};
use crate::analysis::access::Access;
use crate::analysis::access::Link;
use crate::analysis::access::plan::{Check, Plan, Strings, Way};
use crate::analysis::perms::{ClassPerms, EXEC, Exec, FilePerms, Half, LINK, LOCK, Rare, Target, attaches, mediates};
use crate::automata::Symbol;
use crate::blob::{PolicyDb, Profile};
use crate::policy::Owner;
use crate::vocab::classes;

/// In the version word: complain, whatever the mode says.
const FORCE_COMPLAIN: u32 = 1 << 11;
/// The permissions that a link may not have beyond its target: all on files but link.
const SUBSET: u32 = 0x1_b37f;

pub(in crate::analysis) fn answer(subject: &Subject, entry: &Entry, access: &Access) -> Answer {
    let profile = &entry.profile;
    let mut plan = access.plan(profile);
    let mode = mode(profile);
    let mut notes = std::mem::take(&mut plan.notes);
    let mut book = RuleBook::default();
    let free = unchecked_because(profile, &plan);
    let mut verdicts = Vec::new();
    let judge = Judge { subject, entry, mode };
    for check in &plan.checks {
        match &free {
            Some(_) => verdicts.push(unchecked(check, mode)),
            None => verdicts.extend(judge.verdicts(check, whose(access), &mut book, &mut notes)),
        }
    }
    let denied = verdicts.iter().any(|verdict| verdict.decision != Decision::Allowed);
    notes.extend(free);
    match mode {
        Mode::Complain
            if denied && verdicts.iter().any(|verdict| verdict.decision != Decision::Allowed && !verdict.happens) =>
        {
            notes.push("the profile is in complain mode: what is denied would be logged and happen, but what a rule denies without logging fails".into());
        }
        Mode::Complain if denied => {
            notes.push("the profile is in complain mode: it would be logged, not denied".into());
        }
        Mode::Kill if denied => notes.push("the profile is in kill mode: what is denied kills the task".into()),
        Mode::Prompt if denied => {
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

/// Why nothing of a plan is checked under a profile.
pub(in crate::analysis) fn unchecked_because(profile: &Profile, plan: &Plan) -> Option<String> {
    if mode(profile) == Mode::Unconfined && !plan.binds_unconfined {
        return Some("the profile is unconfined: none of this is checked".to_owned());
    }
    plan.unmediated.as_ref().map(|what| format!("allowed because {what}"))
}

pub(in crate::analysis) fn mode(profile: &Profile) -> Mode {
    match profile.mode {
        3 => Mode::Unconfined,
        1 => Mode::Complain,
        _ if profile.version & FORCE_COMPLAIN != 0 => Mode::Complain,
        2 => Mode::Kill,
        4 => Mode::Prompt,
        _ => Mode::Enforce,
    }
}

fn whose(access: &Access) -> Option<Owner> {
    match access {
        Access::File(access) => access.owner,
        _ => None,
    }
}

/// The verdict where nothing is checked.
fn unchecked(check: &Check, mode: Mode) -> Verdict {
    let exec = matches!(check.way, Way::Exec(_)).then(|| Execution {
        to: if mode == Mode::Unconfined { ExecTo::Attachment } else { ExecTo::Inherit },
        fallback: Some(Fallback::Inherit),
        scrubs_environment: false,
        candidates: Vec::new(),
    });
    Verdict {
        permission: check.permission.clone(),
        whose: Whose::Any,
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
struct Word {
    allow: u32,
    audit: u32,
    quiet: u32,
    prompt: u32,
    complain: u32,
}

impl Word {
    /// Combines the permissions of a stack of profiles, all of which must allow.
    fn and(self, other: Word) -> Word {
        Word {
            allow: self.allow & other.allow,
            audit: self.audit | other.audit,
            quiet: self.quiet & other.quiet,
            prompt: self.prompt | other.prompt,
            complain: self.complain | other.complain,
        }
    }

    fn of_half(half: &Half) -> Word {
        let Half { allow, audit, quiet, prompt, rare: Rare { complain, .. }, .. } = *half;
        Word { allow, audit, quiet, prompt, complain }
    }

    fn of_class(perms: &ClassPerms) -> Word {
        let ClassPerms { allow, audit, quiet, prompt, rare: Rare { complain, .. } } = *perms;
        Word { allow, audit, quiet, prompt, complain }
    }
}

/// The result of a look-up: the word, the strings that decided, and what exec leads to.
struct Found {
    word: Word,
    strings: Vec<Vec<u8>>,
    exec: Option<Execution>,
    note: Option<String>,
}

impl Found {
    fn of(word: Word, strings: Vec<Vec<u8>>) -> Found {
        Found { word, strings, exec: None, note: None }
    }
}

struct Judge<'a> {
    subject: &'a Subject,
    entry: &'a Entry,
    mode: Mode,
}

impl Judge<'_> {
    fn verdicts(
        &self,
        check: &Check,
        whose: Option<Owner>,
        book: &mut RuleBook,
        notes: &mut Vec<String>,
    ) -> Vec<Verdict> {
        let halves = match (&check.way, whose) {
            (Way::Policy(_) | Way::Capability(_) | Way::Sockets { .. } | Way::Attachment(_), _) => &[Whose::Any][..],
            (_, None) => &[Whose::Owner, Whose::Other],
            (_, Some(Owner::Owner)) => &[Whose::Owner],
            (_, Some(Owner::Other)) => &[Whose::Other],
        };
        let mut verdicts: Vec<Verdict> = Vec::new();
        for &half in halves {
            let found = self.find(check, half);
            if let Some(note) = found.note.clone().filter(|note| !notes.contains(note)) {
                notes.push(note);
            }
            let mut verdict = self.judge(check, half, &found);
            book.enter(self.entry, check, half, &found.strings, &mut verdict);
            match verdicts.last_mut() {
                Some(known) if known.says_the_same(&verdict) => known.absorb(verdict),
                _ => verdicts.push(verdict),
            }
        }
        verdicts
    }

    fn judge(&self, check: &Check, whose: Whose, found: &Found) -> Verdict {
        let Word { allow, audit, quiet, prompt, complain } = found.word;
        let audits_all = self.entry.profile.audit != 0;
        let denied = check.mask & !allow;
        let decision = match denied {
            0 => Decision::Allowed,
            denied if denied & !prompt == 0 => Decision::Prompt,
            _ => Decision::Denied,
        };
        let quiet = denied != 0 && denied & !quiet == 0 && !audits_all;
        let complains = self.mode == Mode::Complain || denied & !complain == 0;
        Verdict {
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

    fn find(&self, check: &Check, whose: Whose) -> Found {
        let profile = &self.entry.profile;
        match &check.way {
            Way::File(strings) => self.attempts(strings, check.mask, |string| Word::of_half(&self.file(string, whose))),
            Way::Policy(strings) => {
                self.attempts(strings, check.mask, |string| Word::of_class(&policy_perms(profile, string)))
            }
            Way::Exec(path) => self.exec(path, whose),
            Way::Link(link) => self.link(link, whose),
            Way::OnExec { program, pairs } => {
                let first = Word::of_half(&self.file(program, whose));
                let mut found =
                    self.attempts(pairs, check.mask, |string| first.and(Word::of_half(&self.file(string, whose))));
                let keeps =
                    found.strings.iter().all(|string| self.file(string, whose).exec.is_some_and(|exec| exec.r#unsafe));
                let target = pairs.attempts.first().and_then(|attempt| attempt.first());
                let target = target.and_then(|pair| pair.get(program.len() + 1..)).unwrap_or_default();
                found.exec = Some(Execution {
                    to: ExecTo::Profile(target.escape_ascii().to_string()),
                    fallback: None,
                    scrubs_environment: !keeps,
                    candidates: Vec::new(),
                });
                found.strings.insert(0, program.clone());
                found
            }
            &Way::Capability(number) => {
                let masks = &profile.capabilities;
                let bit = |mask: u64| u32::from(mask.checked_shr(number.into()).unwrap_or(0) & 1 == 1);
                let (allow, audit, quiet) = (bit(masks.allow), bit(masks.audit), bit(masks.quiet));
                Found::of(Word { allow, audit, quiet: quiet & !allow, ..Word::default() }, Vec::new())
            }
            &Way::Sockets { family, kind } => {
                let entry = profile.net_allowed_af.as_ref().and_then(|table| table.get(usize::from(family)));
                let [allow, audit, quiet] = entry
                    .copied()
                    .unwrap_or_default()
                    .map(|types| u32::from(types.checked_shr(kind.into()).unwrap_or(0) & 1));
                Found::of(Word { allow, audit, quiet: quiet & !allow, ..Word::default() }, Vec::new())
            }
            Way::Attachment(path) => {
                let allow = if attaches_to(profile, path) { EXEC } else { 0 };
                let mut found = Found::of(Word { allow, ..Word::default() }, vec![path.clone()]);
                if !profile.xattrs.is_empty() {
                    found.note =
                        Some("the file must have the extended attributes, too, that the profile asks for".into());
                }
                found
            }
        }
    }

    /// The first attempt that allows, or the last.
    fn attempts(&self, strings: &Strings, mask: u32, word: impl Fn(&[u8]) -> Word) -> Found {
        let mut found = Found::of(Word::default(), Vec::new());
        for attempt in &strings.attempts {
            let words = attempt.iter().map(|string| word(string));
            found = Found::of(words.reduce(Word::and).unwrap_or_default(), attempt.clone());
            let ends = strings.goes_on != 0 && found.word.allow & strings.goes_on == 0;
            if found.word.allow & mask == mask || ends {
                break;
            }
        }
        found
    }

    /// Permissions on a string of the file automaton.
    fn file(&self, string: &[u8], whose: Whose) -> Half {
        let perms = file_perms(&self.entry.profile, string);
        if whose == Whose::Other { perms.other } else { perms.owner }
    }

    fn exec(&self, path: &[u8], whose: Whose) -> Found {
        let half = self.file(path, whose);
        let mut found = Found::of(Word::of_half(&half), vec![path.to_vec()]);
        let Some(exec) = half.exec.filter(|_| half.allow & EXEC != 0) else { return found };
        let execution = self.execution(&exec, path);
        if execution.to == ExecTo::Nowhere {
            found.word.allow &= !EXEC;
            found.note = Some("exec is granted, but leads to no profile: it always fails".into());
        }
        found.exec = Some(execution);
        found
    }

    fn execution(&self, exec: &Exec, path: &[u8]) -> Execution {
        let fallback = match exec {
            Exec { inherit: true, .. } => Some(Fallback::Inherit),
            Exec { unconfined: true, .. } => Some(Fallback::Unconfined),
            _ => None,
        };
        let (to, fallback) = match (&exec.target, fallback) {
            (Target::None, Some(Fallback::Inherit)) => (ExecTo::Inherit, None),
            (Target::None, Some(Fallback::Unconfined)) => (ExecTo::Unconfined, None),
            (Target::None | Target::Missing(_) | Target::Reserved(_), _) => (ExecTo::Nowhere, None),
            (Target::Attachment, fallback) if exec.child => (ExecTo::ChildAttachment, fallback),
            (Target::Attachment, fallback) => (ExecTo::Attachment, fallback),
            (Target::Named(name), fallback) => (ExecTo::Profile(name.escape_ascii().to_string()), fallback),
        };
        let candidates = match to {
            ExecTo::Attachment => self.attached(path, None),
            ExecTo::ChildAttachment => self.attached(path, Some(&self.entry.profile.name)),
            _ => Vec::new(),
        };
        let scrubs_environment = !exec.r#unsafe && to != ExecTo::Inherit;
        Execution { to, fallback, scrubs_environment, candidates }
    }

    /// The profiles of the policy, or the children of one, that attach to a program.
    fn attached(&self, path: &[u8], parent: Option<&[u8]>) -> Vec<String> {
        let own = &self.entry.profile;
        let among = |profile: &&Profile| {
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
    fn link(&self, link: &Link, whose: Whose) -> Found {
        let (name, target) = (&link.link, &link.target);
        let own = self.file(name, whose);
        if own.allow & LINK == 0 {
            return Found::of(Word::of_half(&own), vec![name.to_vec()]);
        }
        let pair = link.encode();
        let both = self.file(&pair, whose);
        let mut found = Found::of(Word::of_half(&both), vec![pair]);
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
fn exec_is_subset(link: Option<&Exec>, target: Option<&Exec>) -> bool {
    match (link, target) {
        (Some(link), Some(target)) => {
            let alike = Exec { r#unsafe: target.r#unsafe, ..link.clone() };
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
fn file_perms(profile: &Profile, string: &[u8]) -> FilePerms {
    match file_automaton(profile) {
        Some((db, start)) => FilePerms::of_state(db, state(db, start, string)),
        None => FilePerms::none(),
    }
}

/// Returns the automaton that decides about files, and its start. Without an automaton of its own, a profile uses the states after the file class.
pub(in crate::analysis) fn file_automaton(profile: &Profile) -> Option<(&PolicyDb, u32)> {
    match (&profile.file, &profile.policydb) {
        (Some(db), _) => Some((db, start(db))),
        (None, Some(db)) if mediates(profile, classes::FILE) => {
            Some((db, db.dfa.step(start(db), Symbol::Byte(classes::FILE))))
        }
        _ => None,
    }
}

fn policy_perms(profile: &Profile, string: &[u8]) -> ClassPerms {
    match &profile.policydb {
        Some(db) => ClassPerms::of_state(db, profile.version, state(db, start(db), string)),
        None => ClassPerms::default(),
    }
}

/// Whether a profile attaches to a program by its path.
fn attaches_to(profile: &Profile, path: &[u8]) -> bool {
    match &profile.xmatch {
        Some(xmatch) => attaches(xmatch, usize::try_from(xmatch.dfa.walk(1, path)).unwrap_or(usize::MAX)),
        None => {
            let at = profile.name.windows(2).rposition(|two| two == b"//");
            at.and_then(|at| profile.name.get(at + 2..)).unwrap_or(&profile.name) == path
        }
    }
}

impl Verdict {
    fn says_the_same(&self, other: &Verdict) -> bool {
        let Verdict { decision, audited, quiet, exec, .. } = other;
        (&self.decision, &self.audited, &self.quiet, &self.exec) == (decision, audited, quiet, exec)
    }

    /// Takes in the verdict for the other half, which says the same.
    fn absorb(&mut self, other: Verdict) {
        self.whose = Whose::Any;
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
