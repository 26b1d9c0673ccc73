//! Edges of exec: the paths that a profile may execute, and the profile that each leads to.

use rustc_hash::{FxHashMap, FxHashSet};

use super::EdgeKind;
use super::attachments::{AutomataTooLarge, JointAutomaton, readable};
use super::nodes::{NodeTarget, Nodes};
use crate::analysis::access::plan::components;
use crate::analysis::diff::index;
use crate::analysis::perms::{EXEC, ExecTransition, FilePerms, TransitionTarget};
use crate::analysis::query::decide::file_automaton;
use crate::automata::Symbol;
use crate::blob::{BlobProfile, PolicyDb};

/// The most pairs of states that are looked at for one profile.
const MAX_PAIRS: usize = 3_000_000;
/// The most transitions of one profile.
const MAX_CELLS: usize = 1 << 27;

/// The profiles that the exec of a path leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ExecTargets {
    pub(super) goal: NodeTarget,
    pub(super) kind: EdgeKind,
}

/// The states of a file automaton from which a path that may be executed can be completed.
struct Executable {
    /// The state after `/`.
    start: u32,
    /// The column of each byte's class in `next`.
    columns: [u16; 256],
    width: usize,
    /// The transitions by state and column; 0 where nothing can be executed any more.
    next: Vec<u32>,
    /// For each state, the number in `groups` of what happens at the exec of the path that leads to it; 0: it is not allowed.
    group: Vec<usize>,
    groups: Vec<Vec<ExecTransition>>,
}

impl Executable {
    fn new(db: &PolicyDb, start: u32) -> Result<Self, AutomataTooLarge> {
        let classes = db.dfa.symbol_classes();
        let mut known: FxHashMap<u32, u16> = FxHashMap::default();
        let mut columns = [0; 256];
        let mut bytes = Vec::new();
        for byte in readable().filter(|&byte| byte != 0) {
            let count = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
            let column = *known.entry(classes.of(Symbol::Byte(byte))).or_insert(count);
            if column == count {
                bytes.push(byte);
            }
            columns.get_mut(usize::from(byte)).into_iter().for_each(|known| *known = column);
        }
        let (states, width) = (db.dfa.states(), bytes.len());
        let start = db.dfa.step(start, Symbol::Byte(b'/'));
        let cells = states.checked_mul(width).filter(|&cells| cells <= MAX_CELLS).ok_or(AutomataTooLarge)?;
        let mut executable = Executable {
            start,
            columns,
            width,
            next: vec![0; cells],
            group: vec![0; states],
            groups: vec![Vec::new()],
        };
        let reached = executable.explore(db, &bytes);
        executable.prune(&reached);
        Ok(executable)
    }

    /// Fills in what is reached from the start, and returns those states.
    fn explore(&mut self, db: &PolicyDb, bytes: &[u8]) -> Vec<u32> {
        let mut seen = vec![false; self.group.len()];
        let mut is_new =
            |state: u32| state != 0 && seen.get_mut(index(state)).is_some_and(|seen| !std::mem::replace(seen, true));
        let mut reached: Vec<u32> = Some(self.start).filter(|&state| is_new(state)).into_iter().collect();
        // States of equal words have equal permissions.
        let mut groups: FxHashMap<(u32, u32), usize> = FxHashMap::default();
        let mut current = 0;
        while let Some(&state) = reached.get(current) {
            let second = db.dfa.accept2.as_ref().and_then(|words| words.get(index(state)));
            let words = (db.dfa.accept.get(index(state)).copied().unwrap_or(0), second.copied().unwrap_or(0));
            let group = *groups.entry(words).or_insert_with(|| {
                let execs = execs(&FilePerms::of_state(db, index(state)));
                match self.groups.iter().position(|known| *known == execs) {
                    Some(known) => known,
                    None => {
                        self.groups.push(execs);
                        self.groups.len() - 1
                    }
                }
            });
            self.group.get_mut(index(state)).into_iter().for_each(|known| *known = group);
            for (&byte, place) in bytes.iter().zip(self.next.iter_mut().skip(index(state) * self.width)) {
                *place = db.dfa.step(state, Symbol::Byte(byte));
                if is_new(*place) {
                    reached.push(*place);
                }
            }
            current += 1;
        }
        reached
    }

    /// Cuts the transitions to states from which nothing can be executed.
    fn prune(&mut self, reached: &[u32]) {
        let mut before: Vec<Vec<u32>> = vec![Vec::new(); self.group.len()];
        for &state in reached {
            for &to in self.row(state) {
                // What leads to a state more than once stands there in one piece.
                if let Some(before) = before.get_mut(index(to)).filter(|before| before.last() != Some(&state)) {
                    before.push(state);
                }
            }
        }
        let mut useful = vec![false; self.group.len()];
        let executed = |state: &u32| self.group.get(index(*state)).is_some_and(|&group| group != 0);
        let mut waiting: Vec<u32> = reached.iter().copied().filter(executed).collect();
        while let Some(state) = waiting.pop() {
            let is_new = useful.get_mut(index(state)).is_some_and(|useful| !std::mem::replace(useful, true));
            if is_new {
                waiting.extend(before.get(index(state)).into_iter().flatten());
            }
        }
        for to in &mut self.next {
            if useful.get(index(*to)) != Some(&true) {
                *to = 0;
            }
        }
    }

    fn row(&self, state: u32) -> &[u32] {
        let start = index(state) * self.width;
        self.next.get(start..start + self.width).unwrap_or_default()
    }

