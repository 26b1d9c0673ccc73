//! A pass: read, compile, judge, load, file by file. Of policy it holds that of one file at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::report::{AgentProblem, ExceededLimit, FileOutcome, FileReport, PassReport, Refusal};
use super::state::WrittenPolicy;
use super::volume::{self, VolumeFile};
use super::{Agent, prune};
use crate::analysis::DiffError;
use crate::compiler::Compiled;
use crate::kernel::KernelError;
use crate::kernel::hash::{self, HashedContent, PolicyHash};

/// A text that took too much is not tried again for this long.
const REST: Duration = Duration::from_secs(600);

/// The loaded profiles by name, with their hashes where the kernel shows them.
pub(super) type Loaded = BTreeMap<String, Option<PolicyHash>>;

/// A text that took too much to compile.
#[derive(Clone, Debug)]
pub(super) struct CostlyText {
    digest: [u8; 32],
    excess: ExceededLimit,
    since: Instant,
}

impl CostlyText {
    /// Whether it may be tried again.
    pub(super) fn has_rested(&self) -> bool {
        self.since.elapsed() >= REST
    }
}

/// The state of a file during a pass.
enum FileState {
    /// No work so far.
    Nothing,
    /// It has no policy now: what came from it before keeps its names.
    Broken,
    /// The names that it defines.
    Names(BTreeSet<String>),
}

/// The turn of a file in a pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FileTurn {
    /// In its turn. Files that take long wait until all others are done.
    First,
    /// After all that were quick.
    Slow,
    /// After all others: who a name belongs to depends on them.
    Last,
}

struct AgentPass {
    entries: Vec<VolumeFile>,
    /// The place of each file in the list.
    places: BTreeMap<PathBuf, usize>,
    known: Vec<FileState>,
    reports: Vec<Option<FileReport>>,
    /// The first file that defined each name.
    first: BTreeMap<String, usize>,
    loaded: Loaded,
}

/// The owner of a profile's name.
enum NameKeeper<'a> {
    File(&'a Path),
    /// The owner depends on a file that was not compiled yet.
    Unknown,
}

impl AgentPass {
    fn new(entries: Vec<VolumeFile>, loaded: Loaded) -> AgentPass {
        let places = entries.iter().enumerate().map(|(place, entry)| (entry.file.clone(), place)).collect();
        let known = entries.iter().map(|_| FileState::Nothing).collect();
        let reports = entries.iter().map(|_| None).collect();
        AgentPass { entries, places, known, reports, first: BTreeMap::new(), loaded }
    }

    fn known(&self, place: usize) -> &FileState {
        self.known.get(place).unwrap_or(&FileState::Nothing)
    }

    fn learn(&mut self, place: usize, known: FileState) {
        if let Some(slot) = self.known.get_mut(place) {
            *slot = known;
        }
    }

    fn report(&mut self, place: usize, profiles: Vec<String>, outcome: FileOutcome) {
        let file = self.entries.get(place).map(|entry| entry.file.clone()).unwrap_or_default();
        if let Some(slot) = self.reports.get_mut(place) {
            *slot = Some(FileReport { file, profiles, outcome });
        }
    }

    /// The file that a name of a file belongs to. A file that a profile came from keeps its name as long as it is there, broken or
    /// not; of others the first that compiles has it.
    fn keeper<'a>(&'a self, owner: Option<&'a Path>, name: &str, file: &'a Path) -> NameKeeper<'a> {
        if let Some(owner) = owner
            && owner != file
            && let Some(&place) = self.places.get(owner)
        {
            match self.known(place) {
                FileState::Nothing => return NameKeeper::Unknown,
                FileState::Broken => return NameKeeper::File(owner),
                FileState::Names(names) if names.contains(name) => return NameKeeper::File(owner),
                FileState::Names(_) => {}
            }
        }
        if owner == Some(file) {
            return NameKeeper::File(file);
        }
        let first = self.first.get(name).and_then(|&place| self.entries.get(place));
        NameKeeper::File(first.map_or(file, |entry| &entry.file))
    }

    /// The names that files define, and those whose files are broken.
    fn defined<'a>(&self, owned: impl Iterator<Item = (&'a str, &'a Path)>) -> BTreeSet<String> {
        let mut defined: BTreeSet<String> = self.first.keys().cloned().collect();
        for (name, file) in owned {
            if self.places.get(file).is_some_and(|&place| matches!(self.known(place), FileState::Broken)) {
                defined.insert(name.to_owned());
            }
        }
        defined
    }
}

