//! D-Bus: bus, name, label, path, interface and member, with a NUL between them.

use std::fmt;

use serde::Serialize;

use super::reader::fields;
use super::{surplus, value};
use crate::source::Text;

/// A bus (to eavesdrop on), a name on it (to bind), or a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dbus {
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
    /// What does not fit the format.
    pub rest: Text,
}

impl Dbus {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut fields = fields(bytes);
        let bus = fields.next().unwrap_or_default();
        let [name, label, path, interface, member] = std::array::from_fn(|_| fields.next());
        let rest: Vec<Text> = fields.collect();
        let rest: Vec<&[u8]> = rest.iter().map(Text::as_bytes).collect();
        Dbus { bus, name, label, path, interface, member, rest: rest.join(&0).into() }
    }
}

impl fmt::Display for Dbus {
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
