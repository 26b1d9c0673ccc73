//! Signals.

use std::fmt;

use serde::Serialize;

use super::UsageError;
use super::plan::{Plan, Strings, Way};
use super::words::{Words, each, write_permissions, write_word};
use crate::blob::Profile;
use crate::source::Text;
use crate::vocab::{classes, signals};

/// A signal to or from another process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignalAccess {
    /// Permissions.
    pub permissions: u32,
    /// The signal's number in [`vocab::signals`](crate::vocab::signals).
    pub signal: u8,
    /// The other side's label.
    pub peer: Text,
}

impl SignalAccess {
    pub(super) fn parse(words: &mut Words<'_>) -> Result<SignalAccess, UsageError> {
        let peer = words.value("peer");
        let permissions = words.permissions(signals::bits);
        let Some(word) = words.value("set").or_else(|| words.next()) else {
            return Err(UsageError::new("the signal is missing: term, kill, …"));
        };
        let signal = signals::number(word).ok_or_else(|| {
            let known = signals::ALL.iter().map(|&(name, _)| name);
            let known = known.chain(signals::PERMISSIONS.iter().map(|&(name, _)| name));
            UsageError::unknown(word, "neither a permission nor a signal", known)
        })?;
        let peer = match peer {
            Some(peer) => peer.into(),
            None => words.expect("the peer's profile (or `unconfined`)")?,
        };
        Ok(SignalAccess { permissions: if permissions == 0 { signals::ANY } else { permissions }, signal, peer })
    }

    pub(super) fn plan(&self, profile: &Profile) -> Plan {
        let mut plan = Plan::of_class(profile, classes::SIGNAL, "signals");
        let way = Way::Policy(Strings::label(&[classes::SIGNAL, self.signal], &self.peer));
        for (name, bit) in each(self.permissions, signals::PERMISSIONS) {
            plan.check(name, bit, way.clone());
        }
        plan.notes.push("the other side's profile must allow its side of it, too".into());
        plan
    }
}

impl fmt::Display for SignalAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("signal")?;
        write_permissions(f, self.permissions, signals::ANY, signals::PERMISSIONS)?;
        write!(f, " {} ", signals::name(self.signal).unwrap_or_default())?;
        write_word(f, &self.peer)
    }
}
