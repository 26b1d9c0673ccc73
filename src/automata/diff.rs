//! Which states to store as a difference from which others.
//!
//! A state inside a broad loop repeats the exceptions of the loop: what `/` leads to, what NUL leads to, the first letters
//! of all the names that go on. Diff-encoding stores only what differs from another such state. The gain is in the size of
//! the tables alone, and each state of a chain costs a look-up, so
//!
//! * a state is only encoded against one that a breadth-first search finds before it, so that chains have no loops. (States that
//!   are nearer to the start would do for that, but of 767,212 cells of one automaton the best of them leave 586,664, and the
//!   best of all states before 61,707.)
//! * no chain is longer than [`MAX_CHAIN`];
//! * states with fewer cells than the caller says are left alone, as are those that would not save as many as it says: most have
//!   one cell, and every look-up in one of them would cost another one;
//! * for each state only a few others are considered: the one that leads to it, the one that its default leads to, those that the
//!   same symbol leads to from the default of the one that leads to it, or from the one that this differs from, and the first
//!   and the last that share its default or one of a few of its transitions. Rows are compared run by run.

#![expect(clippy::indexing_slicing, reason = "state ids come from the graph")]

use super::StateId;
use super::graph::{Graph, Row, SymbolId};
use super::ids::IdVec;
use rustc_hash::FxHashMap;

/// Most states that a lookup visits in place of one, less one.
const MAX_CHAIN: u8 = 4;
/// How many transitions of a state are looked up for candidates.
const SAMPLES: usize = 8;

/// Which differences are worth storing.
#[derive(Clone, Copy)]
pub(super) struct Worth {
    /// The fewest cells of a state, and of the one that it is encoded against.
    pub(super) cells: u32,
    /// The fewest cells that are saved, at least one.
    pub(super) saving: u32,
}

/// The state that each is to be encoded against, if any.
pub(super) fn plan(graph: &Graph, worth: Worth) -> OfStates<Option<StateId>> {
    let (order, found_from) = breadth_first(graph);
    let mut against: OfStates<Option<StateId>> = vec![None; graph.len()].into();
    let mut chain: OfStates<u8> = vec![0; graph.len()].into();
    // The first and the last state that had a transition: (first symbol, target). The default has the symbol `u16::MAX`.
    let mut having = FxHashMap::<(SymbolId, StateId), (StateId, StateId)>::default();
    let mut candidates = Vec::new();
    // The states before the current one, but for those that are left alone.
    let mut is_done: OfStates<bool> = vec![false; graph.len()].into();
    for &state in &order {
        let row = graph.row(state);
        let (_, plain) = row.heaviest();
        if plain < worth.cells {
            continue;
        }
        let stride = row.edges.len().div_ceil(SAMPLES).max(1);
        let samples = row.edges.iter().step_by(stride).map(|edge| (edge.first, edge.target));
        candidates.clear();
        candidates.push(row.heaviest().0);
        if let Some((parent, symbol)) = found_from[state] {
            candidates.push(parent);
            // In a loop these have come as far on the same way, with less before it.
            if let Some(symbol) = symbol {
                let backs = [Some(graph.row(parent).heaviest().0), against[parent]].into_iter().flatten();
                candidates.extend(backs.map(|back| graph.row(back).target(symbol)));
            }
        }
        for sample in samples.chain([(SymbolId::MAX, row.default)]) {
            let (first, last) = having.entry(sample).or_insert((state, state));
            candidates.extend([*first, *last]);
            *last = state;
        }
        candidates.sort_unstable();
        candidates.dedup();
        let allowed = |&candidate: &StateId| is_done[candidate] && chain[candidate] < MAX_CHAIN;
        // The fewest cells, the shortest chain, the lowest state.
        let mut best = ((plain + 1).saturating_sub(worth.saving), 0, None);
        for candidate in candidates.iter().copied().filter(allowed) {
            let length = chain[candidate];
            if let Some(cells) = difference(row, graph.row(candidate), best.0)
                && (cells, length, Some(candidate)) < best
            {
                best = (cells, length, Some(candidate));
            }
        }
        is_done[state] = true;
        if let (_, length, Some(candidate)) = best {
            against[state] = Some(candidate);
            chain[state] = length + 1;
        }
    }
    against
}

/// Something of each state.
type OfStates<T> = IdVec<StateId, T>;

/// From where a state was found first, and the first symbol of the run that led to it, unless that is the default.
type Found = (StateId, Option<SymbolId>);

/// The states that can be reached, breadth-first; where each was found from.
fn breadth_first(graph: &Graph) -> (Vec<StateId>, OfStates<Option<Found>>) {
    let mut order = vec![StateId::START];
    let mut found_from: OfStates<_> = vec![None; graph.len()].into();
    let mut next = 0;
    while let Some(&state) = order.get(next) {
        let row = graph.row(state);
        let edges = row.edges.iter().map(|edge| (edge.target, Some(edge.first)));
        for (target, symbol) in std::iter::once((row.default, None)).chain(edges) {
            if target > StateId::START && found_from[target].is_none() {
                found_from[target] = Some((state, symbol));
                order.push(target);
            }
        }
        next += 1;
    }
    (order, found_from)
}

/// How many bytes the two rows send to different states, unless it is more than `limit`. The out-of-band symbol does not count:
/// it needs a cell of its own whatever the other row says.
fn difference(a: Row<'_>, b: Row<'_>, limit: u32) -> Option<u32> {
    let mut bytes = 0;
    for run in a.differences(b) {
        bytes += run.weight();
        if bytes > limit {
            return None;
        }
    }
    Some(bytes)
}
