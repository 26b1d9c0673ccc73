//! The binary policy format (kernel: `security/apparmor/policy_unpack.c`): the fields of a profile, writer and reader.

pub mod profile;

pub use profile::{Capabilities, Perms, PolicyDb, Profile, Rlimits, Xmatch};
