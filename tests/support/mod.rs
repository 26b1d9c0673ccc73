//! Helpers shared by the tests on foreign material.

#![allow(dead_code, reason = "each test binary uses its part")]

pub(crate) mod command;
pub(crate) mod comparison;
pub(crate) mod conformance;
pub(crate) mod elf;
pub(crate) mod features;
pub(crate) mod material;
pub(crate) mod reference;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Says something aloud: the test runner swallows what the print macros print in tests that pass.
#[allow(unused_macros, reason = "each test binary uses its part")]
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write;
        // A runner that closed its standard error does not want to know.
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}
#[allow(unused_imports, reason = "each test binary uses its part")]
pub(crate) use say;

pub(crate) use material::directory;

/// The number that an environment variable holds, to take only every Nth of many items; 1 where it is not set.
pub(crate) fn step(variable: &str) -> usize {
    std::env::var(variable).map_or(1, |step| step.parse().unwrap_or_else(|_| panic!("{variable} is not a number")))
}

/// The feature sets that every differential test covers: those of three kernels, and one with (nearly) every mediation class.
pub(crate) const TARGETS: [&str; 4] = ["linux-6.1", "linux-6.12", "linux-7.2", "all"];

/// The profile files of a tree, in byte order: what is no directory and no leftover of a package manager.
pub(crate) fn profiles(tree: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(tree).expect("the tree is readable");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("the entry is readable").path()).collect();
    files.retain(|path| path.is_file() && !armorer::resolve::is_skipped(&path.file_name().unwrap().to_string_lossy()));
    files.sort();
    files
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
