//! The texts of an editor: a profile file is one unit of the language, a manifest has one for each profile in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::kubernetes::{EmbeddedProfile, Manifest, is_manifest};
use crate::source::{Source, SourceId, Span};

/// A profile text inside a manifest.
#[derive(Clone, Debug)]
pub(super) struct ManifestUnit {
    /// The path that it has for the compiler: below that of the manifest, where no file is.
    pub(super) path: PathBuf,
    pub(super) profile: EmbeddedProfile,
}

/// One text that is open.
#[derive(Debug)]
pub(super) struct OpenDocument {
    /// The source as the session knows it.
    pub(super) source: SourceId,
    /// The profiles of a manifest; none of a profile file.
    pub(super) units: Vec<ManifestUnit>,
    /// Whether it is a manifest.
    pub(super) manifest: bool,
}

/// Whether a path is one of a manifest.
pub(super) fn is_yaml(path: &Path) -> bool {
    is_manifest(Some(path), b"")
}

/// The profiles of a manifest as units.
pub(super) fn units(path: &Path, source: &Source, id: SourceId) -> (Manifest, Vec<ManifestUnit>) {
    let mut manifest = Manifest::read(source, id);
    let profiles = std::mem::take(&mut manifest.profiles).into_iter().enumerate();
    // The number keeps two of the same title apart.
    let units = profiles.map(|(number, profile)| {
        let title = profile.title().replace('/', "\u{2215}");
        ManifestUnit { path: path.join(format!("{number}: {title}")), profile }
    });
    let units = units.collect();
    (manifest, units)
}

/// A place in a text that can be shown: of a profile inside a manifest, the place in the manifest.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TextPlace {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub source: Arc<Source>,
    /// The place in the file.
    pub span: Span,
}
