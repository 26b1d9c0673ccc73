//! NFA → DFA: the subset construction.
//!
//! A state of the DFA is a set of states of the NFA, interned. Where a set leads is computed per byte class, and classes
//! that the broad byte sets of a state do not tell apart are handled at once: a state inside `/**` has some 80 classes, but
//! only a few of them lead anywhere special. For each the list of continuations is collected and looked up; only a list
//! never seen before is united into a set.
//!
//! States are made in breadth-first order, so the first state with a label set is one at the end of a shortest input.

#![expect(clippy::indexing_slicing, reason = "ids come from the NFA, or are minted here")]

use super::absorb::{Absorber, Absorbs};
use super::builder::most_frequent;
use super::classes::{ByteClasses, ClassId};
use super::graph::Graph;
use super::interner::SliceInterner;
use super::nfa::{Nfa, NfaState, OUT_OF_BAND, normalise};
use super::{BuildError, Config, Dfa};

/// States whose classes are not told apart by the broad sets of a state: its number within that state.
type Group = u32;

pub(super) fn determinise(nfa: &Nfa, absorbs: Absorbs<'_>, config: Config) -> Result<Dfa, BuildError> {
    let mut determiniser = Determiniser::new(nfa, absorbs);
    let mut done = 0;
    while done < determiniser.subsets.len() as u32 {
        determiniser.expand(done);
        done += 1;
        determiniser.check(&config)?;
    }
    Ok(determiniser.finish())
}

struct Determiniser<'a> {
    nfa: &'a Nfa,
    graph: Graph,
    /// The classes of each byte set of the NFA.
    set_classes: Vec<Vec<ClassId>>,
    /// The states: sets of NFA states. The empty one is the trap. The start is not to be found by its set: should the
    /// automaton come back to it, it comes back to a copy. So the start is only ever the empty input, whose meaning some
    /// targets ignore.
    subsets: SliceInterner,
    absorber: Absorber<'a>,
    memo: Memo,
    scratch: Scratch,
}

/// What was united before. The ids of the interners are the indices of the vectors beside them.
#[derive(Default)]
struct Memo {
    /// Lists of the continuations of a group, sorted.
    lists: SliceInterner,
    /// Their unions, as ids of `sets`.
    unions: Vec<u32>,
    sets: SliceInterner,
    /// A union, followed by the continuations that a class leads to besides, sorted.
    extended: SliceInterner,
    /// The state for it.
    states: Vec<u32>,
}

impl Memo {
    fn words(&self) -> usize {
        self.lists.total_len() + self.sets.total_len() + self.extended.total_len()
    }
}

/// Buffers of [`Determiniser::expand`], kept for their memory.
#[derive(Default)]
struct Scratch {
    /// Continuations that one class alone leads to.
    of_class: Vec<Vec<u32>>,
    /// (byte set, continuation) of the steps that several classes take.
    broad: Vec<(u32, u32)>,
    group_of: Vec<Group>,
    /// For each group: the group it was split from, and the range of `broad` that it has and the other has not.
    groups: Vec<(Group, u32, u32)>,
    /// For each group, the union of its continuations (an id of [`Memo::sets`]) and the state for it.
    group_unions: Vec<Option<u32>>,
    group_targets: Vec<Option<u32>>,
    /// For each group, the part of it that is inside the set at hand, if met already.
    split: Vec<Option<Group>>,
    list: Vec<u32>,
    extra: Vec<u32>,
    union: Vec<u32>,
    targets: Vec<u32>,
}

impl<'a> Determiniser<'a> {
    fn new(nfa: &'a Nfa, absorbs: Absorbs<'a>) -> Self {
        let classes = ByteClasses::of_sets(&nfa.sets);
        let mut subsets = SliceInterner::default();
        subsets.intern(&[]);
        subsets.push(nfa.continuations.get(nfa.start));
        Self {
            nfa,
            set_classes: nfa.sets.iter().map(|&set| classes.of_set(set)).collect(),
            scratch: Scratch { of_class: vec![Vec::new(); classes.len() + 1], ..Scratch::default() },
            graph: Graph::new(classes),
            subsets,
            absorber: Absorber::new(nfa, absorbs),
            memo: Memo::default(),
        }
    }

    /// Computes the row of a state.
    fn expand(&mut self, state: u32) {
        self.sort_steps(state);
        self.group_classes();
        self.scratch.targets.clear();
        for class in 0..self.scratch.group_of.len() {
            let group = self.scratch.group_of[class] as usize;
            let target = match self.scratch.group_targets[group] {
                Some(target) if self.scratch.of_class[class].is_empty() => target,
                _ => self.target(group, class),
            };
            self.scratch.targets.push(target);
        }
        self.graph.push_row(&self.scratch.targets);
    }

