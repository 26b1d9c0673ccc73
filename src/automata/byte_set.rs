//! Sets of bytes.

/// A set of bytes, one bit each: byte `b` is bit `b % 64` of word `b / 64`.
///
/// ```
/// use armorer::automata::ByteSet;
///
/// let not_slash = ByteSet::single(b'/').negate();
/// assert!(not_slash.contains(b'a') && !not_slash.contains(b'/'));
/// assert_eq!(ByteSet::range(b'0', b'9').len(), 10);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ByteSet(pub [u64; 4]);

impl ByteSet {
    /// No byte.
    pub const EMPTY: Self = Self([0; 4]);
    /// All 256 bytes.
    pub const ALL: Self = Self([u64::MAX; 4]);

    /// One byte.
    pub fn single(byte: u8) -> Self {
        let mut set = Self::EMPTY;
        set.insert(byte);
        set
    }

    /// All bytes from `low` to `high`, both included; empty if `low > high`.
    pub fn range(low: u8, high: u8) -> Self {
        (low..=high).collect()
    }

    /// Adds a byte.
    pub fn insert(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte / 64)) {
            *word |= 1 << (byte % 64);
        }
    }

    /// Removes a byte.
    pub fn remove(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte / 64)) {
            *word &= !(1 << (byte % 64));
        }
    }

    /// Whether the byte is in the set.
    pub fn contains(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte / 64)).is_some_and(|word| word & (1 << (byte % 64)) != 0)
    }

    /// The bytes of either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([a | e, b | f, c | g, d | h])
    }

    /// The bytes of both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([a & e, b & f, c & g, d & h])
    }

    /// All bytes that are not in the set.
    #[must_use]
    pub fn negate(self) -> Self {
        Self(self.0.map(|word| !word))
    }

    /// Whether every byte of this set is in the other.
    pub fn is_subset(self, other: Self) -> bool {
        self.intersection(other) == self
    }

    /// Whether no byte is in the set.
    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    /// The number of bytes in the set (0 to 256).
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The bytes of the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u8> + use<> {
        let words = [0_u8, 64, 128, 192].into_iter().zip(self.0);
        words.flat_map(|(first, mut word)| {
            std::iter::from_fn(move || {
                let bit = word.trailing_zeros() as u8;
                // Clears the lowest bit, if there is one.
                (word != 0).then(|| {
                    word &= word - 1;
                    first + bit
                })
            })
        })
    }
}

impl FromIterator<u8> for ByteSet {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        let mut set = Self::EMPTY;
        set.extend(bytes);
        set
    }
}

impl Extend<u8> for ByteSet {
    fn extend<I: IntoIterator<Item = u8>>(&mut self, bytes: I) {
        for byte in bytes {
            self.insert(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negation_partitions_the_bytes() {
        let set: ByteSet = [0, 47, 63, 64, 255].into_iter().collect();
        assert_eq!(set.len(), 5);
        assert_eq!(set.negate().len(), 251);
        assert!(set.intersection(set.negate()).is_empty());
        assert_eq!(set.union(set.negate()), ByteSet::ALL);
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 47, 63, 64, 255]);
    }

    #[test]
    fn remove_undoes_insert() {
        let mut set = ByteSet::range(b'a', b'c');
        set.remove(b'b');
        assert_eq!(set.iter().collect::<Vec<_>>(), b"ac");
        assert!(set.is_subset(ByteSet::range(b'a', b'c')) && !ByteSet::range(b'a', b'c').is_subset(set));
    }

    #[test]
    fn a_backwards_range_is_empty() {
        assert!(ByteSet::range(b'z', b'a').is_empty());
    }
}
