//! State numbers: for walks that touch little memory, and with a meaning.
//!
//! A state's number is its place in the tables, and rows are packed in the order of the numbers. So states that a walk visits one after
//! another lie side by side when their numbers do: [`MinimalDfa::renumber_depth_first`] follows what most inputs have to do.
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

    /// Renumbers the states as a depth-first search finds them that follows the transition with most states below it first: states
    /// that a walk is likely to visit one after another get numbers one after another. Trap and start keep their numbers.
    #[must_use]
    pub fn renumber_depth_first(self) -> Self {
        let weights = self.weights();
        let mut found: IdVec<StateId, bool> = vec![false; self.len()].into();
        found[StateId::TRAP] = true;
        let mut order = vec![StateId::TRAP];
        let mut stack = vec![StateId::START];
        let mut next = Vec::new();
        while let Some(state) = stack.pop() {
            if std::mem::replace(&mut found[state], true) {
                continue;
            }
            order.push(state);
            next.clear();
            next.extend(self.graph.row(state).successors().filter(|&target| !found[target]));
            // The last one is taken first; of equals that with the lowest symbol.
            next.reverse();
            next.sort_by_key(|&target| weights[target]);
            stack.extend(&next);
        }
        self.reordered(&order.into())
    }

    /// The size of the subtree below each state, itself included, in the tree of a depth-first search.
    fn weights(&self) -> IdVec<StateId, u32> {
        let mut weights: IdVec<StateId, u32> = vec![0; self.len()].into();
        weights[StateId::TRAP] = 1;
        // States to visit, each with the one that it was found from, and states to leave when all below them are visited.
        let mut stack = vec![(StateId::START, StateId::TRAP, false)];
        while let Some((state, parent, is_left)) = stack.pop() {
            if is_left {
                let weight = weights[state];
                weights[parent] += weight;
            } else if weights[state] == 0 {
                weights[state] = 1;
                stack.push((state, parent, true));
                let first = stack.len();
                stack.extend(
                    self.graph.row(state).successors().filter(|&to| weights[to] == 0).map(|to| (to, state, false)),
                );
                stack[first..].reverse();
            }
        }
        weights
    }

    fn successors(&self, state: StateId) -> std::vec::IntoIter<StateId> {
        self.graph.row(state).successors().collect::<Vec<_>>().into_iter()
    }
}

#[cfg(test)]
mod tests {
    use crate::automata::{Builder, Config, LabelId, Pattern};

    #[test]
    fn depth_first_numbers_follow_the_heaviest_way() {
        let mut builder = Builder::new(Config::default());
        ["/ab", "/cdefg", "/cx"].iter().for_each(|text| builder.add(&Pattern::literal(text), LabelId::new(0)));
        let dfa = builder.build().unwrap().classify(|labels| Ok::<_, ()>(labels.len())).unwrap().minimise();
        let dfa = dfa.renumber_depth_first();
        let numbers = |text: &str| (1..=text.len()).map(|end| dfa.walk(&text.as_bytes()[..end]).0).collect::<Vec<_>>();
        // All of the longest name, then what is left of the others; all ends are one state.
        assert_eq!(numbers("/cdefg"), [2, 3, 4, 5, 6, 7]);
        assert_eq!(numbers("/ab"), [2, 8, 7]);
        assert_eq!(numbers("/cx"), [2, 3, 7]);
    }
}
