//! The fields of one profile of a policy blob, in the order in which they are written.

use serde::Serialize;

use crate::automata::Tables;

/// One profile, hat or child profile as the kernel gets it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct BlobProfile {
    /// The version word: bits 0–9 ABI number, 11 force complain, 12–19 policy ABI, 20–27 language version.
    pub version: u32,
    /// The namespace it is loaded into, where it is not the loader's.
    pub namespace: Option<Vec<u8>>,
    /// The full name, `parent//child` for hats and children.
    pub name: Vec<u8>,
    /// The attachment automaton.
    pub xmatch: Option<Xmatch>,
    /// Path prefix for disconnected paths.
    pub disconnected: Option<Vec<u8>>,
    /// Path prefix for disconnected IPC objects.
    pub disconnected_ipc: Option<Vec<u8>>,
    /// Signal number that kills instead of SIGKILL.
    pub kill: Option<u32>,
    /// errno that denials return.
    pub error: Option<u32>,
    /// First word of `flags`: 1 hat, 2 debug, 8 interruptible.
    pub flags: u32,
    /// Second word of `flags`: 0 enforce, 1 complain, 2 kill, 3 unconfined, 4 prompt.
    pub mode: u32,
    /// Third word of `flags`: 1 audits everything.
    pub audit: u32,
    /// Path flags, where any was given.
    pub path_flags: Option<u32>,
    /// Capability masks.
    pub capabilities: Capabilities,
    /// Identities (out-of-tree kernels); `None` where the target has no such field.
    pub identity: Option<Vec<Vec<u8>>>,
    /// Names of the extended attributes whose values the attachment automaton matches.
    pub xattrs: Vec<Vec<u8>>,
    /// Resource limits.
    pub rlimits: Option<Rlimits>,
    /// Legacy network table: one `[allow, audit, quiet]` an address family, a bit a socket type.
    pub net_allowed_af: Option<Vec<[u16; 3]>>,
    /// The automaton of every class but files.
    pub policydb: Option<PolicyDb>,
    /// The automaton of file rules.
    pub file: Option<PolicyDb>,
    /// Fields of the format that no compiler writes.
    pub foreign: ForeignFields,
}

/// Fields that kernels read but no compiler writes: kept when a blob is read, refused when one is written.
///
/// `rename` and `attach` make the kernel free or keep a pointer into the load buffer, `tags` never loads, the others
/// have no text that means them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ForeignFields {
    /// Name of a profile that this one replaces.
    pub rename: Option<Vec<u8>>,
    /// Display text of the attachment.
    pub attach: Option<Vec<u8>>,
    /// The `tags` structs as they stand, those of the automata included, in order.
    pub tags: Vec<Vec<u8>>,
    /// Extended inheritable capability mask.
    pub capsx: Option<u64>,
    /// Labels for packet marks.
    pub secmark: Option<Vec<Secmark>>,
    /// Key and value pairs for user space.
    pub data: Option<Vec<(Vec<u8>, Vec<u8>)>>,
}

/// A packet label that a profile may use.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Secmark {
    /// Non-zero: logged.
    pub audit: u8,
    /// Non-zero: refused.
    pub deny: u8,
    /// The label.
    pub label: Vec<u8>,
}

/// The attachment automaton: which executables a profile attaches to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Xmatch {
    /// Its tables, never with a permission table.
    pub dfa: Tables,
    /// The length that ranks it among overlapping attachments.
    pub len: u32,
}

/// Capability masks, bit = capability number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Capabilities {
    /// Granted.
    pub allow: u64,
    /// Granted and logged.
    pub audit: u64,
    /// Denied and not logged.
    pub quiet: u64,
    /// Fourth mask of the format, always 0.
    pub extended: u64,
}

/// Resource limits, index = Linux generic RLIMIT number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Rlimits {
    /// The limits that are set, one bit for each.
    pub mask: u32,
    /// The values; `u64::MAX` is infinity.
    pub values: [u64; 16],
}

/// An automaton with what its accept values refer to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PolicyDb {
    /// Permission table: `accept` holds indices into it. `None`: `accept` and `accept2` hold packed permissions.
    pub perms: Option<Vec<Perms>>,
    /// Version of the permission semantics (`permsv`), 3 for owner-conditional pairs.
    pub perms_version: Option<u32>,
    /// The tables.
    pub dfa: Tables,
    /// Start state (`start` / `dfa_start`), where it is not 1.
    pub start: Option<u32>,
    /// Named transition targets.
    pub transitions: Vec<Vec<u8>>,
}

/// One entry of a permission table (kernel: `struct aa_perms`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize)]
pub struct Perms {
    /// Reserved, 0.
    pub reserved: u32,
    /// Granted.
    pub allow: u32,
    /// Explicitly denied.
    pub deny: u32,
    /// Granted for a whole subtree.
    pub subtree: u32,
    /// Conditional.
    pub cond: u32,
    /// Kill on violation.
    pub kill: u32,
    /// Complain on violation.
    pub complain: u32,
    /// Ask user space.
    pub prompt: u32,
    /// Log although granted.
    pub audit: u32,
    /// Do not log although denied.
    pub quiet: u32,
    /// Hide.
    pub hide: u32,
    /// Exec transition.
    pub xindex: u32,
    /// Tag.
    pub tag: u32,
    /// Label.
    pub label: u32,
}

impl Perms {
    /// The words in the order of the format.
    #[must_use]
    pub fn words(&self) -> [u32; 14] {
        [
            self.reserved,
            self.allow,
            self.deny,
            self.subtree,
            self.cond,
            self.kill,
            self.complain,
            self.prompt,
            self.audit,
            self.quiet,
            self.hide,
            self.xindex,
            self.tag,
            self.label,
        ]
    }

    /// The entry with these words, in the order of the format.
    #[must_use]
    pub fn from_words(words: [u32; 14]) -> Self {
        let [reserved, allow, deny, subtree, cond, kill, complain, prompt, audit, quiet, hide, xindex, tag, label] =
            words;
        Self { reserved, allow, deny, subtree, cond, kill, complain, prompt, audit, quiet, hide, xindex, tag, label }
    }
}
