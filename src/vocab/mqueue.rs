//! Permission words of message queue rules.

use super::Vocabulary;
use super::word::{permission_set, word_traits};

permission_set! {
    /// Permissions of an `mqueue` rule; the bits are the kernel's.
    ///
    /// ```
    /// use armorer::vocab::MqueuePermissions;
    ///
    /// let set: MqueuePermissions = "open, read".parse()?;
    /// assert!(set.contains(MqueuePermissions::READ) && !set.intersects(MqueuePermissions::WRITE));
    /// assert!(set.iter().filter_map(MqueuePermissions::name).eq(["open", "read"]));
    /// assert!((set - MqueuePermissions::ALL).is_empty());
    /// # Ok::<(), armorer::vocab::UnknownWord>(())
    /// ```
    MqueuePermissions, "mqueue permission", letters(READ, WRITE);
    /// Makes a queue.
    CREATE = 0x10, "create";
    /// Opens a queue.
    OPEN = 0x40, "open";
    /// Removes a queue.
    DELETE = 0x20, "delete";
    /// Receives messages.
    READ = 0x4, "read";
    /// Sends messages.
    WRITE = 0x2, "write";
    /// Reads attributes.
    GETATTR = 0x200, "getattr";
    /// Changes attributes.
    SETATTR = 0x100, "setattr";
}

/// Kinds of message queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MqueueKind {
    /// `posix`
    Posix,
    /// `sysv`
    Sysv,
}

impl Vocabulary for MqueueKind {
    const KIND: &'static str = "message queue type";

    fn from_word(word: &[u8]) -> Option<Self> {
        match word {
            b"posix" => Some(MqueueKind::Posix),
            b"sysv" => Some(MqueueKind::Sysv),
            _ => None,
        }
    }

    fn to_word(&self) -> std::borrow::Cow<'static, str> {
        match self {
            MqueueKind::Posix => "posix".into(),
            MqueueKind::Sysv => "sysv".into(),
        }
    }

    fn words() -> impl Iterator<Item = &'static str> {
        ["posix", "sysv"].into_iter()
    }
}

word_traits!(MqueueKind);

/// `write`.
pub(crate) const WRITE: u32 = MqueuePermissions::WRITE.bits();
/// `read`.
pub(crate) const READ: u32 = MqueuePermissions::READ.bits();
/// `create`.
pub(crate) const CREATE: u32 = MqueuePermissions::CREATE.bits();
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_bits() {
        let all = MqueuePermissions::ALL.bits();
        assert_eq!((all & 0x7f) | (all & 0x300) << 6, 0xc076);
    }
}
