//! Manifests: what rules of the kubernetes family look at.

use rustc_hash::FxHashSet;

use crate::kubernetes::Manifest;

/// A manifest, and which profiles there are.
pub(super) struct ManifestView<'a> {
    pub(super) manifest: &'a Manifest,
    /// The names of all profiles of the run, those in manifests too.
    pub(super) profiles: &'a FxHashSet<Vec<u8>>,
}
