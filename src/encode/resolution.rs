//! Computes the permissions of a string from the set of contributions that match it.
//!
//! Each bit is decided on its own, by the contributions of the highest rank that have it: priority counts most; at the same
//! priority deny goes before allow, and allow before prompt. Exec permission by a pattern without wildcard goes before exec
//! permission by one with. The kind of exec travels with the bit.

use crate::automata::LabelId;
use crate::vocab::file as bits;

use super::contribution::{Contribution, ContributionMode};

/// Exec permission of both halves. (In the policy automaton these bits mean other things, but rank in the same way.)
const EXEC: u32 = bits::EXEC | bits::EXEC << bits::OTHER;
/// The bits that belong to exec permission, in both halves.
const EXEC_TYPES: u32 = bits::EXEC_TYPE | bits::EXEC_TYPE << bits::OTHER;

/// The subject of an automaton.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AutomatonKind {
    /// Paths: words have two halves, with exec types.
    File,
    /// Every other class: all bits are plain.
    Policy,
}

/// The properties of a contribution that resolution uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ContributionLabel {
    mode: ContributionMode,
    priority: i32,
    word: u32,
    second: u32,
    /// Only where it matters.
    exact: bool,
    transition: u16,
}

impl ContributionLabel {
    pub(super) fn of(kind: AutomatonKind, contribution: &Contribution) -> ContributionLabel {
        let Contribution { mode, priority, mut word, second, mut transition, .. } = *contribution;
        if kind == AutomatonKind::File {
            // Only an allowed exec has a type.
            for half in FileWordHalf::BOTH {
                if mode != ContributionMode::Allow || word >> half.shift() & bits::EXEC == 0 {
                    word &= !(bits::EXEC_TYPE << half.shift());
                }
            }
        }
        if kind == AutomatonKind::Policy || mode != ContributionMode::Allow || word & EXEC == 0 {
            transition = 0;
        }
        let second = if kind == AutomatonKind::File { second & !EXEC_TYPES } else { second };
        let exact = contribution.exact && mode == ContributionMode::Allow && word & EXEC != 0;
        ContributionLabel { mode, priority, word, second, exact, transition }
    }

    /// Whether a string that has this label means the same with or without the other: each bit of the other is decided at a higher
    /// rank, or at the same one with no less.
    pub(super) fn absorbs(&self, kind: AutomatonKind, other: &ContributionLabel) -> bool {
        let mine = self.ranked(kind);
        other.ranked(kind).into_iter().all(|(rank, decided)| {
            let with = |test: &dyn Fn(i32) -> bool| {
                mine.iter().filter(|(rank, _)| test(*rank)).fold(0, |all, (_, decided)| all | decided)
            };
            let even = decided & !with(&|mine| mine > rank);
            let no_more = |word: u32, of: u32| word & even & !of == 0;
            let same_exec = kind == AutomatonKind::Policy
                || FileWordHalf::BOTH.into_iter().all(|half| {
                    even >> half.shift() & bits::EXEC == 0 || self.exec_type(half) == other.exec_type(half)
                });
            even & !with(&|mine| mine == rank) == 0
                && no_more(other.word, self.word)
                && no_more(other.second, self.second)
                && same_exec
        })
    }

    /// The bits that are decided, in groups of one rank.
    fn ranked(&self, kind: AutomatonKind) -> [(i32, u32); 2] {
        let plain = match kind {
            AutomatonKind::File => (self.word | self.second) & !EXEC_TYPES,
            AutomatonKind::Policy => self.word | self.second,
        };
        let base = 4 * self.priority;
        match self.mode {
            ContributionMode::Deny => [(base + 3, plain), (base, 0)],
            ContributionMode::Allow if self.exact => [(base + 2, plain & EXEC), (base + 1, plain & !EXEC)],
            ContributionMode::Allow => [(base + 1, plain), (base, 0)],
            ContributionMode::Prompt => [(base, plain), (base, 0)],
        }
    }

