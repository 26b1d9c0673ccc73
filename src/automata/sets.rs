//! Interning of ascending lists of ids, in half the memory that [`SliceInterner`] takes for them.

use super::ids::Id;
use super::interner::SliceInterner;
use std::marker::PhantomData;

/// An arena of ascending lists of ids, numbered from 0 in order of first appearance.
///
/// It holds the difference of each id from the one before: most fit into 16 bits, and others follow [`FAR`] in two halves.
#[derive(Debug)]
pub(super) struct SetInterner<I, E> {
    lists: SliceInterner<I, u16>,
    /// The list at hand, kept for its memory.
    coded: Vec<u16>,
    elements: PhantomData<fn(E)>,
}

/// In the place of a difference that needs more than 16 bits, or is this number.
const FAR: u16 = u16::MAX;

impl<I, E> Default for SetInterner<I, E> {
    fn default() -> Self {
        Self { lists: SliceInterner::default(), coded: Vec::new(), elements: PhantomData }
    }
}

impl<I: Id, E: Id> SetInterner<I, E> {
    /// The id of the list, and whether it is new.
    pub(super) fn intern(&mut self, list: &[E]) -> (I, bool) {
        let Self { lists, coded, .. } = self;
        coded.clear();
        let (mut before, mut all) = (0, 0);
        coded.extend(list.iter().map(|&element| {
            let difference = element.as_u32() - std::mem::replace(&mut before, element.as_u32());
            all |= difference;
            difference as u16
        }));
        if all >= u32::from(FAR) {
            coded.clear();
            let mut before = 0;
            for &element in list {
                let difference = element.as_u32() - std::mem::replace(&mut before, element.as_u32());
                match u16::try_from(difference) {
                    Ok(near) if near != FAR => coded.push(near),
                    _ => coded.extend([FAR, (difference >> 16) as u16, difference as u16]),
                }
            }
        }
        lists.intern(coded)
    }

    /// The elements of a list.
    #[inline]
    pub(super) fn get(&self, id: I) -> impl Iterator<Item = E> {
        let mut coded = self.lists.get(id).iter();
        let mut at = 0;
        std::iter::from_fn(move || {
            at += match *coded.next()? {
                FAR => u32::from(*coded.next()?) << 16 | u32::from(*coded.next()?),
                near => near.into(),
            };
            Some(E::new(at as usize))
        })
    }

    /// About how many elements a list has.
    pub(super) fn len_of(&self, id: I) -> usize {
        self.lists.get(id).len()
    }

    /// The sum of the lengths of all lists.
    pub(super) fn total_len(&self) -> usize {
        self.lists.total_len()
    }

    /// Forgets all, but keeps the memory that it took.
    pub(super) fn clear(&mut self) {
        self.lists.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automata::{LabelSetId, StateId};

    #[test]
    fn lists_come_back_as_they_were() {
        let mut sets = SetInterner::<LabelSetId, StateId>::default();
        let lists: [&[usize]; 7] =
            [&[], &[0], &[0, 1], &[65_534], &[65_535], &[3, 65_538, 65_539, 131_074], &[1 << 30, (1 << 31) - 1]];
        for (at, list) in lists.into_iter().enumerate() {
            let list: Vec<StateId> = list.iter().copied().map(StateId::new).collect();
            let id = LabelSetId::new(at);
            assert_eq!(sets.intern(&list), (id, true));
            assert_eq!(sets.intern(&list), (id, false));
            assert_eq!(sets.get(id).collect::<Vec<_>>(), list);
        }
    }
}
