//! Comparing automata: which strings NEW grants more on than BASE.

use std::cell::RefCell;
use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};

use super::compare::{Enforcement, finding};
use super::exec;
use super::pairs::PairedPolicies;
use super::{NewAccessFinding, NewAccessKind, NewAccessOptions};
use crate::analysis::access::{self, Asked};
use crate::analysis::diff::{DiffOptions, asked, index, nothing};
use crate::analysis::difference::{Difference, ProfilePart};
use crate::analysis::perms::{
    ClassPerms, EXEC, ExecTransition, FilePerms, FilePermsHalf, GETATTR, LINK, LOCK, ONEXEC, RareWords,
};
use crate::analysis::product::{AutomatonSide, WalkOptions, walk};
use crate::analysis::{classes, describe, networks};
use crate::automata::{Symbol, Tables};
use crate::blob::{Automaton, BlobProfile, PolicyDb};
use crate::vocab::classes::{LABEL, PTRACE, SIGNAL};

/// The outcome of comparing a pair of profiles.
#[derive(Default)]
pub(super) struct PairOutcome {
    pub(super) findings: Vec<NewAccessFinding>,
    pub(super) more: bool,
    /// The pairs of profiles of which the same has to hold.
    pub(super) obligations: Vec<(usize, usize)>,
}

/// The fault of a pair of states.
#[derive(Clone, Copy)]
struct PairFault {
    kind: NewAccessKind,
    reason: Option<&'static str>,
    permissions: u32,
}

/// The permissions of one automaton, each once, and which of them each state has.
struct DecodedPermissions<P> {
    perms: Vec<P>,
    of_state: Vec<u32>,
}

impl<P: Hash + Eq + Clone> DecodedPermissions<P> {
    fn new(dfa: &Tables, decode: impl Fn(u32, u32) -> P) -> Self {
        let mut words: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        let mut perms = Vec::new();
        let second = dfa.accept2.iter().flatten().copied().chain(std::iter::repeat(0));
        let of_state = dfa.accept.iter().copied().zip(second).map(|pair| {
            *words.entry(pair).or_insert_with(|| {
                perms.push(decode(pair.0, pair.1));
                u32::try_from(perms.len() - 1).unwrap_or(u32::MAX)
            })
        });
        let of_state = of_state.collect();
        DecodedPermissions { perms, of_state }
    }

    fn id(&self, state: u32) -> u32 {
        self.of_state.get(index(state)).copied().unwrap_or(0)
    }

    fn get(&self, state: u32) -> Option<&P> {
        self.perms.get(index(self.id(state)))
    }

    /// Returns a side with numbers from `first` on, so that those of two automata never agree and every pair of states is judged.
    fn side<'a>(&self, dfa: &'a Tables, start: u32, first: usize) -> AutomatonSide<'a> {
        let first = u32::try_from(first).unwrap_or(u32::MAX);
        AutomatonSide { dfa, start, meaning: self.of_state.iter().map(|id| id.saturating_add(first)).collect() }
    }
}

