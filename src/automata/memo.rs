//! The memory of the subset construction: what was united before, and what it came to.

use super::determinise::SubsetId;
use super::ids::{IdVec, ids};
use super::interner::SliceInterner;
use super::nfa::{ContinuationId, NfaStateId, ReadId};
use super::sets::SetInterner;
use super::split::Split;

ids! {
    /// The number of a list of broad steps.
    pub(super) BroadId;
    /// The number of a list of broad sets.
    pub(super) SplitId;
    /// The number of bytes that are in the same sets.
    pub(super) GroupId;
    /// The number of a list of continuations.
    pub(super) ListId;
    /// The number of the union of a list.
    pub(super) UnionId;
    /// The number of a union with further continuations.
    pub(super) ExtendedId;
}

impl UnionId {
    /// The union of no continuations.
    pub(super) const NOTHING: Self = Self(0);
}

/// About what a [`Split`] takes.
const SPLIT_WORDS: usize = 64;

/// The unions that were made before. The ids of the interners are the indices of the vectors beside them.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// The state for one continuation alone.
    pub(super) of_continuation: IdVec<ContinuationId, SubsetId>,
    /// Lists of the broad steps (as NFA states) that states have.
    pub(super) broad: SetInterner<BroadId, NfaStateId>,
    pub(super) broad_parts: IdVec<BroadId, Broad>,
    pub(super) groups: IdVec<GroupId, Group>,
    /// Lists of the continuations of a group, sorted, and their unions, as ids of `sets`.
    pub(super) lists: SetInterner<ListId, ContinuationId>,
    pub(super) unions: IdVec<ListId, UnionId>,
    pub(super) sets: SetInterner<UnionId, NfaStateId>,
    /// Lists of broad sets, sorted, and how they split the bytes.
    pub(super) set_lists: SliceInterner<SplitId, ReadId>,
    pub(super) splits: IdVec<SplitId, Split>,
    /// A union, followed by the continuations that a byte leads to besides; and the state for it.
    pub(super) extended: SliceInterner<ExtendedId, u32>,
    pub(super) states: IdVec<ExtendedId, SubsetId>,
}

/// The union of a list of broad steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Broad {
    pub(super) split: SplitId,
    /// The first of its groups in [`Memo::groups`].
    pub(super) groups: GroupId,
}

/// Bytes that are in the same sets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// The union of its continuations, an id of [`Memo::sets`].
    pub(super) union: UnionId,
    /// The state for it; `UNKNOWN` until it is needed.
    pub(super) target: SubsetId,
}

impl Memo {
    /// Forgets all, but keeps the memory that it took.
    pub(super) fn clear(&mut self) {
        let Self { of_continuation, broad, broad_parts, groups, lists, unions, sets, .. } = self;
        of_continuation.clear();
        broad.clear();
        broad_parts.clear();
        groups.clear();
        lists.clear();
        unions.clear();
        sets.clear();
        self.set_lists.clear();
        self.splits.clear();
        self.extended.clear();
        self.states.clear();
    }

    pub(super) fn words(&self) -> usize {
        self.of_continuation.len()
            + self.broad.total_len()
            + 2 * self.groups.len()
            + self.lists.total_len()
            + self.sets.total_len()
            + self.extended.total_len()
            + SPLIT_WORDS * self.splits.len()
    }
}
