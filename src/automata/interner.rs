//! Interning of slices of words: equal slices get equal ids, so that comparing sets of states is comparing integers.

#![expect(clippy::indexing_slicing, reason = "spans are made here, and the slot mask is one less than the slot count")]

use super::ids::{Id, IdVec};
use rustc_hash::FxHasher;
use std::hash::Hasher;

/// An element of the slices that are interned.
pub(super) trait Word: Copy + Eq {
    const BITS: usize = 32;

    fn word(self) -> u32;
}

impl Word for u16 {
    const BITS: usize = 16;

    #[inline]
    fn word(self) -> u32 {
        self.into()
    }
}

impl Word for u32 {
    #[inline]
    fn word(self) -> u32 {
        self
    }
}

impl<I: Id> Word for I {
    #[inline]
    fn word(self) -> u32 {
        self.as_u32()
    }
}

/// An arena of slices of words, numbered from 0 in order of first appearance.
///
/// The standard maps cannot be asked for a key that lies in an arena without copying it, hence the open-addressing table.
#[derive(Debug)]
pub(super) struct SliceInterner<I, W> {
    words: Blocks<W>,
    /// The beginning of each slice in `words`, and its length.
    spans: IdVec<I, (u32, u32)>,
    /// Hashes with ids, or [`Id::UNKNOWN`] where the slot is free; the length is a power of two, at most three of four slots are
    /// taken.
    slots: Vec<(u32, I)>,
    taken: usize,
}

impl<I, W> Default for SliceInterner<I, W> {
    fn default() -> Self {
        Self { words: Blocks::default(), spans: IdVec::default(), slots: Vec::new(), taken: 0 }
    }
}

impl<I: Id, W: Word> SliceInterner<I, W> {
    /// The id of the slice, and whether it is new.
    pub(super) fn intern(&mut self, slice: &[W]) -> (I, bool) {
        if 3 * self.slots.len() <= 4 * self.taken {
            self.grow();
        }
        let hash = hash(slice);
        let slot = self.find(hash, slice);
        let (_, id) = self.slots[slot];
        if id != I::UNKNOWN {
            return (id, false);
        }
        let id = self.push(slice);
        self.slots[slot] = (hash, id);
        self.taken += 1;
        (id, true)
    }

    /// The id of the slice, if it has one.
    pub(super) fn find_id(&self, slice: &[W]) -> Option<I> {
        if self.slots.is_empty() {
            return None;
        }
        let (_, id) = self.slots[self.find(hash(slice), slice)];
        (id != I::UNKNOWN).then_some(id)
    }

    /// A new id for the slice, which later [`Self::intern`] calls will not find.
    pub(super) fn push(&mut self, slice: &[W]) -> I {
        let id = self.spans.push((0, 0));
        self.place(id, slice);
        id
    }

    /// Gives the id made by [`Self::push`] another slice, and makes it the one to be found for that slice if it is new.
    pub(super) fn replace(&mut self, id: I, slice: &[W]) {
        self.place(id, slice);
        if 3 * self.slots.len() <= 4 * self.taken {
            self.grow();
        }
        let hash = hash(slice);
        let slot = self.find(hash, slice);
        if self.slots[slot].1 == I::UNKNOWN {
            self.slots[slot] = (hash, id);
            self.taken += 1;
        }
    }

    #[inline]
    pub(super) fn get(&self, id: I) -> &[W] {
        let (start, len) = self.spans[id];
        self.words.get(start, len)
    }

    /// The number of ids.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The sum of the lengths of all slices.
    pub(super) fn total_len(&self) -> usize {
        self.words.total
    }

    /// Forgets all, but keeps the memory that it took.
    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.spans.clear();
        self.slots.fill((0, I::UNKNOWN));
        self.taken = 0;
    }

    fn place(&mut self, id: I, slice: &[W]) {
        self.spans[id] = (self.words.push(slice), slice.len() as u32);
    }

    /// The slot that holds the slice, or the free one where it belongs.
    fn find(&self, hash: u32, slice: &[W]) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let (other, id) = self.slots[slot];
            if id == I::UNKNOWN || (other == hash && self.get(id) == slice) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let larger = vec![(0, I::UNKNOWN); (self.slots.len() * 2).max(16)];
        let mask = larger.len() - 1;
        for (hash, id) in std::mem::replace(&mut self.slots, larger) {
            if id != I::UNKNOWN {
                let mut slot = hash as usize & mask;
                while self.slots[slot].1 != I::UNKNOWN {
                    slot = (slot + 1) & mask;
                }
                self.slots[slot] = (hash, id);
            }
        }
    }
}

/// The ids of things by what those are. It keeps no keys, as the things lie beside their ids anyway.
#[derive(Debug)]
pub(super) struct IdTable<I> {
    /// Ids, or [`Id::UNKNOWN`] where the slot is free; the length is a power of two, at most three of four slots are taken.
    slots: Vec<I>,
    taken: usize,
}

impl<I> Default for IdTable<I> {
    fn default() -> Self {
        Self { slots: Vec::new(), taken: 0 }
    }
}

impl<I: Id> IdTable<I> {
    /// The id of a thing. A new one gets the id given, and has to be put in its place by the caller.
    ///
    /// `hash_of` gives the hash of a thing by its id, and `is_same` says whether it is the one in question.
    pub(super) fn id(&mut self, hash: u64, new: I, is_same: impl Fn(I) -> bool, hash_of: impl Fn(I) -> u64) -> I {
        if 3 * self.slots.len() <= 4 * self.taken {
            let larger = vec![I::UNKNOWN; (self.slots.len() * 2).max(16)];
            for id in std::mem::replace(&mut self.slots, larger) {
                if id != I::UNKNOWN {
                    let slot = self.slot(hash_of(id), |_| false);
                    self.slots[slot] = id;
                }
            }
        }
        let slot = self.slot(hash, is_same);
        if self.slots[slot] == I::UNKNOWN {
            self.slots[slot] = new;
            self.taken += 1;
        }
        self.slots[slot]
    }

