//! The memory of the subset construction: what was united before, and what came of it.

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
    /// The number of a state and a list.
    pub(super) ListedId;
    /// The number of a state and further continuations.
    pub(super) ExtendedId;
}

impl ListId {
    /// The list of no continuations.
    pub(super) const EMPTY: Self = Self(0);
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
    /// The continuations that the bytes of each group lead to.
    pub(super) groups: IdVec<GroupId, ListId>,
    /// Lists of continuations, sorted.
    pub(super) lists: SetInterner<ListId, ContinuationId>,
    /// A state and a list; and the state for both.
    pub(super) of_list: SliceInterner<ListedId, u32>,
    pub(super) states_of_lists: IdVec<ListedId, SubsetId>,
    /// Lists of broad sets, sorted, and how they split the bytes.
    pub(super) set_lists: SliceInterner<SplitId, ReadId>,
    pub(super) splits: IdVec<SplitId, Split>,
    /// A state, followed by the continuations that a byte leads to besides; and the state for both.
    pub(super) extended: SliceInterner<ExtendedId, u32>,
    pub(super) states: IdVec<ExtendedId, SubsetId>,
}

/// The meaning of a list of broad steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Broad {
    pub(super) split: SplitId,
    /// The first of its groups in [`Memo::groups`].
    pub(super) groups: GroupId,
}

impl Broad {
    /// The id of one of the groups of its split.
    pub(super) fn group(self, number: u16) -> GroupId {
        GroupId::new(self.groups.index() + usize::from(number))
    }
}

impl Memo {
    /// Forgets all, but keeps the memory that it took.
    pub(super) fn clear(&mut self) {
        let Self { of_continuation, broad, broad_parts, groups, lists, of_list, states_of_lists, .. } = self;
        of_continuation.clear();
        broad.clear();
        broad_parts.clear();
        groups.clear();
        lists.clear();
        of_list.clear();
        states_of_lists.clear();
        self.set_lists.clear();
        self.splits.clear();
        self.extended.clear();
        self.states.clear();
    }

    pub(super) fn words(&self) -> usize {
        self.of_continuation.len()
            + self.broad.total_len()
            + self.groups.len()
            + self.lists.total_len()
            + self.of_list.total_len()
            + self.extended.total_len()
            + SPLIT_WORDS * self.splits.len()
    }
}
