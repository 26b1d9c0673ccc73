//! What the tests on foreign material share: where it is, and saying aloud when it is not there.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// The features sets that are built in, which every differential test covers.
pub(crate) const KERNELS: [&str; 3] = ["linux-6.1", "linux-6.12", "linux-7.2"];

/// The profile files of a tree, in byte order: what is no directory and no leftover of a package manager.
pub(crate) fn profiles(tree: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(tree).expect("the tree is readable");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("the entry is readable").path()).collect();
    files.retain(|path| path.is_file() && !armorer::resolve::is_skipped(&path.file_name().unwrap().to_string_lossy()));
    files.sort();
    files
}

/// What the reference makes of a profile file: its blob, or what it says against the file.
pub(crate) fn reference(oracle: &Path, features: &Path, tree: &Path, file: &Path) -> Result<Vec<u8>, String> {
    let output = Command::new(oracle.join("apparmor_parser"))
        .args(["-K", "-Q", "-q", "-j1", "-M"])
        .arg(features)
        .arg("-b")
        .arg(tree)
        .arg("-S")
        .arg(file)
        .output()
        .expect("the reference runs");
    if output.status.success() { Ok(output.stdout) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
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
