//! Compiles inputs in parallel, and handles their policy in order.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use super::cache::{CacheLookup, CacheSlot, PolicyCache, Sources};
use super::inputs::{InputFile, WorkItem, ignored};
use super::load::{self, LoadedName};
use super::options::{Action, ParserOptions, PromptCompat};
use super::output::{StreamOutput, errno_status, strerror};
use super::report::{self, DiagnosticSubject};
use super::warnings::WarningClasses;
use super::{debug, dump, jobs};
use crate::atomic;
use crate::cli::eprint_line;
use crate::cli::links::ProfileList;
use crate::compiler::{self, CompileError, Compiler, Diagnosis, Resolved};
use crate::features::Features;
use crate::kernel::Kernel;
use crate::policy::{Dependency, Policy, ProfileMode, RuleKind, RuleMode};
use crate::source::read_limited;

/// All that inputs have in common.
pub(super) struct ParserRun<'a> {
    pub(super) options: &'a ParserOptions,
    pub(super) kernel_features: &'a Features,
    pub(super) policy_features: Option<&'a Features>,
    /// The kernel that policy is loaded into; `None` where it is not loaded.
    pub(super) kernel: Option<Kernel>,
    pub(super) cache: Option<PolicyCache>,
    /// Before the first input was read.
    pub(super) began: SystemTime,
    compiler: OnceLock<Compiler>,
    /// The compiler for files in `force-complain/`.
    complain_compiler: OnceLock<Compiler>,
}

/// An input that is ready.
pub(super) struct PreparedInput {
    pub(super) output: StreamOutput,
    /// 0, or why there is nothing to do.
    pub(super) status: u8,
    pub(super) then: RemainingWork,
}

/// The remaining work, in the order of the inputs.
pub(super) enum RemainingWork {
    Nothing,
    Emit(EmittedPolicy),
    Cached(Box<CacheHit>),
    Binary { bytes: Vec<u8>, path: PathBuf },
    Remove(Vec<LoadedName>),
}

/// The policy of an input.
pub(super) struct EmittedPolicy {
    pub(super) blob: Vec<u8>,
    pub(super) names: Vec<LoadedName>,
    pub(super) entry: Option<CacheSlot>,
}

/// The policy of an input as the cache has it.
pub(super) struct CacheHit {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
    /// To compile it after all, if the kernel does not take it.
    pub(super) resolved: Resolved,
    pub(super) file: InputFile,
    pub(super) entry: Option<CacheSlot>,
}

impl PreparedInput {
    fn failed(output: StreamOutput, status: u8) -> PreparedInput {
        PreparedInput { output, status, then: RemainingWork::Nothing }
    }
}

