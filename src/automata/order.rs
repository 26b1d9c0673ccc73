//! State numbers with a meaning.
//!
//! A matcher that wants to know where an input first went round a loop may do so by comparing state numbers, as the kernel
//! does to find out how specific a match is (`leftmatch_fb`, beside the matchers of [`tables`](super::tables)): a step to a
//! lower number, or to the same, may close a loop. With numbers in reverse postorder of a depth-first search this is exact: among all edges
//! only back edges, which close a loop of the search tree, do not ascend.

#![expect(clippy::indexing_slicing, reason = "state ids come from the automaton")]

use super::ids::IdVec;
use super::{MinimalDfa, StateId};

impl<A> MinimalDfa<A> {
    /// Renumbers the states in reverse postorder of a depth-first search from the start, out-of-band transitions included.
    /// Trap and start keep their numbers.
    #[must_use]
    pub fn renumber_reverse_postorder(self) -> Self {
        let mut visited: IdVec<StateId, bool> = vec![false; self.len()].into();
        visited[StateId::TRAP] = true;
        visited[StateId::START] = true;
        let mut postorder = Vec::with_capacity(self.len());
        let mut stack = vec![(StateId::START, self.successors(StateId::START))];
        while let Some((state, successors)) = stack.last_mut() {
            match successors.next() {
                Some(target) if visited[target] => {}
                Some(target) => {
                    visited[target] = true;
                    stack.push((target, self.successors(target)));
                }
                None => {
                    postorder.push(*state);
                    stack.pop();
                }
            }
        }
        postorder.push(StateId::TRAP);
        postorder.reverse();
        self.reordered(&postorder.into())
    }

    fn successors(&self, state: StateId) -> std::vec::IntoIter<StateId> {
        self.graph.row(state).successors().collect::<Vec<_>>().into_iter()
    }
}