/// One automaton of each policy, and what is wrong about two of their permissions.
struct AutomatonComparison<'a, P> {
    automaton: Automaton,
    dfas: [&'a Tables; 2],
    starts: [u32; 2],
    decoded: [&'a DecodedPermissions<P>; 2],
    judge: &'a dyn Fn(u8, &P, &P) -> Option<PairFault>,
}

impl<P: Hash + Eq + Clone> AutomatonComparison<'_, P> {
    fn run(
        &self,
        how: WalkOptions<'_>,
        show: impl Fn(&[Symbol], u32, [&P; 2]) -> (Asked, [String; 2], Vec<Symbol>),
    ) -> PairOutcome {
        let known: RefCell<FxHashMap<(u8, u32, u32), Option<PairFault>>> = RefCell::default();
        let [a, b] = self.decoded;
        let judge = |field: u8, in_a: u32, in_b: u32| {
            let key = (field, a.id(in_a), b.id(in_b));
            let found = known.borrow().get(&key).copied();
            found.unwrap_or_else(|| {
                let wrong = a.get(in_a).zip(b.get(in_b)).and_then(|(a, b)| (self.judge)(field, a, b));
                known.borrow_mut().insert(key, wrong);
                wrong
            })
        };
        let observable = |field, in_a, in_b| judge(field, in_a, in_b).is_some();
        let field_of = how.field;
        let first_field = how.first_field;
        let how = WalkOptions { observable: &observable, ..how };
        let sides = [a.side(self.dfas[0], self.starts[0], 0), b.side(self.dfas[1], self.starts[1], a.perms.len())];
        let mut outcome = PairOutcome::default();
        let Ok(hits) = walk(&sides[0], &sides[1], &how) else {
            let place = ProfilePart::Automaton(self.automaton);
            let difference = Difference::new(place, "is too large".into(), "is too large to compare".into());
            outcome.findings.push(finding(NewAccessKind::NotProven, None, difference));
            return outcome;
        };
        outcome.more = !hits.complete;
        for hit in hits.hits {
            let string = hit.witnesses.into_iter().next().unwrap_or_default();
            let field = string.iter().fold(first_field, |field, &symbol| field_of(field, symbol));
            let Some(wrong) = judge(field, hit.a, hit.b) else { continue };
            let Some(perms) = a.get(hit.a).zip(b.get(hit.b)) else { continue };
            let (access, [a, b], witness) = show(&string, wrong.permissions, [perms.0, perms.1]);
            let difference = Difference {
                access: Some(access),
                witness,
                permissions: wrong.permissions,
                ..Difference::new(ProfilePart::Automaton(self.automaton), a, b)
            };
            outcome.findings.push(finding(wrong.kind, wrong.reason, difference));
        }
        outcome
    }
}

impl PairOutcome {
    fn take(&mut self, other: PairOutcome) {
        self.findings.extend(other.findings);
        self.more |= other.more;
        self.obligations.extend(other.obligations);
    }
}

/// The words of permissions that files and the other classes have alike.
#[derive(Clone, Copy)]
struct PermissionSummary {
    allow: u32,
    audit: u32,
    quiet: u32,
    prompt: u32,
    rare: RareWords,
}

/// The worst of what the words of NEW have more than those of BASE.
fn words(a: PermissionSummary, b: PermissionSummary, ignore_audit: bool) -> Option<PairFault> {
    let wrong = |kind, permissions| Some(PairFault { kind, reason: None, permissions });
    let fresh = (b.allow & !a.allow) | (b.prompt & !(a.allow | a.prompt));
    if fresh != 0 {
        return wrong(NewAccessKind::NewAccess, fresh);
    }
    if a.rare != b.rare {
        return wrong(NewAccessKind::NotProven, b.allow);
    }
    let silent = (a.audit & b.allow & !b.audit) | (b.quiet & !a.quiet & !a.allow & !b.allow);
    if silent != 0 && !ignore_audit { wrong(NewAccessKind::LessAudit, silent) } else { None }
}

