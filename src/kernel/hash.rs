//! Hashes as the kernel makes them: to know whether what is loaded is what was compiled.
//!
//! The hash of a profile covers its version word and its `profile` element (kernel: `security/apparmor/crypto.c`,
//! `aa_calc_profile_hash`); the raw hash is that of the whole write. Linux 6.1 has SHA-1, later kernels SHA-256.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::LoadablePolicy;
use crate::blob::ReadError;

/// A hash in the form in which the kernel shows it: hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PolicyHash {
    /// 40 digits.
    Sha1(String),
    /// 64 digits.
    Sha256(String),
}

impl PolicyHash {
    /// The hash of bytes by the algorithm that this one has.
    #[must_use]
    pub fn same_of(&self, parts: &[&[u8]]) -> PolicyHash {
        match self {
            PolicyHash::Sha1(_) => PolicyHash::Sha1(digest::<Sha1>(parts)),
            PolicyHash::Sha256(_) => PolicyHash::Sha256(digest::<Sha256>(parts)),
        }
    }
}

impl fmt::Display for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (PolicyHash::Sha1(digits) | PolicyHash::Sha256(digits)) = self;
        f.write_str(digits)
    }
}

/// The description that the kernel will give of a profile of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashedContent<'a> {
    version: [u8; 4],
    element: &'a [u8],
}

impl HashedContent<'_> {
    /// Whether the kernel's hash of a profile is that of this one.
    #[must_use]
    pub fn matches(&self, hash: &PolicyHash) -> bool {
        self.hash(hash) == *hash
    }

    /// The hashes that kernels may show.
    #[cfg(feature = "agent")]
    pub(crate) fn hashes(&self) -> [PolicyHash; 2] {
        [PolicyHash::Sha1(String::new()), PolicyHash::Sha256(String::new())].map(|like| self.hash(&like))
    }

    /// The hash, by the algorithm of another.
    #[must_use]
    pub fn hash(&self, like: &PolicyHash) -> PolicyHash {
        like.same_of(&[&self.version, self.element])
    }
}

/// A profile of a blob: its name as the kernel lists it, and what is hashed of it.
pub type NamedContent<'a> = (Vec<u8>, HashedContent<'a>);

/// The profiles of a blob that is not compressed.
///
/// ```
/// use armorer::{Compiler, Features, Input, kernel::hash};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
/// let compiled = compiler.compile(Input::text("t", "profile a { ^h { } }"))?;
/// let names = hash::profiles(&compiled)?.into_iter().map(|(name, _)| name);
/// assert!(names.eq([&b"a"[..], b"a//h"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ReadError`] where the bytes are no policy.
pub fn profiles<'a>(policy: impl Into<LoadablePolicy<'a>>) -> Result<Vec<NamedContent<'a>>, ReadError> {
    let policy = policy.into();
    let (blob, sets) = (policy.bytes(), policy.sets()?);
    let members = sets.iter().flat_map(|set| set.profiles.iter().map(move |member| (set, member)));
    let named = members.map(|(set, member)| {
        let element = blob.get(member.element..member.bytes.end).unwrap_or_default();
        (set.listed(member), HashedContent { version: member.version.to_le_bytes(), element })
    });
    Ok(named.collect())
}

fn digest<D: Digest>(parts: &[&[u8]]) -> String {
    let mut digest = D::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compiler, Features, Input};

    #[test]
    fn digests() {
        let of = |hash: PolicyHash| hash.same_of(&[b"a", b"bc"]).to_string();
        assert_eq!(of(PolicyHash::Sha1(String::new())), "a9993e364706816aba3e25717850c26c9cd0d89d");
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of(PolicyHash::Sha256(String::new())), sha256);
    }

    #[test]
    fn the_element_is_what_follows_the_namespace() {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        let compile = |text: &str| compiler.compile(Input::text("t", text)).unwrap().into_blob();
        let (plain, spaced) = (compile("profile p { /a r, }"), compile("profile :ns:p { /a r, }"));
        let ([(plain_name, plain)], [(spaced_name, spaced)]) =
            (&profiles(&plain).unwrap()[..], &profiles(&spaced).unwrap()[..])
        else {
            panic!("one profile each")
        };
        assert_eq!((&plain_name[..], &spaced_name[..]), (&b"p"[..], &b":ns:p"[..]));
        // The padding of the automata depends on where they stand in the write.
        assert!(plain.element.starts_with(b"\x04\x08\0profile\0\x07"), "{:?}", plain.element.get(..16));
        assert!(spaced.element.starts_with(b"\x04\x08\0profile\0\x07"));
        let hash = plain.hash(&PolicyHash::Sha256(String::new()));
        assert!(plain.matches(&hash));
        assert!(!plain.matches(&PolicyHash::Sha256("00".into())));
    }
}
