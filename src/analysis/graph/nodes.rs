//! The profiles of a policy by their names.

use rustc_hash::FxHashMap;

use super::tree::StringTree;
use super::{LoadedMode, Node, NodeKind, UNCONFINED};
use crate::analysis::names;
use crate::analysis::query::{Subject, decide, full_name};
use crate::blob::BlobProfile;

/// The bit in the first word of the flags for a hat.
const HAT: u32 = 1;

/// The nodes of a policy, before any target is known to be missing.
pub(super) struct Nodes<'a> {
    /// The profiles, in the order of the policy.
    pub(super) profiles: Vec<&'a BlobProfile>,
    names: FxHashMap<(Option<&'a [u8]>, &'a [u8]), usize>,
}

/// The target of a transition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum NodeTarget {
    Node(usize),
    /// A profile that the policy lacks, with the bytes of its name escaped.
    Missing(String),
}

impl<'a> Nodes<'a> {
    pub(super) fn new(subject: &'a Subject) -> Nodes<'a> {
        let profiles: Vec<&BlobProfile> = subject.entries.iter().map(|entry| &entry.profile).collect();
        let mut names = FxHashMap::default();
        for (index, profile) in profiles.iter().enumerate() {
            // The kernel keeps the last of several with one name.
            names.insert((profile.namespace.as_deref(), profile.name.as_slice()), index);
        }
        Nodes { profiles, names }
    }

    /// The index of `unconfined`.
    pub(super) fn unconfined(&self) -> usize {
        self.profiles.len()
    }

    /// The node that a name stands for in the rules of a profile.
    pub(super) fn goal(&self, from: &BlobProfile, name: &[u8]) -> NodeTarget {
        let own = from.namespace.as_deref();
        let found = match name.strip_prefix(b":") {
            None if name == UNCONFINED.as_bytes() => Some(self.unconfined()),
            None => self.names.get(&(own, name)).copied(),
            Some(rest) => rest.iter().position(|&byte| byte == b':').and_then(|colon| {
                let (namespace, name) = rest.split_at_checked(colon)?;
                let name = name.strip_prefix(b":")?;
                let name = name.strip_prefix(b"//").unwrap_or(name);
                self.names.get(&(Some(namespace), name)).copied()
            }),
        };
        found.map_or_else(|| NodeTarget::Missing(name.escape_ascii().to_string()), NodeTarget::Node)
    }

    /// The name of a node as the kernel gives it to a profile's automata.
    pub(super) fn label(&self, from: &BlobProfile, node: usize) -> Vec<u8> {
        match self.profiles.get(node) {
            None => UNCONFINED.as_bytes().to_vec(),
            Some(profile) => match &profile.namespace {
                Some(namespace) if profile.namespace != from.namespace => {
                    [b":", &**namespace, b":", &*profile.name].concat()
                }
                _ => profile.name.clone(),
            },
        }
    }

    /// The names of all nodes as the profiles in the namespace of `from` see them.
    pub(super) fn labels(&self, from: &BlobProfile) -> StringTree {
        StringTree::new((0..=self.unconfined()).map(|node| self.label(from, node)).collect())
    }

    /// The profile that a profile is a hat or child of.
    pub(super) fn parent(&self, profile: &BlobProfile) -> Option<usize> {
        let at = profile.name.windows(2).rposition(|two| two == b"//")?;
        self.names.get(&(profile.namespace.as_deref(), profile.name.get(..at)?)).copied()
    }

    pub(super) fn is_hat(profile: &BlobProfile) -> bool {
        profile.flags & HAT != 0
    }

    pub(super) fn nodes(&self) -> Vec<Node> {
        let node = |profile: &&BlobProfile| Node {
            name: full_name(profile),
            kind: match self.parent(profile) {
                Some(_) if Self::is_hat(profile) => NodeKind::Hat,
                Some(_) => NodeKind::Child,
                None => NodeKind::Profile,
            },
            mode: Some(decide::mode(profile)),
            attaches: self.parent(profile).is_none() && (profile.xmatch.is_some() || profile.name.starts_with(b"/")),
            reachable: false,
            transitions: profile.file.as_ref().map_or(0, |db| db.transitions.len()),
            flags: flags(profile),
        };
        let unconfined = Node {
            name: UNCONFINED.to_owned(),
            kind: NodeKind::Unconfined,
            mode: None::<LoadedMode>,
            attaches: false,
            reachable: true,
            transitions: 0,
            flags: Vec::new(),
        };
        self.profiles.iter().map(node).chain([unconfined]).collect()
    }
}

/// The flags of a profile without that for hats, which is its kind.
fn flags(profile: &BlobProfile) -> Vec<String> {
    let path_flags = profile.path_flags.map(names::path_flag_words).unwrap_or_default();
    let audit = (profile.audit != 0).then(|| "audit".to_owned());
    names::flag_words(profile.flags & !HAT).into_iter().chain(path_flags).chain(audit).collect()
}
