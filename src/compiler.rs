//! The whole pipeline behind one builder: files in, binary policy out.

#[cfg(feature = "kubernetes")]
mod manifest;
mod proof;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::blob;
#[cfg(feature = "cache")]
use crate::cache::{Cache, CacheStatistics, Cached, Key};
use crate::diagnostic::{Diagnostic, Diagnostics, Levels};
use crate::encode::{self, Effort, Provenance, since};
use crate::features::Features;
use crate::policy::Policy;
use crate::resolve::{self, Session, VariableValue};
use crate::source::{FileSystem, Loader, SourceError, SourceId, SourceMap, Text};

/// Compiles profiles for one target.
///
/// A compiler is cheap to make, is shared by threads, and reads and parses each included file once.
///
/// ```
/// use armorer::{Compiler, Features, source::Memory};
///
/// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap())
///     .base("/profiles")
///     .loader(Memory::new().with("/profiles/abstractions/own", "/etc/own.conf r,\n"));
/// let policy = compiler.compile_text("demo", b"profile demo { include <abstractions/own> }\n")?;
/// assert_eq!(policy.profiles().len(), 1);
/// assert!(policy.to_blob()?.starts_with(b"\x04\x08\0version\0"));
/// # Ok::<(), armorer::CompileError>(())
/// ```
#[derive(Debug)]
pub struct Compiler {
    session: Session,
    options: resolve::Options,
    encode: encode::Options,
    encode_cache: encode::EncodeCache,
    levels: Levels,
    #[cfg(feature = "cache")]
    cache: Option<Cache>,
}

impl Compiler {
    /// A compiler for kernels with these features, on the real file system, with `/etc/apparmor.d` as base.
    ///
    /// Files without `abi` rule are taken as written for the same features; see [`Compiler::policy_features`].
    #[must_use]
    pub fn new(kernel: Features) -> Self {
        let kernel = Arc::new(kernel);
        Compiler {
            session: Session::new(FileSystem),
            options: resolve::Options { policy: Some(Arc::clone(&kernel)), ..resolve::Options::new(kernel) },
            encode: encode::Options::default(),
            encode_cache: encode::EncodeCache::default(),
            levels: Levels::new(),
            #[cfg(feature = "cache")]
            cache: None,
        }
    }

    /// A compiler for what a session has read.
    #[cfg(feature = "ide")]
    pub(crate) fn in_session(session: Session, options: resolve::Options) -> Compiler {
        let kernel = Features::clone(&options.kernel);
        Compiler { session, options, ..Compiler::new(kernel) }
    }

    /// The directory that `<…>` paths are looked up in last.
    #[must_use]
    pub fn base(mut self, base: impl Into<PathBuf>) -> Self {
        self.options.base = base.into();
        self
    }

