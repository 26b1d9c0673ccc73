//! Writes profiles as bytes, field by field in the order that the kernel reads them.

use std::ops::Range;

use thiserror::Error;

use super::container;
use super::element::tag;
use super::profile::{BlobProfile, Capabilities, Perms, PolicyDb, Rlimits};

/// Longest string, without its NUL: the length field has 16 bits and counts the NUL.
const MAX_STRING: usize = 0xfffe;

/// Reasons why profiles cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A string is longer than the format can say.
    #[error("profile `{profile}`: {field} has {len} bytes, the format takes 65534")]
    TooLong {
        /// Name of the profile, cut to a readable length.
        profile: String,
        /// The field.
        field: &'static str,
        /// Length of the string in bytes.
        len: usize,
    },
    /// A string that must not be empty is.
    #[error("profile `{profile}`: {field} is empty")]
    Empty {
        /// Name of the profile, cut to a readable length.
        profile: String,
        /// The field.
        field: &'static str,
    },
    /// A string has a NUL inside, where kernels take that as its end.
    #[error("profile `{profile}`: {field} has a NUL inside")]
    EmbeddedNul {
        /// Name of the profile, cut to a readable length.
        profile: String,
        /// The field.
        field: &'static str,
    },
    /// A list has more entries than the format can count.
    #[error("profile `{profile}`: {field} has {count} entries, the format takes 65535")]
    TooMany {
        /// Name of the profile, cut to a readable length.
        profile: String,
        /// The field.
        field: &'static str,
        /// Number of entries.
        count: usize,
    },
    /// The tables of an automaton do not fit together.
    #[error("profile `{profile}`: {why}")]
    Tables {
        /// Name of the profile, cut to a readable length.
        profile: String,
        /// The problem.
        why: &'static str,
    },
    /// A field of [`Foreign`](super::profile::ForeignFields) is set: kernels mishandle them, so they are not written.
    #[error("profile `{profile}`: field `{field}` is not safe to load and is never written")]
    Foreign {
        /// Name of the profile, cut to a readable length.
        profile: String,
        /// The field.
        field: &'static str,
    },
}

/// Writes profiles one after the other, in the given order.
///
/// The bytes are those of the reference compiler for the same values: field order, padding of the automata, table order.
/// Values are not judged (see [`super::verify()`]), except those that the format cannot hold.
///
/// # Errors
///
/// [`WriteError`] for strings and lists beyond the limits of the format, inconsistent tables, and fields that armorer
/// does not write.
#[cfg(any(feature = "ide", feature = "internals"))]
pub fn write(profiles: &[BlobProfile]) -> Result<Vec<u8>, WriteError> {
    Ok(write_placed(profiles)?.0)
}

/// Like `write()`, with the place of each profile.
pub(crate) fn write_placed<'a>(
    profiles: impl IntoIterator<Item = &'a BlobProfile>,
) -> Result<(Vec<u8>, Vec<ProfileRange>), WriteError> {
    let (mut bytes, mut places) = (Vec::new(), Vec::new());
    for profile in profiles {
        let origin = bytes.len();
        let mut out = Out { bytes, origin, profile, element: origin };
        out.profile()?;
        places.push(ProfileRange { bytes: origin..out.bytes.len(), element: out.element });
        bytes = out.bytes;
    }
    Ok((bytes, places))
}

/// The place of a profile in a blob.
#[derive(Clone, Debug)]
pub(crate) struct ProfileRange {
    pub(crate) bytes: Range<usize>,
    /// Offset of the `profile` element.
    pub(crate) element: usize,
}

struct Out<'a> {
    bytes: Vec<u8>,
    /// Offset of the begin of this profile, from which padding is measured.
    origin: usize,
    profile: &'a BlobProfile,
    /// Offset of its `profile` element.
    element: usize,
}

type Result<T, E = WriteError> = std::result::Result<T, E>;

