//! Groups of bytes that a list of sets does not tell apart.

#![expect(clippy::indexing_slicing, reason = "groups are numbered here")]

use super::ByteSet;

/// The classes into which some sets split the bytes.
#[derive(Debug)]
pub(super) struct Split {
    /// Runs of bytes that are in the same sets, with the number of their group; they cover all bytes.
    pub(super) runs: Vec<(u8, u8, u16)>,
    /// For each group, which of the sets (by place in their list) contain it.
    pub(super) groups: Vec<Box<[u16]>>,
}

impl Split {
    pub(super) fn of(sets: &[ByteSet]) -> Self {
        // Each set splits the groups of those before it.
        let mut groups: Vec<Vec<u16>> = vec![Vec::new()];
        let mut group_of = [0; 256];
        for (at, set) in (0..).zip(sets) {
            let mut numbers = vec![[None; 2]; groups.len()];
            let mut split: Vec<Vec<u16>> = Vec::new();
            for (byte, group) in (0..=u8::MAX).zip(&mut group_of) {
                let inside = set.contains(byte);
                *group = *numbers[*group][usize::from(inside)].get_or_insert_with(|| {
                    let mut sets = groups[*group].clone();
                    sets.extend(inside.then_some(at));
                    split.push(sets);
                    split.len() - 1
                });
            }
            groups = split;
        }
        let mut runs: Vec<(u8, u8, u16)> = Vec::new();
        for (byte, group) in (0..=u8::MAX).zip(group_of) {
            let group = group as u16;
            match runs.last_mut() {
                Some((_, last, same)) if *same == group => *last = byte,
                _ => runs.push((byte, byte, group)),
            }
        }
        Self { runs, groups: groups.into_iter().map(Vec::into_boxed_slice).collect() }
    }
}
