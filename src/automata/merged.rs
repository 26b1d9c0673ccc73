//! Minimal states that automata share.
//!
//! What a subset means depends on the subset alone, so the minimal state that stands for it can be found once, whichever
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
use super::determinise::Subsets;
use super::graph::{Edge, Graph, Row};
use super::interner::SliceInterner;
use super::minimise::MinimalDfa;
use super::nfa::{Nfa, NfaStateId};
use super::numbers::{Numbers, UNKNOWN};
use super::{Config, LabelId, StateId};
use rustc_hash::FxHashMap;
use std::hash::Hash;
use std::ops::Range;

/// A state of a minimal automaton, as a number that holds for all automata.
pub(super) type MergedId = u32;

/// The state from which nothing matches.
pub(super) const TRAP: MergedId = 0;
/// In the place of a minimal state: one whose labels have no meaning can be reached.
const MEANINGLESS: MergedId = u32::MAX - 1;
/// In a row: the state itself.
const ITSELF: u32 = u32::MAX - 2;

/// The minimal states met so far: no two of them mean the same.
#[derive(Debug)]
pub(super) struct Merged<A> {
    /// The minimal state of each subset; [`UNKNOWN`] until it is found.
    of_subset: Vec<MergedId>,
    graph: Graph,
    /// The value of each state, as an index into `values`.
    accept: Vec<u32>,
    /// The states of the cycle that each state is on; none for others.
    cycle_of: Vec<Range<MergedId>>,
    /// A state's value and row, as [`ITSELF`] or with its number; and the state.
    says: SliceInterner,
    who_says: Vec<MergedId>,
    /// Cycles of several states, and their first states.
    cycles: SliceInterner,
    first_of_cycle: Vec<MergedId>,
    /// The first value is the default one.
    values: Vec<A>,
    value_ids: FxHashMap<A, u32>,
    /// The value of each label set; [`UNKNOWN`] until it is asked for, or [`MEANINGLESS`].
    of_label_set: Vec<u32>,
    search: Search,
    numbers: Numbers,
    words: Vec<u32>,
}

/// A depth-first search that is under way.
#[derive(Debug, Default)]
struct Search {
    /// When each subset was first visited; [`UNKNOWN`] before.
    visited: Vec<u32>,
    visits: u32,
    /// Subsets whose cycle is not complete yet.
    open: Vec<u32>,
    path: Vec<Visit>,
}

#[derive(Clone, Copy, Debug)]
struct Visit {
    subset: u32,
    /// How many of its targets were followed.
    followed: u32,
    /// The earliest open subset that it leads to.
    low: u32,
}

impl<A: Clone + Default + Eq + Hash> Default for Merged<A> {
    fn default() -> Self {
        let mut merged = Self {
            of_subset: vec![TRAP],
            graph: Graph::default(),
            accept: Vec::new(),
            cycle_of: Vec::new(),
            says: SliceInterner::default(),
            who_says: Vec::new(),
            cycles: SliceInterner::default(),
            first_of_cycle: Vec::new(),
            values: vec![A::default()],
            value_ids: FxHashMap::from_iter([(A::default(), 0)]),
            of_label_set: Vec::new(),
            search: Search::default(),
            numbers: Numbers::default(),
            words: Vec::new(),
        };
        merged.push(0, Row { default: TRAP, edges: &[] }, |target| target, TRAP..TRAP + 1);
        merged
    }
}

