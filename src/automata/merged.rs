//! Minimal states that automata share.
//!
//! The meaning of a subset depends on the subset alone, so the minimal state that stands for it can be found once, whichever
//! automaton it comes up in. An automaton made of known subsets is then a walk over minimal states, with nothing left to
//! minimise.
//!
//! Subsets are finished in the order in which a depth-first search leaves their cycles (Tarjan), so that everything a cycle leads
//! to outside of itself has its minimal state already. A new state, or cycle of states, may be one of three things:
//!
//! 1. the same as one that it leads to, or as one on the same cycle as such a state. Following both from one pair of states on
//!    proves it or refutes it;
//! 2. the same as an older one that it does not lead to. Then both look the same when the states of the cycle are
//!    numbered in an order that depends on their meaning only;
//! 3. new. The states of a cycle may still be equal to each other; partition refinement merges them before 2.

#![expect(clippy::indexing_slicing, reason = "ids come from the subsets, or are minted here")]

use super::absorb::Absorbs;
use super::cycle::Cycle;
use super::determinise::{SubsetId, Subsets};
use super::graph::{Edge, Graph, Row, State};
use super::ids::{Id, IdVec, ids};
use super::interner::SliceInterner;
use super::minimise::MinimalDfa;
use super::nfa::{Nfa, NfaStateId};
use super::numbers::Numbers;
use super::{Config, LabelId, LabelSetId, StateId, ValueId};
use rustc_hash::FxHashMap;
use std::hash::Hash;

ids! {
    /// The number of a state of a minimal automaton, which holds for all automata.
    pub(super) MergedId;
    /// The number of a value and a row.
    ContentId;
    /// The number of a cycle of several states.
    CycleId;
    /// The place of a subset in the order of visits.
    VisitId;
}

impl State for MergedId {
    const TRAP: Self = Self(0);
}

impl MergedId {
    /// In the place of a minimal state: one whose labels have no meaning can be reached.
    const MEANINGLESS: Self = Self(u32::MAX - 1);
    /// In a row: the state itself.
    const ITSELF: Self = Self(u32::MAX - 2);
}

impl ValueId {
    /// In the place of the value of labels that have no meaning.
    const MEANINGLESS: Self = Self(u32::MAX - 1);
}

/// Minimal states that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Members {
    first: MergedId,
    len: u32,
}

impl Members {
    fn states(self) -> impl Iterator<Item = MergedId> {
        (self.first.index()..).take(self.len as usize).map(MergedId::new)
    }
}

/// The minimal states met so far: no two of them mean the same.
#[derive(Debug)]
pub(super) struct Merged<A> {
    /// The minimal state of each subset; [`Id::UNKNOWN`] until it is found.
    of_subset: IdVec<SubsetId, MergedId>,
    graph: Graph<MergedId>,
    /// The value of each state, as an index into `values`.
    accept: IdVec<MergedId, ValueId>,
    /// The states of the cycle that each state is on; none for others.
    cycle_of: IdVec<MergedId, Members>,
    /// A state's value and row, as [`MergedId::ITSELF`] or with its number; and the state.
    contents: SliceInterner<ContentId, u32>,
    of_content: IdVec<ContentId, MergedId>,
    /// Cycles of several states, and their first states.
    cycles: SliceInterner<CycleId, u32>,
    first_of_cycle: IdVec<CycleId, MergedId>,
    /// The first value is the default one.
    values: IdVec<ValueId, A>,
    value_ids: FxHashMap<A, ValueId>,
    /// The value of each label set; [`Id::UNKNOWN`] until it is asked for, or [`ValueId::MEANINGLESS`].
    of_label_set: IdVec<LabelSetId, ValueId>,
    search: Search,
    numbers: Numbers<MergedId, StateId>,
    words: Vec<u32>,
}

/// A depth-first search that is under way.
#[derive(Debug, Default)]
struct Search {
    /// When each subset was first visited; [`Id::UNKNOWN`] before.
    visited: IdVec<SubsetId, VisitId>,
    visits: usize,
    /// Subsets whose cycle is not complete yet.
    open: Vec<SubsetId>,
    path: Vec<Visit>,
}

#[derive(Clone, Copy, Debug)]
struct Visit {
    subset: SubsetId,
    /// The number of its targets that were followed.
    followed: u32,
    /// The earliest open subset that it leads to.
    low: VisitId,
}

