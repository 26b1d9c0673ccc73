//! The options of a compiler.

use std::path::PathBuf;
use std::sync::Arc;

use super::Compiler;
use crate::diagnostic::Levels;
use crate::features::Features;
use crate::resolve::Session;
use crate::source::{Loader, Text};

impl Compiler {
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

    /// Sets the loader that files come from.
    #[must_use]
    pub fn loader(mut self, loader: impl Loader + 'static) -> Self {
        self.sessions = self.sessions.restart(Session::new(loader));
        self
    }

    /// Sets the features that files without an `abi` rule are written for; `None` means the features of AppArmor 2.x, which
    /// know no sockets: [`Features::default_policy`].
    ///
    /// ```
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let kernel = || Features::builtin("linux-6.12").unwrap();
    /// let text = "profile p {\n  userns create,\n}\n";
    /// let warns = |compiler: Compiler| compiler.check(Input::text("p", text)).map(|found| !found.diagnostics().is_empty());
    /// assert!(!warns(Compiler::new(kernel()))?);
    /// assert!(warns(Compiler::new(kernel()).policy_features(None).ignore_abi_rules(true))?);
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

    /// Sets the approximate maximum of memory that an automaton may take while it is built, in bytes. The default is 128 MiB.
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

    /// Whether [`Timings`](super::Timings) tell how many states there were before those that mean the same were merged. Counting takes time.
    #[must_use]
    #[doc(hidden)]
    pub fn count_states(mut self, count: bool) -> Self {
        self.encode.count_states = count;
        self
    }

    /// Sets whether every profile is in complain mode, whatever its own mode is.
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

    /// Sets the warnings that count as errors, and those that are dropped.
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

    /// Sets the approximate number of bytes of included files that are kept from one call to the next. Files beyond it are forgotten, and
    /// read again.
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
        self.sessions = self.sessions.with_limit(bytes);
        self
    }
}
