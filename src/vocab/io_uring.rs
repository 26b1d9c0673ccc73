//! Permissions of `io_uring` rules.

use super::word::permission_set;

permission_set! {
    /// Permissions of an `io_uring` rule.
    ///
    /// ```
    /// use armorer::vocab::IoUringPermissions;
    ///
    /// let set: IoUringPermissions = "sqpoll".parse()?;
    /// assert!(set.contains(IoUringPermissions::SQPOLL) && !set.intersects(IoUringPermissions::OVERRIDE_CREDS));
    /// assert!(set.iter().filter_map(IoUringPermissions::name).eq(["sqpoll"]));
    /// assert!((set - IoUringPermissions::ALL).is_empty());
    /// # Ok::<(), armorer::vocab::UnknownWord>(())
    /// ```
    IoUringPermissions, "io_uring permission";
    /// A kernel thread polls the queue.
    SQPOLL = 0x10, "sqpoll";
    /// The task takes on other credentials.
    OVERRIDE_CREDS = 0x8, "override_creds";
}

/// `override_creds`: take on other credentials.
pub(crate) const OVERRIDE_CREDS: u32 = IoUringPermissions::OVERRIDE_CREDS.bits();
/// `sqpoll`: a kernel thread that polls the queue.
pub(crate) const SQPOLL: u32 = IoUringPermissions::SQPOLL.bits();