impl<A: Clone + Default + Eq + Hash> Default for Merged<A> {
    fn default() -> Self {
        let mut merged = Self {
            of_subset: IdVec::default(),
            graph: Graph::default(),
            accept: IdVec::default(),
            cycle_of: IdVec::default(),
            contents: SliceInterner::default(),
            of_content: IdVec::default(),
            cycles: SliceInterner::default(),
            first_of_cycle: IdVec::default(),
            values: IdVec::default(),
            value_ids: FxHashMap::default(),
            of_label_set: IdVec::default(),
            search: Search::default(),
            numbers: Numbers::default(),
            words: Vec::new(),
        };
        merged.begin();
        merged
    }
}

impl<A: Clone + Default + Eq + Hash> Merged<A> {
    /// Forgets all, but keeps the memory that it took.
    pub(super) fn clear(&mut self) {
        let Self { of_subset, graph, accept, cycle_of, contents, of_content, cycles, first_of_cycle, .. } = self;
        of_subset.clear();
        graph.clear();
        accept.clear();
        cycle_of.clear();
        contents.clear();
        of_content.clear();
        cycles.clear();
        first_of_cycle.clear();
        self.values.clear();
        self.value_ids.clear();
        self.of_label_set.clear();
        self.search.visited.clear();
        self.begin();
    }

    /// Takes in the trap.
    fn begin(&mut self) {
        let nothing = self.values.push(A::default());
        self.value_ids.insert(A::default(), nothing);
        let row = Row { default: MergedId::TRAP, edges: &[] };
        let trap = self.push(nothing, row, |target: MergedId| target, Members { first: MergedId::TRAP, len: 1 });
        self.remember(nothing, trap);
        self.of_subset.push(trap);
    }

    /// About how many words all of it takes.
    pub(super) fn words(&self) -> usize {
        4 * self.graph.edge_count() + 6 * self.graph.len() + self.contents.total_len() + self.cycles.total_len()
    }

    /// The minimal automaton whose start has these NFA states. `None` where it exceeds the limits, or where a label set that
    /// can be reached has no meaning.
    pub(super) fn automaton(
        &mut self,
        subsets: &mut Subsets,
        nfa: &mut Nfa,
        start: &[NfaStateId],
        absorbs: Absorbs<'_>,
        config: &Config,
        meaning: &mut dyn FnMut(&[LabelId]) -> Option<A>,
    ) -> Option<MinimalDfa<A>> {
        subsets.learn(nfa);
        let start = subsets.state(nfa, start);
        subsets.expanded(nfa, absorbs, start)?;
        self.mean(subsets, start, meaning);
        self.finish(subsets, nfa, absorbs, start, config, meaning)?;
        if self.of_subset[start] == MergedId::MEANINGLESS || self.value(subsets, start) == ValueId::MEANINGLESS {
            return None;
        }
        // The start is a state of its own, whatever it says.
        let mut order = IdVec::from(vec![MergedId::TRAP, MergedId::TRAP]);
        self.numbers.set(MergedId::TRAP, StateId::TRAP);
        let mut graph = Graph::default();
        graph.push_runs(&[]);
        graph.push_renamed(subsets.row(start), |target| self.numbers.number(self.of_subset[target], &mut order));
        while let Some(&state) = order.get(graph.next_state()) {
            graph.push_renamed(self.graph.row(state), |target| self.numbers.number(target, &mut order));
        }
        self.numbers.forget(&order);

        let mut values = IdVec::default();
        let mut local = FxHashMap::default();
        let start_value = self.value(subsets, start);
        let global = order.ids().map(|at| if at == StateId::START { start_value } else { self.accept[order[at]] });
        let mut value_of = |value| *local.entry(value).or_insert_with(|| values.push(self.values[value].clone()));
        let accept = global.map(&mut value_of).collect();
        Some(MinimalDfa::new(graph, accept, values))
    }

