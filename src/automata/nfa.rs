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
//! built; whoever needs the contents in between takes a [`ReadId::ENTER`] in their place, and [`Nfa::closed`] resolves those. (Only
//! bodies that may end in something optional need them.)
//!
//! An NFA only grows. Patterns that were built before, for whichever automaton, are found again by their address, or by what
//! they are.

#![expect(clippy::indexing_slicing, reason = "all ids are minted in this module")]

use super::graph::OUT_OF_BAND;
use super::ids::{IdVec, ids};
use super::interner::{IdTable, SliceInterner};
use super::kinds::{Kind, KindId};
use super::nodes::{Node, NodeId, Nodes};
use super::{ByteSet, LabelId, Pattern};
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;

ids! {
    /// The number of what a state of the NFA reads: a byte or the out-of-band symbol (as in `graph`); from [`ReadId::BROAD`] on a set of other
    /// than one byte; or nothing, from [`ReadId::ACCEPT`] on.
    pub(super) ReadId;
    /// The number of a state of the NFA.
    pub(super) NfaStateId;
    /// The number of a set of states to go on with.
    pub(super) ContinuationId;
    /// A label, numbered in order of first use.
    pub(super) LabelIndex;
}

impl ReadId {
    /// The out-of-band symbol.
    pub(super) const OUT_OF_BAND: Self = Self(OUT_OF_BAND as u32);
    /// The first of the sets of other than one byte.
    pub(super) const BROAD: Self = Self(OUT_OF_BAND as u32 + 1);
    /// The input matches, if it ends here.
    pub(super) const ACCEPT: Self = Self(u32::MAX - 1);
    /// Go on with the continuation of a loop at once.
    const ENTER: Self = Self(u32::MAX);

    pub(super) fn byte(byte: u8) -> Self {
        Self(byte.into())
    }

    /// The byte, if it is one.
    #[inline]
    pub(super) fn as_byte(self) -> Option<u8> {
        u8::try_from(self.0).ok()
    }
}

impl ContinuationId {
    /// The continuation that matches nothing.
    pub(super) const NOTHING: Self = Self(0);
}

/// A state: read one symbol, then go on with the continuation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct NfaState {
    pub(super) read: ReadId,
    pub(super) next: ContinuationId,
}

/// A loop that is in no other one. From each of its states it leads to all of them: every step of a body is built in front of the
/// loop's own continuation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loop {
    pub(super) first: NfaStateId,
    /// The first state after it.
    pub(super) end: NfaStateId,
    /// The continuation that follows.
    pub(super) next: ContinuationId,
}

/// The reason why a pattern could not be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NfaError {
    TooDeep,
    /// The budget was used up.
    TooLarge,
}

/// The automaton of all patterns added so far.
#[derive(Debug)]
pub(super) struct Nfa {
    nodes: Nodes,
    pub(super) states: IdVec<NfaStateId, NfaState>,
    /// The label of each state: every state leads to accept states of one label only.
    pub(super) labels: IdVec<NfaStateId, LabelIndex>,
    /// The kind of each state. Known after [`Self::settle`].
    pub(super) kind_of: IdVec<NfaStateId, KindId>,
    /// The kind of the states of each continuation together; `UNKNOWN` until it is needed.
    pub(super) kind_of_continuation: IdVec<ContinuationId, KindId>,
    pub(super) kinds: IdVec<KindId, Kind>,
    pub(super) kind_ids: IdTable<KindId>,
    /// The states that read something.
    state_ids: IdTable<NfaStateId>,
    /// The accept state of each label.
    accept_ids: FxHashMap<LabelId, NfaStateId>,
    label_ids: IdVec<LabelIndex, LabelId>,
    /// The continuation that consists of one state, by state; `ContinuationId::NOTHING` if there is none yet.
    singles: IdVec<NfaStateId, ContinuationId>,
    /// Sets of states, sorted. Those of one state are found by `singles`.
    pub(super) contents: SliceInterner<ContinuationId, NfaStateId>,
    /// For some continuations, another one, with whose states theirs begin; `NOTHING` for others.
    rests: IdVec<ContinuationId, ContinuationId>,
    /// The continuations that were built before: of this node in front of this continuation.
    memo: FxHashMap<(NodeId, ContinuationId), ContinuationId>,
    /// The same for the loop over a body, which a star and a plus share.
    loops: FxHashMap<(NodeId, ContinuationId), ContinuationId>,
    /// Loops whose body is being built.
    open: Vec<ContinuationId>,
    /// The loops that are in no other one, in the order of their states, which follow each other.
    pub(super) outermost: Vec<Loop>,
    /// The label of the pattern that is being built.
    label: LabelIndex,
    /// `true` if there is any [`ReadId::ENTER`].
    has_enters: bool,
    /// The continuations in which those are resolved.
    closed: FxHashMap<ContinuationId, ContinuationId>,
    max_words: usize,
}

