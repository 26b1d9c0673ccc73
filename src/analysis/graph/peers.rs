//! Edges to other tasks and changes of the profile: the names of all profiles, looked up where rules name a peer or target.

use rustc_hash::FxHashMap;

use super::nodes::Nodes;
use super::{Class, Kind};
use crate::analysis::access::UNIX_PEER;
use crate::analysis::diff::index;
use crate::analysis::perms::{CHANGE_PROFILE, ClassPerms, FilePerms, ONEXEC, mediates};
use crate::analysis::query::Mode;
use crate::analysis::query::decide::{file_automaton, mode, start};
use crate::automata::{Symbol, Tables};
use crate::blob::{Automaton, PolicyDb, Profile};
use crate::vocab::classes::{DBUS, LABEL, NETWORK_V7, NETWORK_V8, NETWORK_V9, PTRACE, SIGNAL};
use crate::vocab::{PtracePermissions, Signal, SignalPermissions, SocketType, Vocabulary, dbus, families, network};

/// Names that no profile has: a rule for any profile matches them.
const STRANGERS: [&[u8]; 2] = [b"/no/profile/has/this/name", b"no-profile-has-this-name"];
/// From so many nodes on, an edge to most of them is one to any, with exceptions.
const MANY: usize = 16;
/// The most states at which the name of a peer is looked up.
const MAX_STATES: usize = 50_000;

/// Some nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Peers {
    All,
    /// A bit for each node.
    Some(Box<[u64]>),
}

impl Peers {
    fn none(nodes: usize) -> Peers {
        Peers::Some(vec![0; nodes.div_ceil(64)].into())
    }

    fn insert(&mut self, node: usize) {
        if let Peers::Some(words) = self
            && let Some(word) = words.get_mut(node / 64)
        {
            *word |= 1 << (node % 64);
        }
    }

    pub(super) fn contains(&self, node: usize) -> bool {
        match self {
            Peers::All => true,
            Peers::Some(words) => words.get(node / 64).is_some_and(|word| word >> (node % 64) & 1 == 1),
        }
    }
}

/// The peers that each node accepts, for each of the four classes that ask both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Accepted(pub(super) Vec<[Peers; 4]>);

impl Accepted {
    /// Whether the profile on the other side allows its part.
    pub(super) fn accepts(&self, class: Class, from: usize, to: usize) -> bool {
        let Some(at) = PEER_CLASSES.iter().position(|&known| known == class) else { return true };
        // What is unconfined accepts all.
        self.0.get(to).and_then(|classes| classes.get(at)).is_none_or(|peers| peers.contains(from))
    }
}

/// The classes in which both sides are asked.
pub(super) const PEER_CLASSES: [Class; 4] = [Class::Ptrace, Class::Signal, Class::Dbus, Class::Unix];

/// The nodes that a profile may reach in one way.
pub(super) struct Reached {
    pub(super) class: Class,
    pub(super) kind: Kind,
    pub(super) to: Whom,
}

/// Nodes, each with the strings that decide about it.
pub(super) enum Whom {
    /// Each of them.
    Each(Vec<(usize, Strings)>),
    /// Any profile but some.
    Any { except: Vec<usize>, strings: Strings },
}

/// The strings that rules decide about, and the permissions.
#[derive(Clone, Debug)]
pub(super) struct Strings {
    pub(super) automaton: Automaton,
    pub(super) strings: Vec<Vec<u8>>,
    pub(super) permissions: u32,
}

/// A state with a string that leads to it.
type At = (u32, Vec<u8>);

