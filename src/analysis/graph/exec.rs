//! Edges of exec: the paths that a profile may execute, and the profile that each leads to.

use rustc_hash::FxHashMap;

use super::Kind;
use super::attachments::{Attachments, TooLarge, readable};
use super::nodes::{Goal, Nodes};
use crate::analysis::access::plan::components;
use crate::analysis::diff::index;
use crate::analysis::perms::{EXEC, Exec, FilePerms, Target};
use crate::analysis::query::decide::file_automaton;
use crate::automata::Symbol;
use crate::blob::{PolicyDb, Profile};

/// The most pairs of states that are looked at for one profile.
const MAX_PAIRS: usize = 3_000_000;

/// Where the exec of a path leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Leads {
    pub(super) goal: Goal,
    pub(super) kind: Kind,
}

/// The states of a file automaton from which a path that may be executed can be completed.
struct Executable<'a> {
    db: &'a PolicyDb,
    start: u32,
    /// The bytes of paths, one of each class.
    bytes: Vec<u8>,
    /// The transitions by state and byte of `bytes`; 0 where nothing can be executed any more.
    next: FxHashMap<u32, Box<[u32]>>,
    /// What happens at the exec of the path that leads to a state.
    execs: FxHashMap<u32, Vec<Exec>>,
}

impl<'a> Executable<'a> {
    fn new(db: &'a PolicyDb, start: u32) -> Self {
        let classes = db.dfa.symbol_classes();
        let mut known = rustc_hash::FxHashSet::default();
        let bytes: Vec<u8> =
            readable().filter(|&byte| byte != 0 && known.insert(classes.of(Symbol::Byte(byte)))).collect();
        let mut executable = Executable { db, start, bytes, next: FxHashMap::default(), execs: FxHashMap::default() };
        executable.explore();
        executable
    }

    fn explore(&mut self) {
        let first = self.db.dfa.step(self.start, Symbol::Byte(b'/'));
        let mut waiting = vec![first];
        let mut before: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        while let Some(state) = waiting.pop() {
            if state == 0 || self.next.contains_key(&state) {
                continue;
            }
            let to: Box<[u32]> = self.bytes.iter().map(|&byte| self.db.dfa.step(state, Symbol::Byte(byte))).collect();
            for &to in &to {
                before.entry(to).or_default().push(state);
                waiting.push(to);
            }
            let perms = FilePerms::of_state(self.db, index(state));
            let mut execs: Vec<Exec> = Vec::new();
            for half in [perms.owner, perms.other] {
                let exec = half.exec.filter(|_| half.allow & EXEC != 0);
                execs.extend(exec.filter(|exec| !execs.contains(exec)));
            }
            if !execs.is_empty() {
                self.execs.insert(state, execs);
            }
            self.next.insert(state, to);
        }
        let mut useful = rustc_hash::FxHashSet::default();
        let mut waiting: Vec<u32> = self.execs.keys().copied().collect();
        while let Some(state) = waiting.pop() {
            if useful.insert(state) {
                waiting.extend(before.get(&state).into_iter().flatten());
            }
        }
        self.next.retain(|state, _| useful.contains(state));
        for to in self.next.values_mut().flat_map(|next| next.iter_mut()) {
            if !useful.contains(to) {
                *to = 0;
            }
        }
    }

    /// Walks all paths together with what profiles attach to, shortest first.
    fn walk(
        &self,
        attachments: &Attachments,
        mut visit: impl FnMut(&[Exec], u32, &dyn Fn() -> Vec<u8>),
    ) -> Result<(), TooLarge> {
        // One byte for each class of both automata, with the column of the byte in the transitions of this one.
        let classes = self.db.dfa.symbol_classes();
        let column_of: FxHashMap<u32, usize> =
            self.bytes.iter().enumerate().map(|(column, &byte)| (classes.of(Symbol::Byte(byte)), column)).collect();
        let mut known = rustc_hash::FxHashSet::default();
        let joint = readable().filter_map(|byte| {
            let class = classes.of(Symbol::Byte(byte));
            let theirs = attachments.classes.get(usize::from(byte)).copied()?;
            (byte != 0 && known.insert((class, theirs))).then_some((byte, *column_of.get(&class)?))
        });
        let joint: Vec<(u8, usize)> = joint.collect();
        let start = (self.db.dfa.step(self.start, Symbol::Byte(b'/')), attachments.step(1, b'/'));
        let mut pairs: Vec<((u32, u32), usize, u8)> = vec![(start, usize::MAX, b'/')];
        let mut seen = rustc_hash::FxHashSet::from_iter([start]);
        let mut current = 0;
        while let Some(&((state, attached), ..)) = pairs.get(current) {
            if let Some(execs) = self.execs.get(&state) {
                visit(execs, attached, &|| path(&pairs, current));
            }
            if let Some(next) = self.next.get(&state) {
                for &(byte, column) in &joint {
                    let to = next.get(column).copied().unwrap_or(0);
                    if to == 0 {
                        continue;
                    }
                    let to = (to, attachments.step(attached, byte));
                    if seen.insert(to) {
                        pairs.push((to, current, byte));
                    }
                }
            }
            if pairs.len() > MAX_PAIRS {
                return Err(TooLarge);
            }
            current += 1;
        }
        Ok(())
    }
}

