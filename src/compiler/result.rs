//! The stages of an input: resolved, and compiled.

use std::sync::{Arc, OnceLock};

use serde::Serialize;

use super::error::Diagnosis;
use super::input::ProfilePartText;
use crate::blob;
use crate::diagnostic::Diagnostic;
use crate::encode::{CompiledProfile, Effort, EncodedProfile, Provenance};
use crate::policy::{Policy, Profile};
use crate::resolve::Session;
use crate::source::{SourceId, SourceMap};

/// An input that was read with all that it includes; [`Compiler::encode`](super::Compiler::encode) makes the binary policy of it.
///
/// ```
/// use armorer::{Compiler, Features, Input};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
/// let resolved = compiler.resolve(Input::text("demo", "@{X}=demo\nprofile @{X} { ^hat { } }\n"))?;
/// let names = resolved.profiles().map(|profile| profile.name.to_string());
/// assert!(names.eq(["demo", "demo//hat"]));
/// assert_eq!(resolved.policies().len(), 1);
/// assert!(!resolved.diagnosis().has_errors());
/// assert_eq!(compiler.encode(&resolved)?.profiles().len(), 2);
/// # Ok::<(), armorer::CompileError>(())
/// ```
pub struct Resolved {
    pub(super) session: Session,
    pub(super) id: SourceId,
    pub(super) parts: Vec<ProfilePartText>,
    /// The policy of each part.
    pub(super) policies: Vec<Policy>,
    pub(super) raised: RaisedDiagnostics,
    pub(super) diagnosis: Diagnosis,
    pub(super) resolve_us: u64,
}

/// The diagnostics so far, before levels are applied.
pub(super) struct RaisedDiagnostics {
    /// Diagnostics about the YAML.
    pub(super) whole: Vec<Diagnostic>,
    /// Diagnostics about each part, with places in its text.
    pub(super) parts: Vec<Vec<Diagnostic>>,
}

impl Resolved {
    /// The policies of the input: one, or that of each profile text of a manifest. They are complete where there are no errors.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    #[cfg(any(feature = "cli", feature = "log"))]
    pub(crate) fn policies_mut(&mut self) -> &mut [Policy] {
        &mut self.policies
    }

    /// Every profile, each followed by its hats and child profiles.
    pub fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.policies.iter().flat_map(Policy::all_profiles)
    }

    /// Diagnostics about the text.
    #[must_use]
    pub fn diagnosis(&self) -> &Diagnosis {
        &self.diagnosis
    }
}

impl std::fmt::Debug for Resolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolved").field("policies", &self.policies).field("diagnosis", &self.diagnosis).finish()
    }
}

/// The binary policy of an input.
///
/// ```
/// use armorer::{Compiler, Features, Input};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
/// let compiled = compiler.compile(Input::text("demo", "profile :ns:web /usr/bin/web* { ^worker { } }\n"))?;
/// let [web, worker] = compiled.profiles() else { panic!() };
/// assert_eq!((web.listed_name(), worker.listed_name()), (":ns:web".into(), ":ns:web//worker".into()));
/// assert_eq!(web.attachment.as_deref(), Some(&b"/usr/bin/web*"[..]));
/// assert_eq!(web.size() + worker.size(), compiled.blob().len());
/// assert!(compiled.timings().is_some_and(|timings| timings.profiles.len() == 2) && !compiled.from_cache());
/// assert!(!compiled.diagnosis().has_errors());
///
/// let bytes: Vec<u8> = compiled.into_blob();
/// assert!(bytes.starts_with(b"\x04\x08\0version\0"));
/// # Ok::<(), armorer::CompileError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Compiled {
    pub(super) blob: Vec<u8>,
    pub(super) profiles: Vec<CompiledProfile>,
    pub(super) records: OnceLock<Vec<blob::BlobProfile>>,
    pub(super) provenance: Vec<Provenance>,
    pub(super) diagnosis: Diagnosis,
    pub(super) timings: Option<Timings>,
    /// Whether some of the blob comes from a cache.
    pub(super) cached: bool,
}

impl Compiled {
    /// The bytes that the kernel takes in one write; none for an input without profiles.
    #[must_use]
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// The bytes alone.
    #[must_use]
    pub fn into_blob(self) -> Vec<u8> {
        self.blob
    }

    /// The profiles, hats and child profiles in the order in which they stand in the blob.
    #[must_use]
    pub fn profiles(&self) -> &[CompiledProfile] {
        &self.profiles
    }

