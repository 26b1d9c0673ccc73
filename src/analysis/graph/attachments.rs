//! The attachments of several profiles, as one automaton.

use rustc_hash::FxHashMap;

use crate::analysis::diff::index;
use crate::analysis::perms::attaches;
use crate::automata::Symbol;
use crate::blob::BlobProfile;

/// The most states of the joint automaton, and the most states of single automata in them.
const MAX_STATES: usize = 2_000_000;
const MAX_ALIVE: usize = 40_000_000;

/// The automaton of one profile.
enum ProfileMatcher<'a> {
    Tables(&'a crate::blob::Xmatch),
    /// The name of a profile that is a path.
    Literal(&'a [u8]),
}

impl ProfileMatcher<'_> {
    /// The state after one more byte; 0: none.
    fn step(&self, state: u32, byte: u8) -> u32 {
        match self {
            ProfileMatcher::Tables(xmatch) => xmatch.dfa.step(state, Symbol::Byte(byte)),
            ProfileMatcher::Literal(name) => match index(state).checked_sub(1).and_then(|at| name.get(at)) {
                Some(&next) if next == byte => state.saturating_add(1),
                _ => 0,
            },
        }
    }

    fn accepts(&self, state: u32) -> bool {
        match self {
            ProfileMatcher::Tables(xmatch) => attaches(xmatch, index(state)),
            ProfileMatcher::Literal(name) => index(state) == name.len().saturating_add(1),
        }
    }
}

/// A joint automaton. State 0 is the one that no profile attaches after, 1 the start.
pub(super) struct JointAutomaton {
    /// Byte → class of bytes.
    pub(super) classes: [u16; 256],
    width: usize,
    next: Vec<u32>,
    /// The profiles that attach in each state, by their indices in the policy.
    accepted: Vec<Box<[usize]>>,
    /// The profiles that attach only to files with extended attributes.
    conditional: Vec<usize>,
}

/// The automata are too large.
pub(super) struct AutomataTooLarge;

impl Default for JointAutomaton {
    /// Nothing attaches to anything.
    fn default() -> Self {
        let accepted = vec![Box::default(); 2];
        JointAutomaton { classes: [0; 256], width: 1, next: vec![0; 2], accepted, conditional: Vec::new() }
    }
}

impl JointAutomaton {
    /// Joins the attachments of profiles, which come with their indices.
    pub(super) fn new(profiles: &[(usize, &BlobProfile)]) -> Result<JointAutomaton, AutomataTooLarge> {
        let mut matchers: Vec<(usize, ProfileMatcher<'_>)> = Vec::new();
        for &(at, profile) in profiles {
            let local = profile.name.windows(2).rposition(|two| two == b"//");
            let local = local.and_then(|at| profile.name.get(at + 2..)).unwrap_or(&profile.name);
            match &profile.xmatch {
                Some(xmatch) => matchers.push((at, ProfileMatcher::Tables(xmatch))),
                None if local.starts_with(b"/") => matchers.push((at, ProfileMatcher::Literal(local))),
                None => {}
            }
        }
        let (classes, representatives) = classes(&matchers);
        let width = representatives.len();
        let start: Vec<(u32, u32)> = (0..).zip(&matchers).map(|(matcher, _)| (matcher, 1)).collect();
        let mut sets: Vec<Vec<(u32, u32)>> = vec![Vec::new(), start.clone()];
        let mut known: FxHashMap<Vec<(u32, u32)>, u32> = FxHashMap::from_iter([(Vec::new(), 0), (start, 1)]);
        let mut next = vec![0; width];
        let mut accepted: Vec<Box<[usize]>> = vec![Box::default()];
        let mut alive = 0;
        let mut current = 1;
        while let Some(set) = sets.get_mut(current).map(std::mem::take) {
            alive += set.len();
            if sets.len() > MAX_STATES || alive > MAX_ALIVE {
                return Err(AutomataTooLarge);
            }
            let of = |number: u32| matchers.get(index(number));
            let who = set.iter().filter_map(|&(number, state)| {
                of(number).filter(|(_, matcher)| matcher.accepts(state)).map(|(at, _)| *at)
            });
            accepted.push(who.collect());
            for &byte in &representatives {
                let to = set.iter().filter_map(|&(number, state)| {
                    let to = of(number)?.1.step(state, byte);
                    (to != 0).then_some((number, to))
                });
                let to: Vec<(u32, u32)> = to.collect();
                let number = match known.get(&to) {
                    Some(&number) => number,
                    None => {
                        let number = u32::try_from(sets.len()).unwrap_or(u32::MAX);
                        known.insert(to.clone(), number);
                        sets.push(to);
                        number
                    }
                };
                next.push(number);
            }
            current += 1;
        }
        let conditional = profiles.iter().filter(|(_, profile)| !profile.xattrs.is_empty()).map(|(at, _)| *at);
        Ok(JointAutomaton { classes, width, next, accepted, conditional: conditional.collect() })
    }

    pub(super) fn step(&self, state: u32, byte: u8) -> u32 {
        let class = self.classes.get(usize::from(byte)).copied().unwrap_or(0);
        self.next.get(index(state) * self.width + usize::from(class)).copied().unwrap_or(0)
    }

    /// The profiles that attach to the path that leads to a state.
    pub(super) fn attached(&self, state: u32) -> &[usize] {
        self.accepted.get(index(state)).map(AsRef::as_ref).unwrap_or_default()
    }

    /// Whether it may be that none of them does.
    pub(super) fn may_fail(&self, state: u32) -> bool {
        self.attached(state).iter().all(|profile| self.conditional.contains(profile))
    }
}

/// Classes of bytes that no automaton tells apart, and a byte of each, readable ones first.
fn classes(matchers: &[(usize, ProfileMatcher<'_>)]) -> ([u16; 256], Vec<u8>) {
    let mut columns: Vec<Vec<u32>> = vec![Vec::new(); 256];
    let mut own = [false; 256];
    for (_, matcher) in matchers {
        match matcher {
            ProfileMatcher::Tables(xmatch) => {
                let of = xmatch.dfa.symbol_classes();
                for (byte, column) in (0..=u8::MAX).zip(&mut columns) {
                    column.push(of.of(Symbol::Byte(byte)));
                }
            }
            ProfileMatcher::Literal(name) => {
                for &byte in *name {
                    own.get_mut(usize::from(byte)).into_iter().for_each(|own| *own = true);
                }
            }
        }
    }
    let mut numbers: FxHashMap<(Vec<u32>, Option<u8>), u16> = FxHashMap::default();
    let mut classes = [0; 256];
    let mut representatives = Vec::new();
    for byte in readable() {
        let column = columns.get_mut(usize::from(byte)).map(std::mem::take).unwrap_or_default();
        let alone = own.get(usize::from(byte)) == Some(&true);
        let number = *numbers.entry((column, alone.then_some(byte))).or_insert_with(|| {
            representatives.push(byte);
            u16::try_from(representatives.len() - 1).unwrap_or(u16::MAX)
        });
        classes.get_mut(usize::from(byte)).into_iter().for_each(|class| *class = number);
    }
    (classes, representatives)
}

/// All bytes, those that are easy to read first.
pub(super) fn readable() -> impl Iterator<Item = u8> {
    let first = (b'a'..=b'z').chain(b'A'..=b'Z').chain(b'0'..=b'9').chain(*b"/").chain(b'!'..=b'~');
    let mut seen = [false; 256];
    first
        .chain(0..=u8::MAX)
        .filter(move |&byte| seen.get_mut(usize::from(byte)).is_some_and(|seen| !std::mem::replace(seen, true)))
}
