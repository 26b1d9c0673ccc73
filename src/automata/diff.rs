//! Chooses the states that are stored as a difference from others.
//!
//! A state inside a broad loop repeats the exceptions of the loop: what `/` leads to, what NUL leads to, the first letters
//! of all the names that go on. Diff-encoding stores only what differs from another such state. The gain is in the size of
//! the tables alone, and each state of a chain costs a look-up, so
//!
//! * a state is only encoded against one that a breadth-first search finds before it, so that chains have no loops. (States that
//!   are nearer to the start would do for that, but of 767,212 cells of one automaton the best of them leave 586,664, and the
//!   best of all states before 61,707.)
//! * no chain is longer than [`MAX_CHAIN`], and beyond [`SHORT_CHAIN`] only differences that save much lengthen one. Otherwise
//!   small differences use up the chains that large ones need;
//! * states with fewer cells than the caller says are left alone, as are those that would not save as many as it says: most have
//!   one cell, and every look-up in one of them would cost another one;
//! * for each state only a few others are considered: the one that leads to it, the one that its default leads to, those that the
//!   same symbol leads to from the default of the one that leads to it, or from the one that this differs from, and the first
//!   and the last that share its default or one of a few of its transitions. Rows are compared run by run.

#![expect(clippy::indexing_slicing, reason = "state ids come from the graph")]

use super::StateId;
use super::graph::{Edge, Graph, Row, SymbolId};
use super::ids::IdVec;
use rustc_hash::FxHashMap;

/// The maximum number of differences in a row, so that a look-up visits at most one state more than that.
const MAX_CHAIN: u8 = 6;
/// The length up to which any difference that is worth storing may lengthen a chain.
const SHORT_CHAIN: u8 = 2;
/// The number of cells that a difference beyond [`SHORT_CHAIN`] saves at least.
const LARGE_SAVING: u32 = 8;
/// The number of transitions of a state that are looked up for candidates.
const SAMPLES: usize = 8;

/// The differences that are worth storing.
#[derive(Clone, Copy)]
pub(super) struct Worth {
    /// The fewest cells of a state, and of the one that it is encoded against.
    pub(super) cells: u32,
    /// The fewest cells that are saved, at least one.
    pub(super) saving: u32,
}

/// The state that each is to be encoded against, if any.
///
/// `heaviest` are the target of most bytes of each state, and how many bytes lead elsewhere.
pub(super) fn plan(graph: &Graph, heaviest: &OfStates<(StateId, u32)>, worth: Worth) -> OfStates<Option<StateId>> {
    let (order, found_from) = breadth_first(graph);
    let mut against: OfStates<Option<StateId>> = vec![None; graph.len()].into();
    let mut chain: OfStates<u8> = vec![0; graph.len()].into();
    // The first and the last state that had a transition: (first symbol, target), or this default.
    let mut having = FxHashMap::<(SymbolId, StateId), (StateId, StateId)>::default();
    let mut with_default: OfStates<Option<(StateId, StateId)>> = vec![None; graph.len()].into();
    // How many bytes of each state lead elsewhere than its row's default. Later states are not asked about.
    let mut edge_bytes: OfStates<u32> = vec![0; graph.len()].into();
    let mut candidates = Vec::new();
    // The states before the current one, but for those that are left alone.
    let mut is_done: OfStates<bool> = vec![false; graph.len()].into();
    for &state in &order {
        let row = graph.row(state);
        let (heavy, plain) = heaviest[state];
        if plain < worth.cells {
            continue;
        }
        let stride = row.edges.len().div_ceil(SAMPLES).max(1);
        let samples = row.edges.iter().step_by(stride).map(|edge| (edge.first, edge.target));
        candidates.clear();
        let mut suggest = |candidate: StateId| {
            if is_done[candidate] && chain[candidate] < MAX_CHAIN && !candidates.contains(&candidate) {
                candidates.push(candidate);
            }
        };
        suggest(heavy);
        if let Some((parent, symbol)) = found_from[state] {
            suggest(parent);
            // In a loop these have come as far on the same way, with less before it.
            if let Some(symbol) = symbol {
                let backs = [Some(heaviest[parent].0), against[parent]].into_iter().flatten();
                backs.for_each(|back| suggest(graph.row(back).target(symbol)));
            }
        }
        for sample in samples {
            let (first, last) = having.entry(sample).or_insert((state, state));
            suggest(*first);
            suggest(std::mem::replace(last, state));
        }
        let (first, last) = with_default[row.default].get_or_insert((state, state));
        suggest(*first);
        suggest(std::mem::replace(last, state));
        edge_bytes[state] = row.edges.iter().map(Edge::weight).sum();
        // The fewest cells, the shortest chain, the lowest state.
        let mut best = (u32::MAX, 0, None);
        for &candidate in &candidates {
            let (length, other) = (chain[candidate], graph.row(candidate));
            let saving = if length < SHORT_CHAIN { worth.saving } else { worth.saving.max(LARGE_SAVING) };
            let Some(limit) = plain.checked_sub(saving) else { continue };
            let limit = limit.min(best.0);
            if least(row, edge_bytes[state], other, edge_bytes[candidate]) > limit {
                continue;
            }
            if let Some(cells) = difference(row, other, limit)
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

/// The fewest bytes that two rows may send to different states, by their defaults and how many bytes lead elsewhere.
fn least(a: Row<'_>, a_bytes: u32, b: Row<'_>, b_bytes: u32) -> u32 {
    if a.default == b.default { a_bytes.abs_diff(b_bytes) } else { 256_u32.saturating_sub(a_bytes + b_bytes) }
}

/// Returns the number of bytes that the two rows send to different states, unless it is more than `limit`. The out-of-band symbol does not count:
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