    /// Finds the minimal state of a subset, and of all that it leads to. `None` where the limits are exceeded.
    fn finish(
        &mut self,
        subsets: &mut Subsets,
        nfa: &mut Nfa,
        absorbs: Absorbs<'_>,
        root: SubsetId,
        config: &Config,
        meaning: &mut dyn FnMut(&[LabelId]) -> Option<A>,
    ) -> Option<()> {
        self.of_subset.grow(subsets.len(), MergedId::UNKNOWN);
        if self.of_subset[root] != MergedId::UNKNOWN {
            return Some(());
        }
        // What earlier searches visited has minimal states, and is not looked up there.
        self.search.visits = 0;
        self.visit(subsets, root, meaning);
        while let Some(&Visit { subset, followed, low }) = self.search.path.last() {
            if let Some(target) = subsets.target_at(subset, followed) {
                if let Some(visit) = self.search.path.last_mut() {
                    visit.followed += 1;
                }
                self.of_subset.grow(subsets.len(), MergedId::UNKNOWN);
                if self.of_subset[target] != MergedId::UNKNOWN {
                    continue;
                }
                let visited = self.search.visited.get(target).copied().unwrap_or(VisitId::UNKNOWN);
                if visited == VisitId::UNKNOWN {
                    subsets.expanded(nfa, absorbs, target)?;
                    let words = subsets.words() + self.words();
                    if subsets.len() > config.max_states || words > config.max_words {
                        return None;
                    }
                    self.visit(subsets, target, meaning);
                } else if let Some(visit) = self.search.path.last_mut() {
                    visit.low = visit.low.min(visited);
                }
            } else {
                self.search.path.pop();
                if let Some(before) = self.search.path.last_mut() {
                    before.low = before.low.min(low);
                }
                if self.search.visited[subset] == low {
                    let first = self.search.open.iter().rposition(|&open| open == subset).unwrap_or(0);
                    let members = self.search.open.split_off(first);
                    self.merge(subsets, &members);
                }
            }
        }
        Some(())
    }

    fn visit(&mut self, subsets: &Subsets, subset: SubsetId, meaning: &mut dyn FnMut(&[LabelId]) -> Option<A>) {
        self.of_subset.grow(subsets.len(), MergedId::UNKNOWN);
        let Search { visited, visits, open, path } = &mut self.search;
        visited.grow(subsets.len(), VisitId::UNKNOWN);
        let visit = VisitId::new(*visits);
        visited[subset] = visit;
        open.push(subset);
        path.push(Visit { subset, followed: 0, low: visit });
        *visits += 1;

        self.mean(subsets, subset, meaning);
    }

    /// Finds out the value of a subset.
    fn mean(&mut self, subsets: &Subsets, subset: SubsetId, meaning: &mut dyn FnMut(&[LabelId]) -> Option<A>) {
        let set = subsets.label_set(subset);
        self.of_label_set.grow(subsets.label_sets(), ValueId::UNKNOWN);
        if self.of_label_set[set] == ValueId::UNKNOWN {
            self.of_label_set[set] = meaning(subsets.labels(set)).map_or(ValueId::MEANINGLESS, |value| {
                *self.value_ids.entry(value).or_insert_with_key(|value| self.values.push(value.clone()))
            });
        }
    }

    /// The value of a subset.
    fn value(&self, subsets: &Subsets, subset: SubsetId) -> ValueId {
        self.of_label_set[subsets.label_set(subset)]
    }

    /// Finds the minimal states of subsets that all lead to each other, or of one that need not lead to itself.
    fn merge(&mut self, subsets: &Subsets, members: &[SubsetId]) {
        let meaningless = |&member: &SubsetId| {
            self.value(subsets, member) == ValueId::MEANINGLESS
                || subsets.row(member).targets().any(|target| self.of_subset[target] == MergedId::MEANINGLESS)
        };
        if members.iter().any(meaningless) {
            members.iter().for_each(|&member| self.of_subset[member] = MergedId::MEANINGLESS);
        } else if let &[member] = members {
            let (value, row) = (self.value(subsets, member), subsets.row(member));
            let of_subset = std::mem::take(&mut self.of_subset);
            let state = self.one(value, row, |target| (target != member).then(|| of_subset[target]));
            self.of_subset = of_subset;
            self.of_subset[member] = state;
        } else {
            let values = members.iter().map(|&member| self.value(subsets, member));
            let merged = |target| self.of_subset[target];
            let cycle = Cycle::new(members, values, |member| subsets.row(member), merged);
            let states = self.cycle(cycle, members.len());
            for (&member, state) in members.iter().zip(states) {
                self.of_subset[member] = state;
            }
        }
    }