    /// Sorts the steps of a state into those that one class takes and the others.
    fn sort_steps(&mut self, state: u32) {
        let Scratch { of_class, broad, .. } = &mut self.scratch;
        broad.clear();
        for &item in self.subsets.get(state) {
            match self.nfa.states[item as usize] {
                NfaState::Step(OUT_OF_BAND, next) => of_class[usize::from(self.graph.classes.out_of_band())].push(next),
                NfaState::Step(set, next) => match self.set_classes[set as usize][..] {
                    [class] => of_class[usize::from(class)].push(next),
                    _ => broad.push((set, next)),
                },
                NfaState::Accept | NfaState::Enter(_) => {}
            }
        }
        broad.sort_unstable();
    }

    /// Partitions the classes by which of the broad sets contain them.
    fn group_classes(&mut self) {
        let Scratch { broad, group_of, groups, group_unions, group_targets, split, .. } = &mut self.scratch;
        group_of.clear();
        group_of.resize(self.graph.classes.len() + 1, 0);
        groups.clear();
        groups.push((0, 0, 0));
        let mut start = 0;
        for steps in broad.chunk_by(|a, b| a.0 == b.0) {
            let end = start + steps.len() as u32;
            split.clear();
            split.resize(groups.len(), None);
            for &class in &self.set_classes[steps[0].0 as usize] {
                let group = &mut group_of[usize::from(class)];
                *group = *split[*group as usize].get_or_insert_with(|| {
                    groups.push((*group, start, end));
                    groups.len() as Group - 1
                });
            }
            start = end;
        }
        group_targets.clear();
        group_targets.resize(groups.len(), None);
        group_unions.clear();
        group_unions.resize(groups.len(), None);
    }

    /// The state that a class of a group leads to.
    fn target(&mut self, group: usize, class: usize) -> u32 {
        let union = match self.scratch.group_unions[group] {
            Some(union) => union,
            None => self.union(group),
        };
        let Scratch { of_class, list, extra, union: states, group_targets, .. } = &mut self.scratch;
        let alone = of_class[class].is_empty();
        list.clear();
        list.push(union);
        list.append(&mut of_class[class]);
        list[1..].sort_unstable();
        let (id, new) = self.memo.extended.intern(list);
        if new {
            extra.clear();
            for &continuation in &list[1..] {
                extra.extend_from_slice(self.nfa.continuations.get(continuation));
            }
            normalise(extra);
            merge(self.memo.sets.get(union), extra, states);
            self.absorber.reduce(states);
            self.memo.states.push(self.subsets.intern(states).0);
        }
        let target = self.memo.states[id as usize];
        if alone {
            group_targets[group] = Some(target);
        }
        target
    }

    /// The union of the continuations that all classes of a group lead to.
    fn union(&mut self, group: usize) -> u32 {
        let Scratch { broad, groups, list, union, group_unions, .. } = &mut self.scratch;
        list.clear();
        let mut at = group;
        while at != 0 {
            let (parent, start, end) = groups[at];
            list.extend(broad[start as usize..end as usize].iter().map(|&(_, next)| next));
            at = parent as usize;
        }
        normalise(list);
        let (id, new) = self.memo.lists.intern(list);
        if new {
            union.clear();
            for &continuation in list.iter() {
                union.extend_from_slice(self.nfa.continuations.get(continuation));
            }
            normalise(union);
            self.absorber.reduce(union);
            self.memo.unions.push(self.memo.sets.intern(union).0);
        }
        let union = self.memo.unions[id as usize];
        group_unions[group] = Some(union);
        union
    }

    fn check(&self, config: &Config) -> Result<(), BuildError> {
        let states = self.subsets.len();
        let words = self.subsets.total_len() + self.memo.words() + 2 * self.graph.edge_count();
        let labels = || {
            // The latest states show best what keeps growing.
            let items = (states.saturating_sub(4096) as u32..states as u32).flat_map(|state| self.subsets.get(state));
            most_frequent(items.map(|&item| self.nfa.labels[item as usize]))
        };
        if states > config.max_states {
            Err(BuildError::TooManyStates { limit: config.max_states, labels: labels() })
        } else if words > config.max_words {
            Err(BuildError::TooLarge { states, labels: labels() })
        } else {
            Ok(())
        }
    }

    /// Reads off the label set of each state.
    fn finish(self) -> Dfa {
        let mut label_sets = SliceInterner::default();
        label_sets.intern(&[]);
        let mut labels = Vec::new();
        let of_state = (0..self.subsets.len() as u32).map(|state| {
            let items = self.subsets.get(state).iter();
            labels.clear();
            labels.extend(
                items
                    .filter(|&&item| self.nfa.states[item as usize] == NfaState::Accept)
                    .map(|&item| self.nfa.labels[item as usize].0),
            );
            labels.sort_unstable();
            label_sets.intern(&labels).0
        });
        let of_state = of_state.collect();
        Dfa::new(self.graph, of_state, &label_sets)
    }
}

/// The union of two sorted lists without duplicates.
fn merge(mut a: &[u32], mut b: &[u32], union: &mut Vec<u32>) {
    union.clear();
    while let (Some((&x, a_rest)), Some((&y, b_rest))) = (a.split_first(), b.split_first()) {
        union.push(x.min(y));
        a = if x <= y { a_rest } else { a };
        b = if y <= x { b_rest } else { b };
    }
    union.extend_from_slice(a);
    union.extend_from_slice(b);
}
