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

use super::graph::Graph;
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
        let successors = Successors::of(&self.graph);
        let mut stack = vec![(StateId::START, successors.get(StateId::START).iter())];
        while let Some((state, rest)) = stack.last_mut() {
            match rest.next() {
                Some(&target) if visited[target] => {}
                Some(&target) => {
                    visited[target] = true;
                    stack.push((target, successors.get(target).iter()));
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
        let successors = Successors::of(&self.graph);
        let weights = successors.weights();
        let mut found: IdVec<StateId, bool> = vec![false; self.len()].into();
        found[StateId::TRAP] = true;
        let mut order = Vec::with_capacity(self.len());
        order.push(StateId::TRAP);
        let mut stack = vec![StateId::START];
        let mut next = Vec::new();
        while let Some(state) = stack.pop() {
            if std::mem::replace(&mut found[state], true) {
                continue;
            }
            order.push(state);
            next.clear();
            next.extend(successors.get(state).iter().filter(|&&target| !found[target]));
            // The last one is taken first; of equals that with the lowest symbol.
            next.reverse();
            next.sort_by_key(|&target| weights[target]);
            stack.extend(&next);
        }
        self.reordered(&order.into())
    }
}

/// The successors of each state, in the order of their first symbols; the trap is left out, others may come repeatedly.
struct Successors {
    states: Vec<StateId>,
    ends: IdVec<StateId, usize>,
}

impl Successors {
    fn of(graph: &Graph) -> Self {
        let mut states = Vec::with_capacity(2 * graph.len());
        let mut ends = IdVec::default();
        for state in graph.states() {
            graph.row(state).append_successors(&mut states);
            ends.push(states.len());
        }
        Self { states, ends }
    }

    fn get(&self, state: StateId) -> &[StateId] {
        let start = if state == StateId::TRAP { 0 } else { self.ends[StateId::new(state.index() - 1)] };
        &self.states[start..self.ends[state]]
    }

    /// The size of the subtree below each state, itself included, in the tree of a depth-first search.
    fn weights(&self) -> IdVec<StateId, u32> {
        let mut weights: IdVec<StateId, u32> = vec![0; self.ends.len()].into();
        weights[StateId::TRAP] = 1;
        weights[StateId::START] = 1;
        let mut path = vec![(StateId::START, self.get(StateId::START).iter())];
        while let Some((state, rest)) = path.last_mut() {
            match rest.next() {
                Some(&target) if weights[target] == 0 => {
                    weights[target] = 1;
                    path.push((target, self.get(target).iter()));
                }
                Some(_) => {}
                None => {
                    let weight = weights[*state];
                    path.pop();
                    if let Some(&(parent, _)) = path.last() {
                        weights[parent] += weight;
                    }
                }
            }
        }
        weights
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
