//! Patterns whose equal parts are one.
//!
//! Patterns that were interned before, for whichever automaton, are found again by their address, or by what they are.

#![expect(clippy::indexing_slicing, reason = "all ids are minted in this module")]

use super::ids::{IdVec, ids};
use super::nfa::ReadId;
use super::{ByteSet, Pattern};
use rustc_hash::FxHashMap;
use std::ops::Index;
use std::sync::Arc;

/// Deepest nesting of patterns. Building is recursive; this bounds the stack.
pub(super) const MAX_DEPTH: usize = 500;

/// Most addresses of patterns that are remembered from one automaton to the next.
const MAX_ADDRESSES: usize = 1 << 16;

ids! {
    /// The number of a [`Node`].
    pub(super) NodeId;
}

/// A pattern whose equal parts are shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Empty,
    Read(ReadId),
    Literal(Arc<[u8]>),
    Concat(Arc<[NodeId]>),
    Alternation(Arc<[NodeId]>),
    Star(NodeId),
    Plus(NodeId),
}

/// The interned nodes and byte sets of all patterns.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    nodes: IdVec<NodeId, Node>,
    ids: FxHashMap<Node, NodeId>,
    /// Sub-patterns that were interned before, by address: patterns that share their parts may be exponentially larger as
    /// a tree than they are in memory. They are kept alive, so that no other pattern gets the address.
    shared: FxHashMap<(usize, u8), (NodeId, Pattern)>,
    /// The sets of other than one byte; the first is number [`ReadId::BROAD`].
    sets: Vec<ByteSet>,
    set_ids: FxHashMap<ByteSet, ReadId>,
}

impl Nodes {
    /// Forgets all, but keeps the memory that it took.
    pub(super) fn clear(&mut self) {
        let Self { nodes, ids, shared, sets, set_ids } = self;
        nodes.clear();
        ids.clear();
        shared.clear();
        sets.clear();
        set_ids.clear();
    }

    /// Forgets addresses when there are too many of them. Patterns that come again are found by what they are.
    pub(super) fn forget_addresses(&mut self) {
        if self.shared.len() > MAX_ADDRESSES {
            self.shared.clear();
        }
    }

    /// The node of a pattern; `None` if it is nested too deeply.
    pub(super) fn intern(&mut self, pattern: &Pattern, depth: usize) -> Option<NodeId> {
        // What has one owner comes again with its owner only.
        let address = match pattern {
            Pattern::Concat(parts) if is_shared(parts) => Some((parts.as_ptr().addr(), 0)),
            Pattern::Alternation(parts) if is_shared(parts) => Some((parts.as_ptr().addr(), 1)),
            Pattern::Star(body) if is_shared(body) => Some((Arc::as_ptr(body).addr(), 2)),
            Pattern::Plus(body) if is_shared(body) => Some((Arc::as_ptr(body).addr(), 3)),
            Pattern::Literal(bytes) if is_shared(bytes) => Some((bytes.as_ptr().addr(), 4)),
            _ => None,
        };
        if let Some((node, _)) = address.and_then(|address| self.shared.get(&address)) {
            return Some(*node);
        }
        if depth > MAX_DEPTH {
            return None;
        }
        let node = match pattern {
            Pattern::Empty => Node::Empty,
            Pattern::Set(set) => Node::Read(self.set(*set)),
            Pattern::OutOfBand => Node::Read(ReadId::OUT_OF_BAND),
            Pattern::Literal(bytes) => Node::Literal(bytes.clone()),
            Pattern::Concat(parts) => Node::Concat(self.intern_all(parts, depth)?),
            Pattern::Alternation(parts) => Node::Alternation(self.intern_all(parts, depth)?),
            Pattern::Star(body) => Node::Star(self.intern(body, depth + 1)?),
            Pattern::Plus(body) => Node::Plus(self.intern(body, depth + 1)?),
        };
        let next = self.nodes.next_id();
        let id = *self.ids.entry(node.clone()).or_insert(next);
        if id == next {
            self.nodes.push(node);
        }
        if let Some(address) = address {
            self.shared.insert(address, (id, pattern.clone()));
        }
        Some(id)
    }

    /// The number of nodes.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A set of other than one byte.
    pub(super) fn byte_set(&self, read: ReadId) -> ByteSet {
        let set = read.index().checked_sub(ReadId::BROAD.index()).and_then(|index| self.sets.get(index));
        set.copied().unwrap_or(ByteSet::EMPTY)
    }

    fn intern_all(&mut self, parts: &[Pattern], depth: usize) -> Option<Arc<[NodeId]>> {
        parts.iter().map(|part| self.intern(part, depth + 1)).collect()
    }

    fn set(&mut self, set: ByteSet) -> ReadId {
        if let (1, Some(byte)) = (set.len(), set.iter().next()) {
            return ReadId::byte(byte);
        }
        *self.set_ids.entry(set).or_insert_with(|| {
            self.sets.push(set);
            ReadId::new(ReadId::BROAD.index() + self.sets.len() - 1)
        })
    }
}

impl Index<NodeId> for Nodes {
    type Output = Node;

    fn index(&self, node: NodeId) -> &Node {
        &self.nodes[node]
    }
}

fn is_shared<T: ?Sized>(part: &Arc<T>) -> bool {
    Arc::strong_count(part) > 1
}
