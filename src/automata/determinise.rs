//! NFA → DFA: the subset construction.
//!
//! A state of the DFA is a set of states of the NFA, interned. Where a set leads depends on the set alone, so a set that was
//! met before, in this automaton or in another one, has its row already: automata that share many patterns share most of
//! their states, and the construction of one is mostly a walk over what is known.
//!
//! A new row is found in two ways at once. Steps on one byte go to the list of continuations that this byte leads to. Steps on
//! broad sets split the bytes into *groups* that these sets do not tell apart, and a group has the union of the continuations
//! of all sets that contain it. States mostly have the same few broad steps, those of the loops they are in, so all that is
//! remembered. A byte that has steps of its own adds their continuations to the union of its group. Such combinations are
//! looked up; only one never seen before is united into a set.
//!
//! States are made in breadth-first order, so the first state with a label set is one at the end of a shortest input.

#![expect(clippy::indexing_slicing, reason = "symbols and places in lists are in bounds by construction")]

use super::absorb::{Absorber, Absorbs};
use super::builder::most_frequent;
use super::graph::{Edge, Graph, LAST_BYTE, OUT_OF_BAND, Row, State, SymbolId, push_runs};
use super::ids::{Id, IdVec, ids};
use super::interner::{SliceInterner, Word};
use super::nfa::{ContinuationId, Nfa, NfaState, NfaStateId, ReadId, normalise};
use super::numbers::Numbers;
use super::{BuildError, ByteSet, Config, Dfa, LabelId, LabelSetId, StateId};
use rustc_hash::FxHashMap;

ids! {
    /// The number of a set of NFA states.
    pub(super) SubsetId;
    /// The number of a list of broad steps.
    BroadId;
    /// The number of a list of broad sets.
    SplitId;
    /// The number of bytes that are in the same sets.
    GroupId;
    /// The number of a list of continuations.
    ListId;
    /// The number of the union of a list.
    UnionId;
    /// The number of a union with further continuations.
    ExtendedId;
}

impl State for SubsetId {
    /// The subset of no states.
    const TRAP: Self = Self(0);
}

impl UnionId {
    /// The union of no continuations.
    const NOTHING: Self = Self(0);
}

/// Every state of the DFA met so far.
#[derive(Debug)]
pub(super) struct Subsets {
    /// The states: sets of NFA states.
    sets: SliceInterner<SubsetId, NfaStateId>,
    /// For each state, its default and where its edges are in `edges`; the default is [`Id::UNKNOWN`] until they are needed.
    rows: IdVec<SubsetId, (SubsetId, u32, u32)>,
    edges: Vec<Edge<SubsetId>>,
    /// The label set of each state.
    label_set_of: IdVec<SubsetId, LabelSetId>,
    label_sets: SliceInterner<LabelSetId, LabelId>,
    absorber: Absorber,
    memo: Memo,
    numbers: Numbers<SubsetId, StateId>,
    seen: Seen,
    /// Buffers for the row at hand, which are elsewhere while it is made.
    buffers: Option<Box<(Narrow, Scratch)>>,
    /// The labels of a state, kept for its memory.
    accepted: Vec<LabelId>,
}

/// About what a [`Split`] takes.
const SPLIT_WORDS: usize = 64;

/// What was united before. The ids of the interners are the indices of the vectors beside them.
#[derive(Debug, Default)]
struct Memo {
    /// The state for one continuation alone.
    of_continuation: IdVec<ContinuationId, SubsetId>,
    /// Lists of the broad steps (as NFA states) that states have.
    broad: SliceInterner<BroadId, NfaStateId>,
    broad_parts: IdVec<BroadId, Broad>,
    groups: IdVec<GroupId, Group>,
    /// Lists of the continuations of a group, sorted, and their unions, as ids of `sets`.
    lists: SliceInterner<ListId, ContinuationId>,
    unions: IdVec<ListId, UnionId>,
    sets: SliceInterner<UnionId, NfaStateId>,
    /// Lists of broad sets, sorted, and how they split the bytes.
    set_lists: SliceInterner<SplitId, ReadId>,
    splits: IdVec<SplitId, Split>,
    /// A union, followed by the continuations that a byte leads to besides; and the state for it.
    extended: SliceInterner<ExtendedId, u32>,
    states: IdVec<ExtendedId, SubsetId>,
}

