//! The whole pipeline behind one builder: files in, binary policy out.

mod error;
mod input;
#[cfg(feature = "kubernetes")]
mod manifest;
mod part;
mod proof;
mod result;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

#[cfg(feature = "cache")]
use crate::cache::{Cache, CacheStatistics};
use crate::diagnostic::{Diagnostic, Diagnostics, Levels};
use crate::encode::{self, since};
use crate::features::Features;
use crate::resolve::{self, Session, VariableValue};
use crate::source::{FileSystem, Loader, Text};

pub use crate::encode::CompiledProfile;
pub use error::{CompileError, Diagnosis};
pub use input::Input;
pub use proof::Reformatted;
pub use result::{Compiled, Resolved, Timings};

use input::Opened;
use result::Raised;

/// Compiles profiles for one target.
///
/// A compiler is cheap to make, is shared by threads, and reads and parses each included file once. One that lives long does not
/// grow with each call: texts of inputs go with the results that refer to them, and what is kept of included files is
/// [bounded](Compiler::included_limit). It does not look whether those have changed; see [`Compiler::forget_included`].
///
/// ```
/// use armorer::{Compiler, Features, Input, source::Memory};
///
/// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap())
///     .base("/profiles")
///     .loader(Memory::new().with("/profiles/abstractions/own", "/etc/own.conf r,\n"));
/// let compiled = compiler.compile(Input::text("demo", "profile demo { include <abstractions/own> }\n"))?;
/// assert_eq!(compiled.profiles().len(), 1);
/// assert!(compiled.blob().starts_with(b"\x04\x08\0version\0"));
/// # Ok::<(), armorer::CompileError>(())
/// ```
#[derive(Debug)]
pub struct Compiler {
    session: RwLock<Session>,
    included_limit: usize,
    options: resolve::Options,
    encode: encode::Options,
    encode_cache: encode::EncodeCache,
    levels: Levels,
    #[cfg(feature = "cache")]
    cache: Option<Cache>,
}

/// The largest trees of profiles have some megabytes of files that others include.
const INCLUDED_LIMIT: usize = 64 << 20;

impl Compiler {
    /// A compiler for kernels with these features, on the real file system, with `/etc/apparmor.d` as base.
    ///
    /// Files without `abi` rule are taken as written for the same features; see [`Compiler::policy_features`].
    #[must_use]
    pub fn new(kernel: Features) -> Self {
        let kernel = Arc::new(kernel);
        Compiler {
            session: RwLock::new(Session::new(FileSystem)),
            included_limit: INCLUDED_LIMIT,
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
        Compiler { session: RwLock::new(session), options, ..Compiler::new(kernel) }
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
    ///
    /// ```
    /// use armorer::{Compiler, Features, Input, source::Memory};
    ///
    /// let files = Memory::new()
    ///     .with("/srv/policy/abstractions/web", "/srv/web/** r,\n")
    ///     .with("/etc/site/local", "/etc/site.conf r,\n");
    /// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap())
    ///     .loader(files)
    ///     .include_dir("/srv/policy")
    ///     .working_directory("/etc/site");
    /// let text = "profile web {\n  include <abstractions/web>\n  include \"local\"\n}\n";
    /// assert!(!compiler.check(Input::text("web", text))?.has_errors());
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    #[must_use]
    pub fn working_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.working_directory = directory.into();
        self
    }

    /// Where files come from.
    #[must_use]
    pub fn loader(mut self, loader: impl Loader + 'static) -> Self {
        self.session = RwLock::new(Session::new(loader));
        self
    }

    /// What files without `abi` rule are written for; `None` means the features of AppArmor 2.x, which know no
    /// sockets: [`Features::default_policy`].
    ///
    /// ```
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let kernel = || Features::builtin("linux-6.12").unwrap();
    /// let text = "profile p {\n  userns create,\n}\n";
    /// let warnings = |compiler: Compiler| compiler.check(Input::text("p", text)).map(|found| found.diagnostics().len());
    /// assert_eq!(warnings(Compiler::new(kernel()))?, 0);
    /// assert_eq!(warnings(Compiler::new(kernel()).policy_features(None).ignore_abi_rules(true))?, 1);
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    #[must_use]
    pub fn policy_features(mut self, features: Option<Features>) -> Self {
        self.options.policy = features.map(Arc::new);
        self
    }

    /// Whether `abi` rules are ignored: all policy is then written for the [pinned features](Compiler::policy_features).
    #[must_use]
    pub fn ignore_abi_rules(mut self, ignore: bool) -> Self {
        self.options.ignore_abi_rules = ignore;
        self
    }

    /// The namespace of all profiles, whatever they say themselves.
    ///
    /// ```
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap()).namespace(Some("tenant".into()));
    /// let compiled = compiler.compile(Input::text("p", "profile p { }"))?;
    /// assert_eq!(compiled.profiles()[0].listed_name(), ":tenant:p".into());
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    #[must_use]
    pub fn namespace(mut self, namespace: Option<Text>) -> Self {
        self.options.namespace = namespace;
        self
    }