    /// Adds a directory that `<…>` paths are looked up in before the base.
    #[must_use]
    pub fn include_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.include_dirs.push(directory.into());
        self
    }

    /// The directory that plain include paths (`include "x"`) start from, where it is not that of the process.
    #[must_use]
    pub fn working_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.working_directory = directory.into();
        self
    }

    /// Where files come from.
    #[must_use]
    pub fn loader(mut self, loader: impl Loader + 'static) -> Self {
        self.session = Session::new(loader);
        self
    }

    /// What files without `abi` rule are written for; `None` means the features of AppArmor 2.x, which know no
    /// sockets: [`Features::default_policy`].
    #[must_use]
    pub fn policy_features(mut self, features: Option<Features>) -> Self {
        self.options.policy = features.map(Arc::new);
        self
    }

    /// Whether `abi` rules count: without them the [features](Compiler::policy_features) that the policy is written for are pinned.
    #[must_use]
    pub fn ignore_abi_rules(mut self, ignore: bool) -> Self {
        self.options.ignore_abi_rules = ignore;
        self
    }

    /// The namespace of all profiles, whatever they say themselves.
    #[must_use]
    pub fn namespace(mut self, namespace: Option<Text>) -> Self {
        self.options.namespace = namespace;
        self
    }

    /// Limits of the automata.
    #[must_use]
    pub fn encode_options(mut self, options: encode::Options) -> Self {
        self.encode = options;
        self
    }

    /// Which warnings are errors, and which are dropped.
    #[must_use]
    pub fn levels(mut self, levels: Levels) -> Self {
        self.levels = levels;
        self
    }

    /// Keeps blobs in a cache, and takes them from it: see [`Compiler::compile_blob`].
    #[cfg(feature = "cache")]
    #[must_use]
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// What the cache was good for; `None` without one.
    #[cfg(feature = "cache")]
    #[must_use]
    pub fn cache_statistics(&self) -> Option<CacheStatistics> {
        self.cache.as_ref().map(Cache::statistics)
    }

    /// The texts read so far, which spans of diagnostics point into.
    #[must_use]
    pub fn sources(&self) -> &SourceMap {
        &self.session.sources
    }

    /// Parses, resolves and validates a file, and gives everything there is to say about it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn check_path(&self, path: impl AsRef<Path>) -> Result<Vec<Diagnostic>, CompileError> {
        let (name, text) = self.read(path.as_ref())?;
        self.check_text(name, &text)
    }

    /// Like [`Compiler::check_path`], for text from elsewhere.
    ///
    /// # Errors
    /// When the text is too large.
    pub fn check_text(&self, name: impl Into<String>, text: &[u8]) -> Result<Vec<Diagnostic>, CompileError> {
        Ok(self.check_source(self.session.sources.add(name, text)?))
    }

    fn check_source(&self, id: SourceId) -> Vec<Diagnostic> {
        let mut diagnostics = Diagnostics::new();
        let policy = resolve::resolve(&self.session, id, &self.options, &mut diagnostics);
        encode::check(&policy, &self.target(), &self.encode, &self.encode_cache, &mut diagnostics);
        self.levels.apply(diagnostics.into_vec())
    }

    /// Compiles a file.
    ///
    /// # Errors
    /// When it cannot be read, or has errors.
    pub fn compile_path(&self, path: impl AsRef<Path>) -> Result<CompiledPolicy, CompileError> {
        let (name, text) = self.read(path.as_ref())?;
        self.compile_text(name, &text)
    }

    /// Compiles text from elsewhere; `name` stands in diagnostics.
    ///
    /// # Errors
    /// When it has errors.
    pub fn compile_text(&self, name: impl Into<String>, text: &[u8]) -> Result<CompiledPolicy, CompileError> {
        let id = self.session.sources.add(name, text)?;
        let Outcome { profiles, diagnostics, .. } = self.compile_source(id);
        let (profiles, diagnostics) = self.judged(profiles, diagnostics)?;
        Ok(CompiledPolicy { profiles, diagnostics })
    }

    /// Reads a text and what it includes: the first half of compiling it, which tells what it defines and what it depends on.
    ///
    /// ```
    /// # use armorer::{Compiler, Features};
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    /// let resolved = compiler.resolve_text("demo", b"@{X}=demo\nprofile @{X} { ^hat { } }\n")?;
    /// assert_eq!(&*resolved.policy.profiles[0].children[0].name, b"demo//hat");
    /// assert_eq!(compiler.encode(&resolved)?.profiles().len(), 2);
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    ///
    /// # Errors
    /// When the text is too large. Errors in it are among the diagnostics.
    pub fn resolve_text(&self, name: impl Into<String>, text: &[u8]) -> Result<ResolvedPolicy, CompileError> {
        let id = self.session.sources.add(name, text)?;
        let mut diagnostics = Diagnostics::new();
        let policy = resolve::resolve(&self.session, id, &self.options, &mut diagnostics);
        let complete = !diagnostics.has_errors();
        Ok(ResolvedPolicy { policy, diagnostics: self.levels.apply(diagnostics.into_vec()), complete, id })
    }

    /// Compiles what was read: the second half.
    ///
    /// # Errors
    /// When it has errors; all diagnostics are given, those of the first half among them.
    pub fn encode(&self, resolved: &ResolvedPolicy) -> Result<CompiledPolicy, CompileError> {
        let ResolvedPolicy { policy, diagnostics, complete, .. } = resolved;
        let mut diagnostics = diagnostics.clone();
        let mut profiles = None;
        if *complete && !diagnostics.iter().any(Diagnostic::is_error) {
            let mut raised = Diagnostics::new();
            let encoded = encode::encode(policy, &self.target(), &self.encode, &self.encode_cache, &mut raised);
            profiles = encoded.filter(|_| !raised.has_errors());
            diagnostics.extend(self.levels.apply(raised.into_vec()));
        }
        match profiles {
            Some(profiles) if !diagnostics.iter().any(Diagnostic::is_error) => {
                Ok(CompiledPolicy { profiles, diagnostics })
            }
            _ => Err(CompileError::Rejected { diagnostics }),
        }
    }

    /// The version word of the blobs that it makes; see [`encode::version_word`].
    #[must_use]
    pub fn version_word(&self) -> u32 {
        encode::version_word(&self.options.kernel, &self.encode)
    }

    /// The text with what it includes in place of its `include` rules.
    #[must_use]
    pub fn preprocess(&self, resolved: &ResolvedPolicy) -> Vec<u8> {
        resolve::preprocess(&self.session, resolved.id, &self.options)
    }

    /// The variables that the text and what it includes declare.
    #[must_use]
    pub fn variables(&self, resolved: &ResolvedPolicy) -> Vec<VariableValue> {
        resolve::variables(&self.session, resolved.id, &self.options)
    }

    /// Compiles a file, and keeps which rules its permissions come from.
    ///
    /// # Errors
    /// When it cannot be read, or has errors.
    pub fn compile_traced_path(&self, path: impl AsRef<Path>) -> Result<TracedPolicy, CompileError> {
        let (name, text) = self.read(path.as_ref())?;
        self.compile_traced_text(name, &text)
    }

    /// Like [`Compiler::compile_traced_path`], for text from elsewhere.
    ///
    /// # Errors
    /// When it has errors.
    pub fn compile_traced_text(&self, name: impl Into<String>, text: &[u8]) -> Result<TracedPolicy, CompileError> {
        let id = self.session.sources.add(name, text)?;
        let Outcome { profiles, diagnostics, policy, .. } = self.compile_source(id);
        let (profiles, diagnostics) = self.judged(profiles, diagnostics)?;
        let compiled = CompiledPolicy { profiles, diagnostics };
        Ok(TracedPolicy { compiled, provenance: encode::trace(&policy, &self.target(), &self.encode) })
    }

    /// Compiles a file to what the kernel takes.
    ///
    /// # Errors
    /// When it cannot be read, has errors, or its policy does not fit the format.
    pub fn compile_blob(&self, path: impl AsRef<Path>) -> Result<CompiledBlob, CompileError> {
        let (name, text) = self.read(path.as_ref())?;
        self.compile_blob_text(name, &text)
    }

    /// Compiles text from elsewhere to what the kernel takes; with a [cache](Compiler::cache), only where that does not have it.
    ///
    /// # Errors
    /// When it has errors, or its policy does not fit the format.
    pub fn compile_blob_text(&self, name: impl Into<String>, text: &[u8]) -> Result<CompiledBlob, CompileError> {
        self.compile_blob_source(self.session.sources.add(name, text)?)
    }

    fn compile_blob_source(&self, id: SourceId) -> Result<CompiledBlob, CompileError> {
        #[cfg(feature = "cache")]
        let source = self.session.sources.get(id);
        #[cfg(feature = "cache")]
        let key = self.cache.as_ref().map(|cache| (cache, self.key(source.name(), source.text())));
        #[cfg(feature = "cache")]
        if let Some((cache, key)) = &key
            && let Some(Cached { blob, profiles, diagnostics }) = cache.get(key, id, &self.session)
        {
            let (bytes, diagnostics) = self.judged(Some(blob), diagnostics)?;
            return Ok(CompiledBlob { bytes, profiles, diagnostics, timings: None });
        }
        let Outcome { profiles, diagnostics, policy, mut timings } = self.compile_source(id);
        let start = Instant::now();
        let written = match profiles {
            Some(profiles) => Some((profiles.len(), blob::write(&profiles).map_err(CompileError::Write)?)),
            None => None,
        };
        timings.write_us = since(start);
        #[cfg(feature = "cache")]
        if let (Some((cache, key)), Some((profiles, blob))) = (&key, &written) {
            let kept = Cached { blob: blob.clone(), profiles: *profiles, diagnostics: diagnostics.clone() };
            cache.put(key, &kept, &policy.dependencies, id, &self.session);
        }
        #[cfg(not(feature = "cache"))]
        drop(policy);
        let ((profiles, bytes), diagnostics) = self.judged(written, diagnostics)?;
        Ok(CompiledBlob { bytes, profiles, diagnostics, timings: Some(timings) })
    }

    /// All that a policy depends on before its text is read.
    #[cfg(feature = "cache")]
    fn key(&self, name: &str, text: &[u8]) -> Key {
        let resolve::Options {
            base,
            include_dirs,
            working_directory,
            kernel,
            policy,
            ignore_abi_rules,
            namespace,
            keep_duplicates: _,
        } = &self.options;
        let encode::Options { max_states, max_memory, count_states: _, force_complain, read_implies_mmap } =
            self.encode;
        let paths = [base, working_directory].into_iter().chain(include_dirs);
        let paths = paths.map(|path| path.as_os_str().as_encoded_bytes());
        let switches = [force_complain, read_implies_mmap, *ignore_abi_rules, namespace.is_some()].map(u64::from);
        let numbers = [[max_states as u64, max_memory as u64].as_slice(), &switches].concat();
        let numbers: Vec<[u8; 8]> = numbers.into_iter().map(u64::to_le_bytes).collect();
        let namespace = namespace.as_deref().unwrap_or_default();
        let policy = policy.as_ref().map_or([&b""[..], b"none"], |features| [features.to_text(), b"pinned"]);
        let fixed = [name.as_bytes(), text, kernel.to_text(), namespace].into_iter().chain(policy);
        Key::of(fixed.chain(numbers.iter().map(|number| &number[..])).chain(paths))
    }

    /// Compiles a text that the session has.
    fn compile_source(&self, id: SourceId) -> Outcome {
        let mut diagnostics = Diagnostics::new();
        let start = Instant::now();
        let policy = resolve::resolve(&self.session, id, &self.options, &mut diagnostics);
        let resolve_us = since(start);
        let (profiles, efforts) = if diagnostics.has_errors() {
            (None, Vec::new())
        } else {
            encode::encode_measured(&policy, &self.target(), &self.encode, &self.encode_cache, &mut diagnostics)
        };
        let profiles = profiles.filter(|_| !diagnostics.has_errors());
        let timings = Timings { resolve_us, profiles: efforts, write_us: 0 };
        Outcome { profiles, diagnostics: diagnostics.into_vec(), policy, timings }
    }

    /// Applies the severities that the user wants.
    fn judged<T>(&self, result: Option<T>, diagnostics: Vec<Diagnostic>) -> Result<(T, Vec<Diagnostic>), CompileError> {
        let diagnostics = self.levels.apply(diagnostics);
        match result {
            Some(result) if !diagnostics.iter().any(Diagnostic::is_error) => Ok((result, diagnostics)),
            _ => Err(CompileError::Rejected { diagnostics }),
        }
    }

    fn target(&self) -> encode::Target {
        encode::Target { kernel: Arc::clone(&self.options.kernel) }
    }

    fn read(&self, path: &Path) -> Result<(String, Vec<u8>), CompileError> {
        let name = path.display().to_string();
        match self.session.loader().read(path) {
            Ok(text) => Ok((name, text)),
            Err(error) => Err(CompileError::Io { name, error }),
        }
    }
}