/// What a list of broad steps comes to.
#[derive(Clone, Copy, Debug)]
struct Broad {
    split: SplitId,
    /// The first of its groups in [`Memo::groups`].
    groups: GroupId,
}

/// Bytes that are in the same sets.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// The union of its continuations, an id of [`Memo::sets`].
    union: UnionId,
    /// The state for it; [`Id::UNKNOWN`] until it is needed.
    target: SubsetId,
}

impl Memo {
    /// Forgets all, but keeps the memory that it took.
    fn clear(&mut self) {
        let Self { of_continuation, broad, broad_parts, groups, lists, unions, sets, .. } = self;
        of_continuation.clear();
        broad.clear();
        broad_parts.clear();
        groups.clear();
        lists.clear();
        unions.clear();
        sets.clear();
        self.set_lists.clear();
        self.splits.clear();
        self.extended.clear();
        self.states.clear();
    }

    fn words(&self) -> usize {
        self.of_continuation.len()
            + self.broad.total_len()
            + 2 * self.groups.len()
            + self.lists.total_len()
            + self.sets.total_len()
            + self.extended.total_len()
            + SPLIT_WORDS * self.splits.len()
    }
}

/// How some sets split the bytes.
#[derive(Debug)]
struct Split {
    /// Runs of bytes that are in the same sets, with the number of their group; they cover all bytes.
    runs: Vec<(u8, u8, u16)>,
    /// For each group, which of the sets (by place in their list) contain it.
    groups: Vec<Box<[u16]>>,
}

impl Split {
    fn of(sets: &[ByteSet]) -> Self {
        // Each set splits the groups of those before it.
        let mut groups: Vec<Vec<u16>> = vec![Vec::new()];
        let mut group_of = [0; 256];
        for (at, set) in (0..).zip(sets) {
            let mut numbers = vec![[None; 2]; groups.len()];
            let mut split: Vec<Vec<u16>> = Vec::new();
            for (byte, group) in (0..=u8::MAX).zip(&mut group_of) {
                let inside = set.contains(byte);
                *group = *numbers[*group][usize::from(inside)].get_or_insert_with(|| {
                    let mut sets = groups[*group].clone();
                    sets.extend(inside.then_some(at));
                    split.push(sets);
                    split.len() - 1
                });
            }
            groups = split;
        }
        let mut runs: Vec<(u8, u8, u16)> = Vec::new();
        for (byte, group) in (0..=u8::MAX).zip(group_of) {
            let group = group as u16;
            match runs.last_mut() {
                Some((_, last, same)) if *same == group => *last = byte,
                _ => runs.push((byte, byte, group)),
            }
        }
        Self { runs, groups: groups.into_iter().map(Vec::into_boxed_slice).collect() }
    }
}

/// Buffers, kept for their memory.
#[derive(Debug, Default)]
struct Scratch {
    /// The broad steps of a state, as NFA states.
    broad: Vec<NfaStateId>,
    /// The same, sorted: the set that is read, and the continuation.
    steps: Vec<(ReadId, ContinuationId)>,
    /// The sets, and the first step of each.
    sets: Vec<ReadId>,
    starts: Vec<u32>,
    list: Vec<ContinuationId>,
    extended: Vec<u32>,
    extra: Vec<NfaStateId>,
    union: Vec<NfaStateId>,
    runs: Vec<Edge<SubsetId>>,
}

/// The continuations of steps on one symbol: for each symbol a list, in the order of the steps in the state.
#[derive(Debug, Default)]
struct Narrow {
    lists: Vec<Vec<ContinuationId>>,
    /// The bytes whose lists are not empty.
    present: ByteSet,
}

