//! The profile files of a system, and which of them holds a profile.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analysis::Access;
use crate::analysis::query::{QueryError, Subject};
use crate::compiler::{CompileError, Compiler, Input};
use crate::parallel;
use crate::policy::Profile;
use crate::resolve::{VariableValue, policy_files};
use crate::source::{Text, read_limited};

/// The profile files of a directory.
///
/// Every file is resolved when the tree is read, as names of profiles may hold variables; what events are about is compiled when it is
/// asked for.
#[derive(Debug)]
pub struct Tree {
    directory: PathBuf,
    compiler: Arc<Compiler>,
    files: Vec<ProfileFile>,
    /// The place in the list of the first file that has a profile, by its name.
    places: FxHashMap<Text, usize>,
    /// The names of profiles in files that are not in the list.
    elsewhere: FxHashSet<Text>,
    /// The attachments of the profiles of each file, computed on demand.
    attachments: OnceLock<Vec<FileAttachmentSet>>,
}

/// A file of profiles.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProfileFile {
    /// Its path.
    pub path: PathBuf,
    /// Its text.
    pub text: Vec<u8>,
    /// The profiles in it, or the error that prevents its use.
    pub profiles: Result<Vec<FileProfile>, CompileError>,
}

/// A profile of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileProfile {
    /// The name as the kernel has it, with those of the profiles around it: `web//worker`.
    pub name: Text,
    /// Whether it is a hat.
    pub is_hat: bool,
}

impl Tree {
    /// Reads the profile files of a directory, without those below it.
    ///
    /// # Errors
    /// When the directory cannot be read. What is wrong with a file is in [`ProfileFile::profiles`].
    pub fn read(directory: &Path, compiler: impl Into<Arc<Compiler>>) -> io::Result<Tree> {
        let compiler = compiler.into();
        let paths = policy_files(directory)?;
        let files = parallel::map(&paths, |path| ProfileFile::read(path, &compiler));
        Ok(Tree::of(directory, compiler, files, FxHashSet::default()))
    }

    /// A tree of texts that are known; `elsewhere` are the names of profiles in other files.
    #[cfg(feature = "ide")]
    pub(crate) fn of_texts(
        directory: &Path,
        compiler: Arc<Compiler>,
        texts: Vec<(PathBuf, Vec<u8>)>,
        elsewhere: FxHashSet<Text>,
    ) -> Tree {
        let files = texts.into_iter().map(|(path, text)| ProfileFile::of(path, text, &compiler)).collect();
        Tree::of(directory, compiler, files, elsewhere)
    }

    fn of(directory: &Path, compiler: Arc<Compiler>, files: Vec<ProfileFile>, elsewhere: FxHashSet<Text>) -> Tree {
        let mut places = FxHashMap::default();
        for (place, file) in files.iter().enumerate() {
            for profile in file.names() {
                places.entry(profile.name.clone()).or_insert(place);
            }
        }
        Tree { directory: directory.to_owned(), compiler, files, places, elsewhere, attachments: OnceLock::new() }
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The profile that the kernel attaches to a program: of several the most specific one.
    #[must_use]
    pub fn attached(&self, program: &[u8]) -> Option<Text> {
        let access = Access::parse(&[&b"attach"[..], program]).ok()?;
        let all = self.attachments.get_or_init(|| {
            let inputs: Vec<Input> = self.files.iter().map(ProfileFile::input).collect();
            parallel::map(&inputs, |input| FileAttachmentSet::of(&self.compiler, input.clone()))
                .into_iter()
                .flatten()
                .collect()
        });
        let found = all.iter().flat_map(|file| file.matching(&access));
        found.max_by_key(|found| found.length).map(|found| found.name.clone())
    }

    /// The compiler.
    #[must_use]
    pub fn compiler(&self) -> &Arc<Compiler> {
        &self.compiler
    }

    /// The files in byte order of their names.
    #[must_use]
    pub fn files(&self) -> &[ProfileFile] {
        &self.files
    }

    /// The file that holds a profile, by the name that the kernel has for it.
    #[must_use]
    pub fn find(&self, profile: &[u8]) -> Option<&ProfileFile> {
        self.files.get(self.place_of(profile)?)
    }

    /// The place in [`Tree::files`] of the file that holds a profile.
    pub(crate) fn place_of(&self, profile: &[u8]) -> Option<usize> {
        self.places.get(profile).copied()
    }

    /// Whether a file has a profile.
    pub(super) fn has(&self, profile: &[u8]) -> bool {
        self.places.contains_key(profile) || self.elsewhere.contains(profile)
    }

    /// The policy of a file, to be asked, and its variables with their values, as its rules have them.
    pub(super) fn policy(&self, file: &ProfileFile) -> Result<(Subject, VariableMap), TreeQueryError> {
        let resolved = self.compiler.resolve(file.input())?;
        let variables = self.compiler.variables(&resolved).into_iter().filter_map(|value| match value {
            VariableValue::Set { name, expanded, .. } => Some((name, expanded?)),
            VariableValue::Bool { .. } => None,
        });
        let variables = variables.collect();
        Ok((Subject::from_compiled(self.compiler.encode(&resolved)?)?, variables))
    }
}

/// Variables with their values.
pub(super) type VariableMap = Vec<(Text, Vec<Text>)>;

impl ProfileFile {
    fn read(path: &Path, compiler: &Compiler) -> ProfileFile {
        match std::fs::File::open(path).and_then(read_limited) {
            Ok(text) => ProfileFile::of(path.to_owned(), text, compiler),
            Err(source) => {
                let profiles = Err(CompileError::Read { name: path.display().to_string(), source });
                ProfileFile { path: path.to_owned(), text: Vec::new(), profiles }
            }
        }
    }

