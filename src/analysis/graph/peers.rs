//! Edges to other tasks and changes of the profile: the names of all profiles, looked up where rules name a peer or target.

use super::places::{Places, after_path, bytes};
use super::tree::Tree;
use super::{Class, Kind};
use crate::analysis::diff::index;
use crate::analysis::perms::{CHANGE_PROFILE, FilePerms, ONEXEC};
use crate::analysis::query::Mode;
use crate::analysis::query::decide::{file_automaton, mode};
use crate::blob::{Automaton, Profile};
use crate::vocab::{PtracePermissions, SignalPermissions, dbus, network};

/// Names that no profile has: a rule for any profile matches them.
pub(super) const STRANGERS: [&[u8]; 2] = [b"/no/profile/has/this/name", b"no-profile-has-this-name"];
/// From so many nodes on, an edge to most of them is one to any, with exceptions.
const MANY: usize = 16;

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

/// Returns the nodes that a profile may reach by their names, and the peers that it accepts.
pub(super) fn reached(labels: &Tree, own: usize, profile: &Profile) -> (Vec<Reached>, [Peers; 4]) {
    let mut all = Vec::new();
    change_profile(profile, own, labels, &mut all);
    let confines = mode(profile) != Mode::Unconfined;
    let bytes = profile.policydb.as_ref().filter(|_| confines).map(|db| bytes(&db.dfa)).unwrap_or_default();
    let accepted = PEER_CLASSES.map(|class| {
        let places = if confines { Places::new(profile, class, &bytes, labels) } else { None };
        let Some(places) = places else {
            let strings = Strings { automaton: Automaton::Policydb, strings: Vec::new(), permissions: 0 };
            all.push(Reached { class, kind: Kind::Unmediated, to: Whom::Any { except: Vec::new(), strings } });
            return Peers::All;
        };
        let (out, back) = permissions(class);
        let found = places.look_at_all(labels);
        let strangers = STRANGERS.iter().all(|label| places.look(label) & out != 0);
        let strings = |label: &[u8]| Strings {
            automaton: Automaton::Policydb,
            strings: places.strings(label, out),
            permissions: out,
        };
        let allowed = |node: usize| found.get(node).is_some_and(|found| found & out != 0);
        all.extend(whom(own, labels, strangers, &allowed, &strings).map(|to| Reached { class, kind: Kind::Named, to }));
        let mut accepted = Peers::none(labels.len());
        for (node, _) in found.iter().enumerate().filter(|(_, found)| *found & back != 0) {
            accepted.insert(node);
        }
        accepted
    });
    (all, accepted)
}

/// The strings by which a profile accepts a peer, of a class without messages, and their permissions; `None` where nothing is asked.
pub(super) fn accepting(profile: &Profile, class: Class, label: &[u8]) -> Option<(Vec<Vec<u8>>, u32)> {
    let db = profile.policydb.as_ref().filter(|_| mode(profile) != Mode::Unconfined)?;
    let (_, back) = permissions(class);
    let bytes = bytes(&db.dfa);
    let places = Places::new(profile, class, &bytes, &Tree::default())?;
    Some((places.strings(label, back), back))
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
    labels: &Tree,
    strangers: bool,
    allowed: &dyn Fn(usize) -> bool,
    strings: &dyn Fn(&[u8]) -> Strings,
) -> Option<Whom> {
    let (mut found, mut except) = (Vec::new(), Vec::new());
    for node in (0..labels.len()).filter(|&node| node != own) {
        if allowed(node) { &mut found } else { &mut except }.push(node);
    }
    let &first = found.first()?;
    if strangers && (except.is_empty() || labels.len() >= MANY && except.len() < found.len()) {
        return Some(Whom::Any { except, strings: strings(labels.string(first)) });
    }
    Some(Whom::Each(found.into_iter().map(|node| (node, strings(labels.string(node)))).collect()))
}

/// The changes of profile that are allowed: at once, at the next exec, and those that stack the target on the profile.
fn change_profile(profile: &Profile, own: usize, labels: &Tree, all: &mut Vec<Reached>) {
    let class = Class::ChangeProfile;
    if mode(profile) == Mode::Unconfined {
        let strings = Strings { automaton: Automaton::File, strings: Vec::new(), permissions: 0 };
        all.push(Reached { class, kind: Kind::Unmediated, to: Whom::Any { except: Vec::new(), strings } });
        return;
    }
    let Some((db, start)) = file_automaton(profile) else { return };
    let allow = |state: u32| FilePerms::of_state(db, index(state)).owner.allow;
    let granted = |from: Vec<u32>| {
        let mut granted = vec![0; labels.len()];
        labels.walk(&db.dfa, from, |node, states| {
            let all = states.iter().fold(0, |all, &state| all | allow(state));
            granted.get_mut(node).into_iter().for_each(|granted| *granted = all);
        });
        granted
    };
    let stack = db.dfa.walk(start, b"&");
    let (at_once, stacked) = (granted(vec![start]), granted(vec![stack]));
    // At exec, the path together with the name is asked about as well.
    let needs_path = at_once.iter().any(|granted| granted & ONEXEC != 0 && granted & CHANGE_PROFILE == 0);
    let strangers = STRANGERS.map(|label| [start, stack].map(|state| allow(db.dfa.walk(state, label))));
    let strange = strangers.iter().any(|[granted, _]| granted & ONEXEC != 0 && granted & CHANGE_PROFILE == 0);
    let pairs = if needs_path || strange { after_path(&db.dfa, start) } else { Vec::new() };
    let at_exec = if needs_path { granted(pairs.clone()) } else { Vec::new() };
    let kind_of = |at_once: u32, at_exec: &dyn Fn() -> bool, stacked: u32| {
        if at_once & CHANGE_PROFILE != 0 {
            Some(Kind::Named)
        } else if at_once & ONEXEC != 0 && at_exec() {
            Some(Kind::AtExec)
        } else if stacked & (CHANGE_PROFILE | ONEXEC) != 0 {
            Some(Kind::Stack)
        } else {
            None
        }
    };
    let found = at_once.iter().zip(stacked).enumerate().map(|(node, (&at_once, stacked))| {
        kind_of(at_once, &|| at_exec.get(node).is_some_and(|granted| granted & ONEXEC != 0), stacked)
    });
    let found: Vec<Option<Kind>> = found.collect();
    let strangers = STRANGERS.iter().zip(strangers).map(|(label, [at_once, stacked])| {
        let at_exec = || pairs.iter().any(|&state| allow(db.dfa.walk(state, label)) & ONEXEC != 0);
        kind_of(at_once, &at_exec, stacked)
    });
    let strangers: Vec<Option<Kind>> = strangers.collect();
    for kind in [Kind::Named, Kind::AtExec, Kind::Stack] {
        let strings = |label: &[u8]| Strings {
            automaton: Automaton::File,
            strings: vec![if kind == Kind::Stack { [b"&", label].concat() } else { label.to_vec() }],
            permissions: if kind == Kind::AtExec { ONEXEC } else { CHANGE_PROFILE | ONEXEC },
        };
        let strangers = strangers.iter().all(|found| *found == Some(kind));
        let to = whom(own, labels, strangers, &|node| found.get(node) == Some(&Some(kind)), &strings);
        all.extend(to.map(|to| Reached { class, kind, to }));
    }
}