/// What a profile may reach by the names of others, and the peers that it accepts.
pub(super) fn reached(nodes: &Nodes<'_>, own: usize, profile: &Profile) -> (Vec<Reached>, [Peers; 4]) {
    let labels: Vec<Vec<u8>> = (0..=nodes.unconfined()).map(|node| nodes.label(profile, node)).collect();
    let mut all = Vec::new();
    change_profile(profile, own, &labels, &mut all);
    let accepted = PEER_CLASSES.map(|class| {
        let places = if mode(profile) == Mode::Unconfined { None } else { Places::new(profile, class) };
        let Some(places) = places else {
            let strings = Strings { automaton: Automaton::Policydb, strings: Vec::new(), permissions: 0 };
            all.push(Reached { class, kind: Kind::Unmediated, to: Whom::Any { except: Vec::new(), strings } });
            return Peers::All;
        };
        let (out, back) = permissions(class);
        let look = |label: &[u8]| places.look(label);
        let found: Vec<u32> = labels.iter().map(|label| look(label)).collect();
        let strangers = STRANGERS.iter().all(|label| look(label) & out != 0);
        let strings = |label: &[u8]| Strings {
            automaton: Automaton::Policydb,
            strings: places.strings(label, out),
            permissions: out,
        };
        let whom =
            whom(own, &labels, strangers, &|node| found.get(node).is_some_and(|found| found & out != 0), &strings);
        all.extend(whom.map(|to| Reached { class, kind: Kind::Named, to }));
        let mut accepted = Peers::none(labels.len());
        for (node, _) in found.iter().enumerate().filter(|(_, found)| *found & back != 0) {
            accepted.insert(node);
        }
        accepted
    });
    (all, accepted)
}

/// The permissions that the one who acts needs, and the other.
fn permissions(class: Class) -> (u32, u32) {
    match class {
        Class::Ptrace => (PtracePermissions::TRACE.bits(), PtracePermissions::TRACEDBY.bits()),
        Class::Signal => (SignalPermissions::SEND.bits(), SignalPermissions::RECEIVE.bits()),
        Class::Dbus => (dbus::SEND, dbus::RECEIVE),
        _ => (network::SEND, network::RECEIVE),
    }
}

/// The nodes that are allowed, as one edge or several.
fn whom(
    own: usize,
    labels: &[Vec<u8>],
    strangers: bool,
    allowed: &dyn Fn(usize) -> bool,
    strings: &dyn Fn(&[u8]) -> Strings,
) -> Option<Whom> {
    let (mut found, mut except) = (Vec::new(), Vec::new());
    for node in (0..labels.len()).filter(|&node| node != own) {
        if allowed(node) { &mut found } else { &mut except }.push(node);
    }
    let &first = found.first()?;
    let label = |node: usize| labels.get(node).map(Vec::as_slice).unwrap_or_default();
    if strangers && (except.is_empty() || labels.len() >= MANY && except.len() < found.len()) {
        return Some(Whom::Any { except, strings: strings(label(first)) });
    }
    Some(Whom::Each(found.into_iter().map(|node| (node, strings(label(node)))).collect()))
}

/// The changes of profile that are allowed: at once, at the next exec, and those that stack the target on the profile.
fn change_profile(profile: &Profile, own: usize, labels: &[Vec<u8>], all: &mut Vec<Reached>) {
    let class = Class::ChangeProfile;
    if mode(profile) == Mode::Unconfined {
        let strings = Strings { automaton: Automaton::File, strings: Vec::new(), permissions: 0 };
        all.push(Reached { class, kind: Kind::Unmediated, to: Whom::Any { except: Vec::new(), strings } });
        return;
    }
    let Some((db, start)) = file_automaton(profile) else { return };
    let allow = |from: u32, label: &[u8]| FilePerms::of_state(db, index(db.dfa.walk(from, label))).owner.allow;
    let mut pairs: Option<Vec<At>> = None;
    let mut at_exec = |label: &[u8]| {
        let pairs = pairs.get_or_insert_with(|| after_path(&db.dfa, start));
        allow(start, label) & ONEXEC != 0 && pairs.iter().any(|(state, _)| allow(*state, label) & ONEXEC != 0)
    };
    let stacked = |label: &[u8]| [b"&", label].concat();
    let kind_of = |label: &[u8], at_exec: &mut dyn FnMut(&[u8]) -> bool| {
        if allow(start, label) & CHANGE_PROFILE != 0 {
            Some(Kind::Named)
        } else if at_exec(label) {
            Some(Kind::AtExec)
        } else if allow(start, &stacked(label)) & (CHANGE_PROFILE | ONEXEC) != 0 {
            Some(Kind::Stack)
        } else {
            None
        }
    };
    let found: Vec<Option<Kind>> = labels.iter().map(|label| kind_of(label, &mut at_exec)).collect();
    let strangers: Vec<Option<Kind>> = STRANGERS.iter().map(|label| kind_of(label, &mut at_exec)).collect();
    for kind in [Kind::Named, Kind::AtExec, Kind::Stack] {
        let strings = |label: &[u8]| Strings {
            automaton: Automaton::File,
            strings: vec![if kind == Kind::Stack { stacked(label) } else { label.to_vec() }],
            permissions: if kind == Kind::AtExec { ONEXEC } else { CHANGE_PROFILE | ONEXEC },
        };
        let strangers = strangers.iter().all(|found| *found == Some(kind));
        let to = whom(own, labels, strangers, &|node| found.get(node) == Some(&Some(kind)), &strings);
        all.extend(to.map(|to| Reached { class, kind, to }));
    }
}

