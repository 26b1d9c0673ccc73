//! The comparison of one file.

use std::collections::BTreeSet;

use super::{Cause, Comparer, Effect, EnforcementChange, LessEnforced, ProfileChanges, probes};
use crate::analysis::access::{Access, Asked};
use crate::analysis::difference::{Difference, ProfilePart};
use crate::analysis::perms::{ClassPerms, FilePerms, mediates};
use crate::analysis::query::Subject;
use crate::analysis::{DiffOptions, classes, diff, rules};
use crate::automata::Symbol;
use crate::blob::{Automaton, BlobProfile, PolicyDb};
use crate::compiler::{CompileError, Compiled, Input, Resolved};
use crate::diagnostic::{Code, Diagnostic};
use crate::encode::{Grant, Provenance};
use crate::policy::RuleMode;
use crate::vocab::classes::{LABEL, NETWORK_V8, NETWORK_V9};

/// The second byte of the family of unix sockets.
const UNIX: u8 = 1;

/// A kind of finding, by which it is looked for in the comparison with a pinned abi.
type ChangeKey = (Effect, String);

/// A file compiled for both kernels.
struct CompiledPair<'a> {
    from: &'a Compiled,
    to: &'a Compiled,
    subjects: [Subject; 2],
}

/// A change without its cause by the abi.
struct UnattributedChange {
    profile: usize,
    change: EnforcementChange,
}

pub(super) fn compare(comparer: &Comparer, input: &Input) -> Result<Vec<ProfileChanges>, CompileError> {
    let resolved_from = comparer.from.resolve(input.clone())?;
    let resolved_to = comparer.to.resolve(input.clone())?;
    let from = comparer.from.encode(&resolved_from)?;
    let to = comparer.to.encode(&resolved_to)?;
    let is_unpinned = unpinned(&resolved_from, &resolved_to);
    let mut found = CompiledPair::new(&from, &to).map_or_else(Vec::new, |pair| pair.changes());
    if is_unpinned && !found.is_empty() {
        let pinned = comparer.pinned.compile(input.clone())?;
        let stays = CompiledPair::new(&from, &pinned).map_or_else(Vec::new, |pair| pair.changes());
        let key = |found: &UnattributedChange| (found.profile, found.change.effect, found.change.class.clone());
        let stays: BTreeSet<_> = stays.iter().map(key).collect();
        for found in found.iter_mut().filter(|found| !stays.contains(&key(found))) {
            found.change.cause = Cause::AbiUnpinned;
        }
    }
    let less = less_enforced(&from, &to);
    let profiles = to.records().iter().enumerate().map(|(index, record)| {
        let written = resolved_to.profiles().nth(index).map(|profile| &profile.written_name);
        let changes = found.iter().filter(|found| found.profile == index).map(|found| found.change.clone());
        let rules = less.iter().filter(|(of, _)| of.as_ref() == written).map(|(_, rule)| rule.clone());
        ProfileChanges {
            profile: crate::policy::listed_name(
                record.namespace.as_deref().map(Into::into).as_ref(),
                &record.name.as_slice().into(),
            )
            .escape_ascii()
            .to_string(),
            file: input.name().to_owned(),
            abi_unpinned: is_unpinned,
            changes: changes.collect(),
            rules: rules.collect(),
        }
    });
    Ok(profiles.collect())
}

/// Whether the features that the policy is written for are those of the kernel.
fn unpinned(from: &Resolved, to: &Resolved) -> bool {
    from.policies().iter().zip(to.policies()).any(|(from, to)| *from.features != *to.features)
}

/// The warnings about rules that only the compiler for the second kernel gives, with the profile as it is written.
fn less_enforced(from: &Compiled, to: &Compiled) -> Vec<(Option<crate::source::Text>, LessEnforced)> {
    let warned = |compiled: &Compiled| -> Vec<(Option<crate::source::Text>, LessEnforced)> {
        let sources = compiled.diagnosis().sources();
        let about = compiled.diagnosis().diagnostics().iter().filter_map(|diagnostic: &Diagnostic| {
            let cause = match diagnostic.code {
                Code::NotEnforced => Cause::NotMediated,
                Code::Downgraded => Cause::Downgrade,
                _ => return None,
            };
            let place = rules::place(diagnostic.labels.first()?.span, sources);
            Some((diagnostic.profile.clone(), LessEnforced { place, cause, message: diagnostic.message.clone() }))
        });
        about.collect()
    };
    let before = warned(from);
    let known: BTreeSet<_> = before.iter().map(|(profile, rule)| (profile.clone(), &rule.place)).collect();
    warned(to).into_iter().filter(|(profile, rule)| !known.contains(&(profile.clone(), &rule.place))).collect()
}