pub(super) fn file(
    pairing: &PairedPolicies<'_>,
    pair: (usize, usize),
    options: &NewAccessOptions,
    outcome: &mut PairOutcome,
) {
    let (Some(a), Some(b)) = (pairing.base.get(pair.0), pairing.new.get(pair.1)) else { return };
    // The same text, and every target is compared where it stands.
    if a.file == b.file && !pairing.renames() && !pairing.any_removed {
        return;
    }
    let absent = nothing();
    let dbs = [&a.file, &b.file].map(|db| db.as_ref().unwrap_or(&absent));
    let [old, new] = dbs.map(|db| DecodedPermissions::new(&db.dfa, |x, y| FilePerms::of_words(db, x, y)));
    let obligations: RefCell<FxHashSet<(usize, usize)>> = RefCell::default();
    let complains = Enforcement::of(a) == Enforcement::Complain;
    let is_program = |half: &FilePermsHalf| half.allow & LINK != 0 && half.allow & EXEC != 0;
    let links_programs = new.perms.iter().any(|perms| is_program(&perms.owner) || is_program(&perms.other));
    let judge = |field: u8, a: &FilePerms, b: &FilePerms| {
        let halves = [(&a.owner, &b.owner), (&a.other, &b.other)];
        let wrong = halves.into_iter().filter_map(|(a, b)| {
            let judged = half(field, a, b, complains, options.ignore_audit);
            let transition = transition(pairing, pair, field, (a, b), &obligations);
            let link = links_programs.then(|| link_to_program(field, a, b)).flatten();
            [link, judged, transition].into_iter().flatten().max_by_key(|wrong| wrong.kind)
        });
        wrong.reduce(|one, other| match one.kind.cmp(&other.kind) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Equal => PairFault { permissions: one.permissions | other.permissions, ..one },
            std::cmp::Ordering::Greater => one,
        })
    };
    let compared = AutomatonComparison {
        automaton: Automaton::File,
        dfas: dbs.map(|db| &db.dfa),
        starts: dbs.map(|db| db.start.unwrap_or(1)),
        decoded: [&old, &new],
        judge: &judge,
    };
    let skip_start = dbs.iter().any(|db| db.perms.is_some());
    let found = compared.run(walk_options(options).file_walk(skip_start), |string, permissions, [a, b]| {
        (Asked::of_file(string, permissions), [describe::file(a), describe::file(b)], string.to_vec())
    });
    outcome.take(found);
    outcome.obligations.extend(obligations.into_inner());
}

fn half(field: u8, a: &FilePermsHalf, b: &FilePermsHalf, complains: bool, ignore_audit: bool) -> Option<PairFault> {
    if complains {
        return None;
    }
    let links = a.allow & b.allow & LINK != 0;
    // After the name of a link, lock means that the link needs a subset of the permissions of its target.
    // Exec is a mark there, which no kernel asks for.
    let unasked = if field == 0 { 0 } else { LOCK | EXEC };
    if field != 0 && links && a.allow & !b.allow & LOCK != 0 {
        let reason = Some("the link no longer needs a subset of the permissions of its target");
        return Some(PairFault { kind: NewAccessKind::NewAccess, reason, permissions: LINK });
    }
    let of = |half: &FilePermsHalf| PermissionSummary {
        allow: half.allow & !unasked,
        audit: half.audit & !unasked,
        quiet: half.quiet & !unasked,
        prompt: half.prompt,
        rare: half.rare,
    };
    let found = words(of(a), of(b), ignore_audit);
    let fewer = a.allow & !b.allow & !(LINK | GETATTR);
    if field == 0 && links && fewer != 0 && found.is_none_or(|wrong| wrong.kind == NewAccessKind::LessAudit) {
        let reason = Some("a link of fewer permissions may have more targets");
        return Some(PairFault { kind: NewAccessKind::NotProven, reason, permissions: LINK });
    }
    found
}

/// The kernel allows a link to a program only where both names have the same exec transition: another one may allow the link.
fn link_to_program(field: u8, a: &FilePermsHalf, b: &FilePermsHalf) -> Option<PairFault> {
    let differ = field == 0 && a.allow & b.allow & EXEC != 0 && a.exec != b.exec;
    let reason = Some("with another exec transition, links may have this target");
    differ.then_some(PairFault { kind: NewAccessKind::NotProven, reason, permissions: LINK })
}

/// Compares the exec transitions, where both allow the exec.
fn transition(
    pairing: &PairedPolicies<'_>,
    pair: (usize, usize),
    field: u8,
    (a, b): (&FilePermsHalf, &FilePermsHalf),
    obligations: &RefCell<FxHashSet<(usize, usize)>>,
) -> Option<PairFault> {
    let (old, new): (&ExecTransition, &ExecTransition) = (a.exec.as_ref()?, b.exec.as_ref()?);
    let permissions = b.allow & (EXEC | ONEXEC);
    if new.r#unsafe && !old.r#unsafe {
        let reason = Some("the environment is no longer scrubbed");
        return Some(PairFault { kind: NewAccessKind::NewAccess, reason, permissions });
    }
    if field != 0 || a.allow & b.allow & EXEC == 0 {
        return None;
    }
    let exec::ExecComparison { wrong, obligation } = exec::compare(pairing, pair, old, new);
    obligations.borrow_mut().extend(obligation);
    wrong.map(|(kind, reason)| PairFault { kind, reason: Some(reason), permissions })
}

