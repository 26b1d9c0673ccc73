//! Edges to other tasks and changes of the profile: the names of all profiles, looked up where rules name a peer or target.

use super::places::{PeerStates, after_path, bytes};
use super::tree::StringTree;
use super::{EdgeClass, EdgeKind};
use crate::analysis::diff::index;
use crate::analysis::perms::{CHANGE_PROFILE, FilePerms, ONEXEC};
use crate::analysis::query::LoadedMode;
use crate::analysis::query::decide::{file_automaton, mode};
use crate::blob::{Automaton, BlobProfile};
use crate::vocab::{PtracePermissions, SignalPermissions, dbus, network};

/// Names that no profile has: a rule for any profile matches them.
pub(super) const STRANGERS: [&[u8]; 2] = [b"/no/profile/has/this/name", b"no-profile-has-this-name"];
/// The number of nodes from which on an edge to most nodes becomes one to any node, with exceptions.
const MANY: usize = 16;

/// Some nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NodeSelection {
    All,
    /// A bit for each node.
    Some(Box<[u64]>),
}

impl NodeSelection {
    fn none(nodes: usize) -> NodeSelection {
        NodeSelection::Some(vec![0; nodes.div_ceil(64)].into())
    }

    fn insert(&mut self, node: usize) {
        if let NodeSelection::Some(words) = self
            && let Some(word) = words.get_mut(node / 64)
        {
            *word |= 1 << (node % 64);
        }
    }

    pub(super) fn contains(&self, node: usize) -> bool {
        match self {
            NodeSelection::All => true,
            NodeSelection::Some(words) => words.get(node / 64).is_some_and(|word| word >> (node % 64) & 1 == 1),
        }
    }
}

/// The peers that each node accepts, for each of the four classes that ask both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AcceptedPeers(pub(super) Vec<[NodeSelection; 4]>);

impl AcceptedPeers {
    /// Whether the profile on the other side allows its part.
    pub(super) fn accepts(&self, class: EdgeClass, from: usize, to: usize) -> bool {
        let Some(at) = PEER_CLASSES.iter().position(|&known| known == class) else { return true };
        // What is unconfined accepts all.
        self.0.get(to).and_then(|classes| classes.get(at)).is_none_or(|peers| peers.contains(from))
    }
}

/// The classes in which both sides are asked.
pub(super) const PEER_CLASSES: [EdgeClass; 4] =
    [EdgeClass::Ptrace, EdgeClass::Signal, EdgeClass::Dbus, EdgeClass::Unix];

/// The nodes that a profile may reach in one way.
pub(super) struct ReachedNodes {
    pub(super) class: EdgeClass,
    pub(super) kind: EdgeKind,
    pub(super) to: MatchedNodes,
}

/// Nodes, each with the strings that decide about it.
pub(super) enum MatchedNodes {
    /// Each of them.
    Each(Vec<(usize, PeerStrings)>),
    /// Any profile but some.
    Any { except: Vec<usize>, strings: PeerStrings },
}

/// The strings that rules decide about, and the permissions.
#[derive(Clone, Debug)]
pub(super) struct PeerStrings {
    pub(super) automaton: Automaton,
    pub(super) strings: Vec<Vec<u8>>,
    pub(super) permissions: u32,
}

/// Returns the nodes that a profile may reach by their names, and the peers that it accepts.
pub(super) fn reached(
    labels: &StringTree,
    own: usize,
    profile: &BlobProfile,
) -> (Vec<ReachedNodes>, [NodeSelection; 4]) {
    let mut all = Vec::new();
    change_profile(profile, own, labels, &mut all);
    let confines = mode(profile) != LoadedMode::Unconfined;
    let bytes = profile.policydb.as_ref().filter(|_| confines).map(|db| bytes(&db.dfa)).unwrap_or_default();
    let accepted = PEER_CLASSES.map(|class| {
        let places = if confines { PeerStates::new(profile, class, &bytes, labels) } else { None };
        let Some(places) = places else {
            let strings = PeerStrings { automaton: Automaton::Policydb, strings: Vec::new(), permissions: 0 };
            all.push(ReachedNodes {
                class,
                kind: EdgeKind::Unmediated,
                to: MatchedNodes::Any { except: Vec::new(), strings },
            });
            return NodeSelection::All;
        };
        let (out, back) = permissions(class);
        let found = places.look_at_all(labels);
        let strangers = STRANGERS.iter().all(|label| places.look(label) & out != 0);
        let strings = |label: &[u8]| PeerStrings {
            automaton: Automaton::Policydb,
            strings: places.strings(label, out),
            permissions: out,
        };
        let allowed = |node: usize| found.get(node).is_some_and(|found| found & out != 0);
        all.extend(whom(own, labels, strangers, &allowed, &strings).map(|to| ReachedNodes {
            class,
            kind: EdgeKind::Named,
            to,
        }));
        let mut accepted = NodeSelection::none(labels.len());
        for (node, _) in found.iter().enumerate().filter(|(_, found)| *found & back != 0) {
            accepted.insert(node);
        }
        accepted
    });
    (all, accepted)
}

