//! Message queues, which no mainline kernel up to Linux 7.2 mediates: the name, which is a number of 32 bits for System V ones,
//! then NUL and a label.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::AccessError;
use super::asked::{surplus, value};
use super::plan::{LookupPlace, LookupPlan, MatchStrings};
use super::reader::StringReader;
use super::words::{RemainingWords, each, names, write_permissions, write_word};
use crate::blob::BlobProfile;
use crate::source::Text;
use crate::vocab::{MqueuePermissions, Vocabulary, classes};

/// Use of a message queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
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
#[non_exhaustive]
pub enum Queue {
    /// POSIX, by name.
    Posix(Text),
    /// System V, by key.
    Sysv(u32),
}

impl MqueueAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<MqueueAccess, AccessError> {
        let label = words.value("label").map(Text::from);
        let permissions = words.set::<MqueuePermissions>();
        let name = words.expect("the queue's name (`/name`) or key (a number)")?;
        let key = || std::str::from_utf8(&name).ok()?.parse().ok();
        let queue = if name.starts_with(b"/") {
            Queue::Posix(name)
        } else if let Some(key) = key() {
            Queue::Sysv(key)
        } else {
            let known = MqueuePermissions::words();
            return Err(AccessError::unknown(&name, "neither a permission nor a queue", known)
                .or_else("names begin with `/`, keys are numbers".into()));
        };
        let permissions = if permissions == 0 { MqueuePermissions::ALL.bits() } else { permissions };
        Ok(MqueueAccess { permissions, queue, label })
    }

    pub(super) fn plan(&self, profile: &BlobProfile) -> LookupPlan {
        let (class, name) = match &self.queue {
            Queue::Posix(name) => (classes::POSIX_MQUEUE, QueueName::Posix(Some(name.clone()))),
            Queue::Sysv(key) => (classes::SYSV_MQUEUE, QueueName::Sysv(Some(*key))),
        };
        let mut plan = LookupPlan::of_class(profile, class, "message queues of this kind");
        let queue = AskedMqueue { name, label: self.label.clone(), rest: Text::default() };
        let string = [&[class][..], &queue.encode()].concat();
        for (name, bit) in each(self.permissions, names::<MqueuePermissions>()) {
            plan.check(name, bit, LookupPlace::Policy(MatchStrings::one(string.clone())));
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
        write_permissions::<MqueuePermissions>(f, self.permissions, MqueuePermissions::ALL.bits())?;
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

/// A message queue, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedMqueue {
    /// The name; `kind` and `name` when serialised.
    #[serde(flatten)]
    pub name: QueueName,
    /// The label of the queue.
    pub label: Option<Text>,
    /// The bytes of a string that does not fit the format.
    pub rest: Text,
}

/// The name of a message queue; `None` where the string ends before it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueName {
    /// POSIX, by name.
    Posix(Option<Text>),
    /// System V, by key.
    Sysv(Option<u32>),
}

impl QueueName {
    /// The kind, and the name or the key in decimal digits.
    fn words(&self) -> (&'static str, Option<Text>) {
        match self {
            QueueName::Posix(name) => ("posix", name.clone()),
            QueueName::Sysv(key) => ("sysv", key.map(|key| key.to_string().as_str().into())),
        }
    }
}

impl Serialize for QueueName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, name) = self.words();
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("kind", kind)?;
        map.serialize_entry("name", &name)?;
        map.end()
    }
}

impl AskedMqueue {
    pub(super) fn decode(class: u8, bytes: &[u8]) -> Self {
        let mut reader = StringReader::new(bytes);
        let (name, closed) = if class == classes::SYSV_MQUEUE {
            let key = reader.array().map(u32::from_be_bytes);
            let closed = key.is_some() && reader.take(0);
            (QueueName::Sysv(key), closed)
        } else {
            let closed = bytes.contains(&0);
            (QueueName::Posix(reader.field().map(Text::from)), closed)
        };
        let mut label = None;
        if closed {
            label = Some(Text::from(reader.rest()));
            reader = StringReader::new(&[]);
        }
        AskedMqueue { name, label, rest: Text::from(reader.rest()) }
    }

    /// The string without the class.
    fn encode(&self) -> Vec<u8> {
        let name = match &self.name {
            QueueName::Posix(name) => name.as_deref().unwrap_or_default().to_vec(),
            QueueName::Sysv(key) => key.map(|key| key.to_be_bytes().to_vec()).unwrap_or_default(),
        };
        let fields = [Some(&*name), self.label.as_deref()];
        fields.into_iter().flatten().collect::<Vec<_>>().join(&0)
    }
}

impl fmt::Display for AskedMqueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = self.name.words();
        write!(f, "mqueue type={kind}")?;
        value(f, "", name.as_ref())?;
        value(f, "label", self.label.as_ref())?;
        surplus(f, &self.rest)
    }
}
