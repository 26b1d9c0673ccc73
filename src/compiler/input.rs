//! The inputs of a compiler, and the profile texts in them.

use std::path::{Path, PathBuf};

use super::{CompileError, Compiler};
use crate::diagnostic::Diagnostic;
#[cfg(feature = "kubernetes")]
use crate::kubernetes::{EmbeddedProfile, Manifest};
use crate::resolve::Session;
use crate::source::SourceId;

/// A file or text with profiles.
///
/// ```
/// use armorer::Input;
///
/// assert_eq!(Input::path("/etc/apparmor.d/usr.bin.man").name(), "/etc/apparmor.d/usr.bin.man");
/// assert_eq!(Input::text("container 7", "profile p { }").name(), "container 7");
/// ```
#[derive(Clone, Debug)]
pub struct Input {
    name: String,
    contents: Contents,
}

#[derive(Clone, Debug)]
enum Contents {
    Path(PathBuf),
    Text(Vec<u8>),
    #[cfg(feature = "kubernetes")]
    Manifest(Vec<u8>),
}

impl Input {
    /// A file of profiles, which the compiler's [loader](Compiler::loader) reads.
    #[must_use]
    pub fn path(path: impl Into<PathBuf>) -> Input {
        let path = path.into();
        Input { name: path.display().to_string(), contents: Contents::Path(path) }
    }

    /// The text of profiles; diagnostics call it by the name.
    #[must_use]
    pub fn text(name: impl Into<String>, text: impl Into<Vec<u8>>) -> Input {
        Input { name: name.into(), contents: Contents::Text(text.into()) }
    }

    /// The text of a Kubernetes manifest. Its policy is that of all profiles in it; diagnostics have places in the YAML, and some are
    /// about that.
    ///
    /// ```
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap());
    /// let yaml = "kind: ConfigMap\ndata:\n  p: |\n    profile p {\n      capability chwon,\n    }\n";
    /// let diagnosis = compiler.check(Input::manifest("m.yaml", yaml))?;
    /// assert!(diagnosis.to_string().starts_with("m.yaml:5:18: error[cap-invalid]: "));
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    #[cfg(feature = "kubernetes")]
    #[must_use]
    pub fn manifest(name: impl Into<String>, yaml: impl Into<Vec<u8>>) -> Input {
        Input { name: name.into(), contents: Contents::Manifest(yaml.into()) }
    }

    /// The name that diagnostics call it by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes the text into a session.
    pub(crate) fn add_to(self, session: &Session) -> Result<SourceId, CompileError> {
        let Input { name, contents } = self;
        let text = match contents {
            Contents::Path(path) => match session.loader().read(&path) {
                Ok(text) => text,
                Err(source) => return Err(CompileError::Read { name, source }),
            },
            Contents::Text(text) => text,
            #[cfg(feature = "kubernetes")]
            Contents::Manifest(yaml) => yaml,
        };
        Ok(session.sources.add(name, text)?)
    }
}

impl From<&Path> for Input {
    fn from(path: &Path) -> Self {
        Input::path(path)
    }
}

impl From<&PathBuf> for Input {
    fn from(path: &PathBuf) -> Self {
        Input::path(path)
    }
}

impl From<PathBuf> for Input {
    fn from(path: PathBuf) -> Self {
        Input::path(path)
    }
}

/// An input that is being worked on.
pub(super) struct OpenedInput {
    /// Holds the texts of the input, and lasts as long as its result.
    pub(super) session: Session,
    /// The whole text.
    pub(super) id: SourceId,
    /// The texts of profiles: one, or those of the manifest.
    pub(super) parts: Vec<ProfilePartText>,
    /// Diagnostics about the YAML.
    pub(super) diagnostics: Vec<Diagnostic>,
    #[cfg(feature = "kubernetes")]
    pub(super) is_manifest: bool,
}

/// The text of profiles in an input.
pub(super) struct ProfilePartText {
    pub(super) id: SourceId,
    /// Its place in a manifest.
    #[cfg(feature = "kubernetes")]
    pub(super) embedded: Option<EmbeddedProfile>,
}

impl ProfilePartText {
    /// Moves places in the text to where the user sees them.
    pub(super) fn relocate(&self, diagnostics: &mut [Diagnostic]) {
        #[cfg(feature = "kubernetes")]
        if let Some(profile) = &self.embedded {
            profile.relocate(self.id, diagnostics);
        }
        #[cfg(not(feature = "kubernetes"))]
        let _ = diagnostics;
    }
}

impl Compiler {
    pub(super) fn open(&self, input: impl Into<Input>) -> Result<OpenedInput, CompileError> {
        let (input, session) = (input.into(), self.session());
        #[cfg(feature = "kubernetes")]
        if let Contents::Manifest(_) = input.contents {
            return open_manifest(input, session);
        }
        let id = input.add_to(&session)?;
        let part = ProfilePartText {
            id,
            #[cfg(feature = "kubernetes")]
            embedded: None,
        };
        Ok(OpenedInput {
            session,
            id,
            parts: vec![part],
            diagnostics: Vec::new(),
            #[cfg(feature = "kubernetes")]
            is_manifest: false,
        })
    }
}

#[cfg(feature = "kubernetes")]
fn open_manifest(input: Input, session: Session) -> Result<OpenedInput, CompileError> {
    let id = input.add_to(&session)?;
    let Manifest { profiles, diagnostics, .. } = Manifest::read(&session.sources.get(id), id);
    let part = |profile: EmbeddedProfile| {
        let id = session.sources.add(profile.title(), profile.text.as_slice())?;
        Ok(ProfilePartText { id, embedded: Some(profile) })
    };
    let parts = profiles.into_iter().map(part).collect::<Result<_, CompileError>>()?;
    Ok(OpenedInput { session, id, parts, diagnostics, is_manifest: true })
}