/// The states of a class at which the name of the peer begins, and the permissions at the end of it.
struct Places<'a> {
    db: &'a PolicyDb,
    /// The permissions that each state grants.
    allow: Vec<u32>,
    places: Vec<At>,
    /// The permissions that can be had after the NUL at the end of the name, with the strings that have them.
    behind: Option<FxHashMap<u32, Vec<(u32, Vec<u8>)>>>,
}

impl<'a> Places<'a> {
    /// `None` where the class is not mediated.
    fn new(profile: &'a Profile, class: Class) -> Option<Places<'a>> {
        let db = profile.policydb.as_ref()?;
        let dfa = &db.dfa;
        let begin = vec![(start(db), Vec::new())];
        let places = match class {
            Class::Ptrace => {
                mediates(profile, PTRACE).then_some(())?;
                steps(dfa, begin, &[LABEL, PTRACE])
            }
            Class::Signal => {
                mediates(profile, SIGNAL).then_some(())?;
                let class = steps(dfa, begin, &[SIGNAL]);
                let numbers = Signal::words().filter_map(|word| Signal::from_word(word.as_bytes()));
                distinct(numbers.flat_map(|signal| steps(dfa, class.clone(), &[signal.number()])))
            }
            Class::Dbus => {
                mediates(profile, DBUS).then_some(())?;
                let bus = steps(dfa, any(dfa, steps(dfa, begin, &[DBUS])), b"\0");
                steps(dfa, any(dfa, bus), b"\0")
            }
            _ => unix(profile, dfa, begin)?,
        };
        let second = db.dfa.accept2.iter().flatten().copied().chain(std::iter::repeat(0));
        let words = db.dfa.accept.iter().copied().zip(second);
        let allow = words.map(|(first, second)| ClassPerms::of_words(db, profile.version, first, second).allow);
        let mut places = Places { db, allow: allow.collect(), places, behind: None };
        if class == Class::Dbus {
            places.behind = Some(FxHashMap::default());
            places.fill_behind();
        }
        Some(places)
    }

    fn allow(&self, state: u32) -> u32 {
        self.allow.get(index(state)).copied().unwrap_or(0)
    }

    /// Finds what paths, interfaces and members may follow, for each state that a name may end in.
    fn fill_behind(&mut self) {
        let dfa = &self.db.dfa;
        let mut behind = FxHashMap::default();
        for (state, _) in any(dfa, self.places.clone()) {
            let next = dfa.step(state, Symbol::Byte(0));
            if next == 0 || behind.contains_key(&next) {
                continue;
            }
            let path = steps(dfa, any(dfa, vec![(next, Vec::new())]), b"\0");
            let interface = steps(dfa, any(dfa, path), b"\0");
            let mut ends: Vec<(u32, Vec<u8>)> = Vec::new();
            for (state, string) in any(dfa, interface) {
                let allow = self.allow(state) & (dbus::SEND | dbus::RECEIVE);
                if allow != 0 && ends.iter().all(|(known, _)| allow & !known != 0) {
                    ends.push((allow, string));
                }
            }
            behind.insert(next, ends);
        }
        self.behind = Some(behind);
    }

    /// The permissions about a peer of this name.
    fn look(&self, label: &[u8]) -> u32 {
        self.ends(label).fold(0, |all, (allow, ..)| all | allow)
    }

    fn ends<'s>(&'s self, label: &'s [u8]) -> impl Iterator<Item = (u32, &'s [u8], &'s [u8])> {
        self.places.iter().flat_map(move |(state, prefix)| {
            let end = self.db.dfa.walk(*state, label);
            let (plain, behind) = match &self.behind {
                None => (Some((self.allow(end), &prefix[..], &b""[..])), None),
                Some(behind) => (None, behind.get(&self.db.dfa.step(end, Symbol::Byte(0)))),
            };
            let behind = behind.into_iter().flatten().map(move |(allow, rest)| (*allow, &prefix[..], &rest[..]));
            plain.into_iter().chain(behind)
        })
    }