impl<'a> CompiledPair<'a> {
    /// `None` where a policy is unsound, which what armorer compiles is not.
    fn new(from: &'a Compiled, to: &'a Compiled) -> Option<CompiledPair<'a>> {
        let subject = |compiled: &Compiled| Subject::from_profiles(compiled.records().to_vec()).ok();
        Some(CompiledPair { from, to, subjects: [subject(from)?, subject(to)?] })
    }

    fn changes(&self) -> Vec<UnattributedChange> {
        let options = DiffOptions::default().max_per_automaton(64);
        let differences = match diff(self.from.records(), self.to.records(), &options) {
            Ok(diff) => diff.differences,
            // Automata that are too large to compare: nothing is proven.
            Err(error) => {
                let change = EnforcementChange {
                    effect: Effect::Unenforced,
                    cause: Cause::Downgrade,
                    class: "unknown".into(),
                    example: error.to_string(),
                    from: String::new(),
                    to: String::new(),
                };
                return vec![UnattributedChange { profile: 0, change }];
            }
        };
        let mut seen: BTreeSet<(usize, ChangeKey)> = BTreeSet::new();
        let mut found = Vec::new();
        for difference in differences {
            let [Some(a), Some(b)] = difference.indices else { continue };
            let Some((from, to)) = self.from.records().get(a).zip(self.to.records().get(b)) else { continue };
            let provenance = self.from.provenance(a);
            for change in self.of_difference(&difference, [from, to], provenance) {
                if seen.insert((b, (change.effect, change.class.clone()))) {
                    found.push(UnattributedChange { profile: b, change });
                }
            }
        }
        found
    }

    fn of_difference(
        &self,
        difference: &Difference,
        [from, to]: [&BlobProfile; 2],
        provenance: Option<&Provenance>,
    ) -> Vec<EnforcementChange> {
        let change = |effect, cause, class: &str| EnforcementChange {
            effect,
            cause,
            class: class.to_owned(),
            example: difference.access.as_ref().map_or_else(|| class.to_owned(), ToString::to_string),
            from: difference.a.clone(),
            to: difference.b.clone(),
        };
        match difference.place {
            ProfilePart::Profile => Vec::new(),
            ProfilePart::Field("capability") => {
                let (old, new) = (from.capabilities.allow, to.capabilities.allow);
                let effects = [(new & !old, Effect::Allowed), (old & !new, Effect::Denied)];
                let effects = effects.into_iter().filter(|(mask, _)| *mask != 0);
                effects.map(|(_, effect)| change(effect, Cause::Downgrade, "capability")).collect()
            }
            // The format, and how kernels look locks up that no rule is about.
            ProfilePart::Field("version" | "attachment length") => Vec::new(),
            ProfilePart::Field("kill" | "error") if difference.a == "has none" => Vec::new(),
            ProfilePart::Field(name) => vec![change(Effect::Unenforced, Cause::Downgrade, name)],
            ProfilePart::Automaton(Automaton::Xmatch) => {
                vec![change(Effect::Unenforced, Cause::Downgrade, "attachment")]
            }
            ProfilePart::Automaton(Automaton::File) => {
                let allow = |profile: &BlobProfile| file_allow(profile, &difference.witness);
                let ((a, b), (c, d)) = (allow(from), allow(to));
                effects([(a, c), (b, d)]).map(|effect| change(effect, Cause::Downgrade, "file")).collect()
            }
            ProfilePart::Automaton(Automaton::Policydb) => self.of_class(difference, [from, to], provenance, &change),
        }
    }

    fn of_class(
        &self,
        difference: &Difference,
        [from, to]: [&BlobProfile; 2],
        provenance: Option<&Provenance>,
        change: &dyn Fn(Effect, Cause, &str) -> EnforcementChange,
    ) -> Vec<EnforcementChange> {
        let Some(&Symbol::Byte(class)) = difference.witness.first() else { return Vec::new() };
        // Bits that no kernel asks for.
        if difference.permissions != 0 && difference.a == difference.b {
            return Vec::new();
        }
        let name = classes::name(class);
        let name = name.split(" (").next().unwrap_or(&name);
        let probe = |accesses: &[Access]| self.probed(from, to, accesses, name);
        if difference.permissions != 0 {
            let name = match &difference.access {
                Some(Asked::Unix(_)) => "unix",
                _ => name,
            };
            let allow = |profile: &BlobProfile| class_allow(profile, &difference.witness).unwrap_or(u32::MAX);
            let both = (allow(from), allow(to));
            return effects([both]).map(|effect| change(effect, Cause::Downgrade, name)).collect();
        }
        match (socket_aware(from, class), socket_aware(to, class)) {
            // Unix sockets with and without addresses and labels.
            (true, true) => {
                let coarser = mediates(from, NETWORK_V9) && !mediates(to, NETWORK_V9);
                let probes = self.probed(from, to, &probes::unix(), "unix");
                let probes = probes.into_iter().map(|change| EnforcementChange { cause: Cause::Downgrade, ..change });
                let downgraded = coarser && provenance.is_some_and(|rules| self.narrows(from, rules));
                let downgrade = downgraded.then(|| change(Effect::Unenforced, Cause::Downgrade, "unix"));
                probes.chain(downgrade).collect()
            }
            (false, _) => probe(&probes::of_class(class)),
            (true, false) => {
                let denied = !probe(&probes::of_class(class)).is_empty();
                let rules = provenance.is_some_and(|rules| denies(rules, class));
                let unenforced = (denied || rules).then(|| change(Effect::Unenforced, Cause::NotMediated, name));
                unenforced.into_iter().collect()
            }
        }
    }

    /// Whether there are rules for unix sockets, and they do not allow all of them.
    fn narrows(&self, profile: &BlobProfile, rules: &Provenance) -> bool {
        let unix = [NETWORK_V9, 0, UNIX].map(Symbol::Byte);
        let about = |grant: &Grant<'_>| grant.automaton == Automaton::Policydb && grant.pattern.may_begin_with(&unix);
        let mut modes = rules.grants().filter(about).map(|grant| grant.mode).peekable();
        let [subject, _] = &self.subjects;
        let denied = || probes::unix().iter().any(|access| !allows(subject, profile, access));
        modes.peek().is_some() && (modes.any(|mode| mode == RuleMode::Deny) || denied())
    }

    /// The changes that accesses show, one for each effect.
    fn probed(&self, from: &BlobProfile, to: &BlobProfile, accesses: &[Access], class: &str) -> Vec<EnforcementChange> {
        let mut changes: Vec<EnforcementChange> = Vec::new();
        for access in accesses {
            let [a, b] = &self.subjects;
            let effect = match (allows(a, from, access), allows(b, to, access)) {
                (true, false) => Effect::Denied,
                (false, true) => Effect::Allowed,
                _ => continue,
            };
            let say = |allowed: bool| if allowed { "allows it" } else { "denies it" }.to_owned();
            let (was, is) = (effect == Effect::Denied, effect == Effect::Allowed);
            if changes.iter().all(|change| change.effect != effect) {
                let (cause, class, example) = (Cause::NotMediated, class.to_owned(), access.to_string());
                changes.push(EnforcementChange { effect, cause, class, example, from: say(was), to: say(is) });
            }
        }
        changes
    }
}

