//! Permission words of network and unix rules.
//!
//! The bits are the kernel's own (`AA_MAY_*` in `security/apparmor/include/perms.h`); the encoder folds them into rule words.

use super::word::permission_set;

permission_set! {
    /// Permissions of a `network` or `unix` rule; the bits are the kernel's.
    ///
    /// ```
    /// use armorer::vocab::NetworkPermissions;
    ///
    /// let set: NetworkPermissions = "create, connect".parse()?;
    /// assert!(set.contains(NetworkPermissions::CONNECT) && !set.intersects(NetworkPermissions::LOCAL - NetworkPermissions::CREATE));
    /// assert!(set.iter().filter_map(NetworkPermissions::name).eq(["create", "connect"]));
    /// assert!((set - NetworkPermissions::ALL).is_empty());
    /// # Ok::<(), armorer::vocab::UnknownWord>(())
    /// ```
    NetworkPermissions, "network permission", letters(RECEIVE, SEND);
    /// Makes a socket.
    CREATE = 0x10, "create";
    /// Gives a socket its address.
    BIND = 0x20_0000, "bind";
    /// Waits for connections.
    LISTEN = 0x40_0000, "listen";
    /// Takes a connection.
    ACCEPT = 0x10_0000, "accept";
    /// Opens a connection.
    CONNECT = 0x40, "connect";
    /// Closes a connection.
    SHUTDOWN = 0x20, "shutdown";
    /// Reads the addresses of a socket.
    GETATTR = 0x200, "getattr";
    /// Changes the attributes of a socket.
    SETATTR = 0x100, "setattr";
    /// Reads socket options.
    GETOPT = 0x200_0000, "getopt";
    /// Changes socket options.
    SETOPT = 0x100_0000, "setopt";
    /// Sends data.
    SEND = 0x2, "send" | "write";
    /// Receives data.
    RECEIVE = 0x4, "receive" | "read";
}

impl NetworkPermissions {
    /// Permissions about the own socket only, which contradict conditions on the peer. (`accept` is about both.)
    pub const LOCAL: NetworkPermissions =
        NetworkPermissions(CREATE | SHUTDOWN | SETATTR | GETATTR | BIND | LISTEN | SETOPT | GETOPT);
}

/// `send`.
pub(crate) const SEND: u32 = NetworkPermissions::SEND.bits();
/// `receive`.
pub(crate) const RECEIVE: u32 = NetworkPermissions::RECEIVE.bits();
/// `create`.
pub(crate) const CREATE: u32 = NetworkPermissions::CREATE.bits();
/// `shutdown`.
pub(crate) const SHUTDOWN: u32 = NetworkPermissions::SHUTDOWN.bits();
/// `connect`.
pub(crate) const CONNECT: u32 = NetworkPermissions::CONNECT.bits();
/// `setattr`.
pub(crate) const SETATTR: u32 = NetworkPermissions::SETATTR.bits();
/// `getattr`.
pub(crate) const GETATTR: u32 = NetworkPermissions::GETATTR.bits();
/// `accept`.
pub(crate) const ACCEPT: u32 = NetworkPermissions::ACCEPT.bits();
/// `bind`.
pub(crate) const BIND: u32 = NetworkPermissions::BIND.bits();
/// `listen`.
pub(crate) const LISTEN: u32 = NetworkPermissions::LISTEN.bits();
/// `setopt`.
pub(crate) const SETOPT: u32 = NetworkPermissions::SETOPT.bits();
/// `getopt`.
pub(crate) const GETOPT: u32 = NetworkPermissions::GETOPT.bits();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_bits() {
        // The folded form of all permissions, as every rule without permission words has it.
        let all = NetworkPermissions::ALL.bits();
        let folded = (all & 0x7f) | (all & 0x300) << 6 | (all & 0x70_0000) >> 4 | (all & 0x300_0000) >> 5;
        assert_eq!(folded, 0x1f_c076);
    }
}