pub(super) fn policydb(a: &BlobProfile, b: &BlobProfile, options: &NewAccessOptions, outcome: &mut PairOutcome) {
    let enforced = Enforcement::of(a);
    if enforced == Enforcement::Complain || a.policydb == b.policydb && a.version == b.version {
        return;
    }
    let absent = nothing();
    let of = |profile: &BlobProfile| (profile.version, profile.policydb.clone());
    let [(version_a, db_a), (version_b, db_b)] = [of(a), of(b)];
    let dbs = [(db_a.as_ref().unwrap_or(&absent), version_a), (db_b.as_ref().unwrap_or(&absent), version_b)];
    let [old, new] =
        dbs.map(|(db, version)| DecodedPermissions::new(&db.dfa, |x, y| ClassPerms::of_words(db, version, x, y)));
    let starts = dbs.map(|(db, _)| db.start.unwrap_or(1));
    let [side_a, side_b] = [old.side(&dbs[0].0.dfa, starts[0], 0), new.side(&dbs[1].0.dfa, starts[1], old.perms.len())];
    if networks::generations([(&side_a, starts[0]), (&side_b, starts[1])]).is_some() && enforced == Enforcement::Rules {
        let say = "mediates sockets by another class than the other policy".to_owned();
        let difference = Difference::new(ProfilePart::Field("network"), say.clone(), say);
        outcome.findings.push(finding(NewAccessKind::NotProven, None, difference));
    }
    let step = |db: &PolicyDb, start, class| db.dfa.step(start, Symbol::Byte(class));
    for class in 0..=u8::MAX {
        let behind = [step(dbs[0].0, starts[0], class), step(dbs[1].0, starts[1], class)];
        let looked_up = classes::MEDIATED.contains(&class);
        let peers = [PTRACE, SIGNAL].iter().any(|&class| step(dbs[0].0, starts[0], class) != 0);
        let mediated = if class == LABEL { peers } else { behind[0] != 0 };
        // What BASE does not mediate, it grants; other bytes no kernel looks up.
        if !looked_up || !mediated || behind == [0, 0] {
            continue;
        }
        if behind[1] == 0 && class != LABEL {
            let difference = Difference {
                access: Some(Asked::class(class)),
                witness: vec![Symbol::Byte(class)],
                ..Difference::new(ProfilePart::Automaton(Automaton::Policydb), "mediates it".into(), "does not".into())
            };
            outcome.findings.push(finding(NewAccessKind::NewAccess, None, difference));
            continue;
        }
        let judge = |field: u8, a: &ClassPerms, b: &ClassPerms| {
            let of = |perms: &ClassPerms| {
                let ClassPerms { allow, audit, quiet, prompt, rare } = perms.clone().only(asked(class, field));
                PermissionSummary { allow, audit, quiet, prompt, rare }
            };
            words(of(a), of(b), options.ignore_audit)
        };
        let compared = AutomatonComparison {
            automaton: Automaton::Policydb,
            dfas: [&dbs[0].0.dfa, &dbs[1].0.dfa],
            starts: behind,
            decoded: [&old, &new],
            judge: &judge,
        };
        let found = compared.run(walk_options(options).class_walk(class), |rest, permissions, [a, b]| {
            let mut string = [&[Symbol::Byte(class)][..], rest].concat();
            access::polish(Automaton::Policydb, &mut string, [(&dbs[0].0.dfa, starts[0]), (&dbs[1].0.dfa, starts[1])]);
            (Asked::of_class(&string, permissions), [describe::class(a, &string), describe::class(b, &string)], string)
        });
        outcome.take(found);
    }
}

fn walk_options(options: &NewAccessOptions) -> DiffOptions {
    DiffOptions::default().max_per_automaton(options.max_per_automaton).max_pairs(options.max_pairs)
}