/// A text that was read with all it includes; [`Compiler::encode`] makes the binary policy of it.
#[derive(Clone, Debug)]
pub struct ResolvedPolicy {
    /// What it defines, and what it depends on. Not complete where there are errors.
    pub policy: Policy,
    /// What there is to say about the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether no error was raised, whatever the levels say.
    complete: bool,
    id: SourceId,
}

/// What became of a text.
struct Outcome {
    /// `None` after an error.
    profiles: Option<Vec<blob::Profile>>,
    diagnostics: Vec<Diagnostic>,
    policy: Policy,
    timings: Timings,
}

/// Where the time went that compiling a file took, in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Timings {
    /// Parsing the file and what it includes (but for what other files included before), variables, conditionals, checks.
    pub resolve_us: u64,
    /// Rules and automata of each profile. Those of one file are encoded at the same time if there are threads.
    pub profiles: Vec<Effort>,
    /// Writing the blob.
    pub write_us: u64,
}

/// The binary policy of one file as the kernel takes it, and what there is to say about the file.
#[derive(Clone, Debug)]
pub struct CompiledBlob {
    /// The bytes of one write to the kernel; none for a file without profiles.
    pub bytes: Vec<u8>,
    /// How many profiles are in it, hats and children counted.
    pub profiles: usize,
    /// Warnings and notes.
    pub diagnostics: Vec<Diagnostic>,
    /// Where the time went; `None` where the blob comes from a cache.
    pub timings: Option<Timings>,
}