    /// Walks all paths, shortest first, together with what profiles attach to where there is a group that needs it.
    fn walk(
        &self,
        attachments: &JointAutomaton,
        mut visit: impl FnMut(&[ExecTransition], u32, &dyn Fn() -> Vec<u8>),
    ) -> Result<(), AutomataTooLarge> {
        // One byte for each class of both automata, with the column of the byte in the transitions of this one.
        let mut known = FxHashSet::default();
        let joint = readable().filter(|&byte| byte != 0).filter_map(|byte| {
            let column = self.columns.get(usize::from(byte)).copied()?;
            let theirs = attachments.classes.get(usize::from(byte)).copied()?;
            known.insert((column, theirs)).then_some((byte, usize::from(column)))
        });
        let joint: Vec<(u8, usize)> = joint.collect();
        let start = (self.start, attachments.step(1, b'/'));
        let mut pairs: Vec<((u32, u32), usize, u8)> = vec![(start, usize::MAX, b'/')];
        let mut seen = FxHashSet::from_iter([start]);
        let mut visited = FxHashSet::default();
        let mut current = 0;
        while let Some(&((state, attached), ..)) = pairs.get(current) {
            let group = self.group.get(index(state)).copied().unwrap_or(0);
            if group != 0 && visited.insert((group, attached)) {
                let execs = self.groups.get(group).map(Vec::as_slice).unwrap_or_default();
                visit(execs, attached, &|| path(&pairs, current));
            }
            let next = self.row(state);
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
            if pairs.len() > MAX_PAIRS {
                return Err(AutomataTooLarge);
            }
            current += 1;
        }
        Ok(())
    }
}

/// The outcome of an exec of a file, for its owner and for others.
fn execs(perms: &FilePerms) -> Vec<ExecTransition> {
    let mut execs: Vec<ExecTransition> = Vec::new();
    for half in [&perms.owner, &perms.other] {
        let exec = half.exec.as_ref().filter(|_| half.allow & EXEC != 0);
        execs.extend(exec.filter(|exec| !execs.contains(exec)).cloned());
    }
    execs
}

/// The string that leads to a pair.
fn path(pairs: &[((u32, u32), usize, u8)], at: usize) -> Vec<u8> {
    let before = |&at: &usize| pairs.get(at).map(|&(_, parent, _)| parent);
    let each = std::iter::successors(Some(at), before).filter_map(|at| pairs.get(at)).map(|&(_, _, byte)| byte);
    let mut path: Vec<u8> = each.collect();
    path.reverse();
    path
}

/// A condition on the execs that a walk is about.
type ExecFilter<'a> = &'a dyn Fn(&&ExecTransition) -> bool;

/// Returns the targets of the programs that a profile may execute, each with a shortest path.
pub(super) fn edges(
    nodes: &Nodes<'_>,
    profile: &BlobProfile,
    attachments: &JointAutomaton,
    children: &JointAutomaton,
) -> Result<Vec<(ExecTargets, Vec<u8>)>, AutomataTooLarge> {
    let Some((db, start)) = file_automaton(profile) else { return Ok(Vec::new()) };
    let executable = Executable::new(db, start)?;
    let mut found: Vec<(ExecTargets, Vec<u8>)> = Vec::new();
    let mut known = FxHashSet::default();
    let nobody = JointAutomaton::default();
    let by_attachment =
        |child: bool| move |exec: &&ExecTransition| exec.target == TransitionTarget::Attachment && exec.child == child;
    let plain = |exec: &&ExecTransition| exec.target != TransitionTarget::Attachment;
    let kinds: [(ExecFilter<'_>, &JointAutomaton); 3] =
        [(&plain, &nobody), (&by_attachment(false), attachments), (&by_attachment(true), children)];
    for (concerns, attachments) in kinds {
        if !executable.groups.iter().flatten().any(|exec| concerns(&exec)) {
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
fn leads(
    nodes: &Nodes<'_>,
    profile: &BlobProfile,
    exec: &ExecTransition,
    attachments: &JointAutomaton,
    attached: u32,
) -> Vec<ExecTargets> {
    let unconfined = |kind| ExecTargets { goal: NodeTarget::Node(nodes.unconfined()), kind };
    let fallback = (exec.unconfined && !exec.inherit).then(|| unconfined(EdgeKind::Fallback));
    match &exec.target {
        TransitionTarget::None if exec.unconfined && !exec.inherit => vec![unconfined(EdgeKind::Unconfined)],
        TransitionTarget::None | TransitionTarget::Missing(_) | TransitionTarget::Reserved(_) => Vec::new(),
        TransitionTarget::Named(name) => {
            let stacked = name.strip_prefix(b"&");
            let parts: Vec<&[u8]> = components(stacked.unwrap_or(name)).collect();
            let kind = if stacked.is_some() || parts.len() > 1 { EdgeKind::Stack } else { EdgeKind::Named };
            let mut all: Vec<ExecTargets> =
                parts.into_iter().map(|part| ExecTargets { goal: nodes.goal(profile, part), kind }).collect();
            if all.iter().any(|leads| matches!(leads.goal, NodeTarget::Missing(_))) {
                all.extend(fallback);
            }
            all
        }
        TransitionTarget::Attachment => {
            let kind = if exec.child { EdgeKind::ChildAttachment } else { EdgeKind::Attachment };
            let to =
                attachments.attached(attached).iter().map(|&node| ExecTargets { goal: NodeTarget::Node(node), kind });
            to.chain(fallback.filter(|_| attachments.may_fail(attached))).collect()
        }
    }
}

/// A shortest path that each of the profiles attaches to.
pub(super) fn shortest_paths(attachments: &JointAutomaton) -> FxHashMap<usize, Vec<u8>> {
    let mut found = FxHashMap::default();
    let mut pairs = vec![((1, 0), usize::MAX, 0)];
    let mut seen = FxHashSet::from_iter([1_u32]);
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