impl Narrow {
    fn clear(&mut self) {
        if self.lists.is_empty() {
            self.lists.resize(usize::from(OUT_OF_BAND) + 1, Vec::new());
        }
        for byte in self.present.iter() {
            self.lists[usize::from(byte)].clear();
        }
        self.lists[usize::from(OUT_OF_BAND)].clear();
        self.present = ByteSet::EMPTY;
    }

    fn push(&mut self, symbol: ReadId, next: ContinuationId) {
        self.lists[symbol.index()].push(next);
        if let Some(byte) = symbol.as_byte() {
            self.present.insert(byte);
        }
    }
}

impl Default for Subsets {
    fn default() -> Self {
        let mut subsets = Self {
            sets: SliceInterner::default(),
            rows: IdVec::default(),
            edges: Vec::new(),
            label_set_of: IdVec::default(),
            label_sets: SliceInterner::default(),
            absorber: Absorber::default(),
            memo: Memo::default(),
            numbers: Numbers::default(),
            seen: Seen::default(),
            buffers: None,
            accepted: Vec::new(),
        };
        subsets.begin();
        subsets
    }
}

impl Subsets {
    /// Forgets all states, but keeps the memory that they took, and what is known of the NFA.
    pub(super) fn clear(&mut self) {
        self.sets.clear();
        self.rows.clear();
        self.edges.clear();
        self.label_set_of.clear();
        self.label_sets.clear();
        self.memo.clear();
        self.begin();
    }

    /// The same when all is forgotten that was known of the NFA.
    pub(super) fn clear_all(&mut self) {
        self.absorber.clear();
        self.clear();
    }

    /// Takes in the trap.
    fn begin(&mut self) {
        self.sets.intern(&[]);
        self.rows.push((SubsetId::TRAP, 0, 0));
        let (unlabelled, _) = self.label_sets.intern(&[]);
        self.label_set_of.push(unlabelled);
        // The union of no continuations.
        self.memo.sets.intern(&[]);
    }

    /// About how many words all of it takes.
    pub(super) fn words(&self) -> usize {
        self.sets.total_len() + 2 * self.edges.len() + 6 * self.rows.len() + self.memo.words()
    }

    /// The automaton whose start has these NFA states.
    pub(super) fn determinise(
        &mut self,
        nfa: &mut Nfa,
        start: &[NfaStateId],
        absorbs: Absorbs<'_>,
        config: &Config,
    ) -> Result<Dfa, BuildError> {
        self.learn(nfa);
        let start = self.state(nfa, start);
        // The start is not to be found by its set: should the automaton come back to it, it comes back to a copy. So the start
        // is only ever the empty input, whose meaning some targets ignore.
        // Not brought back after an error: then all is forgotten.
        let mut numbers = std::mem::take(&mut self.numbers);
        let mut order = IdVec::from(vec![SubsetId::TRAP, start]);
        numbers.set(SubsetId::TRAP, StateId::TRAP);
        let mut graph = Graph::default();
        let mut words = 0;
        while let Some(&state) = order.get(graph.next_state()) {
            let expanded = self.expanded(nfa, absorbs, state);
            expanded.ok_or(BuildError::TooLarge { states: order.len(), labels: Vec::new() })?;
            graph.push_renamed(self.row(state), |target| numbers.number(target, &mut order));
            words += self.sets.get(state).len();
            let labels = || {
                // The latest states show best what keeps growing.
                let latest = order.iter().rev().take(4096);
                let items = latest.flat_map(|&state| self.sets.get(state));
                most_frequent(items.map(|&item| nfa.label_id(nfa.label(item))))
            };
            if order.len() > config.max_states {
                return Err(BuildError::TooManyStates { limit: config.max_states, labels: labels() });
            }
            if (words + 2 * graph.edge_count()).max(self.words()) > config.max_words {
                return Err(BuildError::TooLarge { states: order.len(), labels: labels() });
            }
        }
        numbers.forget(&order);
        self.numbers = numbers;
        let mut sets: IdVec<LabelSetId, Box<[LabelId]>> = IdVec::from(vec![Box::default()]);
        let mut local = FxHashMap::from_iter([(self.label_set_of[SubsetId::TRAP], LabelSetId::new(0))]);
        let sets_of_states = order.iter().map(|&state| {
            let set = self.label_set_of[state];
            *local.entry(set).or_insert_with(|| sets.push(self.labels(set).into()))
        });
        let sets_of_states = sets_of_states.collect();
        Ok(Dfa::new(graph, sets_of_states, sets))
    }