/// The strings by which a profile accepts a peer, of a class without messages, and their permissions; `None` where nothing is asked.
pub(super) fn accepting(profile: &BlobProfile, class: EdgeClass, label: &[u8]) -> Option<(Vec<Vec<u8>>, u32)> {
    let db = profile.policydb.as_ref().filter(|_| mode(profile) != LoadedMode::Unconfined)?;
    let (_, back) = permissions(class);
    let bytes = bytes(&db.dfa);
    let places = PeerStates::new(profile, class, &bytes, &StringTree::default())?;
    Some((places.strings(label, back), back))
}

/// The permissions that the one who acts needs, and the other.
fn permissions(class: EdgeClass) -> (u32, u32) {
    match class {
        EdgeClass::Ptrace => (PtracePermissions::TRACE.bits(), PtracePermissions::TRACEDBY.bits()),
        EdgeClass::Signal => (SignalPermissions::SEND.bits(), SignalPermissions::RECEIVE.bits()),
        EdgeClass::Dbus => (dbus::SEND, dbus::RECEIVE),
        _ => (network::SEND, network::RECEIVE),
    }
}

/// The nodes that are allowed, as one edge or several.
fn whom(
    own: usize,
    labels: &StringTree,
    strangers: bool,
    allowed: &dyn Fn(usize) -> bool,
    strings: &dyn Fn(&[u8]) -> PeerStrings,
) -> Option<MatchedNodes> {
    let (mut found, mut except) = (Vec::new(), Vec::new());
    for node in (0..labels.len()).filter(|&node| node != own) {
        if allowed(node) { &mut found } else { &mut except }.push(node);
    }
    let &first = found.first()?;
    if strangers && (except.is_empty() || labels.len() >= MANY && except.len() < found.len()) {
        return Some(MatchedNodes::Any { except, strings: strings(labels.string(first)) });
    }
    Some(MatchedNodes::Each(found.into_iter().map(|node| (node, strings(labels.string(node)))).collect()))
}

/// The changes of profile that are allowed: at once, at the next exec, and those that stack the target on the profile.
fn change_profile(profile: &BlobProfile, own: usize, labels: &StringTree, all: &mut Vec<ReachedNodes>) {
    let class = EdgeClass::ChangeProfile;
    if mode(profile) == LoadedMode::Unconfined {
        let strings = PeerStrings { automaton: Automaton::File, strings: Vec::new(), permissions: 0 };
        all.push(ReachedNodes {
            class,
            kind: EdgeKind::Unmediated,
            to: MatchedNodes::Any { except: Vec::new(), strings },
        });
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
            Some(EdgeKind::Named)
        } else if at_once & ONEXEC != 0 && at_exec() {
            Some(EdgeKind::AtExec)
        } else if stacked & (CHANGE_PROFILE | ONEXEC) != 0 {
            Some(EdgeKind::Stack)
        } else {
            None
        }
    };
    let found = at_once.iter().zip(stacked).enumerate().map(|(node, (&at_once, stacked))| {
        kind_of(at_once, &|| at_exec.get(node).is_some_and(|granted| granted & ONEXEC != 0), stacked)
    });
    let found: Vec<Option<EdgeKind>> = found.collect();
    let strangers = STRANGERS.iter().zip(strangers).map(|(label, [at_once, stacked])| {
        let at_exec = || pairs.iter().any(|&state| allow(db.dfa.walk(state, label)) & ONEXEC != 0);
        kind_of(at_once, &at_exec, stacked)
    });
    let strangers: Vec<Option<EdgeKind>> = strangers.collect();
    for kind in [EdgeKind::Named, EdgeKind::AtExec, EdgeKind::Stack] {
        let strings = |label: &[u8]| PeerStrings {
            automaton: Automaton::File,
            strings: vec![if kind == EdgeKind::Stack { [b"&", label].concat() } else { label.to_vec() }],
            permissions: if kind == EdgeKind::AtExec { ONEXEC } else { CHANGE_PROFILE | ONEXEC },
        };
        let strangers = strangers.iter().all(|found| *found == Some(kind));
        let to = whom(own, labels, strangers, &|node| found.get(node) == Some(&Some(kind)), &strings);
        all.extend(to.map(|to| ReachedNodes { class, kind, to }));
    }
}
