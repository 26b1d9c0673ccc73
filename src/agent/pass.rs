//! A pass: read, compile, judge, load.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::report::{FileReport, Outcome, Refusal, Report};
use super::volume::{self, Entry};
use super::{Agent, prune};
use crate::compiler::{CompileError, Compiled, Compiler, Input};
use crate::kernel::KernelError;
use crate::kernel::hash::{self, Content, Hash};

/// A file that compiles, or why not.
struct Candidate {
    file: PathBuf,
    policy: Result<Policy, Refusal>,
}

struct Policy {
    compiled: Compiled,
    /// As the kernel lists them.
    names: Vec<String>,
}

/// What the kernel has: names, with their hashes where it shows those.
type Loaded = BTreeMap<String, Option<Hash>>;

impl<C: Fn() -> Compiler> Agent<C> {
    /// Reads all files, loads what is new or changed, and removes what vanished if that is wanted.
    pub fn pass(&mut self) -> Report {
        let mut report = Report::default();
        let entries = volume::read(&self.options, &mut report);
        let compiler = (self.compiler)();
        let candidates: Vec<Candidate> = entries.into_iter().map(|entry| compile(&compiler, entry)).collect();
        let loaded = match self.loaded() {
            Ok(loaded) => loaded,
            Err(error) => {
                report.problems.push(error.to_string());
                return report;
            }
        };
        let keepers = self.keepers(&candidates);
        let defined: BTreeSet<String> = keepers.keys().cloned().collect();
        for Candidate { file, policy } in candidates {
            let profiles = policy.as_ref().map(|policy| policy.names.clone()).unwrap_or_default();
            let outcome = policy.and_then(|policy| self.install(&file, &policy, &keepers, &loaded));
            report.files.push(FileReport { file, profiles, outcome: outcome.unwrap_or_else(Outcome::Refused) });
        }
        prune::prune(&self.kernel, self.options.prune, &mut self.state, &defined, &loaded, &mut report);
        report
    }

    fn loaded(&self) -> Result<Loaded, KernelError> {
        // The list is what counts; a kernel without policy tree has no hashes.
        let listed = self.kernel.profiles()?;
        let mut loaded: Loaded =
            listed.iter().map(|profile| (String::from_utf8_lossy(&profile.name).into_owned(), None)).collect();
        for entry in self.kernel.policy().unwrap_or_default() {
            loaded.insert(entry.name, entry.hash);
        }
        Ok(loaded)
    }

    /// The file that each name belongs to. A file that a profile came from keeps its name as long as it is there, broken or not;
    /// of others the first has it.
    fn keepers(&self, candidates: &[Candidate]) -> BTreeMap<String, PathBuf> {
        let mut keepers = BTreeMap::new();
        for (name, file) in self.state.profiles() {
            let keeps = |candidate: &&Candidate| match &candidate.policy {
                Ok(policy) => policy.names.iter().any(|own| own == name),
                Err(_) => true,
            };
            if candidates.iter().filter(|candidate| candidate.file == file).any(|candidate| keeps(&candidate)) {
                keepers.insert(name.to_owned(), file.to_owned());
            }
        }
        for candidate in candidates {
            for name in candidate.policy.iter().flat_map(|policy| &policy.names) {
                keepers.entry(name.clone()).or_insert_with(|| candidate.file.clone());
            }
        }
        keepers
    }

    /// Loads a file's profiles, if all of them may be loaded and any is not.
    fn install(
        &mut self,
        file: &Path,
        policy: &Policy,
        keepers: &BTreeMap<String, PathBuf>,
        loaded: &Loaded,
    ) -> Result<Outcome, Refusal> {
        let Policy { compiled, names } = policy;
        for name in names {
            if !self.options.names.admits(name) {
                return Err(Refusal::Name(name.clone()));
            }
            if let Some(other) = keepers.get(name).filter(|keeper| *keeper != file) {
                return Err(Refusal::Twice { name: name.clone(), other: other.clone() });
            }
        }
        let attaching = compiled.profiles().iter().find(|profile| profile.attachment.is_some());
        if let Some(profile) = attaching.filter(|_| self.options.refuse_attachments) {
            return Err(Refusal::Attaches(profile.name.to_string()));
        }
        let contents = hash::profiles(compiled).map_err(KernelError::from)?;
        let has = |name: &String, content: &Content<'_>| matches!(loaded.get(name), Some(Some(hash)) if content.matches(hash));
        if names.iter().zip(&contents).all(|(name, (_, content))| has(name, content)) {
            // What is exactly as it should be may be adopted: replacing it would change nothing.
            self.state.add(names, file).map_err(Refusal::State)?;
            return Ok(Outcome::Unchanged);
        }
        let foreign = |name: &&String| {
            loaded.contains_key(*name) && self.state.file(name).is_none() && !self.options.names.owns(name)
        };
        if let Some(name) = names.iter().find(foreign) {
            return Err(Refusal::Foreign(name.clone()));
        }
        self.state.add(names, file).map_err(Refusal::State)?;
        if names.iter().any(|name| loaded.contains_key(name)) {
            self.kernel.replace(compiled)?;
            return Ok(Outcome::Replaced);
        }
        // Whoever loads one of these names meanwhile keeps it: loading takes only new ones.
        self.kernel.load(compiled)?;
        Ok(Outcome::Loaded)
    }
}

fn compile(compiler: &Compiler, entry: Entry) -> Candidate {
    let Entry { file, text } = entry;
    let policy = text.and_then(|text| compile_text(compiler, &file, text));
    Candidate { file, policy }
}

fn compile_text(compiler: &Compiler, file: &Path, text: Vec<u8>) -> Result<Policy, Refusal> {
    let compiled = match compiler.compile(Input::text(file.display().to_string(), text)) {
        Ok(compiled) => compiled.without_rules(),
        Err(CompileError::Rejected(diagnosis)) => {
            let errors = diagnosis.diagnostics().iter().filter(|diagnostic| diagnostic.is_error());
            return Err(Refusal::Broken { errors: errors.map(|error| diagnosis.line(error)).collect() });
        }
        Err(error) => return Err(Refusal::Broken { errors: vec![error.to_string()] }),
    };
    let names = compiled.profiles().iter().map(|profile| profile.listed_name().to_string()).collect();
    Ok(Policy { compiled, names })
}