impl Nfa {
    /// An automaton without patterns.
    pub(super) fn new() -> Self {
        let mut contents = SliceInterner::default();
        contents.intern(&[]);
        Self {
            nodes: Nodes::default(),
            states: IdVec::default(),
            labels: IdVec::default(),
            kind_of: IdVec::default(),
            kind_of_continuation: IdVec::default(),
            kinds: IdVec::default(),
            kind_ids: IdTable::default(),
            state_ids: IdTable::default(),
            accept_ids: FxHashMap::default(),
            label_ids: IdVec::default(),
            singles: IdVec::default(),
            contents,
            rests: IdVec::default(),
            memo: FxHashMap::default(),
            loops: FxHashMap::default(),
            open: Vec::new(),
            outermost: Vec::new(),
            label: LabelIndex(0),
            has_enters: false,
            closed: FxHashMap::default(),
            max_words: 0,
        }
    }

    /// Forgets all, but keeps the memory that it took.
    pub(super) fn clear(&mut self) {
        let Self { nodes, states, labels, kind_of, kind_of_continuation, kinds, kind_ids, state_ids, .. } = self;
        nodes.clear();
        states.clear();
        labels.clear();
        kind_of.clear();
        kind_of_continuation.clear();
        kinds.clear();
        kind_ids.clear();
        state_ids.clear();
        let Self { accept_ids, label_ids, singles, contents, rests, memo, loops, open, outermost, closed, .. } = self;
        accept_ids.clear();
        label_ids.clear();
        singles.clear();
        contents.clear();
        contents.intern(&[]);
        rests.clear();
        memo.clear();
        loops.clear();
        open.clear();
        outermost.clear();
        closed.clear();
        self.has_enters = false;
    }

    /// Bounds how large the automaton may grow: the sum of the lengths of its sets of states.
    pub(super) fn allow(&mut self, words: usize) {
        self.nodes.forget_addresses();
        self.max_words = words;
    }

    /// Adds a pattern and appends the states that it begins with. After an error the automaton is of no use any more.
    pub(super) fn add(
        &mut self,
        pattern: &Pattern,
        label: LabelId,
        start: &mut Vec<NfaStateId>,
    ) -> Result<(), NfaError> {
        let node = self.nodes.intern(pattern, 0).ok_or(NfaError::TooDeep)?;
        let first = self.accept(label).and_then(|accept| self.build(node, accept));
        let first = first.and_then(|first| self.closed(first)).ok_or(NfaError::TooLarge)?;
        start.extend_from_slice(self.contents.get(first));
        Ok(())
    }

    /// The number of words that the sets of states take, and about that of everything that is remembered beside them.
    pub(super) fn words(&self) -> usize {
        self.contents.total_len() + 12 * self.states.len() + 16 * self.nodes.len()
    }

    /// The states of a continuation, sorted.
    pub(super) fn continuation(&self, id: ContinuationId) -> &[NfaStateId] {
        self.contents.get(id)
    }

