//! Patterns → NFA, from right to left.
//!
//! A state of the NFA is either *accept with this label* or *read one symbol of this set, then go on with that
//! continuation*, and a **continuation** is a set of such states. States are interned by what they are, continuations by
//! what they contain. Building a pattern means putting it in front of a continuation, beginning with its last part; so
//! whatever ends in the same way, with the same label, ends in the same states, no matter which pattern it stands in and
//! in what order the patterns came. This is the partial-derivative automaton of all patterns together, and it makes a
//! separate pass that factors out common suffixes pointless.
//!
//! ```text
//! /a/x → 1    /b/x → 1    /b/* → 2        (arrows name labels)
//!
//!   accept 1 ◄─ x ◄─ / ◄─┬─ a ◄─┬─ / ◄── start
//!                        └─ b ◄─┤
//!   accept 2 ◄─ * ◄─ / ◄─── b ◄─┘
//! ```
//!
//! A loop needs a continuation that contains itself. It gets its number first and its contents when the body has been
//! built; whoever needs the contents in between takes an [`NfaState::Enter`] in their place, and
//! [`Continuations::close`] resolves those at the end. (Only bodies that may end in something optional need them.)

#![expect(clippy::indexing_slicing, reason = "all ids are minted in this module")]

use super::interner::SliceInterner;
use super::{ByteSet, LabelId, Pattern};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Deepest nesting of patterns. Building is recursive; this bounds the stack.
pub(super) const MAX_DEPTH: usize = 500;

/// What a step reads: the number of a byte set, or the out-of-band symbol.
pub(super) type SetId = u32;
/// The out-of-band symbol in the place of a byte set.
pub(super) const OUT_OF_BAND: SetId = u32::MAX;

type NfaStateId = u32;
type ContinuationId = u32;
type NodeId = u32;

/// The continuation that matches nothing.
const NOTHING: ContinuationId = 0;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum NfaState {
    /// The input matches, if it ends here.
    Accept,
    /// Read one symbol of the set, then go on with the continuation.
    Step(SetId, ContinuationId),
    /// Go on with the continuation of a loop at once.
    Enter(ContinuationId),
}

/// The automaton of all patterns.
#[derive(Debug)]
pub(super) struct Nfa {
    pub(super) states: Vec<NfaState>,
    /// The label of each state: every state leads to accept states of one label only.
    pub(super) labels: Vec<LabelId>,
    /// Sets of states, sorted.
    pub(super) continuations: SliceInterner,
    pub(super) sets: Vec<ByteSet>,
    pub(super) start: ContinuationId,
}

/// Why the NFA could not be built.
#[derive(Debug)]
pub(super) enum NfaError {
    TooDeep(LabelId),
    /// The budget was used up; the labels of all states so far.
    TooLarge(Vec<LabelId>),
}

/// A pattern whose equal parts are shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Node {
    Empty,
    Set(SetId),
    Literal(Arc<[u8]>),
    Concat(Box<[NodeId]>),
    Alternation(Box<[NodeId]>),
    Star(NodeId),
    Plus(NodeId),
}

/// Builds the NFA of the patterns. `max_words` bounds its size: the sum of the lengths of its sets of states.
pub(super) fn build(patterns: &[(Pattern, LabelId)], max_words: usize) -> Result<Nfa, NfaError> {
    let mut nodes = Nodes::default();
    let mut continuations = Continuations::new(max_words);
    let mut start = Vec::new();
    for (pattern, label) in patterns {
        let node = nodes.intern(pattern, 0).ok_or(NfaError::TooDeep(*label))?;
        let built = continuations.accept(*label).and_then(|accept| continuations.build(&nodes, node, accept));
        match built {
            Some(first) => start.extend_from_slice(continuations.contents.get(first)),
            None => return Err(NfaError::TooLarge(continuations.labels)),
        }
    }
    let start = continuations.union(&mut start);
    let sets = nodes.sets;
    match start.and_then(|start| continuations.close(start)) {
        Some((continuations, contents, start)) => {
            Ok(Nfa { states: continuations.states, labels: continuations.labels, continuations: contents, sets, start })
        }
        None => Err(NfaError::TooLarge(Vec::new())),
    }
}

