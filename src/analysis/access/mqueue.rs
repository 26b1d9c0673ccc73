//! Message queues, which no mainline kernel up to Linux 7.2 mediates.

use std::fmt;

use serde::Serialize;

use super::UsageError;
use super::plan::{Plan, Strings, Way};
use super::words::{Words, each, write_permissions, write_word};
use crate::blob::Profile;
use crate::source::Text;
use crate::vocab::{classes, mqueue as bits};

/// Use of a message queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MqueueAccess {
    /// Permissions (`AA_MAY_…`).
    pub permissions: u32,
    /// The queue.
    pub queue: Queue,
    /// Its label; `None` while it has none, at its creation.
    pub label: Option<Text>,
}

/// A message queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// POSIX, by name.
    Posix(Text),
    /// System V, by key.
    Sysv(u32),
}

impl MqueueAccess {
    pub(super) fn parse(words: &mut Words<'_>) -> Result<MqueueAccess, UsageError> {
        let label = words.value("label").map(Text::from);
        let permissions = words.permissions(bits::bits);
        let name = words.expect("the queue's name (`/name`) or key (a number)")?;
        let key = || std::str::from_utf8(&name).ok()?.parse().ok();
        let queue = if name.starts_with(b"/") {
            Queue::Posix(name)
        } else if let Some(key) = key() {
            Queue::Sysv(key)
        } else {
            let known = bits::ALL.iter().map(|&(name, _)| name);
            return Err(UsageError::unknown(&name, "neither a permission nor a queue", known)
                .or_else("names begin with `/`, keys are numbers".into()));
        };
        let permissions = if permissions == 0 { bits::ANY } else { permissions };
        Ok(MqueueAccess { permissions, queue, label })
    }

    pub(super) fn plan(&self, profile: &Profile) -> Plan {
        let (class, name) = match &self.queue {
            Queue::Posix(name) => (classes::POSIX_MQUEUE, name.to_vec()),
            Queue::Sysv(key) => (classes::SYSV_MQUEUE, key.to_be_bytes().to_vec()),
        };
        let mut plan = Plan::of_class(profile, class, "message queues of this kind");
        let mut string = [&[class][..], &name].concat();
        if let Some(label) = &self.label {
            string.push(0);
            string.extend_from_slice(label);
        }
        for (name, bit) in each(self.permissions, bits::ALL) {
            plan.check(name, bit, Way::Policy(Strings::one(string.clone())));
        }
        if plan.unmediated.is_none() {
            plan.notes.push("no mainline kernel up to Linux 7.2 mediates message queues".into());
        }
        plan
    }
}

impl fmt::Display for MqueueAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mqueue")?;
        write_permissions(f, self.permissions, bits::ANY, bits::ALL)?;
        f.write_str(" ")?;
        match &self.queue {
            Queue::Posix(name) => write_word(f, name)?,
            Queue::Sysv(key) => write!(f, "{key}")?,
        }
        if let Some(label) = &self.label {
            f.write_str(" label=")?;
            write_word(f, label)?;
        }
        Ok(())
    }
}
