//! What the tests on foreign material share: where it is, and saying aloud when it is not there.

#![allow(dead_code, reason = "each test binary uses its part")]

pub(crate) mod conformance;
pub(crate) mod features;

use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Says something aloud: the test runner swallows what the print macros print in tests that pass.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write;
        // A runner that closed its standard error does not want to know.
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}
pub(crate) use say;

/// The directory that an environment variable names; says aloud what is skipped without it.
pub(crate) fn directory(variable: &str, what: &str) -> Option<PathBuf> {
    let directory = std::env::var_os(variable).map(PathBuf::from);
    match &directory {
        None => say!("SKIPPED: {what}: {variable} is not set"),
        Some(path) => assert!(path.is_dir(), "{variable} names {}, which is no directory", path.display()),
    }
    directory
}

/// The number that an environment variable holds, to take only every Nth of many items; 1 where it is not set.
pub(crate) fn step(variable: &str) -> usize {
    std::env::var(variable).map_or(1, |step| step.parse().unwrap_or_else(|_| panic!("{variable} is not a number")))
}

/// The features sets that every differential test covers: those of three kernels, and one with (nearly) every mediation class.
pub(crate) const TARGETS: [&str; 4] = ["linux-6.1", "linux-6.12", "linux-7.2", "all"];

/// The profile files of a tree, in byte order: what is no directory and no leftover of a package manager.
pub(crate) fn profiles(tree: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(tree).expect("the tree is readable");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("the entry is readable").path()).collect();
    files.retain(|path| path.is_file() && !armorer::resolve::is_skipped(&path.file_name().unwrap().to_string_lossy()));
    files.sort();
    files
}

/// The reference compiler, for one features set.
///
/// `ARMORER_REFERENCE_CACHE`, where set, names a directory that keeps what it made of each text: it needs minutes for large trees.
/// The key is the text, not what it includes, so the directory is good for unchanged trees only.
pub(crate) struct Reference {
    program: PathBuf,
    features: PathBuf,
    /// Options that say where includes are found, and where the process works.
    options: Vec<OsString>,
    directory: PathBuf,
    cache: Option<PathBuf>,
}

/// So long may the reference work on one file: some inputs never let it go (`code` of the shared corpus needs 6 minutes).
const PATIENCE: Duration = Duration::from_secs(900);

impl Reference {
    pub(crate) fn new(oracle: &Path, features: &Path) -> Reference {
        let cache = std::env::var_os("ARMORER_REFERENCE_CACHE").map(PathBuf::from);
        if let Some(cache) = &cache {
            std::fs::create_dir_all(cache).expect("the cache can be made");
        }
        Reference {
            program: oracle.join("apparmor_parser"),
            features: features.to_owned(),
            options: Vec::new(),
            directory: PathBuf::from("/"),
            cache,
        }
    }

    /// Looks includes up in a tree of profiles.
    pub(crate) fn base(mut self, tree: &Path) -> Reference {
        self.options.extend(["-b".into(), tree.into()]);
        self
    }

    /// Looks includes up in a directory relative to a working directory.
    pub(crate) fn include(mut self, directory: &Path, include: &str) -> Reference {
        self.options.extend(["-I".into(), include.into()]);
        self.directory = directory.to_owned();
        self
    }

    /// The blob of a text, or what the reference says against it.
    pub(crate) fn compile(&self, text: &[u8]) -> Result<Vec<u8>, String> {
        let Some(cache) = &self.cache else { return self.run(text) };
        let mut hasher = DefaultHasher::new();
        (&self.program, &self.features, &self.options, &self.directory, text).hash(&mut hasher);
        let place = cache.join(format!("{:016x}", hasher.finish()));
        let (good, bad) = (place.with_extension("blob"), place.with_extension("refused"));
        if let Ok(blob) = std::fs::read(&good) {
            return Ok(blob);
        }
        if let Ok(message) = std::fs::read_to_string(&bad) {
            return Err(message);
        }
        let result = self.run(text);
        let (place, content) = match &result {
            Ok(blob) => (good, blob.as_slice()),
            Err(message) => (bad, message.as_bytes()),
        };
        let partial = place.with_extension(format!("{:?}", std::thread::current().id()));
        std::fs::write(&partial, content).expect("the cache is writable");
        std::fs::rename(partial, place).expect("the cache is writable");
        result
    }

    fn run(&self, text: &[u8]) -> Result<Vec<u8>, String> {
        let mut child = Command::new("timeout")
            .arg(PATIENCE.as_secs().to_string())
            .arg(&self.program)
            .args(["--config-file", "/dev/null", "-K", "-Q", "-q", "-j1", "-M"])
            .arg(&self.features)
            .args(&self.options)
            .arg("-S")
            .current_dir(&self.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the reference runs");
        let mut stdin = child.stdin.take().expect("piped");
        let output = std::thread::scope(|scope| {
            // It may end without reading everything.
            scope.spawn(move || _ = stdin.write_all(text));
            child.wait_with_output().expect("the reference ends")
        });
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr)))
        }
    }
}

/// Maps every item on as many threads as there are cores; results are in the order of the items.
pub(crate) fn parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut results: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Vec::new();
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(item) = items.get(index) else { return done };
                        done.push((index, work(item)));
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no worker panics")).collect()
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
