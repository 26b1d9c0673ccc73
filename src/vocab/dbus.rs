//! Permission words of D-Bus rules.

use super::word::permission_set;

permission_set! {
    /// Permissions of a `dbus` rule.
    ///
    /// ```
    /// use armorer::vocab::DbusPermissions;
    ///
    /// let set: DbusPermissions = "send, receive".parse()?;
    /// assert!(set.contains(DbusPermissions::SEND) && !set.intersects(DbusPermissions::BIND));
    /// assert!(set.iter().filter_map(DbusPermissions::name).eq(["send", "receive"]));
    /// assert!((set - DbusPermissions::ALL).is_empty());
    /// # Ok::<(), armorer::vocab::UnknownWord>(())
    /// ```
    DbusPermissions, "dbus permission", letters(RECEIVE, SEND);
    /// Messages go out.
    SEND = 0x2, "send" | "write";
    /// Messages come in.
    RECEIVE = 0x4, "receive" | "read";
    /// The task owns a name on the bus.
    BIND = 0x40, "bind";
    /// The task sees all messages of a bus.
    EAVESDROP = 0x20, "eavesdrop";
}

/// `send`: messages go out.
pub(crate) const SEND: u32 = DbusPermissions::SEND.bits();
/// `receive`: messages come in.
pub(crate) const RECEIVE: u32 = DbusPermissions::RECEIVE.bits();
/// `eavesdrop`: all messages of a bus.
pub(crate) const EAVESDROP: u32 = DbusPermissions::EAVESDROP.bits();
/// `bind`: own a name on the bus.
pub(crate) const BIND: u32 = DbusPermissions::BIND.bits();