    /// Forgets all, but keeps the memory that it took.
    pub(super) fn clear(&mut self) {
        self.slots.fill(I::UNKNOWN);
        self.taken = 0;
    }

    /// The slot of a thing, or the free one where it belongs.
    fn slot(&self, hash: u64, is_same: impl Fn(I) -> bool) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while self.slots[slot] != I::UNKNOWN && !is_same(self.slots[slot]) {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

/// The number of words of a block.
const BLOCK: usize = 1 << 14;

/// Slices that do not move once they are there: other than a vector, which would be copied to twice the memory again and again, this
/// takes no more of it than it needs.
#[derive(Debug)]
struct Blocks<W> {
    /// Each has room for [`BLOCK`] words. A longer slice has one of its own, and the numbers of as many as it would fill.
    blocks: Vec<Vec<W>>,
    /// Empty ones.
    spare: Vec<Vec<W>>,
    /// The sum of the lengths of all slices.
    total: usize,
}

impl<W> Default for Blocks<W> {
    fn default() -> Self {
        Self { blocks: Vec::new(), spare: Vec::new(), total: 0 }
    }
}

impl<W: Copy> Blocks<W> {
    /// Appends a slice, and returns where it begins: the number of its block and the place in there.
    fn push(&mut self, slice: &[W]) -> u32 {
        self.total += slice.len();
        let at = match self.blocks.last_mut() {
            Some(block) if block.len() + slice.len() <= BLOCK => {
                let at = block.len();
                block.extend_from_slice(slice);
                (self.blocks.len() - 1) * BLOCK + at
            }
            _ => {
                let at = self.blocks.len();
                let mut block = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(BLOCK));
                block.extend_from_slice(slice);
                self.blocks.push(block);
                self.blocks.resize_with(at + slice.len().div_ceil(BLOCK).max(1), Vec::new);
                at * BLOCK
            }
        };
        at as u32
    }

    #[inline]
    fn get(&self, start: u32, len: u32) -> &[W] {
        let (block, at) = (start as usize / BLOCK, start as usize % BLOCK);
        &self.blocks[block][at..at + len as usize]
    }

    fn clear(&mut self) {
        self.spare.extend(self.blocks.drain(..).filter(|block| block.capacity() == BLOCK));
        self.spare.iter_mut().for_each(Vec::clear);
        self.total = 0;
    }
}

fn hash<W: Word>(slice: &[W]) -> u32 {
    let mut hasher = FxHasher::default();
    let mut groups = slice.chunks_exact(64 / W::BITS);
    for group in &mut groups {
        hasher.write_u64(group.iter().fold(0, |all, &word| all << W::BITS | u64::from(word.word())));
    }
    for &word in groups.remainder() {
        hasher.write_u32(word.word());
    }
    hasher.write_usize(slice.len());
    hasher.finish() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    super::super::ids::ids! {
        /// The number of a slice.
        SliceId;
    }

    #[test]
    fn equal_slices_share_an_id() {
        let mut interner = SliceInterner::<SliceId, u32>::default();
        for i in 0..1000_u32 {
            assert_eq!(interner.intern(&[i, i / 2]), (SliceId::new(i as usize), true));
        }
        for i in 0..1000_u32 {
            assert_eq!(interner.intern(&[i, i / 2]), (SliceId::new(i as usize), false));
            assert_eq!(interner.get(SliceId::new(i as usize)), [i, i / 2]);
        }
        assert_eq!(interner.intern(&[]), (SliceId::new(1000), true));
        assert_eq!((interner.len(), interner.total_len()), (1001, 2000));
    }

    #[test]
    fn long_slices_have_blocks_of_their_own() {
        let mut interner = SliceInterner::<SliceId, u32>::default();
        let long: Vec<u32> = (0..2 * BLOCK as u32 + 1).collect();
        for _ in 0..2 {
            let slices = [&long[..3], &long, &long[..BLOCK], &long[..BLOCK - 1], &[], &long[..2]];
            let ids = slices.map(|slice| interner.intern(slice).0);
            assert!(ids.iter().zip(slices).all(|(&id, slice)| interner.get(id) == slice));
            interner.clear();
        }
    }

    #[test]
    fn things_are_found_by_what_they_are() {
        // Hashes that collide: the second half of the things has those of the first.
        let things: Vec<u64> = (0..100).collect();
        let mut table = IdTable::<SliceId>::default();
        for _ in 0..2 {
            for &thing in &things {
                let new = SliceId::new(thing as usize);
                assert_eq!(
                    table.id(thing % 50, new, |id| things[id.index()] == thing, |id| things[id.index()] % 50),
                    new
                );
            }
        }
        table.clear();
        assert_eq!(table.id(7, SliceId::new(3), |_| true, |_| 7), SliceId::new(3));
    }

    #[test]
    fn pushed_slices_are_found_after_replace_only() {
        let mut interner = SliceInterner::<SliceId, u32>::default();
        let pushed = interner.push(&[7]);
        assert_eq!(interner.intern(&[7]), (SliceId::new(1), true));
        interner.replace(pushed, &[8]);
        assert_eq!(interner.intern(&[8]), (pushed, false));
        interner.clear();
        assert_eq!(interner.intern(&[8]), (SliceId::new(0), true));
    }
}