impl<A: Clone + Default + Eq + Hash> Merged<A> {
    /// About how many words all of it takes.
    pub(super) fn words(&self) -> usize {
        4 * self.graph.edge_count() + 6 * self.graph.len() + self.says.total_len() + self.cycles.total_len()
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
        if self.of_subset[start as usize] == MEANINGLESS || self.value(subsets, start) == MEANINGLESS {
            return None;
        }
        // The start is a state of its own, whatever it says.
        let mut order = vec![TRAP, TRAP];
        self.numbers.set(TRAP, 0);
        let mut graph = Graph::default();
        graph.push_renamed(self.graph.row(TRAP), |target| target);
        let row = subsets.row(start);
        let merged = |target: u32| self.of_subset[target as usize];
        for target in row.successors().map(merged).filter(|&target| target != TRAP) {
            self.numbers.number(target, &mut order);
        }
        graph.push_renamed(row, |target| self.numbers.get(merged(target)));
        while let Some(&state) = order.get(graph.len()) {
            let row = self.graph.row(state);
            for target in row.successors() {
                self.numbers.number(target, &mut order);
            }
            graph.push_renamed(row, |target| self.numbers.get(target));
        }
        self.numbers.forget(&order);

        let mut values = vec![A::default()];
        let mut local = FxHashMap::from_iter([(0, 0)]);
        let start_value = self.value(subsets, start);
        let global = order.iter().enumerate().map(|(at, &state)| match at {
            1 => start_value,
            _ => self.accept[state as usize],
        });
        let accept = global.map(|value| {
            *local.entry(value).or_insert_with(|| {
                values.push(self.values[value as usize].clone());
                values.len() as u32 - 1
            })
        });
        let accept = accept.collect();
        Some(MinimalDfa::new(graph, accept, values))
    }