    fn of(path: PathBuf, text: Vec<u8>, compiler: &Compiler) -> ProfileFile {
        let mut file = ProfileFile { path, text, profiles: Ok(Vec::new()) };
        let name = |profile: &Profile| FileProfile { name: profile.name.clone(), is_hat: profile.hat };
        file.profiles = compiler.resolve(file.input()).map(|resolved| resolved.profiles().map(name).collect());
        file
    }

    pub(crate) fn input(&self) -> Input {
        Input::text(self.path.display().to_string(), self.text.clone())
    }

    /// The profiles; none of a file that is not taken.
    #[must_use]
    pub fn names(&self) -> &[FileProfile] {
        self.profiles.as_deref().unwrap_or_default()
    }
}

/// The attachments of the profiles of a file. What the profiles allow is not compiled.
#[derive(Debug)]
pub(crate) struct FileAttachmentSet {
    subject: Subject,
    profiles: Vec<Attachable>,
}

/// A profile that the kernel may attach to a program: no hat, and no child.
#[derive(Debug)]
pub(crate) struct Attachable {
    /// The name in the kernel's list.
    pub(crate) name: Text,
    /// The length by which the attachment is rated: the kernel takes the profile with the greatest.
    pub(crate) length: u32,
    /// The offset of the name in the text of the file; `None` where it stands in one that the file includes.
    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only the command edits headers"))]
    pub(crate) start: Option<u32>,
}

impl FileAttachmentSet {
    /// Compiles the attachments; `None` where the file has errors.
    pub(crate) fn of(compiler: &Compiler, input: Input) -> Option<FileAttachmentSet> {
        let file = input.name().to_owned();
        let mut resolved = compiler.resolve(input).ok()?;
        for profile in resolved.policies_mut().iter_mut().flat_map(|policy| &mut policy.profiles) {
            profile.rules.clear();
            profile.children.clear();
        }
        let compiled = compiler.encode(&resolved).ok()?;
        let length = |record: &crate::blob::BlobProfile| record.xmatch.as_ref().map_or(u32::MAX, |xmatch| xmatch.len);
        let lengths: Vec<u32> = compiled.records().iter().map(length).collect();
        let subject = Subject::from_compiled(compiled).ok()?;
        let sources = resolved.diagnosis().sources();
        let attachable = |(profile, length): (&Profile, u32)| Attachable {
            name: profile.listed_name(),
            length,
            start: (sources.get(profile.span.source).name() == file).then_some(profile.span.start),
        };
        let is_nested = |profile: &Profile| memchr::memmem::find(&profile.name, b"//").is_some();
        let profiles = resolved.profiles().zip(lengths).filter(|(profile, _)| !profile.hat && !is_nested(profile));
        let profiles = profiles.map(attachable).collect();
        Some(FileAttachmentSet { subject, profiles })
    }

    /// The profiles that attach.
    pub(crate) fn matching(&self, attach: &Access) -> impl Iterator<Item = &Attachable> {
        let attaches = |name: &Text| self.subject.ask(Some(name), attach).is_ok_and(|answer| answer.is_allowed());
        self.profiles.iter().filter(move |profile| attaches(&profile.name))
    }
}

/// Reasons why a policy of a tree cannot be asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum TreeQueryError {
    /// It does not compile.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// It cannot be asked.
    #[error(transparent)]
    Query(#[from] QueryError),
}
