//! Turns syntax trees into the resolved [`Policy`]: includes, variables, conditionals, blocks and aliases are gone, every rule is
//! checked.
//!
//! Resolving is one pass in source order. The preamble sets variables, aliases and the features that the policy is written for. For
//! each profile follow its header (everything of a [`Profile`] except the rules), its body rule by rule ([`lower`] checks a rule, the
//! prefixes of the blocks around it are filled in, its variables are expanded), and last the work that needs all rules: adding those
//! that others imply, copying rules for aliases, and merging equal ones. The files `profile.rs` and `body.rs` follow this order, and
//! are the ones to read first.
//!
//! Errors do not stop the pass; a policy is complete only if none was raised.
//!
//! ```
//! use std::sync::Arc;
//! use armorer::diagnostic::Diagnostics;
//! use armorer::features::Features;
//! use armorer::resolve::{ResolveOptions, Session, resolve};
//! use armorer::source::Memory;
//!
//! let session = Session::new(Memory::new().with("/base/tunables/global", "@{bin} = /bin /usr/bin\n"));
//! let text = b"abi <kernel>,\ninclude <tunables/global>\nprofile p {\n  @{bin}/cat rix,\n}\n";
//! let input = session.sources.add("demo", *text)?;
//! let options = ResolveOptions { base: "/base".into(), ..ResolveOptions::new(Arc::new(Features::default_policy())) };
//! let mut diagnostics = Diagnostics::new();
//! let policy = resolve(&session, input, &options, &mut diagnostics);
//! assert!(!diagnostics.has_errors());
//! let armorer::policy::RuleKind::File(rule) = &policy.profiles[0].rules[0].kind else { panic!() };
//! assert_eq!(&*rule.path.value, b"{/bin,/usr/bin}/cat");
//! # Ok::<(), armorer::source::SourceError>(())
//! ```

mod abi;
mod alias;
mod all;
mod blocks;
mod body;
mod compat;
mod condition;
mod conflicts;
#[cfg(feature = "ide")]
mod editor;
mod expand;
mod expanded;
mod flags;
mod header;
mod implied;
mod include;
pub mod lower;
mod preamble;
mod preprocess;
mod profile;
mod session;
mod sessions;
mod transitions;
mod values;
mod variables;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::features::Features;
use crate::policy::{Dependency, Policy, Profile};
use crate::source::{SourceId, Span, Text};

use alias::Aliases;
use variables::Variables;

#[cfg(any(feature = "agent", feature = "draft", feature = "ide", feature = "internals"))]
pub use include::is_skipped;
#[cfg(any(feature = "suite", feature = "log", feature = "internals"))]
pub use include::policy_files;
pub use preprocess::preprocess;
#[cfg(feature = "ide")]
pub(crate) use session::IncludedFile;
pub use session::Session;
pub(crate) use sessions::Sessions;
pub use values::{VariableValue, variables};

/// The deepest nesting of includes, profiles, blocks and conditionals together. It bounds the stack; the deepest real policy
/// has about ten levels.
const MAX_DEPTH: u32 = 200;

/// Options of a run: the directories where files are looked for, and the target of the policy.
#[derive(Clone, Debug)]
pub struct ResolveOptions {
    /// The directory of policy, searched last for `<path>`.
    pub base: PathBuf,
    /// Directories that are searched first, in order.
    pub include_dirs: Vec<PathBuf>,
    /// The directory that paths without `<>` are relative to.
    pub working_directory: PathBuf,
    /// The features of the target kernel.
    pub kernel: Arc<Features>,
    /// The features that files without an `abi` rule are written for; without it they get [`Features::default_policy`] and a warning.
    pub policy: Option<Arc<Features>>,
    /// Whether `abi` rules are checked, but do not say what the policy is written for.
    pub ignore_abi_rules: bool,
    /// The namespace of all profiles, whatever they say.
    pub namespace: Option<Text>,
}

impl ResolveOptions {
    /// Policy in `/etc/apparmor.d`, no further directories, paths relative to the process's working directory, nothing pinned.
    #[must_use]
    pub fn new(kernel: Arc<Features>) -> Self {
        ResolveOptions {
            base: "/etc/apparmor.d".into(),
            include_dirs: Vec::new(),
            working_directory: ".".into(),
            kernel,
            policy: None,
            ignore_abi_rules: false,
            namespace: None,
        }
    }
}

/// Resolves one input file, which `session.sources` has.
///
/// The policy is complete if no error was raised. Of diagnostics that say the same about the same place, because several
/// profiles include it, only the first is raised.
pub fn resolve(session: &Session, input: SourceId, options: &ResolveOptions, diagnostics: &mut Diagnostics) -> Policy {
    finish(read(Resolver::new(session, options), input), diagnostics)
}

/// Does the work of [`resolve()`] for the last input of a session, and lets go of the trees of included files as soon as they are not
/// needed any more: what comes next takes their memory.
pub(crate) fn resolve_last(
    session: &Session,
    input: SourceId,
    options: &ResolveOptions,
    diagnostics: &mut Diagnostics,
) -> Policy {
    let resolver = Resolver { let_go: Some(FxHashMap::default()), ..Resolver::new(session, options) };
    let policy = finish(read(resolver, input), diagnostics);
    session.forget_included();
    policy
}

/// Does the work of [`resolve()`] and [`variables()`] in one go.
#[cfg(feature = "ide")]
pub(crate) fn resolve_all(
    session: &Session,
    input: SourceId,
    options: &ResolveOptions,
    diagnostics: &mut Diagnostics,
) -> (Policy, Vec<VariableValue>) {
    let mut resolver = read(Resolver::new(session, options), input);
    let variables = values::collect(&mut resolver.variables);
    (finish(resolver, diagnostics), variables)
}