/// The binary policy of one file, and what there is to say about it.
#[derive(Clone, Debug)]
pub struct CompiledPolicy {
    profiles: Vec<blob::Profile>,
    diagnostics: Vec<Diagnostic>,
}

impl CompiledPolicy {
    /// The profiles, hats and child profiles in the order in which they are loaded.
    #[must_use]
    pub fn profiles(&self) -> &[blob::Profile] {
        &self.profiles
    }

    /// Warnings and notes.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The bytes that the kernel takes in one write; empty for a file without profiles.
    ///
    /// # Errors
    /// When a name or table is too large for the format.
    pub fn to_blob(&self) -> Result<Vec<u8>, CompileError> {
        blob::write(&self.profiles).map_err(CompileError::Write)
    }
}

/// The binary policy of one file with the rules that its permissions come from.
#[derive(Clone, Debug)]
pub struct TracedPolicy {
    compiled: CompiledPolicy,
    provenance: Vec<Provenance>,
}

impl TracedPolicy {
    /// The policy.
    #[must_use]
    pub fn compiled(&self) -> &CompiledPolicy {
        &self.compiled
    }

    /// Where the permissions of a profile come from; the index is that of [`CompiledPolicy::profiles`].
    #[must_use]
    pub fn provenance(&self, profile: usize) -> Option<&Provenance> {
        self.provenance.get(profile)
    }

