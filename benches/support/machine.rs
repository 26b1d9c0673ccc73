//! The files of this machine, as inputs of benchmarks.

use std::fs::FileType;
use std::path::{Path, PathBuf};

/// Files below some directories, at most eight levels deep, in order: about `most` of them, evenly spread.
pub(crate) fn files(roots: &[&str], most: usize, is_wanted: fn(&Path, FileType) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = roots.iter().map(PathBuf::from).collect();
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            if kind.is_dir() && path.components().count() < 8 {
                open.push(path);
            } else if is_wanted(&path, kind) {
                found.push(path);
            }
        }
    }
    found.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    let step = found.len().div_ceil(most).max(1);
    found.into_iter().step_by(step).collect()
}