    /// Whether it grants exec permission by a pattern without wildcard.
    pub(super) fn grants_exact_exec(&self) -> bool {
        self.exact
    }

    /// The kind of exec in one half, in the place of the owner's.
    fn exec_type(&self, half: FileWordHalf) -> ExecType {
        ExecType { bits: self.word >> half.shift() & bits::EXEC_TYPE, transition: self.transition }
    }
}

/// The halves of a file word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileWordHalf {
    Owner,
    Other,
}

impl FileWordHalf {
    pub(super) const BOTH: [FileWordHalf; 2] = [FileWordHalf::Owner, FileWordHalf::Other];

    /// Returns the position of the half's first bit.
    pub(super) fn shift(self) -> u32 {
        match self {
            FileWordHalf::Owner => 0,
            FileWordHalf::Other => bits::OTHER,
        }
    }
}

/// The transition at an exec.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct ExecType {
    /// Bits of [`bits::EXEC_TYPE`], without an index that lies in the transition table.
    pub(super) bits: u32,
    /// 1 + slot of the transition table; 0: none.
    pub(super) transition: u16,
}

/// The permissions of a state. Denied ones are in none of the words: the kernel denies what is not allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct StatePermissions {
    /// The permissions that are allowed, without exec types.
    pub(super) allow: u32,
    pub(super) prompt: u32,
    pub(super) audit: u32,
    pub(super) quiet: u32,
    /// The transition for files that the task owns.
    pub(super) owner_exec: ExecType,
    /// The transition for all other files.
    pub(super) other_exec: ExecType,
}

impl StatePermissions {
    fn exec_mut(&mut self, half: FileWordHalf) -> &mut ExecType {
        match half {
            FileWordHalf::Owner => &mut self.owner_exec,
            FileWordHalf::Other => &mut self.other_exec,
        }
    }
}

/// Two contributions of one rank that want different things at an exec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Conflict {
    pub(super) first: LabelId,
    pub(super) second: LabelId,
}

/// Decides every bit.
///
/// # Errors
/// When exec permission is granted with two different types at the highest rank.
pub(super) fn resolve(
    kind: AutomatonKind,
    labels: &[(LabelId, ContributionLabel)],
) -> Result<StatePermissions, Conflict> {
    let ranked = labels.iter().flat_map(|&(id, label)| label.ranked(kind).map(|(rank, bits)| (rank, bits, id, label)));
    let mut ranked: Vec<_> = ranked.filter(|&(_, bits, ..)| bits != 0).collect();
    ranked.sort_by_key(|&(rank, ..)| std::cmp::Reverse(rank));
    let mut permissions = StatePermissions::default();
    let (mut decided, mut denied) = (0, 0);
    // Who gave exec permission, and at what ranks exec and mmap were decided.
    let mut exec_givers: [Option<LabelId>; 2] = [None; 2];
    let mut implies_mmap = 0;
    for group in ranked.chunk_by(|(a, ..), (b, ..)| a == b) {
        let mut decided_here = 0;
        for &(_, bits, id, label) in group {
            let bits = bits & !decided;
            decided_here |= bits;
            let (word, second) = (label.word & bits, label.second & bits);
            match label.mode {
                ContributionMode::Deny => {
                    denied |= word;
                    permissions.quiet |= second;
                }
                ContributionMode::Allow => {
                    permissions.allow |= word;
                    permissions.audit |= second;
                    if kind == AutomatonKind::File {
                        for (half, giver) in FileWordHalf::BOTH.into_iter().zip(&mut exec_givers) {
                            if word >> half.shift() & bits::EXEC == 0 {
                                continue;
                            }
                            let wanted = label.exec_type(half);
                            match *giver {
                                Some(first) if *permissions.exec_mut(half) != wanted => {
                                    return Err(Conflict { first, second: id });
                                }
                                Some(_) => {}
                                None => {
                                    *giver = Some(id);
                                    *permissions.exec_mut(half) = wanted;
                                }
                            }
                        }
                    }
                }
                ContributionMode::Prompt => {
                    permissions.prompt |= word;
                    permissions.audit |= second;
                }
            }
        }
        // Whoever may execute a file and stay in the profile may map it, unless a higher rank decided about that.
        for half in FileWordHalf::BOTH {
            let (exec, mmap) = (bits::EXEC << half.shift(), bits::MMAP_EXEC << half.shift());
            let inherits = permissions.exec_mut(half).bits & bits::EXEC_INHERIT != 0;
            if decided_here & permissions.allow & exec != 0 && inherits && decided & mmap == 0 {
                implies_mmap |= mmap;
            }
        }
        decided |= decided_here;
    }
    permissions.allow = (permissions.allow | implies_mmap) & !denied;
    permissions.prompt &= !denied;
    Ok(permissions)
}