    /// The same in two parts: states of its own, and the continuation that the others make. Continuations that are optional one after
    /// another begin with each other, so that whoever takes in all of them need not take in the same states again and again.
    pub(super) fn parts(&self, id: ContinuationId) -> (&[NfaStateId], ContinuationId) {
        let states = self.contents.get(id);
        match self.rests.get(id) {
            Some(&rest) if rest != ContinuationId::NOTHING => (&states[self.contents.get(rest).len()..], rest),
            _ => (states, ContinuationId::NOTHING),
        }
    }

    /// The number of continuations.
    pub(super) fn continuations(&self) -> usize {
        self.contents.len()
    }

    /// A set of other than one byte.
    pub(super) fn set(&self, read: ReadId) -> ByteSet {
        self.nodes.byte_set(read)
    }

    /// Returns the bytes that a state may read first.
    pub(super) fn bytes(&self, state: NfaStateId) -> ByteSet {
        let read = self.states[state].read;
        read.as_byte().map_or_else(|| self.set(read), ByteSet::single)
    }

    #[inline]
    pub(super) fn label(&self, state: NfaStateId) -> LabelIndex {
        self.labels[state]
    }

    pub(super) fn label_id(&self, label: LabelIndex) -> LabelId {
        self.label_ids[label]
    }

    /// The labels of all states.
    pub(super) fn all_labels(&self) -> impl Iterator<Item = LabelId> {
        self.labels.iter().map(|&label| self.label_id(label))
    }

    /// The continuation that accepts with the label, in front of which the next pattern is to be built.
    fn accept(&mut self, label: LabelId) -> Option<ContinuationId> {
        let state = match self.accept_ids.get(&label) {
            Some(&state) => state,
            None => {
                self.label = self.label_ids.push(label);
                let state = self.push(NfaState { read: ReadId::ACCEPT, next: ContinuationId::NOTHING });
                self.accept_ids.insert(label, state);
                state
            }
        };
        self.label = self.labels[state];
        self.single(state)
    }

    /// The continuation that matches the node and then goes on with `next`. `None` when the budget is used up.
    fn build(&mut self, node: NodeId, next: ContinuationId) -> Option<ContinuationId> {
        if next == ContinuationId::NOTHING {
            return Some(ContinuationId::NOTHING);
        }
        match self.nodes[node] {
            Node::Empty => return Some(next),
            Node::Read(read) => return self.step(read, next),
            Node::Star(body) => return self.repeat(body, next),
            Node::Literal(_) | Node::Concat(_) | Node::Alternation(_) | Node::Plus(_) => {}
        }
        if let Some(&built) = self.memo.get(&(node, next)) {
            return Some(built);
        }
        let built = match self.nodes[node].clone() {
            Node::Literal(bytes) => {
                bytes.iter().rev().try_fold(next, |next, &byte| self.step(ReadId::byte(byte), next))?
            }
            Node::Concat(parts) => parts.iter().rev().try_fold(next, |next, &part| self.build(part, next))?,
            Node::Alternation(parts) => {
                let mut all = Vec::new();
                for &part in parts.iter() {
                    let first = self.build(part, next)?;
                    self.append(first, &mut all);
                }
                let built = self.union(&mut all)?;
                self.remember_rest(built, next);
                built
            }
            Node::Plus(body) => {
                let again = self.repeat(body, next)?;
                self.build(body, again)?
            }
            Node::Empty | Node::Read(_) | Node::Star(_) => next,
        };
        self.memo.insert((node, next), built);
        Some(built)
    }

    /// The continuation that matches the body any number of times and then goes on with `next`.
    fn repeat(&mut self, body: NodeId, next: ContinuationId) -> Option<ContinuationId> {
        if let Some(&built) = self.loops.get(&(body, next)) {
            return Some(built);
        }
        let this = self.contents.push(&[]);
        let begin = self.states.next_id();
        self.loops.insert((body, next), this);
        self.open.push(this);
        let first = self.build(body, this)?;
        let mut all = Vec::new();
        self.append(first, &mut all);
        self.append(next, &mut all);
        self.open.pop();
        if self.open.is_empty() && begin < self.states.next_id() {
            self.outermost.push(Loop { first: begin, end: self.states.next_id(), next });
        }
        all.retain(|&state| self.states[state] != NfaState { read: ReadId::ENTER, next: this });
        normalise(&mut all);
        self.contents.replace(this, &all);
        self.remember_rest(this, next);
        self.within_budget().then_some(this)
    }

