//! Byte classes: bytes that no pattern of the automaton tells apart.

#![expect(clippy::indexing_slicing, reason = "arrays over all bytes, and class ids that are minted here")]

use super::{ByteSet, Symbol};

/// A class of bytes, or the out-of-band symbol, which is a class of its own and has the highest number.
///
/// `u16`, because there may be 257 of them.
pub(super) type ClassId = u16;

/// The coarsest partition of the bytes that tells apart what a collection of byte sets tells apart. Classes are numbered
/// by their smallest byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ByteClasses {
    class_of: [u8; 256],
    sets: Vec<ByteSet>,
    /// The bytes of each class; none for the out-of-band symbol.
    members: Vec<Box<[u8]>>,
}

impl ByteClasses {
    pub(super) fn of_sets<'a>(sets: impl IntoIterator<Item = &'a ByteSet>) -> Self {
        let mut classes = vec![ByteSet::ALL];
        for set in sets {
            for i in 0..classes.len() {
                let (inside, outside) = (classes[i].intersection(*set), classes[i].intersection(set.negate()));
                if !inside.is_empty() && !outside.is_empty() {
                    classes[i] = inside;
                    classes.push(outside);
                }
            }
            if classes.len() == 256 {
                break;
            }
        }
        classes.sort_by_key(|class| class.iter().next());
        let mut class_of = [0; 256];
        for (class, set) in classes.iter().enumerate() {
            for byte in set.iter() {
                class_of[usize::from(byte)] = class as u8;
            }
        }
        let members = classes.iter().map(|set| set.iter().collect()).chain([Box::default()]).collect();
        Self { class_of, sets: classes, members }
    }

    /// How many classes of bytes there are.
    pub(super) fn len(&self) -> usize {
        self.sets.len()
    }

    pub(super) fn out_of_band(&self) -> ClassId {
        self.sets.len() as ClassId
    }

    pub(super) fn of(&self, symbol: Symbol) -> ClassId {
        match symbol {
            Symbol::Byte(byte) => self.class_of[usize::from(byte)].into(),
            Symbol::OutOfBand => self.out_of_band(),
        }
    }

    /// The bytes of a class; none for the out-of-band symbol.
    pub(super) fn members(&self, class: ClassId) -> &[u8] {
        &self.members[usize::from(class)]
    }

    /// How many bytes are in a class; 0 for the out-of-band symbol, for which no default successor stands.
    pub(super) fn weight(&self, class: ClassId) -> u32 {
        self.members[usize::from(class)].len() as u32
    }

    /// The classes that make up a set which took part in the partition.
    pub(super) fn of_set(&self, set: ByteSet) -> Vec<ClassId> {
        let inside = self.sets.iter().enumerate().filter(|(_, class)| class.is_subset(set));
        inside.map(|(class, _)| class as ClassId).collect()
    }

    /// The symbol of the class that is the nicest to show to a person.
    pub(super) fn representative(&self, class: ClassId) -> Symbol {
        let rank = |byte: &u8| match *byte {
            b'a'..=b'z' => 0,
            b'0'..=b'9' => 1,
            b'!'..=b'~' => 2,
            b' ' => 3,
            _ => 4,
        };
        self.members(class).iter().copied().min_by_key(rank).map_or(Symbol::OutOfBand, Symbol::Byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_numbered_by_their_smallest_byte() {
        let slash = ByteSet::single(b'/');
        let letters = ByteSet::range(b'a', b'z');
        let classes = ByteClasses::of_sets(&[slash, letters, slash.negate()]);
        assert_eq!(classes.len(), 3);
        assert_eq!(classes.of(Symbol::Byte(0)), 0);
        assert_eq!(classes.of(Symbol::Byte(b'/')), 1);
        assert_eq!(classes.of(Symbol::Byte(b'q')), 2);
        assert_eq!(classes.of(Symbol::OutOfBand), 3);
        assert_eq!(classes.of_set(slash.negate()), [0, 2]);
        assert_eq!((classes.weight(0), classes.weight(1), classes.weight(3)), (229, 1, 0));
        assert_eq!(classes.representative(2), Symbol::Byte(b'a'));
        assert_eq!(classes.representative(0), Symbol::Byte(b'0'));
        assert_eq!(classes.representative(3), Symbol::OutOfBand);
    }

    #[test]
    fn every_byte_may_be_a_class() {
        let sets: Vec<ByteSet> = (0..=255).map(ByteSet::single).collect();
        let classes = ByteClasses::of_sets(&sets);
        assert_eq!((classes.len(), classes.out_of_band()), (256, 256));
    }
}
