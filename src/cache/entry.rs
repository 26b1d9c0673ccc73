//! The file that an entry is.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::observed::{Observed, observed};
use super::{Cached, Hash};
use crate::diagnostic::Diagnostic;
use crate::encode::CompiledProfile;
use crate::policy::Dependency;
use crate::resolve::Session;
use crate::source::{SourceId, Span};

/// Name and version of the format.
pub(super) const FORMAT: &[u8] = b"armorer cache 2\n";

/// An entry: [`FORMAT`], a digest of all that follows, the length of the head, the head as JSON, and the blob.
pub(super) struct CacheEntry {
    pub(super) observed: Vec<Observed>,
    head: EntryHead,
    blob: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct EntryHead {
    observed: Vec<Observed>,
    profiles: Vec<CompiledProfile>,
    /// Sources are numbered: 0 is the input, the others are those of `sources`.
    diagnostics: Vec<Diagnostic>,
    /// Names of the included files that diagnostics point into, each with its path.
    sources: Vec<(String, std::path::PathBuf)>,
}

impl CacheEntry {
    /// The entry for a policy. `None` where a diagnostic points into a text of unknown origin.
    pub(super) fn of(
        policy: &Cached,
        dependencies: &[Dependency],
        input: SourceId,
        session: &Session,
    ) -> Option<CacheEntry> {
        let mut ids = vec![input];
        let mut sources = Vec::new();
        let mut diagnostics = policy.diagnostics.clone();
        for span in diagnostics.iter_mut().flat_map(spans) {
            if span.source == SourceId::NONE {
                continue;
            }
            let number = match ids.iter().position(|&id| id == span.source) {
                Some(number) => number,
                None => {
                    let path = dependencies.iter().find_map(|dependency| match dependency {
                        Dependency::File { path, source } if *source == span.source => Some(path.clone()),
                        _ => None,
                    });
                    sources.push((session.sources.get(span.source).name().to_owned(), path?));
                    ids.push(span.source);
                    ids.len() - 1
                }
            };
            span.source = SourceId::new(u32::try_from(number).ok()?);
        }
        let observed: Vec<Observed> = dependencies.iter().map(|dependency| observed(dependency, session)).collect();
        let head = EntryHead { observed: Vec::new(), profiles: policy.profiles.clone(), diagnostics, sources };
        Some(CacheEntry { observed, head, blob: policy.blob.clone() })
    }

    /// The policy, its diagnostics pointing into the texts of this session.
    pub(super) fn restore(self, input: SourceId, session: &Session) -> Option<Cached> {
        let EntryHead { profiles, mut diagnostics, sources, .. } = self.head;
        let mut ids = vec![input];
        for (name, path) in &sources {
            ids.push(session.source(path, name)?);
        }
        for span in diagnostics.iter_mut().flat_map(spans) {
            if span.source != SourceId::NONE {
                span.source = *ids.get(usize::try_from(span.source.number()).ok()?)?;
            }
        }
        Some(Cached { blob: self.blob, profiles, diagnostics })
    }

    /// The bytes of the file.
    pub(super) fn write(mut self) -> Option<Vec<u8>> {
        self.head.observed = self.observed;
        let head = serde_json::to_vec(&self.head).ok()?;
        let len = u32::try_from(head.len()).ok()?;
        let rest = [&len.to_le_bytes(), head.as_slice(), &self.blob].concat();
        let hash: Hash = Sha256::digest(&rest).into();
        Some([FORMAT, &hash, &rest].concat())
    }

    /// Reads a file; `None` where it is no entry, or a damaged one.
    pub(super) fn read(mut bytes: Vec<u8>) -> Option<CacheEntry> {
        let (hash, rest) = bytes.strip_prefix(FORMAT)?.split_at_checked(size_of::<Hash>())?;
        let digest: Hash = Sha256::digest(rest).into();
        if digest != hash {
            return None;
        }
        let (len, rest) = rest.split_first_chunk()?;
        let (head, blob) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*len)).ok()?)?;
        let mut head: EntryHead = serde_json::from_slice(head).ok()?;
        // What is in front goes, so that the blob stays in this memory.
        let front = bytes.len() - blob.len();
        bytes.drain(..front);
        Some(CacheEntry { observed: std::mem::take(&mut head.observed), head, blob: bytes })
    }
}

/// Every place that a diagnostic points at.
fn spans(diagnostic: &mut Diagnostic) -> impl Iterator<Item = &mut Span> {
    let labels = diagnostic.labels.iter_mut().map(|label| &mut label.span);
    labels.chain(&mut diagnostic.include_chain)
}
