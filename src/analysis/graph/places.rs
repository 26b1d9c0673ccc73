//! The places in an automaton where the name of a peer is looked up.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::EdgeClass;
use super::tree::StringTree;
use crate::analysis::access::UNIX_PEER;
use crate::analysis::diff::index;
use crate::analysis::perms::{ClassPerms, mediates};
use crate::analysis::query::decide::start;
use crate::automata::{Symbol, Tables};
use crate::blob::{BlobProfile, PolicyDb};
use crate::vocab::classes::{DBUS, LABEL, NETWORK_V7, NETWORK_V8, NETWORK_V9, PTRACE, SIGNAL};
use crate::vocab::{Signal, SocketType, Vocabulary, dbus, families};

/// The most states at which the name of a peer is looked up.
const MAX_STATES: usize = 50_000;

/// A state with a string that leads to it.
type ReachedState = (u32, Vec<u8>);

/// The states of a class at which the name of the peer begins, and the permissions at the end of it.
pub(super) struct PeerStates<'a> {
    db: &'a PolicyDb,
    /// One of each class of bytes.
    bytes: &'a [u8],
    /// The permissions that each state grants.
    allow: Vec<u32>,
    places: Vec<ReachedState>,
    behind: Option<MessageSuffixes>,
}

/// The strings after the name in D-Bus messages: a path, an interface and a member.
struct MessageSuffixes {
    /// For each of the three, the permissions that can be had at the end of a message from its states.
    layers: [FxHashMap<u32, u32>; 3],
    /// Shortest rests of messages that have been looked for, by the state that they begin at and the permissions.
    rests: RefCell<FxHashMap<(u32, u32), Vec<u8>>>,
}

impl<'a> PeerStates<'a> {
    /// `None` where the class is not mediated.
    pub(super) fn new(
        profile: &'a BlobProfile,
        class: EdgeClass,
        bytes: &'a [u8],
        labels: &StringTree,
    ) -> Option<PeerStates<'a>> {
        let db = profile.policydb.as_ref()?;
        let dfa = &db.dfa;
        let begin = vec![(start(db), Vec::new())];
        let places = match class {
            EdgeClass::Ptrace => {
                mediates(profile, PTRACE).then_some(())?;
                steps(dfa, begin, &[LABEL, PTRACE])
            }
            EdgeClass::Signal => {
                mediates(profile, SIGNAL).then_some(())?;
                let class = steps(dfa, begin, &[SIGNAL]);
                let numbers = Signal::words().filter_map(|word| Signal::from_word(word.as_bytes()));
                // `exists` reaches no process: it asks whether there is one.
                let numbers = numbers.filter(|&signal| signal != Signal::EXISTS);
                distinct(numbers.flat_map(|signal| steps(dfa, class.clone(), &[signal.number()])))
            }
            EdgeClass::Dbus => {
                mediates(profile, DBUS).then_some(())?;
                let bus = steps(dfa, any(dfa, bytes, steps(dfa, begin, &[DBUS])), b"\0");
                steps(dfa, any(dfa, bytes, bus), b"\0")
            }
            _ => unix(profile, dfa, bytes, begin)?,
        };
        let second = dfa.accept2.iter().flatten().copied().chain(std::iter::repeat(0));
        let words = dfa.accept.iter().copied().zip(second);
        let allow = words.map(|(first, second)| ClassPerms::of_words(db, profile.version, first, second).allow);
        let mut places = PeerStates { db, bytes, allow: allow.collect(), places, behind: None };
        if class == EdgeClass::Dbus {
            let layers = places.messages(labels);
            places.behind = Some(MessageSuffixes { layers, rests: RefCell::default() });
        }
        Some(places)
    }

    fn allow(&self, state: u32) -> u32 {
        self.allow.get(index(state)).copied().unwrap_or(0)
    }

    fn starts(&self) -> Vec<u32> {
        self.places.iter().map(|(state, _)| *state).collect()
    }

    /// The paths, interfaces and members that may follow the names of peers.
    fn messages(&self, labels: &StringTree) -> [FxHashMap<u32, u32>; 3] {
        let dfa = &self.db.dfa;
        let mut names: FxHashSet<u32> = FxHashSet::default();
        labels.walk(dfa, self.starts(), |_, states| names.extend(states));
        for label in super::peers::STRANGERS {
            names.extend(self.starts().iter().map(|&state| walk(dfa, state, label)));
        }
        let after = |states: &mut dyn Iterator<Item = u32>| {
            let next: FxHashSet<u32> = states.map(|state| dfa.step(state, Symbol::Byte(0))).collect();
            StateLayer::new(dfa, self.bytes, next)
        };
        let path = after(&mut names.into_iter());
        let interface = after(&mut path.states.iter().copied());
        let member = after(&mut interface.states.iter().copied());
        let member = member.spread(|state| self.allow(state) & (dbus::SEND | dbus::RECEIVE));
        let next = |known: &FxHashMap<u32, u32>, state: u32| {
            known.get(&dfa.step(state, Symbol::Byte(0))).copied().unwrap_or(0)
        };
        let interface = interface.spread(|state| next(&member, state));
        let path = path.spread(|state| next(&interface, state));
        [path, interface, member]
    }

    /// The permissions at the end of a name.
    fn at_end(&self, end: u32) -> u32 {
        match &self.behind {
            None => self.allow(end),
            Some(MessageSuffixes { layers: [path, ..], .. }) => {
                path.get(&self.db.dfa.step(end, Symbol::Byte(0))).copied().unwrap_or(0)
            }
        }
    }

    /// The permissions about a peer of this name.
    pub(super) fn look(&self, label: &[u8]) -> u32 {
        self.places.iter().fold(0, |all, (state, _)| all | self.at_end(walk(&self.db.dfa, *state, label)))
    }

    /// The permissions about each node as a peer.
    pub(super) fn look_at_all(&self, labels: &StringTree) -> Vec<u32> {
        let mut found = vec![0; labels.len()];
        labels.walk(&self.db.dfa, self.starts(), |node, states| {
            let all = states.iter().fold(0, |all, &state| all | self.at_end(state));
            found.get_mut(node).into_iter().for_each(|found| *found = all);
        });
        found
    }

    /// A few strings that have any of the permissions.
    pub(super) fn strings(&self, label: &[u8], permissions: u32) -> Vec<Vec<u8>> {
        const FEW: usize = 6;
        let mut known = FxHashSet::default();
        let ends = self.places.iter().map(|(state, prefix)| (walk(&self.db.dfa, *state, label), prefix));
        let granted = ends.filter(|(end, _)| *end != 0 && self.at_end(*end) & permissions != 0 && known.insert(*end));
        granted.take(FEW).map(|(end, prefix)| [prefix, label, &self.rest(end, permissions)].concat()).collect()
    }

    /// A shortest rest of a message, after a name that ends in a state.
    fn rest(&self, end: u32, permissions: u32) -> Vec<u8> {
        let Some(MessageSuffixes { layers, rests }) = &self.behind else { return Vec::new() };
        let dfa = &self.db.dfa;
        if let Some(rest) = rests.borrow().get(&(end, permissions)) {
            return rest.clone();
        }
        let mut rest = Vec::new();
        let mut state = end;
        for (at, layer) in layers.iter().enumerate() {
            let grants = |layer: Option<&FxHashMap<u32, u32>>, state: u32| {
                layer.and_then(|layer| layer.get(&state)).is_some_and(|bits| bits & permissions != 0)
            };
            let done = |state: u32| match layers.get(at + 1) {
                None => self.allow(state) & permissions != 0,
                next => grants(next, dfa.step(state, Symbol::Byte(0))),
            };
            let from = dfa.step(state, Symbol::Byte(0));
            let Some((to, part)) = shortest(dfa, self.bytes, from, |state| grants(Some(layer), state), done) else {
                break;
            };
            rest.push(0);
            rest.extend(part);
            state = to;
        }
        rests.borrow_mut().insert((end, permissions), rest.clone());
        rest
    }
}

