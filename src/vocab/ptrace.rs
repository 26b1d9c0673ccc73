//! Permission words of ptrace rules.

use super::Vocabulary;
use super::word::permission_set;

permission_set! {
    /// Permissions of a `ptrace` rule.
    PtracePermissions, "ptrace permission", letters(READ, TRACE), table ALL;
    /// The task controls another process.
    TRACE = 0x2, "trace" | "write";
    /// The task inspects another process.
    READ = 0x4, "read";
    /// The task is controlled.
    TRACEDBY = 0x8, "tracedby";
    /// The task is inspected.
    READBY = 0x10, "readby";
}

/// What a rule without permission words has.
pub const ANY: u32 = PtracePermissions::ALL.bits();

/// The bits of a word, or of a string of the letters `r` and `w`.
#[must_use]
pub fn bits(word: &[u8]) -> Option<u32> {
    PtracePermissions::from_word(word).map(PtracePermissions::bits)
}