/// The interned nodes and byte sets of all patterns.
#[derive(Debug, Default)]
struct Nodes {
    nodes: Vec<Node>,
    ids: FxHashMap<Node, NodeId>,
    /// Sub-patterns that were interned before, by address: patterns that share their parts may be exponentially larger as
    /// a tree than they are in memory. The caller keeps all patterns alive meanwhile.
    shared: FxHashMap<(usize, u8), NodeId>,
    sets: Vec<ByteSet>,
    set_ids: FxHashMap<ByteSet, SetId>,
    byte_ids: FxHashMap<u8, SetId>,
}

impl Nodes {
    /// The node of a pattern; `None` if it is nested too deeply.
    fn intern(&mut self, pattern: &Pattern, depth: usize) -> Option<NodeId> {
        let address = match pattern {
            Pattern::Concat(parts) => Some((parts.as_ptr().addr(), 0)),
            Pattern::Alternation(parts) => Some((parts.as_ptr().addr(), 1)),
            Pattern::Star(body) => Some((Arc::as_ptr(body).addr(), 2)),
            Pattern::Plus(body) => Some((Arc::as_ptr(body).addr(), 3)),
            Pattern::Empty | Pattern::Set(_) | Pattern::Literal(_) | Pattern::OutOfBand => None,
        };
        if let Some(&node) = address.and_then(|address| self.shared.get(&address)) {
            return Some(node);
        }
        if depth > MAX_DEPTH {
            return None;
        }
        let node = match pattern {
            Pattern::Empty => Node::Empty,
            Pattern::Set(set) => Node::Set(self.set(*set)),
            Pattern::OutOfBand => Node::Set(OUT_OF_BAND),
            Pattern::Literal(bytes) => {
                for &byte in bytes.iter() {
                    if !self.byte_ids.contains_key(&byte) {
                        let set = self.set(ByteSet::single(byte));
                        self.byte_ids.insert(byte, set);
                    }
                }
                Node::Literal(bytes.clone())
            }
            Pattern::Concat(parts) => Node::Concat(self.intern_all(parts, depth)?),
            Pattern::Alternation(parts) => Node::Alternation(self.intern_all(parts, depth)?),
            Pattern::Star(body) => Node::Star(self.intern(body, depth + 1)?),
            Pattern::Plus(body) => Node::Plus(self.intern(body, depth + 1)?),
        };
        let next = self.nodes.len() as NodeId;
        let id = *self.ids.entry(node.clone()).or_insert(next);
        if id == next {
            self.nodes.push(node);
        }
        if let Some(address) = address {
            self.shared.insert(address, id);
        }
        Some(id)
    }

    fn intern_all(&mut self, parts: &[Pattern], depth: usize) -> Option<Box<[NodeId]>> {
        parts.iter().map(|part| self.intern(part, depth + 1)).collect()
    }

    fn set(&mut self, set: ByteSet) -> SetId {
        *self.set_ids.entry(set).or_insert_with(|| {
            self.sets.push(set);
            self.sets.len() as SetId - 1
        })
    }
}

/// The states and continuations built so far. All functions return `None` when the budget is used up.
struct Continuations {
    states: Vec<NfaState>,
    labels: Vec<LabelId>,
    state_ids: FxHashMap<NfaState, NfaStateId>,
    accept_ids: FxHashMap<LabelId, NfaStateId>,
    /// The continuation that consists of one state, by state; `NOTHING` if there is none yet.
    singles: Vec<ContinuationId>,
    contents: SliceInterner,
    /// What was built before: this node in front of this continuation.
    memo: FxHashMap<(NodeId, ContinuationId), ContinuationId>,
    /// The same for the loop over a body, which a star and a plus share.
    loops: FxHashMap<(NodeId, ContinuationId), ContinuationId>,
    /// Loops whose body is being built.
    open: Vec<ContinuationId>,
    /// The label of the pattern that is being built.
    label: LabelId,
    max_words: usize,
}

impl Continuations {
    fn new(max_words: usize) -> Self {
        let mut contents = SliceInterner::default();
        contents.intern(&[]);
        Self {
            states: Vec::new(),
            labels: Vec::new(),
            state_ids: FxHashMap::default(),
            accept_ids: FxHashMap::default(),
            singles: Vec::new(),
            contents,
            memo: FxHashMap::default(),
            loops: FxHashMap::default(),
            open: Vec::new(),
            label: LabelId(0),
            max_words,
        }
    }