/// The states that strings without NUL lead to, each with those that lead to it.
struct StateLayer {
    states: Vec<u32>,
    before: FxHashMap<u32, Vec<u32>>,
}

impl StateLayer {
    fn new(dfa: &Tables, bytes: &[u8], starts: FxHashSet<u32>) -> StateLayer {
        let mut seen = starts;
        seen.remove(&0);
        let mut states: Vec<u32> = seen.iter().copied().collect();
        states.sort_unstable();
        let mut before: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        let mut current = 0;
        while let Some(&state) = states.get(current) {
            let mut next: Vec<u32> = bytes.iter().map(|&byte| dfa.step(state, Symbol::Byte(byte))).collect();
            next.sort_unstable();
            next.dedup();
            for to in next.into_iter().filter(|&to| to != 0) {
                before.entry(to).or_default().push(state);
                if seen.insert(to) {
                    states.push(to);
                }
            }
            current += 1;
        }
        StateLayer { states, before }
    }

    /// Returns for each state the bits of all states that can be reached from it.
    fn spread(&self, own: impl Fn(u32) -> u32) -> FxHashMap<u32, u32> {
        let mut bits: FxHashMap<u32, u32> = self.states.iter().map(|&state| (state, own(state))).collect();
        let mut waiting: Vec<u32> = self.states.iter().copied().filter(|state| own(*state) != 0).collect();
        while let Some(state) = waiting.pop() {
            let mine = bits.get(&state).copied().unwrap_or(0);
            for &before in self.before.get(&state).into_iter().flatten() {
                let Some(theirs) = bits.get_mut(&before) else { continue };
                if mine & !*theirs != 0 {
                    *theirs |= mine;
                    waiting.push(before);
                }
            }
        }
        bits.retain(|_, bits| *bits != 0);
        bits
    }
}

