//! A set of ids that is filled and emptied again and again.

#![expect(clippy::indexing_slicing, reason = "the caller makes room for its ids")]

use super::ids::Id;
use std::marker::PhantomData;

/// Bits on two levels. Ids come out in ascending order without being sorted, and duplicates cost nothing: the lists that are united
/// here overlap so much that sorting them would take most of the time.
#[derive(Debug)]
pub(super) struct IdBits<I> {
    words: Vec<u64>,
    /// A bit for each word that is not 0.
    used: Vec<u64>,
    ids: PhantomData<fn(I)>,
}

impl<I> Default for IdBits<I> {
    fn default() -> Self {
        Self { words: Vec::new(), used: Vec::new(), ids: PhantomData }
    }
}

impl<I: Id> IdBits<I> {
    /// Makes room for the ids below `len`.
    pub(super) fn grow(&mut self, len: usize) {
        let words = len.div_ceil(64);
        if self.words.len() < words {
            self.words.resize(words, 0);
            self.used.resize(words.div_ceil(64), 0);
        }
    }

    /// Adds an id.
    #[inline]
    pub(super) fn insert(&mut self, id: I) {
        let word = id.index() / 64;
        self.words[word] |= 1 << (id.index() % 64);
        self.used[word / 64] |= 1 << (word % 64);
    }

    /// Adds an id. Returns whether it is new.
    #[inline]
    pub(super) fn insert_new(&mut self, id: I) -> bool {
        let is_new = self.words[id.index() / 64] & 1 << (id.index() % 64) == 0;
        if is_new {
            self.insert(id);
        }
        is_new
    }

    /// Empties the set.
    pub(super) fn clear(&mut self) {
        self.take_words(|_, _| ());
    }

    /// Empties the set, and appends its ids to a list in ascending order.
    pub(super) fn drain_into(&mut self, list: &mut Vec<I>) {
        self.take_words(|word, mut bits| {
            while bits != 0 {
                list.push(I::new(64 * word + bits.trailing_zeros() as usize));
                bits &= bits - 1;
            }
        });
    }

    /// Empties the set, and hands each word that is not 0 on in order.
    #[inline]
    fn take_words(&mut self, mut take: impl FnMut(usize, u64)) {
        for (group, used) in self.used.iter_mut().enumerate() {
            let mut used = std::mem::take(used);
            while used != 0 {
                let word = 64 * group + used.trailing_zeros() as usize;
                used &= used - 1;
                take(word, std::mem::take(&mut self.words[word]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automata::StateId;

    #[test]
    fn ids_come_out_once_and_in_order() {
        let mut bits = IdBits::default();
        bits.grow(10_000);
        for _ in 0..2 {
            assert!(bits.insert_new(StateId::new(4_097)));
            assert!(!bits.insert_new(StateId::new(4_097)));
            bits.clear();
            let ids = [9_999, 0, 64, 63, 4_096, 4_095, 64, 9_999];
            ids.iter().for_each(|&id| bits.insert(StateId::new(id)));
            let mut list = Vec::new();
            bits.drain_into(&mut list);
            assert_eq!(list, [0, 63, 64, 4_095, 4_096, 9_999].map(StateId::new));
        }
    }
}