    /// A few strings that have any of the permissions.
    fn strings(&self, label: &[u8], permissions: u32) -> Vec<Vec<u8>> {
        const FEW: usize = 6;
        let nul: &[u8] = if self.behind.is_some() { b"\0" } else { b"" };
        let granted = self.ends(label).filter(|(allow, ..)| allow & permissions != 0);
        granted.take(FEW).map(|(_, prefix, rest)| [prefix, label, nul, rest].concat()).collect()
    }
}

/// Of a unix socket: any type, own address and address of the peer.
fn unix(profile: &Profile, dfa: &Tables, begin: Vec<At>) -> Option<Vec<At>> {
    let class = match () {
        () if mediates(profile, NETWORK_V9) => NETWORK_V9,
        () if !mediates(profile, NETWORK_V8) && mediates(profile, NETWORK_V7) => NETWORK_V7,
        () => return None,
    };
    let family = steps(dfa, steps(dfa, begin, &[class]), &families::UNIX.to_be_bytes());
    let kinds = SocketType::words().filter_map(|word| SocketType::from_word(word.as_bytes()));
    let kinds = kinds.flat_map(|kind| steps(dfa, family.clone(), &kind.number().to_be_bytes()));
    let protocol = steps(dfa, distinct(kinds), &[0, 0]);
    let address = |from: Vec<At>| {
        let named = steps(dfa, from.clone(), b"\0");
        any(dfa, distinct(from.into_iter().chain(named)))
    };
    let local = steps(dfa, address(protocol), b"\0\0");
    let peer = address(steps(dfa, local, &[UNIX_PEER]));
    Some(steps(dfa, peer, b"\0"))
}

/// The states after some bytes.
pub(super) fn steps(dfa: &Tables, from: Vec<At>, bytes: &[u8]) -> Vec<At> {
    distinct(from.into_iter().filter_map(|(state, mut string)| {
        let to = dfa.walk(state, bytes);
        string.extend_from_slice(bytes);
        (to != 0).then_some((to, string))
    }))
}

/// The states after any bytes but NUL, each with a shortest string.
pub(super) fn any(dfa: &Tables, from: Vec<At>) -> Vec<At> {
    let classes = dfa.symbol_classes();
    let mut known = rustc_hash::FxHashSet::default();
    let bytes = super::attachments::readable().filter(|&byte| byte != 0);
    let bytes: Vec<u8> = bytes.filter(|&byte| known.insert(classes.of(Symbol::Byte(byte)))).collect();
    let mut all = from;
    let mut seen: rustc_hash::FxHashSet<u32> = all.iter().map(|(state, _)| *state).collect();
    let mut current = 0;
    while let Some((state, string)) = all.get(current).cloned() {
        for &byte in &bytes {
            let to = dfa.step(state, Symbol::Byte(byte));
            if to != 0 && all.len() < MAX_STATES && seen.insert(to) {
                all.push((to, [&string[..], &[byte]].concat()));
            }
        }
        current += 1;
    }
    all
}

fn distinct(states: impl IntoIterator<Item = At>) -> Vec<At> {
    let mut seen = rustc_hash::FxHashSet::default();
    states.into_iter().filter(|(state, _)| seen.insert(*state)).collect()
}

/// The states of a file automaton after a path and NUL.
fn after_path(dfa: &Tables, start: u32) -> Vec<At> {
    steps(dfa, any(dfa, steps(dfa, vec![(start, Vec::new())], b"/")), b"\0")
}