/// A shortest string that leads to a state that is wanted, by way of useful ones, and that state.
pub(super) fn shortest(
    dfa: &Tables,
    bytes: &[u8],
    from: u32,
    useful: impl Fn(u32) -> bool,
    wanted: impl Fn(u32) -> bool,
) -> Option<(u32, Vec<u8>)> {
    let mut seen = FxHashSet::from_iter([from]);
    // Each with the place of the one before it, and the byte between them.
    let mut all: Vec<(u32, usize, u8)> = vec![(from, usize::MAX, 0)];
    let mut current = 0;
    while let Some(&(state, ..)) = all.get(current) {
        if wanted(state) {
            let before = |at: &usize| all.get(*at).map(|&(_, before, _)| before);
            let each = std::iter::successors(Some(current), before).filter_map(|at| all.get(at));
            let mut string: Vec<u8> = each.map(|&(.., byte)| byte).collect();
            // The state at the beginning came after no byte.
            string.pop();
            string.reverse();
            return Some((state, string));
        }
        for &byte in bytes {
            let to = dfa.step(state, Symbol::Byte(byte));
            if to != 0 && seen.insert(to) && useful(to) {
                all.push((to, current, byte));
            }
        }
        current += 1;
    }
    None
}

/// Those of unix sockets: any type, own address and address of the peer.
fn unix(profile: &BlobProfile, dfa: &Tables, bytes: &[u8], begin: Vec<ReachedState>) -> Option<Vec<ReachedState>> {
    let class = match () {
        () if mediates(profile, NETWORK_V9) => NETWORK_V9,
        () if !mediates(profile, NETWORK_V8) && mediates(profile, NETWORK_V7) => NETWORK_V7,
        () => return None,
    };
    let family = steps(dfa, steps(dfa, begin, &[class]), &families::UNIX.to_be_bytes());
    let kinds = SocketType::words().filter_map(|word| SocketType::from_word(word.as_bytes()));
    let kinds = kinds.flat_map(|kind| steps(dfa, family.clone(), &kind.number().to_be_bytes()));
    let protocol = steps(dfa, distinct(kinds), &[0, 0]);
    let address = |from: Vec<ReachedState>| {
        let named = steps(dfa, from.clone(), b"\0");
        any(dfa, bytes, distinct(from.into_iter().chain(named)))
    };
    let local = steps(dfa, address(protocol), b"\0\0");
    let peer = address(steps(dfa, local, &[UNIX_PEER]));
    Some(steps(dfa, peer, b"\0"))
}

/// The state after some bytes.
fn walk(dfa: &Tables, mut state: u32, bytes: &[u8]) -> u32 {
    for &byte in bytes {
        if state == 0 {
            break;
        }
        state = dfa.step(state, Symbol::Byte(byte));
    }
    state
}

/// The states after some bytes.
fn steps(dfa: &Tables, from: Vec<ReachedState>, bytes: &[u8]) -> Vec<ReachedState> {
    distinct(from.into_iter().filter_map(|(state, mut string)| {
        let to = walk(dfa, state, bytes);
        string.extend_from_slice(bytes);
        (to != 0).then_some((to, string))
    }))
}

/// A byte of each class but that of NUL, readable ones where there is a choice.
pub(super) fn bytes(dfa: &Tables) -> Vec<u8> {
    let classes = dfa.symbol_classes();
    let mut known = FxHashSet::default();
    let bytes = super::attachments::readable().filter(|&byte| byte != 0);
    bytes.filter(|&byte| known.insert(classes.of(Symbol::Byte(byte)))).collect()
}

/// The states after any bytes but NUL, each with a shortest string.
fn any(dfa: &Tables, bytes: &[u8], from: Vec<ReachedState>) -> Vec<ReachedState> {
    let mut all = from;
    let mut seen: FxHashSet<u32> = all.iter().map(|(state, _)| *state).collect();
    let mut current = 0;
    while let Some((state, string)) = all.get(current).cloned() {
        for &byte in bytes {
            let to = dfa.step(state, Symbol::Byte(byte));
            if to != 0 && all.len() < MAX_STATES && seen.insert(to) {
                all.push((to, [&string[..], &[byte]].concat()));
            }
        }
        current += 1;
    }
    all
}

fn distinct(states: impl IntoIterator<Item = ReachedState>) -> Vec<ReachedState> {
    let mut seen = FxHashSet::default();
    states.into_iter().filter(|(state, _)| seen.insert(*state)).collect()
}

/// The states of a file automaton after a path and NUL.
pub(super) fn after_path(dfa: &Tables, start: u32) -> Vec<u32> {
    let from = dfa.step(start, Symbol::Byte(b'/'));
    let paths = StateLayer::new(dfa, &bytes(dfa), FxHashSet::from_iter([from]));
    let mut after: Vec<u32> = paths.states.iter().map(|&state| dfa.step(state, Symbol::Byte(0))).collect();
    after.sort_unstable();
    after.dedup();
    after.retain(|&state| state != 0);
    after
}
