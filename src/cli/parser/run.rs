//! Inputs from text to policy, side by side.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use super::cache::{Cache, Entry, Lookup, Sources};
use super::inputs::{File, Input, ignored};
use super::load::{self, Name};
use super::options::{Action, Options, PromptCompat};
use super::output::{Output, errno_status, strerror};
use super::report::{self, Subject};
use super::warnings::Classes;
use super::{debug, dump, jobs};
use crate::atomic;
use crate::cli::eprint_line;
use crate::cli::links::List;
use crate::compiler::{self, CompileError, Compiler, Diagnosis, Resolved};
use crate::features::Features;
use crate::kernel::Kernel;
use crate::policy::{Dependency, Policy, ProfileMode, RuleKind, RuleMode};
use crate::source::read_limited;

/// All that inputs have in common.
pub(super) struct Run<'a> {
    pub(super) options: &'a Options,
    pub(super) kernel_features: &'a Features,
    pub(super) policy_features: Option<&'a Features>,
    /// Where policy is loaded; `None` where it is not.
    pub(super) kernel: Option<Kernel>,
    pub(super) cache: Option<Cache>,
    /// Before the first input was read.
    pub(super) began: SystemTime,
    compiler: OnceLock<Compiler>,
    /// For files in `force-complain/`.
    complaining: OnceLock<Compiler>,
}

/// An input that is ready.
pub(super) struct Prepared {
    pub(super) output: Output,
    /// 0, or why there is nothing to do.
    pub(super) status: u8,
    pub(super) then: Then,
}

/// The remaining work, in the order of the inputs.
pub(super) enum Then {
    Nothing,
    Emit(Emission),
    Cached(Box<CacheHit>),
    Binary { bytes: Vec<u8>, path: PathBuf },
    Remove(Vec<Name>),
}

/// The policy of an input.
pub(super) struct Emission {
    pub(super) blob: Vec<u8>,
    pub(super) names: Vec<Name>,
    pub(super) entry: Option<Entry>,
}

/// The policy of an input as the cache has it.
pub(super) struct CacheHit {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
    /// To compile it after all, if the kernel does not take it.
    pub(super) resolved: Resolved,
    pub(super) file: File,
    pub(super) entry: Option<Entry>,
}

impl Prepared {
    fn failed(output: Output, status: u8) -> Prepared {
        Prepared { output, status, then: Then::Nothing }
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(
        options: &'a Options,
        kernel_features: &'a Features,
        policy_features: Option<&'a Features>,
        kernel: Option<Kernel>,
        cache: Option<Cache>,
    ) -> Run<'a> {
        let began = SystemTime::now();
        let (compiler, complaining) = (OnceLock::new(), OnceLock::new());
        Run { options, kernel_features, policy_features, kernel, cache, began, compiler, complaining }
    }

