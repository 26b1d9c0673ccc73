//! Every field of a binary policy in words: what [`dump()`] makes of a blob, to print or to serialise.

mod automaton;
mod section;
mod statistics;
mod text;

use serde::Serialize;

use super::names;
use crate::blob::{self, Automaton, AutomatonLayout, BlobProfile, ProfileLayout, ReadError};
use crate::source::Text;
use crate::vocab::Resource;

pub use automaton::AutomatonDump;
pub use section::{AcceptMeaning, AcceptValue, MediatedClass, SectionDump};
pub use statistics::Statistics;

/// A policy in words. Its `Display` is what `armorer dump` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dump {
    /// Whether it was compressed; offsets then count in what it decompresses to.
    pub compressed: bool,
    /// The profiles, in the order of the policy.
    pub profiles: Vec<ProfileDump>,
    /// The reason why kernels refuse it, where they do although it can be read.
    pub fault: Option<String>,
}

/// A profile in words. Fields that are not in the blob are `None` or empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProfileDump {
    /// Offset of its first byte.
    pub offset: usize,
    /// Its length in bytes.
    pub bytes: usize,
    /// The namespace it is loaded into.
    pub namespace: Option<Text>,
    /// The full name.
    pub name: Text,
    /// The version word.
    pub version: VersionDump,
    /// Name of a profile that this one replaces.
    pub rename: Option<Text>,
    /// Display text of the attachment.
    pub attach: Option<Text>,
    /// The attachment automaton.
    pub attachment: Option<AttachmentDump>,
    /// Names of the extended attributes that the attachment looks at.
    pub xattrs: Vec<Text>,
    /// Path prefix for disconnected paths.
    pub disconnected: Option<Text>,
    /// Path prefix for disconnected IPC objects.
    pub disconnected_ipc: Option<Text>,
    /// The signal that kills.
    pub kill_signal: Option<String>,
    /// The error that denials return.
    pub error: Option<String>,
    /// The flags word.
    pub flags: Vec<String>,
    /// The mode.
    pub mode: String,
    /// Whether everything is logged.
    pub audit: bool,
    /// The path flags.
    pub path_flags: Option<Vec<String>>,
    /// Capabilities.
    pub capabilities: CapabilitiesDump,
    /// Identities (out-of-tree kernels).
    pub identity: Option<Vec<Text>>,
    /// Resource limits.
    pub rlimits: Vec<LimitDump>,
    /// Labels for packet marks.
    pub secmark: Option<Vec<SecmarkDump>>,
    /// Socket types by address family (out-of-tree kernels); families without any are left out.
    pub net_allowed_af: Option<Vec<SocketsDump>>,
    /// Lengths in bytes of the `tags` structs.
    pub tags: Vec<usize>,
    /// The rules of every class but files.
    pub policydb: Option<SectionDump>,
    /// The file rules.
    pub file: Option<SectionDump>,
    /// Key and value pairs for user space.
    pub data: Option<Vec<(Text, Text)>>,
}

/// The version word, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct VersionDump {
    /// The word.
    pub word: u32,
    /// Bits 0–9: the ABI of the kernel's loader.
    pub abi: u32,
    /// Bit 11: complain mode, whatever the mode of the profile is.
    pub force_complain: bool,
    /// Bits 12–19: the policy ABI.
    pub policy: u32,
    /// Bits 20–27: the version of the language.
    pub language: u32,
}

/// The attachment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttachmentDump {
    /// The rank among overlapping attachments.
    pub length: u32,
    /// The automaton.
    pub automaton: AutomatonDump,
}

/// Capabilities by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CapabilitiesDump {
    /// Granted.
    pub allow: Vec<String>,
    /// Granted and logged.
    pub audit: Vec<String>,
    /// Denied and not logged.
    pub quiet: Vec<String>,
    /// The fourth word, which no kernel looks at.
    pub extended: Vec<String>,
    /// `capsx`, the extended inheritable mask.
    pub capsx: Option<Vec<String>>,
}

/// A resource limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitDump {
    /// Its name.
    pub name: &'static str,
    /// The number as it is stored, or `infinity`.
    pub value: String,
}

/// Socket types of an address family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SocketsDump {
    /// The family.
    pub family: String,
    /// Granted.
    pub allow: Vec<String>,
    /// Granted and logged.
    pub audit: Vec<String>,
    /// Denied and not logged.
    pub quiet: Vec<String>,
}

/// A label for packet marks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecmarkDump {
    /// Logged.
    pub audit: bool,
    /// Refused.
    pub deny: bool,
    /// The label.
    pub label: Text,
}

