//! The binary policy format (kernel: `security/apparmor/policy_unpack.c`): the fields of a profile, writer and reader.
//!
//! A policy is a sequence of profiles, each a header word, an optional namespace and a struct of fields in a fixed
//! order; hats and children are profiles of their own. Integers are little-endian, the tables of the automata inside
//! are big-endian.
//!
//! | function | does | fails on |
//! |---|---|---|
//! | [`write()`] | profiles → bytes, as the reference compiler lays them out | what the format cannot hold |
//! | [`read()`] | bytes → profiles, any layout from ABI 5 to 9, compressed or not | a wrong structure, with the byte offset |
//! | [`read_with_layout()`] | the same, and where each automaton lies and how wide its tables are | the same |
//! | [`verify()`] | the checks of the kernel on the values | what a kernel refuses to load, or would read out of bounds on |
//!
//! ```
//! use armorer::blob::{self, BlobProfile};
//!
//! let profile = BlobProfile { version: 0x20_2007, name: b"empty".to_vec(), ..BlobProfile::default() };
//! let bytes = blob::write(std::slice::from_ref(&profile))?;
//! assert_eq!(blob::read(&bytes)?, [profile.clone()]);
//! blob::verify(&[profile])?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compressed;
mod container;
mod element;
mod layout;
pub mod profile;
mod read;
mod verify;
mod write;

#[cfg(test)]
pub(crate) mod tests;

#[cfg(feature = "kernel")]
pub(crate) use compressed::decompress;
pub use compressed::is_compressed;
pub use element::ReadError;
pub use layout::{AutomatonLayout, ProfileLayout};
pub use profile::{BlobProfile, Capabilities, Perms, PolicyDb, Rlimits, Xmatch};
pub use read::{read, read_with_layout};
pub use verify::{Automaton, VerifyError, verify, verify_profile};
pub use write::WriteError;
#[cfg(any(feature = "ide", feature = "internals", test))]
pub use write::write;
pub(crate) use write::{ProfileRange, write_placed};
#[cfg(feature = "internals")]
pub use {
    compressed::MAX_UNCOMPRESSED,
    layout::TableLayout,
    profile::{ForeignFields, Secmark},
    verify::Fault,
};