fn allows(subject: &Subject, profile: &BlobProfile, access: &Access) -> bool {
    let name = match &profile.namespace {
        Some(namespace) => [b":", &**namespace, b":", &profile.name].concat(),
        None => profile.name.clone(),
    };
    subject.ask(Some(&name), access).is_ok_and(|answer| answer.is_allowed())
}

/// The effects of what is allowed before and after.
fn effects<const N: usize>(pairs: [(u32, u32); N]) -> impl Iterator<Item = Effect> {
    let allowed = pairs.iter().any(|(a, b)| b & !a != 0).then_some(Effect::Allowed);
    let denied = pairs.iter().any(|(a, b)| a & !b != 0).then_some(Effect::Denied);
    allowed.into_iter().chain(denied)
}

/// Whether a profile mediates a class; of sockets, by either class.
fn socket_aware(profile: &BlobProfile, class: u8) -> bool {
    match class {
        NETWORK_V8 | NETWORK_V9 => mediates(profile, NETWORK_V8) || mediates(profile, NETWORK_V9),
        LABEL => true,
        _ => mediates(profile, class),
    }
}

/// Whether a rule of a class denies.
fn denies(rules: &Provenance, class: u8) -> bool {
    let mut of_class = rules.grants().filter(|grant| grant.automaton == Automaton::Policydb);
    of_class.any(|grant| grant.mode == RuleMode::Deny && grant.pattern.may_begin_with(&[Symbol::Byte(class)]))
}

/// The permissions on files for their owner, and for others.
fn file_allow(profile: &BlobProfile, string: &[Symbol]) -> (u32, u32) {
    let Some(db) = &profile.file else { return (0, 0) };
    let perms = FilePerms::of_state(db, walk(db, string));
    (perms.owner.allow, perms.other.allow)
}

/// The permissions of a class; `None` where it is not mediated.
fn class_allow(profile: &BlobProfile, string: &[Symbol]) -> Option<u32> {
    let db = profile.policydb.as_ref()?;
    let (&first, rest) = string.split_first()?;
    // Sockets are of the class that the kernel takes for them.
    let first = match first {
        Symbol::Byte(NETWORK_V8 | NETWORK_V9) if mediates(profile, NETWORK_V9) => Symbol::Byte(NETWORK_V9),
        Symbol::Byte(NETWORK_V8 | NETWORK_V9) => Symbol::Byte(NETWORK_V8),
        other => other,
    };
    let start = db.dfa.step(db.start.unwrap_or(1), first);
    if start == 0 && first != Symbol::Byte(LABEL) {
        return None;
    }
    let state = rest.iter().fold(start, |state, &symbol| db.dfa.step(state, symbol));
    Some(ClassPerms::of_state(db, profile.version, usize::try_from(state).unwrap_or(usize::MAX)).allow)
}

fn walk(db: &PolicyDb, string: &[Symbol]) -> usize {
    let state = string.iter().fold(db.start.unwrap_or(1), |state, &symbol| db.dfa.step(state, symbol));
    usize::try_from(state).unwrap_or(usize::MAX)
}
