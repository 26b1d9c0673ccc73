//! ptrace, and what else lets a process look into another: the label of the other process.

use std::fmt;

use serde::Serialize;

use super::UsageError;
use super::asked::value;
use super::plan::{Plan, Strings, Way};
use super::words::{Words, each, names, write_permissions, write_word};
use crate::blob::Profile;
use crate::source::Text;
use crate::vocab::{PtracePermissions, Vocabulary, classes};

/// A look into another process, or one by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PtraceAccess {
    /// Permissions.
    pub permissions: u32,
    /// The other side's label.
    pub peer: Text,
}

impl PtraceAccess {
    pub(super) fn parse(words: &mut Words<'_>) -> Result<PtraceAccess, UsageError> {
        let peer = words.value("peer");
        let permissions = words.set::<PtracePermissions>();
        let peer = match peer {
            Some(peer) => peer.into(),
            None => words.expect("the peer's profile (or `unconfined`)")?,
        };
        if let Some(word) = words.peek() {
            let known = PtracePermissions::words();
            return Err(UsageError::unknown(&peer, "no permission for ptrace", known)
                .or_else(format!("`{}` is one word too many", word.escape_ascii())));
        }
        Ok(PtraceAccess {
            permissions: if permissions == 0 { PtracePermissions::ALL.bits() } else { permissions },
            peer,
        })
    }

    pub(super) fn plan(&self, profile: &Profile) -> Plan {
        // Mediated by one class, matched by the other.
        let mut plan = Plan::of_class(profile, classes::PTRACE, "looks into other processes");
        let string = |peer: &[u8]| Ptrace { peer: Some(peer.into()) }.encode();
        let class = [classes::LABEL, classes::PTRACE];
        let way = Way::Policy(Strings::label(&self.peer, |peer| [&class[..], &string(peer)].concat()));
        for (name, bit) in each(self.permissions, names::<PtracePermissions>()) {
            plan.check(name, bit, way.clone());
        }
        plan.notes.push(match plan.unmediated {
            None => "the other side's profile must allow its side of it, too".into(),
            Some(_) => "without mediation the old rule holds: the same profile, or capability sys_ptrace".into(),
        });
        plan
    }
}

impl fmt::Display for PtraceAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ptrace")?;
        write_permissions::<PtracePermissions>(f, self.permissions, PtracePermissions::ALL.bits())?;
        f.write_str(" ")?;
        write_word(f, &self.peer)
    }
}

/// ptrace, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Ptrace {
    /// The label of the other process.
    pub peer: Option<Text>,
}

impl Ptrace {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        Ptrace { peer: (!bytes.is_empty()).then(|| Text::from(bytes)) }
    }

    /// The string without the class.
    pub(super) fn encode(&self) -> Vec<u8> {
        self.peer.as_deref().unwrap_or_default().to_vec()
    }
}

impl fmt::Display for Ptrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ptrace")?;
        value(f, "peer", self.peer.as_ref())
    }
}