/// Takes a binary policy apart.
///
/// Everything that can be read is shown, whether a kernel would take it or not; [`Dump::fault`] has the reason if not.
///
/// # Errors
///
/// An error with the offset of the byte where the input stops being a policy.
///
/// # Examples
///
/// ```
/// use armorer::{Compiler, Features, Input, analysis};
///
/// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap());
/// let blob = compiler.compile(Input::text("p", "profile p { capability chown, /etc/passwd r, }"))?.into_blob();
/// let dump = analysis::dump(&blob)?;
/// assert_eq!(dump.profiles[0].capabilities.allow, ["chown"]);
/// assert_eq!(dump.profiles[0].file.as_ref().unwrap().automaton.states, 13);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn dump(bytes: &[u8]) -> Result<Dump, ReadError> {
    let read = blob::read_with_layout(bytes)?;
    let profiles = read.iter().map(|(profile, layout)| ProfileDump::of(profile, layout)).collect();
    let read: Vec<BlobProfile> = read.into_iter().map(|(profile, _)| profile).collect();
    let fault = blob::verify(&read).err().map(|error| error.to_string());
    Ok(Dump { compressed: blob::is_compressed(bytes), profiles, fault })
}

impl ProfileDump {
    fn of(profile: &BlobProfile, layout: &ProfileLayout) -> Self {
        let part = |which| {
            let found = layout.automata.iter().find(|(automaton, _)| *automaton == which);
            found.map(|(_, layout)| layout.clone()).unwrap_or_default()
        };
        let foreign = &profile.foreign;
        let attachment = profile.xmatch.as_ref().map(|xmatch| AttachmentDump {
            length: xmatch.len,
            automaton: automaton::describe(&xmatch.dfa, 1, &part(Automaton::Xmatch), |state| {
                u32::from(super::perms::attaches(xmatch, usize::try_from(state).unwrap_or(usize::MAX)))
            }),
        });
        let section = |db: &Option<blob::PolicyDb>, which, layout: &AutomatonLayout| {
            db.as_ref().map(|db| SectionDump::of(db, which, profile, layout))
        };
        ProfileDump {
            offset: layout.offset,
            bytes: layout.bytes,
            namespace: text(profile.namespace.as_ref()),
            name: names::text(&profile.name),
            version: VersionDump::of(profile.version),
            rename: text(foreign.rename.as_ref()),
            attach: text(foreign.attach.as_ref()),
            attachment,
            xattrs: texts(&profile.xattrs),
            disconnected: text(profile.disconnected.as_ref()),
            disconnected_ipc: text(profile.disconnected_ipc.as_ref()),
            kill_signal: profile.kill.map(names::signal),
            error: profile.error.map(names::error),
            flags: names::flag_words(profile.flags),
            mode: names::mode(profile.mode),
            audit: profile.audit != 0,
            path_flags: profile.path_flags.map(names::path_flag_words),
            capabilities: CapabilitiesDump {
                allow: names::capability_words(profile.capabilities.allow),
                audit: names::capability_words(profile.capabilities.audit),
                quiet: names::capability_words(profile.capabilities.quiet),
                extended: names::capability_words(profile.capabilities.extended),
                capsx: foreign.capsx.map(names::capability_words),
            },
            identity: profile.identity.as_deref().map(texts),
            rlimits: profile.rlimits.as_ref().map(limits).unwrap_or_default(),
            secmark: foreign.secmark.as_ref().map(|entries| {
                let each = entries.iter().map(|entry| SecmarkDump {
                    audit: entry.audit != 0,
                    deny: entry.deny != 0,
                    label: names::text(&entry.label),
                });
                each.collect()
            }),
            net_allowed_af: profile.net_allowed_af.as_deref().map(sockets),
            tags: foreign.tags.iter().map(Vec::len).collect(),
            policydb: section(&profile.policydb, Automaton::Policydb, &part(Automaton::Policydb)),
            file: section(&profile.file, Automaton::File, &part(Automaton::File)),
            data: foreign
                .data
                .as_ref()
                .map(|pairs| pairs.iter().map(|(key, value)| (names::text(key), names::text(value))).collect()),
        }
    }
}

impl VersionDump {
    fn of(word: u32) -> Self {
        VersionDump {
            word,
            abi: word & 0x3ff,
            force_complain: word >> 11 & 1 == 1,
            policy: word >> 12 & 0xff,
            language: word >> 20 & 0xff,
        }
    }
}

fn text(bytes: Option<&Vec<u8>>) -> Option<Text> {
    bytes.map(|bytes| names::text(bytes))
}

fn texts(strings: &[Vec<u8>]) -> Vec<Text> {
    strings.iter().map(|string| names::text(string)).collect()
}

fn limits(set: &blob::Rlimits) -> Vec<LimitDump> {
    let numbered = (0_u8..).zip(set.values).filter(|(number, _)| set.mask >> number & 1 == 1);
    let named = numbered.filter_map(|(number, value)| Some((Resource::from_number(number)?.name(), value)));
    named.map(|(name, value)| LimitDump { name, value: names::limit(value) }).collect()
}

fn sockets(table: &[[u16; 3]]) -> Vec<SocketsDump> {
    let types = |mask: u16| (0..16).filter(|kind| mask >> kind & 1 == 1).map(names::socket_type).collect();
    let rows = (0..).zip(table).filter(|(_, words)| **words != [0; 3]);
    rows.map(|(family, &[allow, audit, quiet])| SocketsDump {
        family: names::family(family),
        allow: types(allow),
        audit: types(audit),
        quiet: types(quiet),
    })
    .collect()
}