impl Out<'_> {
    fn profile(&mut self) -> Result<()> {
        let profile = self.profile;
        self.refuse_foreign()?;
        self.named_u32("version", profile.version);
        if let Some(namespace) = &profile.namespace {
            self.named_filled("namespace", namespace)?;
        }
        self.element = self.bytes.len();
        self.open("profile");
        self.filled("name", &profile.name)?;
        if let Some(xmatch) = &profile.xmatch {
            self.automaton(&xmatch.dfa)?;
            self.u32(xmatch.len);
        }
        self.named_string("disconnected", profile.disconnected.as_deref())?;
        self.named_string("disconnected_ipc", profile.disconnected_ipc.as_deref())?;
        self.optional_u32("kill", profile.kill);
        self.optional_u32("error", profile.error);
        self.open("flags");
        for word in [profile.flags, profile.mode, profile.audit] {
            self.u32(word);
        }
        self.close();
        self.optional_u32("path_flags", profile.path_flags);
        self.capabilities(&profile.capabilities);
        if let Some(identity) = &profile.identity {
            self.name("identity");
            self.strings("identity", identity)?;
        }
        if !profile.xattrs.is_empty() {
            self.open("xattrs");
            self.strings("xattrs", &profile.xattrs)?;
            self.close();
        }
        if let Some(rlimits) = &profile.rlimits {
            self.rlimits(rlimits)?;
        }
        if let Some(families) = &profile.net_allowed_af {
            self.name("net_allowed_af");
            self.array("net_allowed_af", families.len())?;
            for value in families.iter().flatten() {
                self.tag(tag::U16);
                self.bytes.extend(value.to_le_bytes());
            }
            self.tag(tag::ARRAYEND);
        }
        if let Some(policydb) = &profile.policydb {
            self.open("policydb");
            self.policydb(policydb, "start")?;
            self.close();
        }
        if let Some(file) = &profile.file {
            self.policydb(file, "dfa_start")?;
        }
        self.close();
        Ok(())
    }

    fn refuse_foreign(&self) -> Result<()> {
        let foreign = &self.profile.foreign;
        let set = [
            ("rename", foreign.rename.is_some()),
            ("attach", foreign.attach.is_some()),
            ("tags", !foreign.tags.is_empty()),
            ("capsx", foreign.capsx.is_some()),
            ("secmark", foreign.secmark.is_some()),
            ("data", foreign.data.is_some()),
        ];
        match set.into_iter().find(|&(_, set)| set) {
            Some((field, _)) => Err(WriteError::Foreign { profile: self.label(), field }),
            None => Ok(()),
        }
    }

    fn capabilities(&mut self, capabilities: &Capabilities) {
        let words = [capabilities.allow, capabilities.audit, capabilities.quiet, capabilities.extended];
        for word in words {
            self.half(word, 0);
        }
        self.open("caps64");
        for word in words {
            self.half(word, 32);
        }
        self.close();
    }

    /// The 32 bits of `word` from bit `from` on.
    fn half(&mut self, word: u64, from: u32) {
        let half = (word >> from) & u64::from(u32::MAX);
        self.u32(u32::try_from(half).unwrap_or(u32::MAX));
    }

    fn rlimits(&mut self, rlimits: &Rlimits) -> Result<()> {
        self.open("rlimits");
        self.u32(rlimits.mask);
        self.array("rlimits", rlimits.values.len())?;
        for value in rlimits.values {
            self.tag(tag::U64);
            self.bytes.extend(value.to_le_bytes());
        }
        self.tag(tag::ARRAYEND);
        self.close();
        Ok(())
    }

    fn policydb(&mut self, db: &PolicyDb, start: &'static str) -> Result<()> {
        if let Some(perms) = &db.perms {
            self.perms(perms)?;
        }
        self.optional_u32("permsv", db.perms_version);
        self.automaton(&db.dfa)?;
        self.optional_u32(start, db.start);
        if !db.transitions.is_empty() {
            self.open("xtable");
            self.array("xtable", db.transitions.len())?;
            for target in &db.transitions {
                self.text(tag::STRING, "xtable", target)?;
            }
            self.tag(tag::ARRAYEND);
            self.close();
        }
        Ok(())
    }

    fn perms(&mut self, perms: &[Perms]) -> Result<()> {
        self.open("perms");
        // The version of the table's layout; that of its meaning is `permsv`.
        self.named_u32("version", 1);
        self.array("perms", perms.len())?;
        for word in perms.iter().flat_map(Perms::words) {
            self.u32(word);
        }
        self.tag(tag::ARRAYEND);
        self.close();
        Ok(())
    }

    fn automaton(&mut self, tables: &crate::automata::Tables) -> Result<()> {
        self.name("aadfa");
        // Tag and length take five bytes; the tables after them begin at a multiple of 8.
        let pad = (self.bytes.len() - self.origin + 5).wrapping_neg() % 8;
        self.tag(tag::BLOB);
        let length = self.bytes.len();
        self.bytes.extend([0; 4]);
        let start = self.bytes.len();
        self.bytes.resize(start + pad, 0);
        let fail = |why| WriteError::Tables { profile: label(&self.profile.name), why };
        container::encode(tables, &mut self.bytes).map_err(fail)?;
        let size = u32::try_from(self.bytes.len() - start).map_err(|_| fail("the tables are larger than 4 GiB"))?;
        if let Some(field) = self.bytes.get_mut(length..start) {
            field.copy_from_slice(&size.to_le_bytes());
        }
        Ok(())
    }

    fn strings(&mut self, field: &'static str, strings: &[Vec<u8>]) -> Result<()> {
        self.array(field, strings.len())?;
        for string in strings {
            self.string(field, string)?;
        }
        self.tag(tag::ARRAYEND);
        Ok(())
    }

    fn array(&mut self, field: &'static str, count: usize) -> Result<()> {
        let short = u16::try_from(count);
        let short = short.map_err(|_| WriteError::TooMany { profile: self.label(), field, count })?;
        self.tag(tag::ARRAY);
        self.bytes.extend(short.to_le_bytes());
        Ok(())
    }

    fn named_string(&mut self, field: &'static str, text: Option<&[u8]>) -> Result<()> {
        let Some(text) = text else { return Ok(()) };
        self.name(field);
        self.string(field, text)
    }

    fn named_filled(&mut self, field: &'static str, text: &[u8]) -> Result<()> {
        self.name(field);
        self.filled(field, text)
    }

    fn filled(&mut self, field: &'static str, text: &[u8]) -> Result<()> {
        if text.is_empty() {
            return Err(WriteError::Empty { profile: self.label(), field });
        }
        self.string(field, text)
    }

    fn string(&mut self, field: &'static str, text: &[u8]) -> Result<()> {
        if text.contains(&0) {
            return Err(WriteError::EmbeddedNul { profile: self.label(), field });
        }
        self.text(tag::STRING, field, text)
    }

    fn text(&mut self, kind: u8, field: &'static str, text: &[u8]) -> Result<()> {
        let len = u16::try_from(text.len() + 1).ok().filter(|_| text.len() <= MAX_STRING);
        let len = len.ok_or_else(|| WriteError::TooLong { profile: self.label(), field, len: text.len() })?;
        self.tag(kind);
        self.bytes.extend(len.to_le_bytes());
        self.bytes.extend(text);
        self.bytes.push(0);
        Ok(())
    }

    fn optional_u32(&mut self, name: &'static str, value: Option<u32>) {
        if let Some(value) = value {
            self.named_u32(name, value);
        }
    }

    fn named_u32(&mut self, name: &'static str, value: u32) {
        self.name(name);
        self.u32(value);
    }

    fn open(&mut self, name: &'static str) {
        self.name(name);
        self.tag(tag::STRUCT);
    }

    fn close(&mut self) {
        self.tag(tag::STRUCTEND);
    }

    fn name(&mut self, name: &'static str) {
        self.tag(tag::NAME);
        // Field names are a dozen bytes.
        let len = u16::try_from(name.len() + 1).unwrap_or(u16::MAX);
        self.bytes.extend(len.to_le_bytes());
        self.bytes.extend(name.as_bytes());
        self.bytes.push(0);
    }

    fn u32(&mut self, value: u32) {
        self.tag(tag::U32);
        self.bytes.extend(value.to_le_bytes());
    }

    fn tag(&mut self, tag: u8) {
        self.bytes.push(tag);
    }

    fn label(&self) -> String {
        label(&self.profile.name)
    }
}

/// A profile name for messages: escaped, and short even where the name is hostile.
pub(super) fn label(name: &[u8]) -> String {
    const SHOWN: usize = 120;
    let shown = name.get(..SHOWN).unwrap_or(name).escape_ascii().to_string();
    if name.len() > SHOWN { shown + "…" } else { shown }
}
