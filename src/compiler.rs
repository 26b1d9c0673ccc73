//! The whole pipeline in one builder: a [`Compiler`] takes an [`Input`] and returns binary policy ([`Compiled`]) or a [`CompileError`].

mod error;
mod input;
#[cfg(feature = "kubernetes")]
mod manifest;
mod options;
mod part;
mod proof;
mod result;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

#[cfg(feature = "cache")]
use crate::cache::{Cache, CacheStatistics};
use crate::diagnostic::{Diagnostic, Diagnostics, Levels};
use crate::encode::{self, since};
use crate::features::Features;
use crate::resolve::{self, Session, Sessions, VariableValue};
#[cfg(any(feature = "draft", feature = "log"))]
use crate::source::FileKind;
use crate::source::FileSystem;

pub use crate::encode::CompiledProfile;
pub use error::{CompileError, Diagnosis};
pub use input::Input;
pub use proof::Reformatted;
pub use result::{Compiled, Resolved, Timings};

use input::OpenedInput;
use result::RaisedDiagnostics;

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
    sessions: Sessions,
    options: resolve::ResolveOptions,
    encode: encode::EncodeOptions,
    encode_cache: encode::EncodeCache,
    levels: Levels,
    /// Whether the next input is the only one.
    is_for_one: bool,
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
            sessions: Sessions::new(Session::new(FileSystem), INCLUDED_LIMIT),
            options: resolve::ResolveOptions {
                policy: Some(Arc::clone(&kernel)),
                ..resolve::ResolveOptions::new(kernel)
            },
            encode: encode::EncodeOptions::default(),
            encode_cache: encode::EncodeCache::default(),
            levels: Levels::new(),
            is_for_one: false,
            #[cfg(feature = "cache")]
            cache: None,
        }
    }

    /// A compiler for what a session has read.
    #[cfg(feature = "ide")]
    pub(crate) fn in_session(session: Session, options: resolve::ResolveOptions) -> Compiler {
        let kernel = Features::clone(&options.kernel);
        Compiler { sessions: Sessions::new(session, INCLUDED_LIMIT), options, ..Compiler::new(kernel) }
    }

    /// Whether only one input is compiled: what it includes is let go as soon as it is resolved, and encoding takes the memory of those
    /// trees. What more inputs include would be read again for each.
    #[cfg(feature = "cli")]
    pub(crate) fn for_one(self, is_for_one: bool) -> Self {
        Compiler { is_for_one, ..self }
    }

    /// Keeps blobs in a cache, and takes them from it: see [`Compiler::compile`].
    #[cfg(feature = "cache")]
    #[must_use]
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Returns the statistics of the cache; `None` without one.
    #[cfg(feature = "cache")]
    #[must_use]
    pub fn cache_statistics(&self) -> Option<CacheStatistics> {
        self.cache.as_ref().map(Cache::statistics)
    }

    /// Forgets the included files, so that the next call reads them as they are then.
    pub fn forget_included(&self) {
        self.sessions.forget();
        #[cfg(feature = "cache")]
        if let Some(cache) = &self.cache {
            cache.forget_observations();
        }
    }

    /// A session for one call: it shares the included files, and its inputs go with it.
    pub(crate) fn session(&self) -> Session {
        if self.sessions.are_full() {
            self.forget_included();
        }
        self.sessions.begin()
    }

    /// Sessions for others that have the compiler's files.
    pub(crate) fn share_sessions(&self) -> Sessions {
        self.sessions.fork()
    }

    pub(crate) fn resolve_options(&self) -> &resolve::ResolveOptions {
        &self.options
    }

    /// Whether there is a file or directory for `include <path>` or `abi <path>`.
    #[cfg(any(feature = "draft", feature = "log"))]
    pub(crate) fn has_include(&self, path: &str) -> bool {
        let session = self.session();
        self.options.search_list().any(|directory| {
            let kind = session.loader().kind(&directory.join(path));
            matches!(kind, Ok(FileKind::File | FileKind::Directory))
        })
    }

    pub(crate) fn encode_settings(&self) -> &encode::EncodeOptions {
        &self.encode
    }

    /// Parses, resolves and validates an input, and gives everything there is to say about it.
    ///
    /// # Errors
    /// [`CompileError::Read`] and [`CompileError::TooLarge`]. Errors in the text are in the diagnosis.
    pub fn check(&self, input: impl Into<Input>) -> Result<Diagnosis, CompileError> {
        let OpenedInput { session, parts, mut diagnostics, .. } = self.open(input)?;
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
        let OpenedInput { session, id, parts, diagnostics: whole, .. } = self.open(input)?;
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
        let raised = RaisedDiagnostics { whole, parts: raised };
        Ok(Resolved { session, id, parts, policies, raised, diagnosis, resolve_us: since(start) })
    }

    /// Compiles what was read: the second half.
    ///
    /// # Errors
    /// [`CompileError::Rejected`] when it has errors, those of the first half among them; [`CompileError::Write`].
    pub fn encode(&self, resolved: &Resolved) -> Result<Compiled, CompileError> {
        let Resolved { session, parts, policies, raised, resolve_us, .. } = resolved;
        let each = parts.iter().zip(policies).zip(&raised.parts);
        let each =
            each.map(|((part, policy), raised)| (part, self.encode_part(policy, &self.encode_cache, raised.clone())));
        self.join(session, raised.whole.clone(), each, || *resolve_us)
    }

    /// Compiles an input; with a cache (`Compiler::cache`, by the feature `cache`), only where that does not have it.
    ///
    /// # Errors
    /// [`CompileError::Rejected`] when it has errors, and all others.
    pub fn compile(&self, input: impl Into<Input>) -> Result<Compiled, CompileError> {
        let OpenedInput { session, parts, diagnostics, .. } = self.open(input)?;
        let resolve_us = Cell::new(0);
        let last = parts.last().map(|part| part.id).filter(|_| self.is_for_one);
        let compile = |id| self.compile_part(&session, id, last == Some(id), &resolve_us);
        let each = parts.iter().map(|part| (part, compile(part.id)));
        self.join(&session, diagnostics, each, || resolve_us.get())
    }

    /// The version word of the blobs that it makes.
    #[must_use]
    #[doc(hidden)]
    pub fn version_word(&self) -> u32 {
        encode::version_word(&self.options.kernel, &self.encode)
    }

    /// Whether the kernel mediates the addresses of sockets.
    #[cfg(feature = "log")]
    pub(crate) fn mediates_addresses(&self) -> bool {
        ["network_v8/af_inet", "network_v9/af_inet"].into_iter().any(|path| self.options.kernel.supports(path))
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
