//! Resolved `dbus` rules.

use serde::Serialize;

use super::Glob;
use crate::vocab::DbusPermissions;

/// Access to D-Bus messages and services.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DbusRule {
    /// The permissions, defaults worked in.
    pub permissions: DbusPermissions,
    /// `bus=`
    pub bus: Option<Glob>,
    /// `name=`: of the service, or of the peer of a message.
    pub name: Option<Glob>,
    /// `label=` of the peer.
    pub label: Option<Glob>,
    /// `path=`, slashes filtered.
    pub path: Option<Glob>,
    /// `interface=`
    pub interface: Option<Glob>,
    /// `member=`
    pub member: Option<Glob>,
}