fn read(mut resolver: Resolver<'_>, input: SourceId) -> Resolver<'_> {
    resolver.read(input);
    resolver.parents();
    if resolver.abi.is_none() && resolver.options.policy.is_none() && resolver.first_profile.is_some() {
        resolver.diagnostics.push(
            Diagnostic::new(Code::AbiMissing, "no `abi` rule: the default feature set applies", Span::new(input, 0, 0))
                .with_help("add `abi <abi/4.0>,` at the beginning of the file"),
        );
    }
    resolver
}

/// The policy, when all is read.
fn finish(resolver: Resolver<'_>, diagnostics: &mut Diagnostics) -> Policy {
    let Resolver { mut profiles, policy, diagnostics: raised, dependencies, .. } = resolver;
    profiles.sort_by(|a, b| (&a.namespace, &a.written_name).cmp(&(&b.namespace, &b.written_name)));
    let mut seen = FxHashSet::default();
    diagnostics.extend(raised.into_vec().into_iter().filter(|d| seen.insert((d.code, d.span(), d.message.clone()))));
    Policy { profiles, features: policy, dependencies: dependencies.list }
}

/// The state of one run.
struct Resolver<'a> {
    session: &'a Session,
    options: &'a ResolveOptions,
    diagnostics: Diagnostics,
    variables: Variables,
    aliases: Aliases,
    /// The features that the policy is written for.
    policy: Arc<Features>,
    /// The abi rule that set them.
    abi: Option<Span>,
    /// The files included in the preamble, or in the current body.
    once: IncludedOnce,
    /// Whether this is a branch not taken: it is checked, and then forgotten.
    dead: bool,
    /// Files spliced in so far, and their length.
    includes: usize,
    included_text: usize,
    /// Whether those were too many, or nested too deep: no further ones are spliced in.
    limited: bool,
    depth: u32,
    first_profile: Option<Span>,
    /// Whether there was a rule about sockets.
    sockets: bool,
    /// Namespaces and names of the top-level profiles so far.
    names: DeclaredNames,
    profiles: Vec<Profile>,
    dependencies: Dependencies,
    /// The texts of preambles whose trees are gone, by the keys of their files, where trees go as soon as they are used.
    let_go: Option<FxHashMap<String, SourceId>>,
}

/// The files and directories that were read.
#[derive(Default)]
struct Dependencies {
    list: Vec<Dependency>,
    /// The paths of each kind of dependency. As text, for paths take long to hash.
    known: FxHashMap<std::mem::Discriminant<Dependency>, FxHashSet<OsString>>,
}

impl Dependencies {
    fn add(&mut self, dependency: Dependency) {
        let known = self.known.entry(std::mem::discriminant(&dependency)).or_default();
        let path = dependency.path().as_os_str();
        if !known.contains(path) {
            known.insert(path.to_owned());
            self.list.push(dependency);
        }
    }
}

/// Keys of the files that are not included again.
#[derive(Clone, Debug, Default)]
struct IncludedOnce {
    included: FxHashSet<String>,
    /// The entries added by the current branch, which is not taken.
    dead: Vec<String>,
    /// The files included only by branches that are not taken.
    untaken: FxHashSet<String>,
}

impl IncludedOnce {
    /// Takes a key in; `false` if it was there.
    fn insert(&mut self, key: &str, dead: bool) -> bool {
        let new = self.included.insert(key.to_owned());
        if new && dead {
            self.dead.push(key.to_owned());
        }
        new
    }

    /// Forgets what the branch that ends here has added.
    fn leave_dead(&mut self) {
        for key in self.dead.drain(..) {
            self.included.remove(&key);
            self.untaken.insert(key);
        }
    }
}

/// The place of each namespace and name as written.
type DeclaredNames = FxHashMap<(Option<Text>, Text), Span>;

impl<'a> Resolver<'a> {
    fn new(session: &'a Session, options: &'a ResolveOptions) -> Resolver<'a> {
        Resolver {
            session,
            options,
            diagnostics: Diagnostics::new(),
            variables: Variables::default(),
            aliases: Aliases::default(),
            policy: options.policy.clone().unwrap_or_else(|| Arc::new(Features::default_policy())),
            abi: None,
            once: IncludedOnce::default(),
            dead: false,
            includes: 0,
            included_text: 0,
            limited: false,
            depth: 0,
            first_profile: None,
            sockets: false,
            names: FxHashMap::default(),
            profiles: Vec::new(),
            dependencies: Dependencies::default(),
            let_go: None,
        }
    }

    /// Reads the input.
    fn read(&mut self, input: SourceId) {
        let included = self.session.tree(input);
        self.report(&included.diagnostics);
        self.top_level(&included.file.items);
    }

    /// Takes over the diagnostics of the parser for a file.
    fn report(&mut self, diagnostics: &[Diagnostic]) {
        self.variables.incomplete |= diagnostics.iter().any(Diagnostic::is_error);
        self.diagnostics.extend(diagnostics.iter().cloned());
    }

    /// Goes one level deeper, unless that is too deep.
    fn deeper(&mut self, span: Span, code: Code, f: impl FnOnce(&mut Self)) {
        if self.depth >= MAX_DEPTH {
            let message = format!("includes, profiles and blocks are nested more than {MAX_DEPTH} deep");
            return self.end_includes(Diagnostic::new(code, message, span));
        }
        self.depth += 1;
        f(self);
        self.depth -= 1;
    }

    /// Reports that a limit is exceeded, and leaves out all includes that follow: files that include themselves several times would reach
    /// the limit in each of exponentially many ways.
    fn end_includes(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
        self.variables.incomplete = true;
        self.limited = true;
    }
}
