//! ptrace, and what else lets a process look into another: the label of the other process.

use std::fmt;

use serde::Serialize;

use super::AccessError;
use super::asked::value;
use super::plan::{LookupPlace, LookupPlan, MatchStrings};
use super::words::{RemainingWords, each, names, write_permissions, write_word};
use crate::blob::BlobProfile;
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
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<PtraceAccess, AccessError> {
        let peer = words.value("peer");
        let permissions = words.set::<PtracePermissions>();
        let peer = match peer {
            Some(peer) => peer.into(),
            None => words.expect("the peer's profile (or `unconfined`)")?,
        };
        if let Some(word) = words.peek() {
            let known = PtracePermissions::words();
            return Err(AccessError::unknown(&peer, "no permission for ptrace", known)
                .or_else(format!("`{}` is one word too many", word.escape_ascii())));
        }
        Ok(PtraceAccess {
            permissions: if permissions == 0 { PtracePermissions::ALL.bits() } else { permissions },
            peer,
        })
    }

    pub(super) fn plan(&self, profile: &BlobProfile) -> LookupPlan {
        // Mediated by one class, matched by the other.
        let mut plan = LookupPlan::of_class(profile, classes::PTRACE, "looks into other processes");
        let string = |peer: &[u8]| AskedPtrace { peer: Some(peer.into()) }.encode();
        let class = [classes::LABEL, classes::PTRACE];
        let way = LookupPlace::Policy(MatchStrings::label(&self.peer, |peer| [&class[..], &string(peer)].concat()));
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
pub struct AskedPtrace {
    /// The label of the other process.
    pub peer: Option<Text>,
}

impl AskedPtrace {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        AskedPtrace { peer: (!bytes.is_empty()).then(|| Text::from(bytes)) }
    }

    /// The string without the class.
    pub(super) fn encode(&self) -> Vec<u8> {
        self.peer.as_deref().unwrap_or_default().to_vec()
    }
}

impl fmt::Display for AskedPtrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ptrace")?;
        value(f, "peer", self.peer.as_ref())
    }
}