    /// Takes in what is new in the NFA.
    pub(super) fn learn(&mut self, nfa: &mut Nfa) {
        nfa.settle();
        self.absorber.learn(nfa);
    }

    /// How many states there are, the trap included.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many states can be reached from one, which counts itself and the trap. All of them have rows.
    pub(super) fn reachable(&mut self, start: SubsetId) -> usize {
        let mut numbers = std::mem::take(&mut self.numbers);
        let mut order = IdVec::from(vec![SubsetId::TRAP, start]);
        numbers.set(SubsetId::TRAP, StateId::TRAP);
        let mut next = StateId::START;
        while let Some(&state) = order.get(next) {
            for target in self.row(state).targets() {
                numbers.number(target, &mut order);
            }
            next = StateId::new(next.index() + 1);
        }
        numbers.forget(&order);
        self.numbers = numbers;
        order.len()
    }

    /// The row of a state that has one.
    pub(super) fn row(&self, state: SubsetId) -> Row<'_, SubsetId> {
        let (default, first, last) = self.rows[state];
        Row { default, edges: &self.edges[first as usize..last as usize] }
    }

    /// The default and the targets of the edges of a state that has a row.
    pub(super) fn target_at(&self, state: SubsetId, index: u32) -> Option<SubsetId> {
        let row = self.row(state);
        match index.checked_sub(1) {
            None => Some(row.default),
            Some(index) => row.edges.get(index as usize).map(|edge| edge.target),
        }
    }

    /// The number of the label set of a state.
    pub(super) fn label_set(&self, state: SubsetId) -> LabelSetId {
        self.label_set_of[state]
    }

    /// How many label sets there are.
    pub(super) fn label_sets(&self) -> usize {
        self.label_sets.len()
    }

    /// The labels of a set, ascending.
    pub(super) fn labels(&self, set: LabelSetId) -> &[LabelId] {
        self.label_sets.get(set)
    }

    /// Sees to it that a state has a row. `None` when the budget of the NFA is used up.
    pub(super) fn expanded(&mut self, nfa: &mut Nfa, absorbs: Absorbs<'_>, state: SubsetId) -> Option<()> {
        if self.rows[state].0 != SubsetId::UNKNOWN {
            return Some(());
        }
        let mut buffers = self.buffers.take().unwrap_or_default();
        let (narrow, scratch) = &mut *buffers;
        let expanded = self.expand(nfa, absorbs, state, narrow, scratch);
        self.buffers = Some(buffers);
        expanded
    }

    /// The state for a sorted set of NFA states.
    pub(super) fn state(&mut self, nfa: &Nfa, set: &[NfaStateId]) -> SubsetId {
        let (id, new) = self.sets.intern(set);
        if new {
            self.rows.push((SubsetId::UNKNOWN, 0, 0));
            let accepting = set.iter().filter(|&&item| nfa.states[item].read == ReadId::ACCEPT);
            self.accepted.clear();
            self.accepted.extend(accepting.map(|&item| nfa.label_id(nfa.label(item))));
            self.accepted.sort_unstable();
            self.label_set_of.push(self.label_sets.intern(&self.accepted).0);
        }
        id
    }

    /// Computes the row of a state. `None` when the budget of the NFA is used up.
    fn expand(
        &mut self,
        nfa: &mut Nfa,
        absorbs: Absorbs<'_>,
        state: SubsetId,
        narrow: &mut Narrow,
        scratch: &mut Scratch,
    ) -> Option<()> {
        narrow.clear();
        scratch.broad.clear();
        for &item in self.sets.get(state) {
            let NfaState { read, next } = nfa.states[item];
            if read < ReadId::BROAD {
                narrow.push(read, nfa.closed(next)?);
            } else if read < ReadId::ACCEPT {
                scratch.broad.push(item);
            }
        }
        scratch.runs.clear();
        let mut bytes = narrow.present.iter().map(SymbolId::from).peekable();
        if scratch.broad.is_empty() {
            let mut at: SymbolId = 0;
            for byte in bytes {
                if at < byte {
                    scratch.runs.push(Edge { first: at, last: byte - 1, target: SubsetId::TRAP });
                }
                let target = self.target(nfa, absorbs, UnionId::NOTHING, &narrow.lists[usize::from(byte)], scratch);
                scratch.runs.push(Edge { first: byte, last: byte, target });
                at = byte + 1;
            }
            if at <= LAST_BYTE {
                scratch.runs.push(Edge { first: at, last: LAST_BYTE, target: SubsetId::TRAP });
            }
        } else {
            let Broad { split, groups } = self.broad(nfa, absorbs, scratch)?;
            for run in 0..self.memo.splits[split].runs.len() {
                let (first, last, group) = self.memo.splits[split].runs[run];
                let (mut at, last) = (SymbolId::from(first), SymbolId::from(last));
                let group = GroupId::new(groups.index() + usize::from(group));
                while let Some(byte) = bytes.next_if(|&byte| byte <= last) {
                    if at < byte {
                        let target = self.target_of_group(nfa, absorbs, group, scratch);
                        scratch.runs.push(Edge { first: at, last: byte - 1, target });
                    }
                    let union = self.memo.groups[group].union;
                    let target = self.target(nfa, absorbs, union, &narrow.lists[usize::from(byte)], scratch);
                    scratch.runs.push(Edge { first: byte, last: byte, target });
                    at = byte + 1;
                }
                if at <= last {
                    let target = self.target_of_group(nfa, absorbs, group, scratch);
                    scratch.runs.push(Edge { first: at, last, target });
                }
            }
        }
        let out_of_band = &narrow.lists[usize::from(OUT_OF_BAND)];
        if !out_of_band.is_empty() {
            let target = self.target(nfa, absorbs, UnionId::NOTHING, out_of_band, scratch);
            scratch.runs.push(Edge { first: OUT_OF_BAND, last: OUT_OF_BAND, target });
        }
        let first = self.edges.len();
        let default = push_runs(&mut self.edges, &scratch.runs);
        self.rows[state] = (default, first as u32, self.edges.len() as u32);
        Some(())
    }

    /// What the broad steps at hand come to. `None` when the budget of the NFA is used up.
    fn broad(&mut self, nfa: &mut Nfa, absorbs: Absorbs<'_>, scratch: &mut Scratch) -> Option<Broad> {
        let Scratch { broad, steps, sets, starts, .. } = scratch;
        let (id, new) = self.memo.broad.intern(broad);
        if !new {
            return Some(self.memo.broad_parts[id]);
        }
        steps.clear();
        for &item in broad.iter() {
            let NfaState { read, next } = nfa.states[item];
            steps.push((read, nfa.closed(next)?));
        }
        steps.sort_unstable();
        sets.clear();
        starts.clear();
        let mut start = 0;
        for steps in steps.chunk_by(|a, b| a.0 == b.0) {
            sets.push(steps[0].0);
            starts.push(start);
            start += steps.len() as u32;
        }
        starts.push(start);
        let (split, new) = self.memo.set_lists.intern(sets);
        if new {
            let sets: Vec<_> = sets.iter().map(|&read| nfa.set(read)).collect();
            self.memo.splits.push(Split::of(&sets));
        }
        let part = Broad { split, groups: self.memo.groups.next_id() };
        for group in 0..self.memo.splits[split].groups.len() {
            let union = self.union_of_group(nfa, absorbs, split, group, scratch);
            self.memo.groups.push(Group { union, target: SubsetId::UNKNOWN });
        }
        self.memo.broad_parts.push(part);
        Some(part)
    }

    /// The union of the continuations that all bytes of a group lead to.
    fn union_of_group(
        &mut self,
        nfa: &Nfa,
        absorbs: Absorbs<'_>,
        split: SplitId,
        group: usize,
        scratch: &mut Scratch,
    ) -> UnionId {
        let Scratch { steps, starts, list, union, .. } = scratch;
        list.clear();
        for &set in &*self.memo.splits[split].groups[group] {
            let (start, end) = (starts[usize::from(set)], starts[usize::from(set) + 1]);
            list.extend(steps[start as usize..end as usize].iter().map(|&(_, next)| next));
        }
        normalise(list);
        let (id, new) = self.memo.lists.intern(list);
        if new {
            self.seen.unite(nfa, list, union);
            self.absorber.reduce(nfa, absorbs, union);
            self.memo.unions.push(self.memo.sets.intern(union).0);
        }
        self.memo.unions[id]
    }

    /// The state that a byte of a group leads to that has no steps of its own.
    fn target_of_group(&mut self, nfa: &Nfa, absorbs: Absorbs<'_>, group: GroupId, scratch: &mut Scratch) -> SubsetId {
        let Group { union, target } = self.memo.groups[group];
        if target != SubsetId::UNKNOWN {
            return target;
        }
        let target = self.target(nfa, absorbs, union, &[], scratch);
        self.memo.groups[group].target = target;
        target
    }

    /// The state for a union (an id of [`Memo::sets`]) and the continuations of further steps, in their
    /// order.
    fn target(
        &mut self,
        nfa: &Nfa,
        absorbs: Absorbs<'_>,
        united: UnionId,
        further: &[ContinuationId],
        scratch: &mut Scratch,
    ) -> SubsetId {
        let Scratch { extended, extra, union, .. } = scratch;
        if let (UnionId::NOTHING, &[alone]) = (united, further) {
            let known = &mut self.memo.of_continuation;
            if known.len() <= alone.index() {
                known.grow(nfa.continuations(), SubsetId::UNKNOWN);
            }
            if known[alone] == SubsetId::UNKNOWN {
                union.clear();
                union.extend_from_slice(nfa.continuation(alone));
                self.absorber.reduce(nfa, absorbs, union);
                self.memo.of_continuation[alone] = self.state(nfa, union);
            }
            return self.memo.of_continuation[alone];
        }
        extended.clear();
        extended.push(united.word());
        extended.extend(further.iter().map(|&next| next.word()));
        let (id, new) = self.memo.extended.intern(extended);
        if new {
            self.seen.unite(nfa, further, extra);
            merge(self.memo.sets.get(united), extra, union);
            self.absorber.reduce(nfa, absorbs, union);
            let state = self.state(nfa, union);
            self.memo.states.push(state);
        }
        self.memo.states[id]
    }
}