    fn step(&mut self, read: ReadId, next: ContinuationId) -> Option<ContinuationId> {
        if next == ContinuationId::NOTHING || (read >= ReadId::BROAD && self.set(read).is_empty()) {
            return Some(ContinuationId::NOTHING);
        }
        let state = self.state(NfaState { read, next });
        self.single(state)
    }

    fn state(&mut self, state: NfaState) -> NfaStateId {
        let (states, hasher) = (&self.states, FxBuildHasher);
        let hash = hasher.hash_one(state);
        let id = self.state_ids.id(hash, states.next_id(), |id| states[id] == state, |id| hasher.hash_one(states[id]));
        if id == self.states.next_id() {
            self.push(state);
        }
        id
    }

    fn push(&mut self, state: NfaState) -> NfaStateId {
        self.labels.push(self.label);
        self.singles.push(ContinuationId::NOTHING);
        self.states.push(state)
    }

    fn single(&mut self, state: NfaStateId) -> Option<ContinuationId> {
        let known = self.singles[state];
        if known != ContinuationId::NOTHING {
            return Some(known);
        }
        let id = self.contents.push(&[state]);
        self.singles[state] = id;
        self.within_budget().then_some(id)
    }

    /// Appends the states of a continuation to a list.
    fn append(&mut self, continuation: ContinuationId, list: &mut Vec<NfaStateId>) {
        if self.open.contains(&continuation) {
            self.has_enters = true;
            list.push(self.state(NfaState { read: ReadId::ENTER, next: continuation }));
        } else {
            list.extend_from_slice(self.contents.get(continuation));
        }
    }

    /// The continuation of all states of the list, which is scratch afterwards.
    fn union(&mut self, states: &mut Vec<NfaStateId>) -> Option<ContinuationId> {
        normalise(states);
        if let [alone] = **states {
            return self.single(alone);
        }
        let (id, _) = self.contents.intern(states);
        self.within_budget().then_some(id)
    }

    /// Remembers that a continuation begins with all of another one, if it does.
    fn remember_rest(&mut self, id: ContinuationId, rest: ContinuationId) {
        let (states, others) = (self.contents.get(id), self.contents.get(rest));
        if !others.is_empty() && others.len() < states.len() && states.starts_with(others) {
            self.rests.grow(id.index() + 1, ContinuationId::NOTHING);
            self.rests[id] = rest;
        }
    }

    fn within_budget(&self) -> bool {
        self.contents.total_len() + self.states.len() <= self.max_words
    }

    /// The continuation in which each `ReadId::ENTER` is replaced by the states of the loop it enters. `None` when the budget is used up.
    #[inline]
    pub(super) fn closed(&mut self, continuation: ContinuationId) -> Option<ContinuationId> {
        if self.has_enters { self.without_enters(continuation) } else { Some(continuation) }
    }

    fn without_enters(&mut self, continuation: ContinuationId) -> Option<ContinuationId> {
        if let Some(&closed) = self.closed.get(&continuation) {
            return Some(closed);
        }
        let mut list = self.contents.get(continuation).to_vec();
        let mut entered = Vec::new();
        let mut at = 0;
        while let Some(&state) = list.get(at) {
            let NfaState { read, next } = self.states[state];
            if read == ReadId::ENTER {
                list.swap_remove(at);
                if !entered.contains(&next) {
                    entered.push(next);
                    list.extend_from_slice(self.contents.get(next));
                }
            } else {
                at += 1;
            }
        }
        let closed = self.union(&mut list)?;
        self.closed.insert(continuation, closed);
        Some(closed)
    }
}