impl Agent {
    /// Reads all files, loads what is new or changed, and removes what vanished if that is wanted.
    pub fn pass(&mut self) -> PassReport {
        let mut report = PassReport::default();
        let entries = volume::list(&self.options, &self.reader, &mut report);
        let loaded = match self.loaded() {
            Ok(loaded) => loaded,
            Err(error) => {
                report.problems.push(AgentProblem::Kernel(error));
                return report;
            }
        };
        let mut pass = AgentPass::new(entries, loaded);
        self.costly.retain(|file, costly| pass.places.contains_key(file) && !costly.has_rested());
        self.build.begin();
        report.interrupted = !self.look_at_all(&mut pass);
        self.build.end();
        if !report.interrupted {
            let defined = pass.defined(self.state.profiles());
            prune::prune(&self.kernel, self.options.prune, &mut self.state, &defined, &pass.loaded, &mut report);
            // The records that were added hold the same.
            let _ = self.state.compact();
        }
        report.files = pass.reports.into_iter().flatten().collect();
        // Each file says so; once is enough for the health of the agent.
        let wedged = report.files.iter().find_map(|file| match &file.outcome {
            FileOutcome::Refused(Refusal::Kernel(error)) if error.is_wedged() => Some(error.to_string()),
            _ => None,
        });
        report.problems.extend(wedged.map(AgentProblem::Wedged));
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

    /// Looks at every file; `false` if the pass was ended.
    fn look_at_all(&mut self, pass: &mut AgentPass) -> bool {
        let mut places: Vec<usize> = (0..pass.entries.len()).collect();
        for turn in [FileTurn::First, FileTurn::Slow, FileTurn::Last] {
            places.retain(|&place| matches!(pass.reports.get(place), Some(None)));
            for &place in &places {
                let decided = !matches!(pass.known(place), FileState::Nothing);
                // What waits for others is not looked at before those are.
                if decided && turn != FileTurn::Last {
                    continue;
                }
                if !(self.running)() || self.look_at(pass, place, turn).is_none() {
                    return false;
                }
            }
        }
        true
    }

    /// Looks at a file, loads it if there is nothing to wait for, and reports what became of it. `None` if the pass is to end.
    fn look_at(&mut self, pass: &mut AgentPass, place: usize, turn: FileTurn) -> Option<()> {
        let Some(entry) = pass.entries.get(place).cloned() else { return Some(()) };
        let built = match place < self.options.max_files {
            true => self.build(&entry, turn)?,
            false => Err(Refusal::TooMany(self.options.max_files)),
        };
        let compiled = match built {
            Ok(compiled) => compiled,
            Err(Refusal::Excess(ExceededLimit::Time(_)))
                if turn == FileTurn::First && !self.costly.contains_key(&entry.file) =>
            {
                return Some(());
            }
            Err(refusal) => {
                pass.learn(place, FileState::Broken);
                pass.report(place, Vec::new(), FileOutcome::Refused(refusal));
                return Some(());
            }
        };
        let names: Vec<String> = compiled.profiles().iter().map(|profile| profile.listed_name().to_string()).collect();
        let owner = |name: &str| self.state.file(name);
        let is_unknown = |name: &String| matches!(pass.keeper(owner(name), name, &entry.file), NameKeeper::Unknown);
        let waits = turn != FileTurn::Last && names.iter().any(is_unknown);
        for name in &names {
            pass.first.entry(name.clone()).or_insert(place);
        }
        pass.learn(place, FileState::Names(names.iter().cloned().collect()));
        if !waits {
            let outcome = self.install(&entry.file, &compiled, &names, pass);
            pass.report(place, names, outcome.unwrap_or_else(FileOutcome::Refused));
        }
        Some(())
    }

    /// Reads and compiles a file.
    fn build(&mut self, entry: &VolumeFile, turn: FileTurn) -> Option<Result<Compiled, Refusal>> {
        let text = match volume::read(entry, &self.options, &self.reader) {
            Ok(text) => text,
            Err(refusal) => return Some(Err(refusal)),
        };
        let digest: [u8; 32] = Sha256::digest(&text.text).into();
        match self.costly.get(&entry.file) {
            Some(costly) if costly.digest == digest => return Some(Err(costly.excess.into())),
            _ => _ = self.costly.remove(&entry.file),
        }
        let built = self.build.build(text, turn == FileTurn::First, &mut *self.running)?;
        if let Err(Refusal::Excess(excess)) = &built
            && !(turn == FileTurn::First && matches!(excess, ExceededLimit::Time(_)))
        {
            self.costly.insert(entry.file.clone(), CostlyText { digest, excess: *excess, since: Instant::now() });
        }
        Some(built)
    }

    /// Loads a file's profiles, if all of them may be loaded and any is not.
    fn install(
        &mut self,
        file: &Path,
        compiled: &Compiled,
        names: &[String],
        pass: &AgentPass,
    ) -> Result<FileOutcome, Refusal> {
        let loaded = &pass.loaded;
        // Names with replacement characters may be those of several profiles.
        let is_text = |name: &&[u8]| std::str::from_utf8(name).is_ok_and(|name| !name.contains(char::is_control));
        let listed = compiled.profiles().iter().map(|profile| profile.listed_name());
        if let Some(name) = listed.into_iter().find(|name| !is_text(&name.as_bytes())) {
            return Err(Refusal::NotText(name.to_string()));
        }
        for name in names {
            if !self.options.names.admits(name) {
                return Err(Refusal::Name(name.clone()));
            }
            if let NameKeeper::File(other) = pass.keeper(self.state.file(name), name, file)
                && other != file
            {
                return Err(Refusal::Twice { name: name.clone(), other: other.to_owned() });
            }
        }
        let attaching = compiled.profiles().iter().find(|profile| profile.attachment.is_some());
        if let Some(profile) = attaching.filter(|_| self.options.refuse_attachments) {
            return Err(Refusal::Attaches(profile.name.to_string()));
        }
        if let Some(baseline) = &self.options.baseline {
            let unsound = |error: DiffError| Refusal::Broken { errors: vec![error.to_string()] };
            let excess = baseline.check(compiled).map_err(unsound)?;
            if let Some(excess) = excess {
                return Err(Refusal::Exceeds(Box::new(excess)));
            }
        }
        let contents = hash::profiles(compiled).map_err(KernelError::from)?;
        let contents: Vec<(&String, HashedContent<'_>)> =
            names.iter().zip(contents).map(|(name, (_, content))| (name, content)).collect();
        let has = |name: &String, content: &HashedContent<'_>| matches!(loaded.get(name), Some(Some(hash)) if content.matches(hash));
        if contents.iter().all(|(name, content)| has(name, content)) {
            // What is exactly as it should be may be adopted: replacing it would change nothing.
            self.state.claim(names, file).map_err(Refusal::State)?;
            self.remember(&contents, None);
            return Ok(FileOutcome::Unchanged);
        }
        let foreign = |name: &&String| {
            loaded.contains_key(*name) && self.state.file(name).is_none() && !self.options.names.owns(name)
        };
        if let Some(name) = names.iter().find(foreign) {
            return Err(Refusal::Foreign(name.clone()));
        }
        let mut over = BTreeSet::new();
        for (name, content) in &contents {
            let Some(Some(current)) = loaded.get(*name).filter(|_| !has(name, content)) else { continue };
            let last = self.state.written(name);
            if last.is_some_and(|last| last.hashes.contains(current)) {
                continue;
            }
            if last.is_some_and(|last| last.over_foreign && last.hashes == content.hashes()) {
                return Err(Refusal::Contested((*name).clone()));
            }
            over.insert((*name).clone());
        }
        self.state.claim(names, file).map_err(Refusal::State)?;
        let replaces = names.iter().any(|name| loaded.contains_key(name));
        if replaces {
            self.kernel.replace(compiled)?;
        } else {
            // Whoever loads one of these names meanwhile keeps it: loading takes only new ones.
            self.kernel.load(compiled)?;
        }
        self.remember(&contents, Some(&over));
        Ok(if replaces { FileOutcome::Replaced } else { FileOutcome::Loaded })
    }

    /// Remembers what the kernel has now. `over`: the profiles that took the place of others; without it nothing was written, and what
    /// was remembered of the same contents holds.
    fn remember(&mut self, contents: &[(&String, HashedContent<'_>)], over: Option<&BTreeSet<String>>) {
        let written = contents.iter().filter_map(|(name, content)| {
            let hashes = content.hashes().to_vec();
            let is_same = over.is_none() && self.state.written(name).is_some_and(|last| last.hashes == hashes);
            let over_foreign = over.is_some_and(|over| over.contains(*name));
            (!is_same).then(|| ((*name).clone(), WrittenPolicy { hashes, over_foreign }))
        });
        let written: Vec<_> = written.collect();
        // What is not on the disk is found out again after a restart: the kernel has what the file says.
        let _ = self.state.wrote(written);
    }
}
