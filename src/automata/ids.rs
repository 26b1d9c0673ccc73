//! Numbers of things, with a type for each kind of thing, and the lists that they are places in.
//!
//! An id is as large as a `u32` and costs no more. That no list grows beyond [`Id::LIMIT`] is checked where its owner sees to
//! its budget: a [`Config`](super::Config) is cut to what ids can number.

#![expect(clippy::indexing_slicing, reason = "an id is a place in the list that it was made for")]

use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// The number of a thing.
pub(super) trait Id: Copy + Debug + Eq + Ord + Hash {
    /// The ids are below this, so that a word that holds one has a bit to spare.
    const LIMIT: usize = 1 << 31;
    /// In the place of an id that is not known.
    const UNKNOWN: Self;

    fn new(index: usize) -> Self;

    fn index(self) -> usize;

    fn as_u32(self) -> u32;
}

/// Declares types of ids.
macro_rules! ids {
    ($($(#[$meta:meta])* $visibility:vis $name:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(transparent)]
        $visibility struct $name(u32);

        impl $name {
            /// The id with this number, which must be less than 2³¹.
            #[inline]
            #[allow(dead_code, reason = "declared for all ids alike")]
            $visibility const fn new(index: usize) -> Self {
                debug_assert!(index < <Self as $crate::automata::ids::Id>::LIMIT, "too large for an id");
                Self(index as u32)
            }

            /// The number of this id.
            #[inline]
            #[allow(dead_code, reason = "declared for all ids alike")]
            $visibility const fn index(self) -> usize {
                self.0 as usize
            }

            /// The number of this id, as the word that it is stored as.
            #[inline]
            #[allow(dead_code, reason = "declared for all ids alike")]
            $visibility const fn as_u32(self) -> u32 {
                self.0
            }
        }

        impl $crate::automata::ids::Id for $name {
            const UNKNOWN: Self = Self(u32::MAX);

            #[inline]
            fn new(index: usize) -> Self {
                Self::new(index)
            }

            #[inline]
            fn index(self) -> usize {
                self.index()
            }

            #[inline]
            fn as_u32(self) -> u32 {
                self.0
            }
        }
    )*};
}
pub(super) use ids;

/// A list whose places have ids of one kind.
#[derive(Clone)]
pub(super) struct IdVec<I, T> {
    items: Vec<T>,
    ids: PhantomData<fn(I)>,
}

impl<I: Id, T> IdVec<I, T> {
    /// An empty list with room for so many items.
    pub(super) fn with_capacity(len: usize) -> Self {
        Vec::with_capacity(len).into()
    }

    /// Appends an item.
    #[inline]
    pub(super) fn push(&mut self, item: T) -> I {
        let id = self.next_id();
        self.items.push(item);
        id
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// The id of the item that is appended next.
    #[inline]
    pub(super) fn next_id(&self) -> I {
        I::new(self.items.len())
    }

    #[inline]
    pub(super) fn get(&self, id: I) -> Option<&T> {
        self.items.get(id.index())
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// The ids of all items.
    pub(super) fn ids(&self) -> impl DoubleEndedIterator<Item = I> + Clone + use<I, T> {
        (0..self.items.len()).map(I::new)
    }

    pub(super) fn clear(&mut self) {
        self.items.clear();
    }

    /// Appends copies of an item until there are `len`.
    pub(super) fn grow(&mut self, len: usize, item: T)
    where
        T: Clone,
    {
        if self.items.len() < len {
            self.items.resize(len, item);
        }
    }
}

impl<I, T> Default for IdVec<I, T> {
    fn default() -> Self {
        Self { items: Vec::new(), ids: PhantomData }
    }
}

impl<I, T> From<Vec<T>> for IdVec<I, T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, ids: PhantomData }
    }
}

impl<I, T> FromIterator<T> for IdVec<I, T> {
    fn from_iter<J: IntoIterator<Item = T>>(items: J) -> Self {
        Self::from(Vec::from_iter(items))
    }
}

impl<I, T: Debug> Debug for IdVec<I, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.items.fmt(f)
    }
}

impl<I: Id, T> Index<I> for IdVec<I, T> {
    type Output = T;

    #[inline]
    fn index(&self, id: I) -> &T {
        &self.items[id.index()]
    }
}

impl<I: Id, T> IndexMut<I> for IdVec<I, T> {
    #[inline]
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.items[id.index()]
    }
}
