//! Many strings as a tree, walked through an automaton together.

use crate::automata::{Symbol, Tables};

/// Strings with numbers, such as the names of all nodes.
#[derive(Default)]
pub(super) struct StringTree {
    strings: Vec<Vec<u8>>,
    branches: Vec<Branch>,
}

/// A beginning that some strings have in common.
#[derive(Default)]
struct Branch {
    next: Vec<(u8, usize)>,
    /// The numbers of the strings that end here.
    ends: Vec<usize>,
}

impl StringTree {
    /// A tree of strings, which get their indices as numbers.
    pub(super) fn new(strings: Vec<Vec<u8>>) -> StringTree {
        let mut branches = vec![Branch::default()];
        for (number, string) in strings.iter().enumerate() {
            let mut at = 0;
            for &byte in string {
                let count = branches.len();
                let Some(branch) = branches.get_mut(at) else { break };
                at = match branch.next.iter().find(|(known, _)| *known == byte) {
                    Some(&(_, next)) => next,
                    None => {
                        branch.next.push((byte, count));
                        branches.push(Branch::default());
                        count
                    }
                };
            }
            branches.get_mut(at).into_iter().for_each(|branch| branch.ends.push(number));
        }
        StringTree { strings, branches }
    }

    /// The number of strings.
    pub(super) fn len(&self) -> usize {
        self.strings.len()
    }

    /// The string of a number.
    pub(super) fn string(&self, number: usize) -> &[u8] {
        self.strings.get(number).map(Vec::as_slice).unwrap_or_default()
    }

    /// Calls `end` with each string that leads somewhere from any of the states, and with the states that it leads to.
    pub(super) fn walk(&self, dfa: &Tables, states: Vec<u32>, mut end: impl FnMut(usize, &[u32])) {
        let mut waiting = vec![(0, states)];
        while let Some((at, states)) = waiting.pop() {
            let Some(branch) = self.branches.get(at) else { continue };
            for &number in &branch.ends {
                end(number, &states);
            }
            for &(byte, next) in &branch.next {
                let mut to: Vec<u32> = states.iter().map(|&state| dfa.step(state, Symbol::Byte(byte))).collect();
                to.sort_unstable();
                to.dedup();
                to.retain(|&state| state != 0);
                if !to.is_empty() {
                    waiting.push((next, to));
                }
            }
        }
    }
}
