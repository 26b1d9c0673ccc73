//! Which states to store as a difference from which others.
//!
//! A state inside a broad loop repeats the exceptions of the loop: what `/` leads to, what NUL leads to, the first letters
//! of all the names that go on. Diff-encoding stores only what differs from another such state. The gain is in the size of
//! the tables alone, and it costs steps when matching, so
//!
//! * a state is only encoded against one of smaller depth (distance from the start), or against one of the same depth that
//!   is not encoded itself. So chains have no loops; and since a byte of the input deepens by one at most and each step of
//!   a chain but the last makes shallower, all chains of a match together are no longer than twice its input;
//! * no chain is longer than [`MAX_CHAIN`];
//! * states with fewer cells than the caller says are left alone: most have one, and there is next to nothing to gain;
//! * for each state only a few others are considered: the one that leads to it, and the first and the last that share its
//!   default or one of a few of its transitions. Rows are compared run by run.

#![expect(clippy::indexing_slicing, reason = "state ids come from the graph")]

use super::StateId;
use super::graph::{Graph, Row, SymbolId};
use super::ids::IdVec;
use rustc_hash::FxHashMap;

/// Most states that a lookup visits in place of one, less one.
const MAX_CHAIN: u8 = 3;
/// How many transitions of a state are looked up for candidates.
const SAMPLES: usize = 8;

/// For each state the one that it is to be encoded against, if any; both have at least `fewest` cells.
pub(super) fn plan(graph: &Graph, fewest: u32) -> OfStates<Option<StateId>> {
    let (order, found_from, depth) = breadth_first(graph);
    let mut against: OfStates<Option<StateId>> = vec![None; graph.len()].into();
    let mut chain: OfStates<u8> = vec![0; graph.len()].into();
    // The first and the last state that had a transition: (first symbol, target). The default has the symbol `u16::MAX`.
    let mut having = FxHashMap::<(SymbolId, StateId), (StateId, StateId)>::default();
    let mut candidates = Vec::new();
    for &state in &order {
        let row = graph.row(state);
        let (_, plain) = row.heaviest();
        if plain < fewest {
            continue;
        }
        let stride = row.edges.len().div_ceil(SAMPLES).max(1);
        let samples = row.edges.iter().step_by(stride).map(|edge| (edge.first, edge.target));
        candidates.clear();
        candidates.extend(found_from[state]);
        for sample in samples.chain([(SymbolId::MAX, row.default)]) {
            let (first, last) = having.entry(sample).or_insert((state, state));
            candidates.extend([*first, *last].into_iter().filter(|&candidate| candidate != state));
            *last = state;
        }
        candidates.sort_unstable();
        candidates.dedup();
        let allowed = |&candidate: &StateId| {
            let (length, other) = (chain[candidate], depth[candidate]);
            length < MAX_CHAIN && (other < depth[state] || length == 0)
        };
        // The fewest cells, the shortest chain, the lowest state.
        let mut best = (plain, 0, None);
        for candidate in candidates.iter().copied().filter(allowed) {
            let length = chain[candidate];
            if let Some(cells) = difference(row, graph.row(candidate), best.0)
                && (cells, length, Some(candidate)) < best
            {
                best = (cells, length, Some(candidate));
            }
        }
        if let (_, length, Some(candidate)) = best {
            against[state] = Some(candidate);
            chain[state] = length + 1;
        }
    }
    against
}

/// Something of each state.
type OfStates<T> = IdVec<StateId, T>;

/// The states that can be reached, breadth-first; where each was found from; how far each is from the start.
fn breadth_first(graph: &Graph) -> (Vec<StateId>, OfStates<Option<StateId>>, OfStates<u32>) {
    let mut order = vec![StateId::START];
    let mut found_from: OfStates<_> = vec![None; graph.len()].into();
    let mut depth: OfStates<u32> = vec![0; graph.len()].into();
    let mut next = 0;
    while let Some(&state) = order.get(next) {
        for target in graph.row(state).targets() {
            if target != StateId::START && found_from[target].is_none() {
                found_from[target] = Some(state);
                depth[target] = depth[state] + 1;
                order.push(target);
            }
        }
        next += 1;
    }
    (order, found_from, depth)
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