    /// Finds the minimal state of a subset, and of all that it leads to. `None` where the limits are exceeded.
    fn finish(
        &mut self,
        subsets: &mut Subsets,
        nfa: &mut Nfa,
        absorbs: Absorbs<'_>,
        root: u32,
        config: &Config,
        meaning: &mut dyn FnMut(&[LabelId]) -> Option<A>,
    ) -> Option<()> {
        self.of_subset.resize(subsets.len(), UNKNOWN);
        if self.of_subset[root as usize] != UNKNOWN {
            return Some(());
        }
        // After an error it may not be empty.
        self.search = Search { visited: std::mem::take(&mut self.search.visited), ..Search::default() };
        self.search.visited.clear();
        self.visit(subsets, root, meaning);
        while let Some(&Visit { subset, followed, low }) = self.search.path.last() {
            if let Some(target) = subsets.target_at(subset, followed) {
                if let Some(visit) = self.search.path.last_mut() {
                    visit.followed += 1;
                }
                if self.of_subset.len() <= target as usize {
                    self.of_subset.resize(subsets.len(), UNKNOWN);
                }
                if self.of_subset[target as usize] != UNKNOWN {
                    continue;
                }
                let visited = self.search.visited.get(target as usize).copied().unwrap_or(UNKNOWN);
                if visited == UNKNOWN {
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
                if self.search.visited[subset as usize] == low {
                    let first = self.search.open.iter().rposition(|&open| open == subset).unwrap_or(0);
                    let members = self.search.open.split_off(first);
                    self.merge(subsets, &members);
                }
            }
        }
        Some(())
    }

    fn visit(&mut self, subsets: &Subsets, subset: u32, meaning: &mut dyn FnMut(&[LabelId]) -> Option<A>) {
        self.of_subset.resize(subsets.len(), UNKNOWN);
        let Search { visited, visits, open, path } = &mut self.search;
        visited.resize(subsets.len(), UNKNOWN);
        visited[subset as usize] = *visits;
        open.push(subset);
        path.push(Visit { subset, followed: 0, low: *visits });
        *visits += 1;

        self.mean(subsets, subset, meaning);
    }

    /// Finds out the value of a subset.
    fn mean(&mut self, subsets: &Subsets, subset: u32, meaning: &mut dyn FnMut(&[LabelId]) -> Option<A>) {
        let set = subsets.label_set(subset);
        if self.of_label_set.len() <= set as usize {
            self.of_label_set.resize(subsets.label_sets(), UNKNOWN);
        }
        if self.of_label_set[set as usize] == UNKNOWN {
            let labels: Vec<LabelId> = subsets.labels(set).collect();
            self.of_label_set[set as usize] = meaning(&labels).map_or(MEANINGLESS, |value| {
                *self.value_ids.entry(value).or_insert_with_key(|value| {
                    self.values.push(value.clone());
                    self.values.len() as u32 - 1
                })
            });
        }
    }

    /// The value of a subset.
    fn value(&self, subsets: &Subsets, subset: u32) -> u32 {
        self.of_label_set[subsets.label_set(subset) as usize]
    }

    /// Finds the minimal states of subsets that all lead to each other, or of one that need not lead to itself.
    fn merge(&mut self, subsets: &Subsets, members: &[u32]) {
        let meaningless = |&member: &u32| {
            self.value(subsets, member) == MEANINGLESS
                || subsets.row(member).targets().any(|target| self.of_subset[target as usize] == MEANINGLESS)
        };
        if members.iter().any(meaningless) {
            members.iter().for_each(|&member| self.of_subset[member as usize] = MEANINGLESS);
        } else if let &[member] = members {
            let (value, row) = (self.value(subsets, member), subsets.row(member));
            let of_subset = std::mem::take(&mut self.of_subset);
            let state = self.one(value, row, |target| (target != member).then(|| of_subset[target as usize]));
            self.of_subset = of_subset;
            self.of_subset[member as usize] = state;
        } else {
            let values = members.iter().map(|&member| self.value(subsets, member));
            let merged = |target| self.of_subset[target as usize];
            let cycle = Cycle::new(members, values, |member| subsets.row(member), merged);
            let states = self.cycle(cycle, members.len());
            for (&member, state) in members.iter().zip(states) {
                self.of_subset[member as usize] = state;
            }
        }
    }

    /// The minimal state with this value and this row; `rename` gives the minimal states for targets, `None` for the state itself.
    fn one(&mut self, value: u32, row: Row<'_>, rename: impl Fn(u32) -> Option<MergedId>) -> MergedId {
        let mut words = std::mem::take(&mut self.words);
        let mut write = |itself: u32| {
            words.clear();
            words.push(value);
            row.write_renamed(|target| rename(target).unwrap_or(itself), &mut words);
            self.says.find_id(&words).map(|id| self.who_says[id as usize])
        };
        let loops = row.runs().find(|run| rename(run.target).is_none());
        let mut found = None;
        if let Some(Edge { first: symbol, .. }) = loops {
            let mut older: Vec<MergedId> = row.targets().filter_map(&rename).chain([TRAP]).collect();
            older.sort_unstable();
            let cycles = older.iter().map(|&state| self.cycle_of[state as usize].clone());
            let mut cycles: Vec<_> = cycles.filter(|cycle| !cycle.is_empty()).collect();
            cycles.dedup();
            let candidate = |&state: &MergedId| {
                self.accept[state as usize] == value && self.graph.row(state).target(symbol) == state
            };
            found = cycles.into_iter().flatten().filter(candidate).find(|&state| write(state) == Some(state));
        }
        let loops = loops.is_some();
        let state = found.or_else(|| write(ITSELF)).unwrap_or_else(|| {
            let this = self.graph.len() as MergedId;
            if loops {
                self.says.intern(&words);
                self.who_says.push(this);
            }
            self.push(value, row, |target| rename(target).unwrap_or(this), this..this + MergedId::from(loops));
            this
        });
        self.words = words;
        state
    }

    /// The minimal states for the `len` states of a cycle.
    fn cycle(&mut self, mut cycle: Cycle, len: usize) -> Vec<MergedId> {
        let mut tried = Vec::new();
        for exit in cycle.exits() {
            let older = &self.cycle_of[exit.to as usize];
            if older.is_empty() || tried.contains(older) {
                continue;
            }
            tried.push(older.clone());
            let mut candidates = older.clone().filter(|&state| cycle.may_be(exit, state, &self.graph, &self.accept));
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
            let first = self.graph.len() as MergedId;
            self.first_of_cycle.push(first);
            for &state in &order {
                let (value, row) = cycle.state(state);
                let all = first..first + order.len() as MergedId;
                self.push(value, row, |target| cycle.renamed(target, first), all);
            }
        }
        cycle.all_renamed(self.first_of_cycle[id as usize]).collect()
    }

    /// Adds a state that is not there yet.
    fn push(&mut self, value: u32, row: Row<'_>, rename: impl Fn(u32) -> MergedId, cycle: Range<MergedId>) {
        let state = self.graph.len() as MergedId;
        self.graph.push_renamed(row, rename);
        self.accept.push(value);
        self.cycle_of.push(cycle);
        let mut words = vec![value];
        self.graph.row(state).write_renamed(|target| target, &mut words);
        let (_, new) = self.says.intern(&words);
        debug_assert!(new, "an equal state would have been found");
        if new {
            self.who_says.push(state);
        }
    }
}

const _: () = assert!(StateId::TRAP.0 == TRAP);
