//! Interning of integer slices: equal slices get equal ids, so that comparing sets of states is comparing integers.

#![expect(clippy::indexing_slicing, reason = "ids are minted here, and the slot mask is one less than the slot count")]

use rustc_hash::FxHasher;
use std::hash::Hasher;

const FREE: u32 = u32::MAX;

/// An arena of `u32` slices, numbered from 0 in order of first appearance.
///
/// The standard maps cannot be asked for a key that lies in an arena without copying it, hence the open-addressing table.
#[derive(Debug, Default)]
pub(super) struct SliceInterner {
    words: Vec<u32>,
    /// Where each slice begins and ends in `words`.
    spans: Vec<(u32, u32)>,
    /// Hashes with ids, or `FREE`; the length is a power of two, at most half of the slots are taken.
    slots: Vec<(u32, u32)>,
    taken: usize,
}

impl SliceInterner {
    /// The id of the slice, and whether it is new.
    pub(super) fn intern(&mut self, slice: &[u32]) -> (u32, bool) {
        if self.slots.len() <= 2 * self.taken {
            self.grow();
        }
        let hash = hash(slice);
        let slot = self.find(hash, slice);
        let (_, id) = self.slots[slot];
        if id != FREE {
            return (id, false);
        }
        let id = self.push(slice);
        self.slots[slot] = (hash, id);
        self.taken += 1;
        (id, true)
    }

    /// The id of the slice, if it has one.
    pub(super) fn find_id(&self, slice: &[u32]) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let (_, id) = self.slots[self.find(hash(slice), slice)];
        (id != FREE).then_some(id)
    }

    /// A new id for the slice, which later [`Self::intern`] calls will not find.
    pub(super) fn push(&mut self, slice: &[u32]) -> u32 {
        let id = self.spans.len() as u32;
        self.spans.push((0, 0));
        self.place(id, slice);
        id
    }

    /// Gives the id made by [`Self::push`] another slice, and makes it the one to be found for that slice if it is new.
    pub(super) fn replace(&mut self, id: u32, slice: &[u32]) {
        self.place(id, slice);
        if self.slots.len() <= 2 * self.taken {
            self.grow();
        }
        let hash = hash(slice);
        let slot = self.find(hash, slice);
        if self.slots[slot].1 == FREE {
            self.slots[slot] = (hash, id);
            self.taken += 1;
        }
    }

    pub(super) fn get(&self, id: u32) -> &[u32] {
        let (start, end) = self.spans[id as usize];
        &self.words[start as usize..end as usize]
    }

    /// How many ids there are.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The sum of the lengths of all slices.
    pub(super) fn total_len(&self) -> usize {
        self.words.len()
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.spans.clear();
        self.slots.fill((0, FREE));
        self.taken = 0;
    }

    fn place(&mut self, id: u32, slice: &[u32]) {
        let start = self.words.len() as u32;
        self.words.extend_from_slice(slice);
        self.spans[id as usize] = (start, self.words.len() as u32);
    }

    /// The slot that holds the slice, or the free one where it belongs.
    fn find(&self, hash: u32, slice: &[u32]) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let (other, id) = self.slots[slot];
            if id == FREE || (other == hash && self.get(id) == slice) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let larger = vec![(0, FREE); (self.slots.len() * 2).max(16)];
        let mask = larger.len() - 1;
        for (hash, id) in std::mem::replace(&mut self.slots, larger) {
            if id != FREE {
                let mut slot = hash as usize & mask;
                while self.slots[slot].1 != FREE {
                    slot = (slot + 1) & mask;
                }
                self.slots[slot] = (hash, id);
            }
        }
    }
}

fn hash(slice: &[u32]) -> u32 {
    let mut hasher = FxHasher::default();
    for &word in slice {
        hasher.write_u32(word);
    }
    hasher.write_usize(slice.len());
    hasher.finish() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_slices_share_an_id() {
        let mut interner = SliceInterner::default();
        for i in 0..1000_u32 {
            assert_eq!(interner.intern(&[i, i / 2]), (i, true));
        }
        for i in 0..1000_u32 {
            assert_eq!(interner.intern(&[i, i / 2]), (i, false));
            assert_eq!(interner.get(i), [i, i / 2]);
        }
        assert_eq!(interner.intern(&[]), (1000, true));
        assert_eq!((interner.len(), interner.total_len()), (1001, 2000));
    }

    #[test]
    fn pushed_slices_are_found_after_replace_only() {
        let mut interner = SliceInterner::default();
        let pushed = interner.push(&[7]);
        assert_eq!(interner.intern(&[7]), (1, true));
        interner.replace(pushed, &[8]);
        assert_eq!(interner.intern(&[8]), (pushed, false));
        interner.clear();
        assert_eq!(interner.intern(&[8]), (0, true));
    }
}