/// Sorts a list and drops duplicates.
pub(super) fn normalise<I: Ord>(list: &mut Vec<I>) {
    list.sort_unstable();
    list.dedup();
}

#[cfg(test)]
mod tests {
    use super::super::kinds::Reach;
    use super::super::nodes::MAX_DEPTH;
    use super::*;

    const BUDGET: usize = 1 << 20;

    fn build(patterns: &[(Pattern, LabelId)], max_words: usize) -> Result<(Nfa, Vec<NfaStateId>), NfaError> {
        let mut nfa = Nfa::new();
        nfa.allow(max_words);
        let mut start = Vec::new();
        patterns.iter().try_for_each(|(pattern, label)| nfa.add(pattern, *label, &mut start))?;
        Ok((nfa, start))
    }

    fn steps(nfa: &Nfa) -> usize {
        nfa.states.iter().filter(|state| state.read < ReadId::ACCEPT).count()
    }

    #[test]
    fn equal_suffixes_with_equal_labels_are_shared() {
        let one = LabelId::new(1);
        let patterns = [(Pattern::literal("/a/xyz"), one), (Pattern::literal("/b/xyz"), one)];
        let (mut nfa, _) = build(&patterns, BUDGET).unwrap();
        // "/xyz" once, "a", "b", and "/" in front of each of the two.
        assert_eq!(steps(&nfa), 4 + 2 + 2);
        nfa.add(&Pattern::literal("/b/xyz"), LabelId::new(2), &mut Vec::new()).unwrap();
        assert_eq!(steps(&nfa), 8 + 6);
    }

    #[test]
    fn nested_loops_need_no_more_states_than_one() {
        let mut pattern = Pattern::Set(ByteSet::ALL);
        for _ in 0..50 {
            pattern = Pattern::star(Pattern::plus(pattern));
        }
        let (nfa, _) = build(&[(pattern, LabelId::new(0))], BUDGET).unwrap();
        assert!(steps(&nfa) <= 200, "{}", steps(&nfa));
    }

    #[test]
    fn shared_parts_are_not_expanded_beyond_the_budget() {
        let mut pattern = Pattern::literal("ab");
        for _ in 0..200 {
            pattern = Pattern::concat([pattern.clone(), pattern]);
        }
        assert_eq!(build(&[(pattern, LabelId::new(3))], 10_000).err(), Some(NfaError::TooLarge));
    }

    #[test]
    fn depth_is_bounded() {
        let nest =
            |depth| (0..depth).fold(Pattern::literal("a"), |pattern, _| Pattern::concat([pattern, Pattern::Empty]));
        assert!(build(&[(nest(MAX_DEPTH), LabelId::new(0))], BUDGET).is_ok());
        assert_eq!(build(&[(nest(MAX_DEPTH + 1), LabelId::new(7))], BUDGET).err(), Some(NfaError::TooDeep));
    }

    #[test]
    fn impossible_steps_leave_no_states() {
        let nothing = Pattern::concat([Pattern::literal("abc"), Pattern::alternation([]), Pattern::literal("abc")]);
        let (_, start) = build(&[(nothing, LabelId::new(0))], BUDGET).unwrap();
        assert!(start.is_empty());
    }

    #[test]
    fn reach_is_all_that_may_be_read() {
        let pattern = Pattern::concat([
            Pattern::star(Pattern::alternation([Pattern::literal("a"), Pattern::literal("bc")])),
            Pattern::OutOfBand,
        ]);
        let (mut nfa, start) = build(&[(pattern, LabelId::new(0))], BUDGET).unwrap();
        nfa.settle();
        let loops = start.iter().filter(|&&state| nfa.states[state].read != ReadId::OUT_OF_BAND);
        let expected = Reach { bytes: ByteSet::range(b'a', b'c'), out_of_band: true };
        assert!(loops.clone().count() == 2 && loops.copied().all(|state| nfa.kind(nfa.kind_of(state)).1 == expected));
    }
}