    /// Works on all inputs, and gives the status of the last that fails.
    pub(super) fn inputs(&self, inputs: &[Input], threads: usize) -> u8 {
        let mut status = 0;
        let mut file = Vec::new();
        let all = jobs::in_order(
            inputs,
            threads,
            |input| self.prepare(input),
            |prepared| {
                let failed = self.finish(prepared, &mut file);
                if failed != 0 {
                    status = failed;
                }
                if failed != 0 && self.options.abort_on_error {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        if let Err(error) = all {
            eprint_line(format_args!("{}: {error}", self.options.program));
            status = 1;
        }
        if let Action::Ofile(path) = &self.options.action
            && atomic::write(path, &file).is_err()
        {
            eprint_line(format_args!("{}: Could not open file {}", self.options.program, path.display()));
            status = 1;
        }
        status
    }

    pub(super) fn compiler(&self, complain: bool) -> &Compiler {
        let (cell, force_complain) =
            if complain { (&self.complaining, true) } else { (&self.compiler, self.options.complain) };
        cell.get_or_init(|| {
            let options = self.options;
            let policy = options.override_abi.as_ref().or(self.policy_features);
            let compiler = Compiler::new(self.kernel_features.clone())
                .policy_features(policy.cloned())
                .ignore_abi_rules(options.override_abi.is_some())
                .namespace(options.namespace.clone())
                .base(&options.base)
                .force_complain(force_complain)
                .read_implies_mmap(options.read_implies_exec);
            options.include.iter().fold(compiler, |compiler, directory| compiler.include_dir(directory))
        })
    }

    /// All that can be done beside other inputs.
    fn prepare(&self, input: &Input) -> Prepared {
        let mut output = Output::default();
        match input {
            Input::Note { text, status } => {
                output.err(text.as_bytes());
                Prepared::failed(output, *status)
            }
            Input::Stdin => self.prepare_stdin(output),
            Input::File(file) => self.prepare_file(file, output),
        }
    }

    fn prepare_stdin(&self, mut output: Output) -> Prepared {
        let options = self.options;
        let name = "stdin";
        if options.write_cache {
            let text = format!("{}: cannot use or update cache, disable, or force-complain via stdin", options.program);
            if let Err(stop) = options.warn(Classes::CACHE, &text, &mut output) {
                return Prepared::failed(output, stop.0);
            }
        }
        let text = match read_limited(io::stdin().lock()) {
            Ok(text) => text,
            Err(error) => return unreadable(name, &error, output),
        };
        if options.binary {
            return Prepared { output, status: 0, then: Then::Binary { bytes: text, path: name.into() } };
        }
        let Some(resolved) = self.resolve(self.compiler(false), None, name, &text, &mut output) else {
            return Prepared::failed(output, 1);
        };
        self.show_miss(name, &mut output);
        self.compile(self.compiler(false), None, name, &resolved, None, output)
    }

    fn prepare_file(&self, file: &File, mut output: Output) -> Prepared {
        let options = self.options;
        let name = file.path.display().to_string();
        let lists = !options.binary && !matches!(options.action, Action::Remove | Action::Preprocess);
        if lists && self.listed(List::Disable, file) {
            if !options.quiet {
                let (base, file) = (options.base.display(), shown_name(file));
                output.err_line(&format!("Skipping profile in {base}/disable: {file}"));
            }
            return Prepared { output, status: 0, then: Then::Nothing };
        }
        let complain = lists && self.listed(List::ForceComplain, file);
        if complain {
            let (base, file) = (options.base.display(), shown_name(file));
            output.err_line(&format!("Warning: found {file} in {base}/force-complain, forcing complain mode"));
        }
        let (text, modified) = match read(&file.path) {
            Ok(read) => read,
            Err(error) => return unreadable(&name, &error, output),
        };
        if options.binary {
            return Prepared { output, status: 0, then: Then::Binary { bytes: text, path: file.path.clone() } };
        }
        let compiler = self.compiler(complain);
        let Some(resolved) = self.resolve(compiler, Some(&file.operand), &name, &text, &mut output) else {
            return Prepared::failed(output, 1);
        };
        let uncached = complain || options.complain;
        if uncached && options.write_cache {
            let text = format!("Caching disabled for: '{}' due to force complain", shown_name(file));
            if options.warns(Classes::CACHE) {
                output.err_line(&format!("Warning from {name} ({name} line 1): {text}"));
            }
        }
        let Some((cache, cache_name)) = self.cache.as_ref().zip(file.name()).filter(|_| !uncached) else {
            self.show_miss(&name, &mut output);
            return self.compile(compiler, Some(&file.operand), &name, &resolved, None, output);
        };
        let [policy] = resolved.policies() else { return Prepared::failed(output, 1) };
        let sources = Sources::of((&file.path, modified), policy, self.began);
        let entry = cache.entry(cache_name, &sources);
        if cache.read {
            match cache.lookup(cache_name, &sources, compiler.version_word()) {
                Lookup::Hit { path, bytes } => {
                    if options.show_cache {
                        output.err_line(&format!("Cache hit: {}", path.display()));
                    }
                    let hit = CacheHit { path, bytes, resolved, file: file.clone(), entry };
                    return Prepared { output, status: 0, then: Then::Cached(Box::new(hit)) };
                }
                Lookup::Miss(Some((class, text))) if options.warns(class) => {
                    output.err_line(&format!("Warning from {name} ({name} line 1): {}: {text}", options.program));
                }
                Lookup::Miss(_) => {}
            }
        }
        self.show_miss(&name, &mut output);
        self.compile(compiler, Some(&file.operand), &name, &resolved, entry, output)
    }

    /// Whether a list of the base has a file.
    fn listed(&self, list: List, file: &File) -> bool {
        file.name().is_some_and(|name| list.has(&self.options.base, name))
    }

    pub(super) fn show_miss(&self, name: &str, output: &mut Output) {
        if self.options.show_cache {
            output.err_line(&format!("Cache miss: {name}"));
        }
    }

    /// Reads a text with what it includes; `None` after an error.
    fn resolve(
        &self,
        compiler: &Compiler,
        operand: Option<&str>,
        name: &str,
        text: &[u8],
        output: &mut Output,
    ) -> Option<Resolved> {
        let options = self.options;
        let mut resolved = match compiler.resolve(compiler::Input::text(name, text)) {
            Ok(resolved) => resolved,
            Err(error) => {
                output.err_line(&format!("AppArmor parser error for {name} in profile {name} at line 1: {error}"));
                return None;
            }
        };
        for dependency in resolved.policies().iter().flat_map(|policy| &policy.dependencies) {
            if let Dependency::Directory { path, entries } = dependency {
                let mut names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
                names.sort_unstable();
                let notes = names.into_iter().filter_map(|name| ignored(name.as_ref(), &path.join(name)));
                notes.for_each(|note| output.err(note));
            }
        }
        let mut diagnostics = resolved.diagnosis().diagnostics().to_vec();
        if matches!(options.action, Action::Names | Action::Preprocess) {
            diagnostics.retain(|diagnostic| !report::is_late(diagnostic.code));
        }
        let subject = subject(operand, name, &resolved)?;
        if report::overridden(options, &subject, output) | report::report(options, &subject, &diagnostics, output) {
            return None;
        }
        if options.prompt_compat == PromptCompat::Flag {
            resolved.policies_mut().iter_mut().for_each(prompt_by_mode);
        }
        Some(resolved)
    }

    /// Makes of a text what the action wants.
    fn compile(
        &self,
        compiler: &Compiler,
        operand: Option<&str>,
        name: &str,
        resolved: &Resolved,
        entry: Option<Entry>,
        mut output: Output,
    ) -> Prepared {
        let options = self.options;
        let [policy] = resolved.policies() else { return Prepared::failed(output, 1) };
        let done = |output| Prepared { output, status: 0, then: Then::Nothing };
        match options.action {
            Action::Names => {
                output.out(dump::names(policy));
                return done(output);
            }
            Action::Preprocess => {
                output.out(compiler.preprocess(resolved));
                return done(output);
            }
            _ => {}
        }
        if options.dump_variables {
            output.out(dump::variables(&compiler.variables(resolved), false));
        }
        if options.dump_expanded_variables {
            output.out(dump::variables(&compiler.variables(resolved), true));
        }
        if options.debug {
            debug::profiles(policy, options.read_implies_exec, &mut output);
        }
        if options.dump_variables || options.dump_expanded_variables || options.debug {
            return done(output);
        }
        if options.action == Action::Remove {
            let names = load::top_level(policy);
            return Prepared { output, status: 0, then: Then::Remove(names) };
        }
        match self.blob(compiler, operand, name, resolved, &mut output) {
            Some(blob) => {
                let names = load::children_first(policy);
                if options.show_dfa_cache {
                    let miss = |name: &Name| output.err([b"DFA cache miss: ", &name.full[..], b"\n"].concat());
                    names.iter().for_each(miss);
                }
                let compiled = Emission { blob, names, entry };
                Prepared { output, status: 0, then: Then::Emit(compiled) }
            }
            None => Prepared::failed(output, 1),
        }
    }

    /// The binary policy of a text; `None` after an error.
    pub(super) fn blob(
        &self,
        compiler: &Compiler,
        operand: Option<&str>,
        name: &str,
        resolved: &Resolved,
        output: &mut Output,
    ) -> Option<Vec<u8>> {
        let subject = subject(operand, name, resolved)?;
        // Those of the first half are said.
        let said = resolved.diagnosis().diagnostics().len();
        let new = |diagnosis: &Diagnosis| diagnosis.diagnostics().get(said..).unwrap_or_default().to_vec();
        match compiler.encode(resolved) {
            Ok(compiled) => {
                let failed = report::report(self.options, &subject, &new(compiled.diagnosis()), output);
                (!failed).then(|| compiled.into_blob())
            }
            Err(CompileError::Rejected(diagnosis)) => {
                report::report(self.options, &subject, &new(&diagnosis), output);
                None
            }
            Err(error) => {
                let operand = operand.unwrap_or(name);
                output.err_line(&format!("AppArmor parser error for {operand} in profile {name} at line 1: {error}"));
                None
            }
        }
    }
}

/// Diagnostics of an input with the texts that they point into.
fn subject<'a>(operand: Option<&'a str>, name: &'a str, resolved: &'a Resolved) -> Option<Subject<'a>> {
    let policy = resolved.policies().first()?;
    Some(Subject { operand, name, policy, sources: resolved.diagnosis().sources() })
}

/// The file's text, and when it was last changed before it was read.
fn read(path: &Path) -> io::Result<(Vec<u8>, SystemTime)> {
    let file = fs::File::open(path)?;
    let modified = file.metadata()?.modified()?;
    Ok((read_limited(file)?, modified))
}

fn unreadable(name: &str, error: &io::Error, mut output: Output) -> Prepared {
    output.err_line(&format!("Error: Could not read profile {name}: {}.", strerror(error)));
    Prepared::failed(output, errno_status(error))
}

fn shown_name(file: &File) -> String {
    file.name().unwrap_or_default().display().to_string()
}

/// `--prompt-compat=flag`: the mode of a profile says that the user is asked, where a rule for files does. Its children keep theirs.
fn prompt_by_mode(policy: &mut Policy) {
    for profile in &mut policy.profiles {
        let prompts = profile
            .rules
            .iter()
            .any(|rule| rule.prefix.mode == Some(RuleMode::Prompt) && matches!(rule.kind, RuleKind::File(_)));
        if prompts {
            profile.flags.mode = ProfileMode::Prompt;
        }
    }
}
