//! Permission words of ptrace rules.

use super::word::permission_set;

permission_set! {
    /// Permissions of a `ptrace` rule.
    ///
    /// ```
    /// use armorer::vocab::PtracePermissions;
    ///
    /// let set: PtracePermissions = "read, readby".parse()?;
    /// assert!(set.contains(PtracePermissions::READ) && !set.intersects(PtracePermissions::TRACE));
    /// assert!(set.iter().filter_map(PtracePermissions::name).eq(["read", "readby"]));
    /// assert!((set - PtracePermissions::ALL).is_empty());
    /// # Ok::<(), armorer::vocab::UnknownWord>(())
    /// ```
    PtracePermissions, "ptrace permission", letters(READ, TRACE);
    /// The task controls another process.
    TRACE = 0x2, "trace" | "write";
    /// The task inspects another process.
    READ = 0x4, "read";
    /// The task is controlled.
    TRACEDBY = 0x8, "tracedby";
    /// The task is inspected.
    READBY = 0x10, "readby";
}
