//! The linter: texts in, findings out.

mod examine;
#[cfg(feature = "kubernetes")]
mod manifests;
mod settle;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::automata::Pattern;
#[cfg(feature = "ide")]
use crate::automata::Symbol;
use crate::compiler::{CompileError, Compiler, Input};
use crate::encode;
use crate::parallel;
use crate::resolve::{self, Session, Sessions};
#[cfg(feature = "ide")]
use crate::source::Text;
use crate::source::{SourceError, SourceId, SourceMap};

use super::finding::Finding;
use super::paths::PathPatterns;
use super::relations::Relations;
use super::rule::Rule;
use super::rules::RULES;
use super::select::{Selection, UnknownRule, named};
use settle::LintRun;

/// The result of a run.
///
/// ```
/// use armorer::lint::Linter;
/// use armorer::{Compiler, Features, Input};
///
/// let linter = Linter::new(&Compiler::new(Features::builtin("linux-7.2").unwrap()));
/// let outcome = linter.lint([Input::text("p", "profile p /p {\n  /usr/bin/dash Ux, # armorer: allow(danger) a shell\n}\n")])?;
/// assert_eq!(outcome.suppressed, 1);
/// let places: Vec<_> = outcome.findings.iter().map(|found| outcome.sources().describe(found.span())).collect();
/// assert_eq!(places, ["p:1:1"], "there is no `abi` rule");
/// # Ok::<(), armorer::CompileError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LintOutcome {
    /// The findings in the order of their places.
    pub findings: Vec<Finding>,
    /// The number of other findings, which comments have kept quiet.
    pub suppressed: usize,
    sources: Arc<SourceMap>,
}

impl LintOutcome {
    /// The texts that spans of findings point into.
    #[must_use]
    pub fn sources(&self) -> &Arc<SourceMap> {
        &self.sources
    }
}

/// Lints profiles.
///
/// A linter that lives long does not grow with each call: the texts of inputs go with the [`LintOutcome`], and what is kept of included
/// files is bounded as in its compiler. It does not look whether those have changed; see [`Linter::forget_included`].
///
/// ```
/// use armorer::lint::{Linter, Selection};
/// use armorer::{Compiler, Features, Input};
///
/// let linter = Linter::new(&Compiler::new(Features::builtin("linux-7.2").unwrap()));
/// let text = "abi <kernel>,\nprofile p /usr/bin/p {\n  /usr/bin/helper Ux,\n}\n";
/// let outcome = linter.lint([Input::text("p", text)])?;
/// assert_eq!(outcome.findings[0].code, "AA0101");
/// assert_eq!(outcome.sources().describe(outcome.findings[0].span()), "p:3:3");
///
/// // A whole tree, as CI lints it: other rules, none of those that take their time.
/// let linter = Linter::new(&Compiler::new(Features::builtin("linux-7.2").unwrap()))
///     .selection(Selection::only(["danger", "portability"])?)
///     .automata(false)
///     .complete(true)
///     .scope("/srv/policy")
///     .root("/srv/policy")
///     .ignore_in("vendor/**", ["portability"])?;
/// assert_eq!(linter.lint([Input::text("/srv/policy/vendor/p", text)])?.findings.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Linter {
    sessions: Sessions,
    options: resolve::ResolveOptions,
    encode: encode::EncodeOptions,
    selection: Selection,
    automata: bool,
    complete: bool,
    scope: Vec<PathBuf>,
    per_file: Vec<(Pattern, Vec<&'static Rule>)>,
    root: PathBuf,
    memory: Mutex<Arc<LintCache>>,
    memory_limit: usize,
}

/// One call of a linter. The texts of the inputs go with it.
struct LintPass<'a> {
    linter: &'a Linter,
    session: Session,
    memory: Arc<LintCache>,
}

/// The cached results about rules and patterns; they depend on no text, and several linters may share them.
#[derive(Debug, Default)]
pub(crate) struct LintCache {
    encode_cache: encode::EncodeCache,
    patterns: PathPatterns,
    relations: Relations,
}

/// The approximate number of patterns, and pairs of them, that are remembered. A profile of the largest has 5,000 patterns.
const MEMORY_LIMIT: usize = 1 << 17;

impl LintCache {
    /// Returns the number of its patterns and of pairs of them.
    fn len(&self) -> usize {
        self.patterns.len() + self.relations.len()
    }
}

#[cfg(feature = "ide")]
impl LintCache {
    /// Returns the cached contributions of rules to automata.
    pub(crate) fn encode_cache(&self) -> &encode::EncodeCache {
        &self.encode_cache
    }

    /// A shortest path that both of two patterns match, in stored form with variables expanded.
    pub(crate) fn common(&self, a: &Text, b: &Text) -> Option<Arc<[Symbol]>> {
        let (a, b) = (self.patterns.get(a), self.patterns.get(b));
        let (Some(a), Some(b)) = (&a.pattern, &b.pattern) else { return None };
        let (of_a, of_b) = (self.relations.facts(a), self.relations.facts(b));
        if of_a.may_meet(&of_b) { self.relations.of((&**a, &*of_a), (&**b, &*of_b)).common } else { None }
    }

    /// Whether it has grown so much that a new one is better.
    pub(crate) fn is_large(&self) -> bool {
        self.len() > MEMORY_LIMIT
    }
}