    /// The profiles with their tables, in the same order. They are read from the blob if that comes from a cache.
    ///
    /// ```
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    /// let compiled = compiler.compile(Input::text("p", "profile p {\n  capability chown,\n}\n"))?;
    /// assert_eq!(compiled.records()[0].capabilities.allow, 1);
    /// let traced = compiled.provenance(0).unwrap().clone();
    /// for (record, provenance, sources) in compiled.into_records() {
    ///     assert_eq!(record.name, b"p");
    ///     let rules = provenance.unwrap().capability(0);
    ///     assert_eq!(rules.len(), traced.capability(0).len());
    ///     assert_eq!(sources.describe(rules[0].span), "p:2:3");
    /// }
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    #[must_use]
    pub fn records(&self) -> &[blob::BlobProfile] {
        // What armorer has written can be read.
        self.records.get_or_init(|| blob::read(&self.blob).unwrap_or_default())
    }

    /// Returns the rules that the permissions of a profile come from, by its index. `None` if the blob comes from a cache, which knows no
    /// rules.
    #[must_use]
    pub fn provenance(&self, profile: usize) -> Option<&Provenance> {
        self.provenance.get(profile)
    }

    /// Each profile with the rules that it is made of, if they are known, and the texts that those stand in.
    pub fn into_records(self) -> impl Iterator<Item = (blob::BlobProfile, Option<Provenance>, Arc<SourceMap>)> {
        _ = self.records();
        let mut provenance = self.provenance.into_iter();
        let sources = self.diagnosis.sources;
        let records = self.records.into_inner().unwrap_or_default().into_iter();
        records.map(move |record| (record, provenance.next(), Arc::clone(&sources)))
    }

    /// Warnings and notes.
    #[must_use]
    pub fn diagnosis(&self) -> &Diagnosis {
        &self.diagnosis
    }

    /// Returns the timings; `None` if the blob comes from a cache.
    #[must_use]
    pub fn timings(&self) -> Option<&Timings> {
        self.timings.as_ref()
    }

    /// Whether the blob comes from a cache, all of it.
    #[must_use]
    pub fn from_cache(&self) -> bool {
        self.cached && self.timings.is_none()
    }

    /// Returns the result of another process.
    #[cfg(all(feature = "cli", target_os = "linux"))]
    pub(crate) fn from_parts(blob: Vec<u8>, profiles: Vec<CompiledProfile>) -> Compiled {
        let mut joined = JoinedPolicies::default();
        joined.add(PartPolicy { blob, profiles, encoded: None });
        joined.finish(Diagnosis::default(), 0)
    }

    /// Forgets tables and rules, which take more memory than the blob.
    #[cfg(feature = "agent")]
    pub(crate) fn without_rules(self) -> Compiled {
        Compiled { records: OnceLock::new(), provenance: Vec::new(), ..self }
    }
}

/// The blob.
impl AsRef<[u8]> for Compiled {
    fn as_ref(&self) -> &[u8] {
        &self.blob
    }
}

/// The policy of one part of an input.
pub(super) struct PartPolicy {
    pub(super) blob: Vec<u8>,
    pub(super) profiles: Vec<CompiledProfile>,
    /// With what writing took; `None` if it comes from a cache.
    pub(super) encoded: Option<(Vec<EncodedProfile>, u64)>,
}

/// Joins the policies of the parts.
#[derive(Default)]
pub(super) struct JoinedPolicies {
    blob: Vec<u8>,
    profiles: Vec<CompiledProfile>,
    records: Vec<blob::BlobProfile>,
    provenance: Vec<Provenance>,
    timings: Option<Timings>,
    cached: bool,
}

impl JoinedPolicies {
    pub(super) fn add(&mut self, part: PartPolicy) {
        let PartPolicy { blob, profiles, encoded } = part;
        let start = self.blob.len();
        self.profiles.extend(profiles.into_iter().map(|profile| profile.moved(start)));
        if start == 0 {
            self.blob = blob;
        } else {
            self.blob.extend(blob);
        }
        let Some((encoded, write_us)) = encoded else {
            self.cached = true;
            return;
        };
        let timings = self.timings.get_or_insert_default();
        timings.write_us += write_us;
        for EncodedProfile { record, provenance, effort } in encoded {
            self.records.push(record);
            self.provenance.push(provenance);
            timings.profiles.push(effort);
        }
    }

    pub(super) fn finish(self, diagnosis: Diagnosis, resolve_us: u64) -> Compiled {
        let JoinedPolicies { blob, profiles, records, provenance, timings, cached } = self;
        Compiled {
            blob,
            profiles,
            records: if cached { OnceLock::new() } else { OnceLock::from(records) },
            provenance: if cached { Vec::new() } else { provenance },
            diagnosis,
            timings: timings.map(|timings| Timings { resolve_us, ..timings }),
            cached,
        }
    }
}

/// The time that each step of compiling an input took, in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Timings {
    /// Parsing the input and what it includes (but for what other inputs included before), variables, conditionals, checks.
    pub resolve_us: u64,
    /// Rules and automata of each profile. Those of one input are encoded at the same time if there are threads.
    pub profiles: Vec<Effort>,
    /// Writing the blob.
    pub write_us: u64,
}