    /// The minimal state with this value and this row; `rename` gives the minimal states for targets, `None` for the state itself.
    fn one<S: State>(&mut self, value: ValueId, row: Row<'_, S>, rename: impl Fn(S) -> Option<MergedId>) -> MergedId {
        let mut words = std::mem::take(&mut self.words);
        let write = |itself: MergedId, words: &mut Vec<u32>| {
            words.clear();
            words.push(value.as_u32());
            row.write_renamed(|target| rename(target).unwrap_or(itself).as_u32(), words);
        };
        let loops = row.runs().find(|run| rename(run.target).is_none());
        let mut found = None;
        if let Some(Edge { first: symbol, .. }) = loops {
            let mut older: Vec<MergedId> = row.targets().filter_map(&rename).chain([MergedId::TRAP]).collect();
            older.sort_unstable();
            let cycles = older.iter().map(|&state| self.cycle_of[state]);
            let mut cycles: Vec<_> = cycles.filter(|cycle| cycle.len > 0).collect();
            cycles.dedup();
            let candidate =
                |&state: &MergedId| self.accept[state] == value && self.graph.row(state).target(symbol) == state;
            found = cycles.into_iter().flat_map(Members::states).filter(candidate).find(|&state| {
                write(state, &mut words);
                self.contents.find_id(&words).map(|id| self.of_content[id]) == Some(state)
            });
        }
        let state = found.unwrap_or_else(|| {
            write(MergedId::ITSELF, &mut words);
            let this = self.graph.next_state();
            let known = self.with_content(&words, this);
            if known == this {
                let cycle = Members { first: this, len: loops.is_some().into() };
                self.push(value, row, |target| rename(target).unwrap_or(this), cycle);
                if loops.is_some() {
                    write(this, &mut words);
                    self.with_content(&words, this);
                }
            }
            known
        });
        self.words = words;
        state
    }

    /// The state with a content; this one if none has it.
    fn with_content(&mut self, words: &[u32], this: MergedId) -> MergedId {
        let (id, new) = self.contents.intern(words);
        if new {
            self.of_content.push(this);
        }
        self.of_content[id]
    }

    /// The minimal states for the `len` states of a cycle.
    fn cycle(&mut self, mut cycle: Cycle, len: usize) -> Vec<MergedId> {
        let mut tried = Vec::new();
        for exit in cycle.exits() {
            let older = self.cycle_of[exit.to];
            if older.len == 0 || tried.contains(&older) {
                continue;
            }
            tried.push(older);
            let mut candidates = older.states().filter(|&state| cycle.may_be(exit, state, &self.graph, &self.accept));
            if let Some(states) = candidates.find_map(|state| cycle.follow(exit.from, state, &self.graph, &self.accept))
            {
                return states;
            }
        }
        let representatives = cycle.merge();
        if let &[alone] = &*representatives {
            // A cycle of one state after all.
            let (value, row) = cycle.state(alone);
            return vec![self.one(value, row, |target| cycle.outside(target)); len];
        }
        let order = cycle.order(&representatives);
        let mut words = std::mem::take(&mut self.words);
        words.clear();
        cycle.write(&order, &mut words);
        let (id, new) = self.cycles.intern(&words);
        self.words = words;
        if new {
            let first = self.graph.next_state();
            self.first_of_cycle.push(first);
            let all = Members { first, len: order.len() as u32 };
            for &state in &order {
                let (value, row) = cycle.state(state);
                let state = self.push(value, row, |target| cycle.renamed(target, first), all);
                self.remember(value, state);
            }
        }
        cycle.all_renamed(self.first_of_cycle[id]).collect()
    }

    /// Adds a state that is not there yet.
    fn push<S: State>(
        &mut self,
        value: ValueId,
        row: Row<'_, S>,
        rename: impl Fn(S) -> MergedId,
        cycle: Members,
    ) -> MergedId {
        let state = self.graph.next_state();
        self.graph.push_renamed(row, rename);
        self.accept.push(value);
        self.cycle_of.push(cycle);
        state
    }

    /// Makes a state known by its content.
    fn remember(&mut self, value: ValueId, state: MergedId) {
        let mut words = vec![value.as_u32()];
        self.graph.row(state).write_renamed(MergedId::as_u32, &mut words);
        let known = self.with_content(&words, state);
        debug_assert!(known == state, "an equal state would have been found");
    }
}