impl<'a> ParserRun<'a> {
    pub(super) fn new(
        options: &'a ParserOptions,
        kernel_features: &'a Features,
        policy_features: Option<&'a Features>,
        kernel: Option<Kernel>,
        cache: Option<PolicyCache>,
    ) -> ParserRun<'a> {
        let began = SystemTime::now();
        let (compiler, complain_compiler) = (OnceLock::new(), OnceLock::new());
        ParserRun { options, kernel_features, policy_features, kernel, cache, began, compiler, complain_compiler }
    }

    /// Works on all inputs, and gives the status of the last that fails.
    pub(super) fn inputs(&self, inputs: &[WorkItem], threads: usize) -> u8 {
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
            if complain { (&self.complain_compiler, true) } else { (&self.compiler, self.options.complain) };
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
    fn prepare(&self, input: &WorkItem) -> PreparedInput {
        let mut output = StreamOutput::default();
        match input {
            WorkItem::Note { text, status } => {
                output.err(text.as_bytes());
                PreparedInput::failed(output, *status)
            }
            WorkItem::Stdin => self.prepare_stdin(output),
            WorkItem::File(file) => self.prepare_file(file, output),
        }
    }

    fn prepare_stdin(&self, mut output: StreamOutput) -> PreparedInput {
        let options = self.options;
        let name = "stdin";
        if options.write_cache {
            let text = format!("{}: cannot use or update cache, disable, or force-complain via stdin", options.program);
            if let Err(stop) = options.warn(WarningClasses::CACHE, &text, &mut output) {
                return PreparedInput::failed(output, stop.0);
            }
        }
        let text = match read_limited(io::stdin().lock()) {
            Ok(text) => text,
            Err(error) => return unreadable(name, &error, output),
        };
        if options.binary {
            return PreparedInput { output, status: 0, then: RemainingWork::Binary { bytes: text, path: name.into() } };
        }
        let Some(resolved) = self.resolve(self.compiler(false), None, name, &text, &mut output) else {
            return PreparedInput::failed(output, 1);
        };
        self.show_miss(name, &mut output);
        self.compile(self.compiler(false), None, name, &resolved, None, output)
    }

    fn prepare_file(&self, file: &InputFile, mut output: StreamOutput) -> PreparedInput {
        let options = self.options;
        let name = file.path.display().to_string();
        let lists = !options.binary && !matches!(options.action, Action::Remove | Action::Preprocess);
        if lists && self.listed(ProfileList::Disable, file) {
            if !options.quiet {
                let (base, file) = (options.base.display(), shown_name(file));
                output.err_line(&format!("Skipping profile in {base}/disable: {file}"));
            }
            return PreparedInput { output, status: 0, then: RemainingWork::Nothing };
        }
        let complain = lists && self.listed(ProfileList::ForceComplain, file);
        if complain {
            let (base, file) = (options.base.display(), shown_name(file));
            output.err_line(&format!("Warning: found {file} in {base}/force-complain, forcing complain mode"));
        }
        let (text, modified) = match read(&file.path) {
            Ok(read) => read,
            Err(error) => return unreadable(&name, &error, output),
        };
        if options.binary {
            return PreparedInput {
                output,
                status: 0,
                then: RemainingWork::Binary { bytes: text, path: file.path.clone() },
            };
        }
        let compiler = self.compiler(complain);
        let Some(resolved) = self.resolve(compiler, Some(&file.operand), &name, &text, &mut output) else {
            return PreparedInput::failed(output, 1);
        };
        let uncached = complain || options.complain;
        if uncached && options.write_cache {
            let text = format!("Caching disabled for: '{}' due to force complain", shown_name(file));
            if options.warns(WarningClasses::CACHE) {
                output.err_line(&format!("Warning from {name} ({name} line 1): {text}"));
            }
        }
        let Some((cache, cache_name)) = self.cache.as_ref().zip(file.name()).filter(|_| !uncached) else {
            self.show_miss(&name, &mut output);
            return self.compile(compiler, Some(&file.operand), &name, &resolved, None, output);
        };
        let [policy] = resolved.policies() else { return PreparedInput::failed(output, 1) };
        let sources = Sources::of((&file.path, modified), policy, self.began);
        let entry = cache.entry(cache_name, &sources);
        if cache.read {
            match cache.lookup(cache_name, &sources, compiler.version_word()) {
                CacheLookup::Hit { path, bytes } => {
                    if options.show_cache {
                        output.err_line(&format!("Cache hit: {}", path.display()));
                    }
                    let hit = CacheHit { path, bytes, resolved, file: file.clone(), entry };
                    return PreparedInput { output, status: 0, then: RemainingWork::Cached(Box::new(hit)) };
                }
                CacheLookup::Miss(Some((class, text))) if options.warns(class) => {
                    output.err_line(&format!("Warning from {name} ({name} line 1): {}: {text}", options.program));
                }
                CacheLookup::Miss(_) => {}
            }
        }
        self.show_miss(&name, &mut output);
        self.compile(compiler, Some(&file.operand), &name, &resolved, entry, output)
    }

    /// Whether a list of the base has a file.
    fn listed(&self, list: ProfileList, file: &InputFile) -> bool {
        file.name().is_some_and(|name| list.has(&self.options.base, name))
    }

    pub(super) fn show_miss(&self, name: &str, output: &mut StreamOutput) {
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
        output: &mut StreamOutput,
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
        entry: Option<CacheSlot>,
        mut output: StreamOutput,
    ) -> PreparedInput {
        let options = self.options;
        let [policy] = resolved.policies() else { return PreparedInput::failed(output, 1) };
        let done = |output| PreparedInput { output, status: 0, then: RemainingWork::Nothing };
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
            return PreparedInput { output, status: 0, then: RemainingWork::Remove(names) };
        }
        match self.blob(compiler, operand, name, resolved, &mut output) {
            Some(blob) => {
                let names = load::children_first(policy);
                if options.show_dfa_cache {
                    let miss = |name: &LoadedName| output.err([b"DFA cache miss: ", &name.full[..], b"\n"].concat());
                    names.iter().for_each(miss);
                }
                let compiled = EmittedPolicy { blob, names, entry };
                PreparedInput { output, status: 0, then: RemainingWork::Emit(compiled) }
            }
            None => PreparedInput::failed(output, 1),
        }
    }

    /// The binary policy of a text; `None` after an error.
    pub(super) fn blob(
        &self,
        compiler: &Compiler,
        operand: Option<&str>,
        name: &str,
        resolved: &Resolved,
        output: &mut StreamOutput,
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
fn subject<'a>(operand: Option<&'a str>, name: &'a str, resolved: &'a Resolved) -> Option<DiagnosticSubject<'a>> {
    let policy = resolved.policies().first()?;
    Some(DiagnosticSubject { operand, name, policy, sources: resolved.diagnosis().sources() })
}

/// The file's text, and when it was last changed before it was read.
fn read(path: &Path) -> io::Result<(Vec<u8>, SystemTime)> {
    let file = fs::File::open(path)?;
    let modified = file.metadata()?.modified()?;
    Ok((read_limited(file)?, modified))
}

fn unreadable(name: &str, error: &io::Error, mut output: StreamOutput) -> PreparedInput {
    output.err_line(&format!("Error: Could not read profile {name}: {}.", strerror(error)));
    PreparedInput::failed(output, errno_status(error))
}

fn shown_name(file: &InputFile) -> String {
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