/// Two of these that grant exec with different types at the same rank, be it the one that counts or not.
pub(super) fn contradiction(labels: &[(LabelId, ContributionLabel)]) -> Option<Conflict> {
    let grants = |label: &ContributionLabel, half: FileWordHalf| {
        label.mode == ContributionMode::Allow && label.word >> half.shift() & bits::EXEC != 0
    };
    let contradict = |one: &ContributionLabel, other: &ContributionLabel| {
        (one.priority, one.exact) == (other.priority, other.exact)
            && FileWordHalf::BOTH
                .into_iter()
                .any(|half| grants(one, half) && grants(other, half) && one.exec_type(half) != other.exec_type(half))
    };
    let pairs =
        labels.iter().enumerate().flat_map(|(at, one)| labels.iter().skip(at + 1).map(move |other| (one, other)));
    let mut found = pairs.filter(|((_, one), (_, other))| contradict(one, other));
    found.next().map(|(one, other)| Conflict { first: one.0, second: other.0 })
}

/// The bits that each of the labels of one string decides: those in which no other has a higher rank.
///
/// Map permission that comes with exec permission counts as decided by whoever gives that.
pub(super) fn decisive(kind: AutomatonKind, labels: &[ContributionLabel]) -> Vec<u32> {
    let mut won = vec![0; labels.len()];
    let ranked =
        labels.iter().enumerate().flat_map(|(at, label)| label.ranked(kind).map(|(rank, bits)| (rank, bits, at)));
    let mut ranked: Vec<_> = ranked.filter(|&(_, bits, _)| bits != 0).collect();
    ranked.sort_by_key(|&(rank, ..)| std::cmp::Reverse(rank));
    let mut decided = 0;
    let mut implied = vec![0; labels.len()];
    for group in ranked.chunk_by(|(a, ..), (b, ..)| a == b) {
        let mut decided_here = 0;
        for &(_, mine, at) in group {
            let mine = mine & !decided;
            decided_here |= mine;
            let (Some(won), Some(implied), Some(label)) = (won.get_mut(at), implied.get_mut(at), labels.get(at)) else {
                continue;
            };
            *won |= mine;
            for half in FileWordHalf::BOTH
                .into_iter()
                .filter(|_| kind == AutomatonKind::File && label.mode == ContributionMode::Allow)
            {
                let (exec, mmap) = (bits::EXEC << half.shift(), bits::MMAP_EXEC << half.shift());
                let inherits = label.exec_type(half).bits & bits::EXEC_INHERIT != 0;
                if mine & label.word & exec != 0 && inherits && decided & mmap == 0 {
                    *implied |= mmap;
                }
            }
        }
        decided |= decided_here;
    }
    let denied = labels.iter().zip(&won).filter(|(label, _)| label.mode == ContributionMode::Deny);
    let denied = denied.fold(0, |denied, (_, won)| denied | won);
    won.iter().zip(&implied).map(|(won, implied)| won | implied & !denied).collect()
}

#[cfg(test)]
#[path = "resolution_tests.rs"]
mod tests;
