//! D-Bus: what the bus daemon asks the kernel. Bus, name, label, path, interface and member, with a NUL between them.

use std::fmt;

use serde::Serialize;

use super::AccessError;
use super::asked::{surplus, value};
use super::plan::{LookupPlace, LookupPlan, MatchStrings};
use super::reader::fields;
use super::words::{RemainingWords, each, names, write_permissions, write_word};
use crate::analysis::perms::mediates;
use crate::blob::BlobProfile;
use crate::source::Text;
use crate::vocab::{DbusPermissions, Vocabulary, classes, dbus as bits};

/// Permissions on messages.
const MESSAGE: u32 = bits::SEND | bits::RECEIVE;

/// A message, a name or a bus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DbusAccess {
    /// Permissions.
    pub permissions: u32,
    /// The bus: `system`, `session`.
    pub bus: Text,
    /// The name to own, or the peer's.
    pub name: Text,
    /// The peer's profile; `None` is taken for `unconfined`.
    pub label: Option<Text>,
    /// The object.
    pub path: Text,
    /// The interface.
    pub interface: Text,
    /// The member.
    pub member: Text,
}

impl DbusAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<DbusAccess, AccessError> {
        let mut label = None;
        let mut peer_name = None;
        for (key, value) in words.group("peer") {
            match key {
                b"label" => label = Some(Text::from(value)),
                b"name" => peer_name = Some(value),
                _ => return Err(AccessError::unknown(key, "no condition on a peer", ["label", "name"])),
            }
        }
        if let Some(value) = words.value("peer").or_else(|| words.value("label")) {
            label = Some(value.into());
        }
        let named = ["bus", "name", "path", "interface", "member"].map(|key| words.value(key));
        let [bus, name, path, interface, member] = named;
        let permissions = words.set::<DbusPermissions>();
        if permissions == 0 {
            let known = DbusPermissions::words();
            let help = "add a permission: send, receive, bind or eavesdrop";
            return Err(match words.peek() {
                Some(word) => AccessError::unknown(word, "no permission for D-Bus", known).or_else(help.into()),
                None => AccessError::new(help),
            });
        }
        let mut field = |given: Option<&[u8]>, what: &str| match given {
            Some(value) => Ok(Text::from(value)),
            None => words.expect(what),
        };
        let (message, bind) = (permissions & MESSAGE != 0, permissions & bits::BIND != 0);
        let bus = field(bus, "the bus (`system`, `session`)")?;
        let name = if message || bind { field(name.or(peer_name), "the name on the bus")? } else { Text::default() };
        let mut part = |given, what| if message { field(given, what) } else { Ok(Text::default()) };
        let path = part(path, "the path of the object")?;
        let interface = part(interface, "the interface")?;
        let member = part(member, "the member")?;
        Ok(DbusAccess { permissions, bus, name, label, path, interface, member })
    }

    pub(super) fn plan(&self, profile: &BlobProfile) -> LookupPlan {
        let mut plan = LookupPlan::of_class(profile, classes::DBUS, "D-Bus messages");
        if plan.unmediated.is_none() && !mediates(profile, classes::NETWORK_V9) {
            let why =
                "Linux 7.2 mediates D-Bus only where the policy has fine-grained unix sockets, which this one lacks";
            plan.notes.push(why.into());
        }
        let bus = AskedDbus { bus: self.bus.clone(), ..AskedDbus::default() };
        let named = AskedDbus { name: Some(self.name.clone()), ..bus.clone() };
        let message = AskedDbus {
            label: Some(self.label.clone().unwrap_or_else(|| "unconfined".into())),
            path: Some(self.path.clone()),
            interface: Some(self.interface.clone()),
            member: Some(self.member.clone()),
            ..named.clone()
        };
        for (name, bit) in each(self.permissions, names::<DbusPermissions>()) {
            let string = match bit {
                bits::BIND => &named,
                bits::EAVESDROP => &bus,
                _ => &message,
            };
            plan.check(
                name,
                bit,
                LookupPlace::Policy(MatchStrings::one([&[classes::DBUS][..], &string.encode()].concat())),
            );
        }
        if self.permissions & MESSAGE != 0 && self.label.is_none() {
            plan.notes.push("the peer is taken to be unconfined; name its profile with peer=PROFILE".into());
        }
        plan
    }
}

impl fmt::Display for DbusAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dbus")?;
        write_permissions::<DbusPermissions>(f, self.permissions, 0)?;
        let message = self.permissions & MESSAGE != 0;
        let fields = [
            (&self.bus, true),
            (&self.name, message || self.permissions & bits::BIND != 0),
            (&self.path, message),
            (&self.interface, message),
            (&self.member, message),
        ];
        for (value, _) in fields.into_iter().filter(|(_, there)| *there) {
            f.write_str(" ")?;
            write_word(f, value)?;
        }
        if let Some(label) = &self.label {
            f.write_str(" peer=")?;
            write_word(f, label)?;
        }
        Ok(())
    }
}

/// A bus (to eavesdrop on), a name on it (to bind), or a message.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct AskedDbus {
    /// The bus.
    pub bus: Text,
    /// The name to bind, or the name of the other side.
    pub name: Option<Text>,
    /// The label of the other side.
    pub label: Option<Text>,
    /// The object.
    pub path: Option<Text>,
    /// The interface.
    pub interface: Option<Text>,
    /// The method or signal.
    pub member: Option<Text>,
    /// The bytes of a string that does not fit the format.
    pub rest: Text,
}

impl AskedDbus {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut fields = fields(bytes);
        let bus = fields.next().unwrap_or_default();
        let [name, label, path, interface, member] = std::array::from_fn(|_| fields.next());
        let rest: Vec<Text> = fields.collect();
        let rest: Vec<&[u8]> = rest.iter().map(Text::as_bytes).collect();
        AskedDbus { bus, name, label, path, interface, member, rest: rest.join(&0).into() }
    }

    /// The string without the class; fields after one that is not there are left out.
    pub(super) fn encode(&self) -> Vec<u8> {
        let fields = [&self.name, &self.label, &self.path, &self.interface, &self.member];
        let there = fields.into_iter().map_while(|field| field.as_deref());
        std::iter::once(self.bus.as_bytes()).chain(there).collect::<Vec<_>>().join(&0)
    }
}

impl fmt::Display for AskedDbus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dbus")?;
        value(f, "bus", Some(&self.bus))?;
        let fields = [
            ("name", &self.name),
            ("label", &self.label),
            ("path", &self.path),
            ("interface", &self.interface),
            ("member", &self.member),
        ];
        for (name, field) in fields {
            value(f, name, field.as_ref())?;
        }
        surplus(f, &self.rest)
    }
}