    /// The continuation that accepts with the label, in front of which the next pattern is to be built.
    fn accept(&mut self, label: LabelId) -> Option<ContinuationId> {
        self.label = label;
        let state = match self.accept_ids.get(&label) {
            Some(&state) => state,
            None => {
                let state = self.push(NfaState::Accept);
                self.accept_ids.insert(label, state);
                state
            }
        };
        self.single(state)
    }

    /// The continuation that matches the node and then goes on with `next`.
    fn build(&mut self, nodes: &Nodes, node: NodeId, next: ContinuationId) -> Option<ContinuationId> {
        if next == NOTHING {
            return Some(NOTHING);
        }
        match &nodes.nodes[node as usize] {
            Node::Empty => return Some(next),
            Node::Set(set) => return self.step(nodes, *set, next),
            Node::Literal(bytes) => {
                return bytes.iter().rev().try_fold(next, |next, byte| self.step(nodes, nodes.byte_ids[byte], next));
            }
            Node::Star(body) => return self.repeat(nodes, *body, next),
            Node::Concat(_) | Node::Alternation(_) | Node::Plus(_) => {}
        }
        if let Some(&built) = self.memo.get(&(node, next)) {
            return Some(built);
        }
        let built = match &nodes.nodes[node as usize] {
            Node::Concat(parts) => parts.iter().rev().try_fold(next, |next, &part| self.build(nodes, part, next))?,
            Node::Alternation(parts) => {
                let mut all = Vec::new();
                for &part in parts {
                    let first = self.build(nodes, part, next)?;
                    self.append(first, &mut all);
                }
                self.union(&mut all)?
            }
            Node::Plus(body) => {
                let again = self.repeat(nodes, *body, next)?;
                self.build(nodes, *body, again)?
            }
            Node::Empty | Node::Set(_) | Node::Literal(_) | Node::Star(_) => next,
        };
        self.memo.insert((node, next), built);
        Some(built)
    }

    /// The continuation that matches the body any number of times and then goes on with `next`.
    fn repeat(&mut self, nodes: &Nodes, body: NodeId, next: ContinuationId) -> Option<ContinuationId> {
        if let Some(&built) = self.loops.get(&(body, next)) {
            return Some(built);
        }
        let this = self.contents.push(&[]);
        self.loops.insert((body, next), this);
        self.open.push(this);
        let first = self.build(nodes, body, this)?;
        let mut all = Vec::new();
        self.append(first, &mut all);
        self.append(next, &mut all);
        self.open.pop();
        all.retain(|&state| self.states[state as usize] != NfaState::Enter(this));
        normalise(&mut all);
        self.contents.replace(this, &all);
        self.within_budget().then_some(this)
    }

    fn step(&mut self, nodes: &Nodes, set: SetId, next: ContinuationId) -> Option<ContinuationId> {
        if next == NOTHING || (set != OUT_OF_BAND && nodes.sets[set as usize].is_empty()) {
            return Some(NOTHING);
        }
        let state = self.state(NfaState::Step(set, next));
        self.single(state)
    }

    fn state(&mut self, state: NfaState) -> NfaStateId {
        if let Some(&id) = self.state_ids.get(&state) {
            return id;
        }
        let id = self.push(state);
        self.state_ids.insert(state, id);
        id
    }

    fn push(&mut self, state: NfaState) -> NfaStateId {
        self.states.push(state);
        self.labels.push(self.label);
        self.singles.push(NOTHING);
        self.states.len() as NfaStateId - 1
    }

    fn single(&mut self, state: NfaStateId) -> Option<ContinuationId> {
        let known = self.singles[state as usize];
        if known != NOTHING {
            return Some(known);
        }
        let (id, _) = self.contents.intern(&[state]);
        self.singles[state as usize] = id;
        self.within_budget().then_some(id)
    }

    /// Appends the states of a continuation to a list.
    fn append(&mut self, continuation: ContinuationId, list: &mut Vec<NfaStateId>) {
        if self.open.contains(&continuation) {
            list.push(self.state(NfaState::Enter(continuation)));
        } else {
            list.extend_from_slice(self.contents.get(continuation));
        }
    }

    /// The continuation of all states of the list, which is scratch afterwards.
    fn union(&mut self, states: &mut Vec<NfaStateId>) -> Option<ContinuationId> {
        normalise(states);
        let (id, _) = self.contents.intern(states);
        self.within_budget().then_some(id)
    }