/// The string that leads to a pair.
fn path(pairs: &[((u32, u32), usize, u8)], at: usize) -> Vec<u8> {
    let before = |&at: &usize| pairs.get(at).map(|&(_, parent, _)| parent);
    let each = std::iter::successors(Some(at), before).filter_map(|at| pairs.get(at)).map(|&(_, _, byte)| byte);
    let mut path: Vec<u8> = each.collect();
    path.reverse();
    path
}

/// Where the programs lead that a profile may execute, each target with a shortest path.
pub(super) fn edges(
    nodes: &Nodes<'_>,
    profile: &Profile,
    attachments: &Attachments,
    children: &Attachments,
) -> Result<Vec<(Leads, Vec<u8>)>, TooLarge> {
    let Some((db, start)) = file_automaton(profile) else { return Ok(Vec::new()) };
    let executable = Executable::new(db, start);
    let mut found: Vec<(Leads, Vec<u8>)> = Vec::new();
    let mut known = rustc_hash::FxHashSet::default();
    for (of_children, attachments) in [(false, attachments), (true, children)] {
        let concerns = |exec: &&Exec| (exec.target == Target::Attachment && exec.child) == of_children;
        if !executable.execs.values().flatten().any(|exec| concerns(&exec)) {
            continue;
        }
        executable.walk(attachments, |execs, attached, path| {
            for exec in execs.iter().filter(concerns) {
                for leads in leads(nodes, profile, exec, attachments, attached) {
                    if known.insert(leads.clone()) {
                        found.push((leads, path()));
                    }
                }
            }
        })?;
    }
    Ok(found)
}

/// The targets of one exec.
fn leads(nodes: &Nodes<'_>, profile: &Profile, exec: &Exec, attachments: &Attachments, attached: u32) -> Vec<Leads> {
    let unconfined = |kind| Leads { goal: Goal::Node(nodes.unconfined()), kind };
    let fallback = (exec.unconfined && !exec.inherit).then(|| unconfined(Kind::Fallback));
    match &exec.target {
        Target::None if exec.unconfined && !exec.inherit => vec![unconfined(Kind::Unconfined)],
        Target::None | Target::Missing(_) | Target::Reserved(_) => Vec::new(),
        Target::Named(name) => {
            let stacked = name.strip_prefix(b"&");
            let parts: Vec<&[u8]> = components(stacked.unwrap_or(name)).collect();
            let kind = if stacked.is_some() || parts.len() > 1 { Kind::Stack } else { Kind::Named };
            let mut all: Vec<Leads> =
                parts.into_iter().map(|part| Leads { goal: nodes.goal(profile, part), kind }).collect();
            if all.iter().any(|leads| matches!(leads.goal, Goal::Missing(_))) {
                all.extend(fallback);
            }
            all
        }
        Target::Attachment => {
            let kind = if exec.child { Kind::ChildAttachment } else { Kind::Attachment };
            let to = attachments.attached(attached).iter().map(|&node| Leads { goal: Goal::Node(node), kind });
            to.chain(fallback.filter(|_| attachments.may_fail(attached))).collect()
        }
    }
}

/// A shortest path that each of the profiles attaches to.
pub(super) fn shortest_paths(attachments: &Attachments) -> FxHashMap<usize, Vec<u8>> {
    let mut found = FxHashMap::default();
    let mut pairs = vec![((1, 0), usize::MAX, 0)];
    let mut seen = rustc_hash::FxHashSet::from_iter([1_u32]);
    let mut current = 0;
    while let Some(&((state, _), ..)) = pairs.get(current) {
        for &profile in attachments.attached(state) {
            found.entry(profile).or_insert_with(|| path(&pairs, current).split_off(1));
        }
        for byte in readable() {
            let to = attachments.step(state, byte);
            if to != 0 && seen.insert(to) {
                pairs.push(((to, 0), current, byte));
            }
        }
        current += 1;
    }
    found
}