    /// Each profile with its provenance.
    pub fn into_profiles(self) -> impl Iterator<Item = (blob::Profile, Provenance)> {
        self.compiled.profiles.into_iter().zip(self.provenance)
    }
}

/// Why there is no policy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// The input cannot be read.
    #[error("{name}: {error}")]
    Io {
        /// Its name.
        name: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The input is too large.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The text has errors.
    #[error("{}", rejected(diagnostics))]
    Rejected {
        /// Everything there is to say, at least one error among it.
        diagnostics: Vec<Diagnostic>,
    },
    /// The policy does not fit the binary format.
    #[error(transparent)]
    Write(blob::WriteError),
}

/// The first error, and how many more there are.
fn rejected(diagnostics: &[Diagnostic]) -> String {
    let mut errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    match (errors.next(), errors.count()) {
        (Some(first), 0) => first.message.clone(),
        (Some(first), more) => format!("{} (and {more} more errors)", first.message),
        (None, _) => "the policy was rejected".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(text: &str) -> Vec<u8> {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        compiler.compile_text("test", text.as_bytes()).unwrap().to_blob().unwrap()
    }

    #[test]
    fn labels_of_network_rules_expand_variables() {
        let with = |label: &str| blob(&format!("profile p {{\n  network send peer=(label={label}),\n}}\n"));
        assert_eq!(with("@{profile_name}"), with("p"));
        assert_ne!(with("q"), with("p"), "the unix rules that it implies keep the label");
    }

    #[test]
    fn what_profiles_share_does_not_show() {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        let common = "/etc/common/** r,\n  /usr/bin/*x rix,\n  signal send peer=q,";
        for own in ["/a/** rw,", "deny /etc/common/b r,", "/usr/bin/tool px -> other,", "/a/** rw,"] {
            let text = format!("profile p {{\n  {common}\n  {own}\n}}\n");
            let shared = compiler.compile_text("test", text.as_bytes()).unwrap().to_blob().unwrap();
            assert!(shared == blob(&text), "{own}");
        }
    }

    #[test]
    fn an_empty_file_is_an_empty_policy() {
        assert!(blob("# nothing\n").is_empty());
    }
}