impl Linter {
    /// A linter for what a compiler compiles, with its kernel, its files and its limits, and with the rules that are on by default.
    #[must_use]
    pub fn new(compiler: &Compiler) -> Linter {
        Linter {
            sessions: compiler.share_sessions(),
            options: compiler.resolve_options().clone(),
            encode: compiler.encode_settings().clone(),
            selection: Selection::default(),
            automata: true,
            complete: false,
            scope: Vec::new(),
            per_file: Vec::new(),
            root: PathBuf::from("."),
            memory: Mutex::default(),
            memory_limit: MEMORY_LIMIT,
        }
    }

    /// Sets the rules that are on.
    #[must_use]
    pub fn selection(mut self, selection: Selection) -> Linter {
        self.selection = selection;
        self
    }

    /// Whether rules that need automata are checked; they take most of the time.
    #[must_use]
    pub fn automata(mut self, automata: bool) -> Linter {
        self.automata = automata;
        self
    }

    /// Whether the inputs are all the policy there is, so that a profile that is not among them does not exist. Rules about
    /// profiles that do not exist say nothing otherwise.
    #[must_use]
    pub fn complete(mut self, complete: bool) -> Linter {
        self.complete = complete;
        self
    }

    /// Adds a directory: findings in included files below it are reported as well, not only those in the inputs.
    #[must_use]
    pub fn scope(mut self, directory: impl Into<PathBuf>) -> Linter {
        self.scope.push(directory.into());
        self
    }

    /// The directory that the globs of [`Linter::ignore_in`] are relative to, where it is not that of the process.
    #[must_use]
    pub fn root(mut self, directory: impl Into<PathBuf>) -> Linter {
        self.root = directory.into();
        self
    }

    /// Rules that are off in files whose path, relative to [`Linter::root`], matches a glob of the profile language.
    ///
    /// # Errors
    /// When a word names no rule.
    pub fn ignore_in<S: AsRef<str>>(
        mut self,
        glob: &str,
        words: impl IntoIterator<Item = S>,
    ) -> Result<Linter, UnknownRule> {
        let mut rules = Vec::new();
        for word in words {
            rules.extend(named(word.as_ref())?);
        }
        let glob = format!("/{}", glob.trim_start_matches("./").trim_start_matches('/'));
        if let Some(pattern) = encode::path_pattern(glob.as_bytes()) {
            self.per_file.push((pattern, rules));
        }
        Ok(self)
    }

    /// Forgets the included files, so that the next call reads them as they are then.
    ///
    /// ```
    /// use armorer::{Compiler, Features, Input, Linter};
    ///
    /// let linter = Linter::new(&Compiler::new(Features::builtin("linux-7.2").unwrap()));
    /// for text in ["profile p /p { }", "profile p /p { /etc/p.conf r, }"] {
    ///     // Each time that files have changed.
    ///     linter.forget_included();
    ///     linter.lint([Input::text("p", text)])?;
    /// }
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    pub fn forget_included(&self) {
        self.sessions.forget();
    }

    /// Lints inputs that belong together. A text whose name or contents are those of a Kubernetes manifest is linted as one.
    ///
    /// # Errors
    /// [`CompileError::Read`] and [`CompileError::TooLarge`].
    pub fn lint(&self, inputs: impl IntoIterator<Item = Input>) -> Result<LintOutcome, CompileError> {
        if self.sessions.are_full() {
            self.forget_included();
        }
        let pass = LintPass { linter: self, session: self.sessions.begin(), memory: self.memory() };
        let ids = inputs.into_iter().map(|input| input.add_to(&pass.session)).collect::<Result<_, _>>()?;
        Ok(pass.lint(ids)?)
    }

    /// Lints like [`Linter::lint`], for texts that a session has, and with what others have worked out.
    #[cfg(feature = "ide")]
    pub(crate) fn lint_session(
        &self,
        session: Session,
        memory: Arc<LintCache>,
        ids: Vec<SourceId>,
    ) -> Result<LintOutcome, SourceError> {
        LintPass { linter: self, session, memory }.lint(ids)
    }

    /// Returns the cached results, unless they have grown too large.
    fn memory(&self) -> Arc<LintCache> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.len() > self.memory_limit {
            *memory = Arc::default();
        }
        Arc::clone(&memory)
    }

    /// Whether a rule is on, and has the time it takes.
    fn runs(&self, rule: &Rule) -> bool {
        self.selection.includes(rule) && (self.automata || !rule.needs_automata())
    }

    /// The rules that are checked.
    fn running(&self) -> impl Iterator<Item = &'static Rule> {
        RULES.iter().copied().filter(|rule| self.runs(rule))
    }
}

impl LintPass<'_> {
    fn lint(self, ids: Vec<SourceId>) -> Result<LintOutcome, SourceError> {
        let mut run = LintRun::default();
        #[cfg(feature = "kubernetes")]
        let ids = self.open_manifests(ids, &mut run)?;
        for (&id, examined) in ids.iter().zip(parallel::map(&ids, |&id| self.examine(id))) {
            let name = self.session.sources.get(id).name().to_owned();
            run.inputs.insert(name.clone());
            run.take(name, examined);
        }
        self.examine_included(&mut run);
        self.examine_set(&mut run);
        #[cfg(feature = "kubernetes")]
        self.examine_manifests(&mut run);
        Ok(self.settle(run))
    }
}

#[cfg(test)]
mod tests;