    /// The most states of an automaton before it is minimal; past it the error names the rules that explode.
    #[must_use]
    pub fn max_states(mut self, states: usize) -> Self {
        self.encode.max_states = states;
        self
    }

    /// About the most memory that an automaton may take while it is built, in bytes. The default is 128 MiB.
    ///
    /// ```
    /// use armorer::{CompileError, Compiler, Features, Input};
    ///
    /// // The limits of a service that compiles text of strangers.
    /// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap()).max_states(1_000).max_memory(16 << 20);
    /// let text = "profile p {\n  /**a??????????? r,\n}\n";
    /// assert!(matches!(compiler.compile(Input::text("p", text)), Err(CompileError::Rejected(_))));
    /// ```
    #[must_use]
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.encode.max_memory = bytes;
        self
    }

    /// Whether [`Timings`] tell how many states there were before those that mean the same were merged. Counting takes time.
    #[must_use]
    #[doc(hidden)]
    pub fn count_states(mut self, count: bool) -> Self {
        self.encode.count_states = count;
        self
    }

    /// Whether every profile is in complain mode, whatever it says.
    ///
    /// ```
    /// use armorer::vocab::ProfileMode;
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap()).force_complain(true).read_implies_mmap(true);
    /// let compiled = compiler.compile(Input::text("p", "profile p { /usr/lib/** r, }"))?;
    /// assert_eq!(compiled.profiles()[0].mode, ProfileMode::Complain);
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    #[must_use]
    pub fn force_complain(mut self, complain: bool) -> Self {
        self.encode.force_complain = complain;
        self
    }

    /// Whether read permission for files implies permission to map them executable.
    #[must_use]
    pub fn read_implies_mmap(mut self, implied: bool) -> Self {
        self.encode.read_implies_mmap = implied;
        self
    }

    /// Which warnings are errors, and which are dropped.
    ///
    /// ```
    /// use armorer::diagnostic::Levels;
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-6.1").unwrap()).levels(Levels::new().deny_warnings());
    /// let diagnosis = compiler.check(Input::text("p", "profile p {\n  userns create,\n}\n"))?;
    /// assert!(diagnosis.has_errors(), "no kernel before 6.7 mediates user namespaces");
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    #[must_use]
    pub fn levels(mut self, levels: Levels) -> Self {
        self.levels = levels;
        self
    }

    /// Keeps blobs in a cache, and takes them from it: see [`Compiler::compile`].
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

    /// How many bytes of included files are kept from one call to the next, about. What is more is forgotten, and read again.
    ///
    /// ```
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let directory = std::env::temp_dir().join(format!("armorer-doc-{}", std::process::id()));
    /// std::fs::create_dir_all(&directory)?;
    /// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap()).base(&directory).included_limit(1 << 20);
    /// let mut compile = |rules: &str| {
    ///     std::fs::write(directory.join("web"), rules)?;
    ///     compiler.forget_included();
    ///     Ok::<_, Box<dyn std::error::Error>>(compiler.compile(Input::text("p", "profile p { include <web> }"))?.into_blob())
    /// };
    /// assert_ne!(compile("/a r,\n")?, compile("/b r,\n")?);
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn included_limit(mut self, bytes: usize) -> Self {
        self.included_limit = bytes;
        self
    }

    /// Forgets the included files, so that the next call reads them as they are then.
    pub fn forget_included(&self) {
        let mut session = self.session.write().unwrap_or_else(PoisonError::into_inner);
        *session = session.fresh();
        #[cfg(feature = "cache")]
        if let Some(cache) = &self.cache {
            cache.forget_observations();
        }
    }

    /// A session for one call: it shares the included files, and its inputs go with it.
    pub(crate) fn session(&self) -> Session {
        let session = self.session.read().unwrap_or_else(PoisonError::into_inner).begin();
        if session.held() <= self.included_limit {
            return session;
        }
        self.forget_included();
        self.session.read().unwrap_or_else(PoisonError::into_inner).begin()
    }

    pub(crate) fn resolve_options(&self) -> &resolve::Options {
        &self.options
    }

    pub(crate) fn encode_settings(&self) -> &encode::Options {
        &self.encode
    }

    /// Parses, resolves and validates an input, and gives everything there is to say about it.
    ///
    /// # Errors
    /// [`CompileError::Read`] and [`CompileError::TooLarge`]. Errors in the text are in the diagnosis.
    pub fn check(&self, input: impl Into<Input>) -> Result<Diagnosis, CompileError> {
        let Opened { session, parts, mut diagnostics, .. } = self.open(input)?;
        for part in &parts {
            let mut raised = Diagnostics::new();
            let policy = resolve::resolve(&session, part.id, &self.options, &mut raised);
            encode::check(&policy, &self.target(), &self.encode, &self.encode_cache, &mut raised);
            let mut raised = raised.into_vec();
            part.relocate(&mut raised);
            diagnostics.append(&mut raised);
        }
        Ok(self.judged(diagnostics, &session))
    }

    /// Reads an input and what it includes: the first half of compiling it, which tells what it defines and what it depends on.
    ///
    /// ```
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap());
    /// let resolved = compiler.resolve(Input::text("p", "profile p { /x r, }"))?;
    /// assert!(resolved.profiles().all(|profile| &*profile.name == b"p"));
    /// assert!(!compiler.encode(&resolved)?.blob().is_empty());
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    ///
    /// # Errors
    /// [`CompileError::Read`] and [`CompileError::TooLarge`]. Errors in the text are in the diagnosis.
    pub fn resolve(&self, input: impl Into<Input>) -> Result<Resolved, CompileError> {
        let start = Instant::now();
        let Opened { session, id, parts, diagnostics: whole, .. } = self.open(input)?;
        let (mut policies, mut raised, mut all) = (Vec::new(), Vec::new(), whole.clone());
        for part in &parts {
            let mut diagnostics = Diagnostics::new();
            policies.push(resolve::resolve(&session, part.id, &self.options, &mut diagnostics));
            let mut diagnostics = diagnostics.into_vec();
            raised.push(diagnostics.clone());
            part.relocate(&mut diagnostics);
            all.append(&mut diagnostics);
        }
        let diagnosis = self.judged(all, &session);
        let raised = Raised { whole, parts: raised };
        Ok(Resolved { session, id, parts, policies, raised, diagnosis, resolve_us: since(start) })
    }

    /// Compiles what was read: the second half.
    ///
    /// # Errors
    /// [`CompileError::Rejected`] when it has errors, those of the first half among them; [`CompileError::Write`].
    pub fn encode(&self, resolved: &Resolved) -> Result<Compiled, CompileError> {
        let Resolved { session, parts, policies, raised, resolve_us, .. } = resolved;
        let each = parts.iter().zip(policies).zip(&raised.parts);
        let each = each.map(|((part, policy), raised)| (part, self.encode_part(policy, raised.clone())));
        self.join(session, raised.whole.clone(), each, || *resolve_us)
    }

    /// Compiles an input; with a cache (`Compiler::cache`, by the feature `cache`), only where that does not have it.
    ///
    /// # Errors
    /// [`CompileError::Rejected`] when it has errors, and all others.
    pub fn compile(&self, input: impl Into<Input>) -> Result<Compiled, CompileError> {
        let Opened { session, parts, diagnostics, .. } = self.open(input)?;
        let resolve_us = Cell::new(0);
        let each = parts.iter().map(|part| (part, self.compile_part(&session, part.id, &resolve_us)));
        self.join(&session, diagnostics, each, || resolve_us.get())
    }

    /// The version word of the blobs that it makes; see [`encode::version_word`].
    #[must_use]
    #[doc(hidden)]
    pub fn version_word(&self) -> u32 {
        encode::version_word(&self.options.kernel, &self.encode)
    }

    /// The text with what it includes in place of its `include` rules.
    #[must_use]
    #[doc(hidden)]
    pub fn preprocess(&self, resolved: &Resolved) -> Vec<u8> {
        resolve::preprocess(&resolved.session, resolved.id, &self.options)
    }

    /// The variables that the text and what it includes declare.
    #[must_use]
    #[doc(hidden)]
    pub fn variables(&self, resolved: &Resolved) -> Vec<VariableValue> {
        resolve::variables(&resolved.session, resolved.id, &self.options)
    }

    /// Applies the severities that the user wants.
    fn judged(&self, diagnostics: Vec<Diagnostic>, session: &Session) -> Diagnosis {
        Diagnosis { diagnostics: self.levels.apply(diagnostics), sources: Arc::clone(&session.sources) }
    }

    fn target(&self) -> encode::Target {
        encode::Target { kernel: Arc::clone(&self.options.kernel) }
    }
}
