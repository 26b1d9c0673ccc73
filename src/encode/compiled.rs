//! Profiles as they stand in a blob.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::blob;
use crate::policy::{self, Profile, ProfileMode};
use crate::source::Text;

/// A profile in a blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompiledProfile {
    /// The name with those of its parents (`parent//child`), without namespace.
    pub name: Text,
    /// The namespace, if it names one.
    pub namespace: Option<Text>,
    /// The pattern of the programs that it attaches to, if it attaches to any. Aliases may add to it.
    pub attachment: Option<Text>,
    /// The mode.
    pub mode: ProfileMode,
    /// Whether it is a hat (for `change_hat`).
    pub hat: bool,
    /// The version word of the format.
    pub version: u32,
    /// Its bytes in the blob.
    pub bytes: Range<usize>,
    /// Offset of the `profile` element in the blob, after version and namespace: the kernel's hash begins there.
    pub element: usize,
}

impl CompiledProfile {
    pub(crate) fn new(
        profile: &Profile,
        record: &blob::BlobProfile,
        place: blob::ProfileRange,
        force_complain: bool,
    ) -> CompiledProfile {
        let attaches = record.xmatch.is_some() || profile.name.starts_with(b"/");
        let attachment = profile.attachment.as_ref().unwrap_or(&profile.name_glob);
        CompiledProfile {
            name: profile.name.clone(),
            namespace: profile.namespace.clone(),
            attachment: attaches.then(|| attachment.value.clone()),
            mode: if force_complain { ProfileMode::Complain } else { profile.flags.mode },
            hat: profile.hat,
            version: record.version,
            bytes: place.bytes,
            element: place.element,
        }
    }

    /// Returns its size in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The name as the kernel lists it: with its namespace.
    ///
    /// ```
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    /// let compiled = compiler.compile(Input::text("p", "profile :ns:p { }"))?;
    /// let [profile] = compiled.profiles() else { panic!("one profile") };
    /// assert_eq!(profile.listed_name(), ":ns:p".into());
    /// assert_eq!(profile.size(), compiled.blob().len());
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    #[must_use]
    pub fn listed_name(&self) -> Text {
        policy::listed_name(self.namespace.as_ref(), &self.name)
    }

    /// The same in a larger blob.
    pub(crate) fn moved(mut self, by: usize) -> CompiledProfile {
        self.bytes = self.bytes.start + by..self.bytes.end + by;
        self.element += by;
        self
    }
}