    fn within_budget(&self) -> bool {
        self.contents.total_len() + self.states.len() <= self.max_words
    }

    /// Replaces each `Enter` by the states of the loop it enters, and returns the contents of all continuations that are
    /// left, with the start among them.
    fn close(mut self, start: ContinuationId) -> Option<(Self, SliceInterner, ContinuationId)> {
        if !self.states.iter().any(|state| matches!(state, NfaState::Enter(_))) {
            let contents = std::mem::take(&mut self.contents);
            return Some((self, contents, start));
        }
        let mut closed = SliceInterner::default();
        let mut closed_ids = Vec::with_capacity(self.contents.len());
        for id in 0..self.contents.len() as ContinuationId {
            let mut list = self.contents.get(id).to_vec();
            let mut entered = Vec::new();
            let mut at = 0;
            while let Some(&state) = list.get(at) {
                match self.states[state as usize] {
                    NfaState::Enter(body) => {
                        list.swap_remove(at);
                        if !entered.contains(&body) {
                            entered.push(body);
                            list.extend_from_slice(self.contents.get(body));
                        }
                    }
                    NfaState::Accept | NfaState::Step(..) => at += 1,
                }
            }
            normalise(&mut list);
            closed_ids.push(closed.intern(&list).0);
            if closed.total_len() > self.max_words {
                return None;
            }
        }
        for state in &mut self.states {
            if let NfaState::Step(_, next) = state {
                *next = closed_ids[*next as usize];
            }
        }
        Some((self, closed, closed_ids[start as usize]))
    }
}

/// Sorts a list of states and drops duplicates.
pub(super) fn normalise(states: &mut Vec<NfaStateId>) {
    states.sort_unstable();
    states.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: usize = 1 << 20;

    fn steps(nfa: &Nfa) -> usize {
        nfa.states.iter().filter(|state| matches!(state, NfaState::Step(..))).count()
    }

    #[test]
    fn equal_suffixes_with_equal_labels_are_shared() {
        let one = LabelId(1);
        let patterns = [(Pattern::literal("/a/xyz"), one), (Pattern::literal("/b/xyz"), one)];
        let nfa = build(&patterns, BUDGET).unwrap();
        // "/xyz" once, "a", "b", and "/" in front of each of the two.
        assert_eq!(steps(&nfa), 4 + 2 + 2);
        let patterns = [(Pattern::literal("/a/xyz"), one), (Pattern::literal("/b/xyz"), LabelId(2))];
        assert_eq!(steps(&build(&patterns, BUDGET).unwrap()), 12);
    }

    #[test]
    fn nested_loops_need_no_more_states_than_one() {
        let mut pattern = Pattern::Set(ByteSet::ALL);
        for _ in 0..50 {
            pattern = Pattern::star(Pattern::plus(pattern));
        }
        let nfa = build(&[(pattern, LabelId(0))], BUDGET).unwrap();
        assert!(steps(&nfa) <= 200, "{}", steps(&nfa));
    }

    #[test]
    fn shared_parts_are_not_expanded_beyond_the_budget() {
        let mut pattern = Pattern::literal("ab");
        for _ in 0..200 {
            pattern = Pattern::concat([pattern.clone(), pattern]);
        }
        assert!(
            matches!(build(&[(pattern, LabelId(3))], 10_000), Err(NfaError::TooLarge(labels)) if labels[0] == LabelId(3))
        );
    }

    #[test]
    fn depth_is_bounded() {
        let nest =
            |depth| (0..depth).fold(Pattern::literal("a"), |pattern, _| Pattern::concat([pattern, Pattern::Empty]));
        assert!(build(&[(nest(MAX_DEPTH), LabelId(0))], BUDGET).is_ok());
        assert!(matches!(build(&[(nest(MAX_DEPTH + 1), LabelId(7))], BUDGET), Err(NfaError::TooDeep(LabelId(7)))));
    }

    #[test]
    fn impossible_steps_leave_no_states() {
        let nothing = Pattern::concat([Pattern::literal("abc"), Pattern::alternation([]), Pattern::literal("abc")]);
        let nfa = build(&[(nothing, LabelId(0))], BUDGET).unwrap();
        assert!(nfa.continuations.get(nfa.start).is_empty());
    }
}
