//! Resolved `unix` rules.

use serde::Serialize;

use super::Glob;
use crate::vocab::NetworkPermissions;

/// Use of unix sockets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct UnixRule {
    /// The permissions; all where none is written.
    pub permissions: NetworkPermissions,
    /// The socket type's number.
    pub kind: Option<u8>,
    /// `addr=`
    pub address: Option<UnixAddress>,
    /// `addr=` of the peer.
    pub peer_address: Option<UnixAddress>,
    /// `label=` of the peer.
    pub peer_label: Option<Glob>,
    /// Whether it comes from a `network` rule: then it has no coarse companion.
    pub from_network: bool,
}

/// The address of a unix socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnixAddress {
    /// `none`: unbound.
    None,
    /// `auto`: bound by the kernel.
    Auto,
    /// `@name`: an abstract name, slashes filtered, without the `@`, which [`finish`](crate::resolve::lower::finish) takes off.
    Abstract(Glob),
}