/// Which NFA states a union has already. Continuations overlap so much that sorting them with all duplicates takes most of the
/// time of uniting them.
#[derive(Debug, Default)]
struct Seen {
    /// For each state, the last union that had it.
    by: IdVec<NfaStateId, u32>,
    unions: u32,
}

impl Seen {
    /// The sorted union of continuations.
    fn unite(&mut self, nfa: &Nfa, continuations: &[ContinuationId], union: &mut Vec<NfaStateId>) {
        union.clear();
        if let [alone] = *continuations {
            return union.extend_from_slice(nfa.continuation(alone));
        }
        if self.unions == u32::MAX {
            *self = Self::default();
        }
        self.unions += 1;
        self.by.grow(nfa.states.len(), 0);
        for &continuation in continuations {
            for &state in nfa.continuation(continuation) {
                if std::mem::replace(&mut self.by[state], self.unions) != self.unions {
                    union.push(state);
                }
            }
        }
        union.sort_unstable();
    }
}

/// The union of two sorted lists without duplicates.
fn merge(mut a: &[NfaStateId], mut b: &[NfaStateId], union: &mut Vec<NfaStateId>) {
    union.clear();
    while let (Some((&x, a_rest)), Some((&y, b_rest))) = (a.split_first(), b.split_first()) {
        union.push(x.min(y));
        a = if x <= y { a_rest } else { a };
        b = if y <= x { b_rest } else { b };
    }
    union.extend_from_slice(a);
    union.extend_from_slice(b);
}
