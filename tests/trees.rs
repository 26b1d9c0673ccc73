//! Whole trees of real profiles: each passes `check`, and formatting changes no meaning.
//!
//! `ARMORER_TREES` names the trees, with `:` between them.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]
#![cfg(feature = "cli")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use armorer::{Compiler, Features};

fn trees() -> Vec<PathBuf> {
    match std::env::var("ARMORER_TREES") {
        Ok(trees) => trees.split(':').map(PathBuf::from).collect(),
        Err(_) => {
            support::say!("SKIPPED: trees of real profiles: ARMORER_TREES is not set");
            Vec::new()
        }
    }
}

/// Copies a tree and gives every file of the copy, those below directories too.
fn copy(from: &Path, to: &Path, files: &mut Vec<PathBuf>) {
    std::fs::create_dir_all(to).expect("the copy's directory");
    for entry in std::fs::read_dir(from).expect("the tree is readable") {
        let path = entry.expect("the entry is readable").path();
        let target = to.join(path.file_name().expect("entries have names"));
        if path.is_dir() {
            copy(&path, &target, files);
        } else if path.is_file() {
            std::fs::write(&target, std::fs::read(&path).expect("the file is readable")).expect("the copy is writable");
            files.push(target);
        }
    }
}

fn compiler(base: &Path) -> Compiler {
    Compiler::new(Features::builtin("linux-7.2").expect("built in")).base(base)
}

#[test]
fn every_profile_passes_check() {
    for tree in trees() {
        let compiler = compiler(&tree);
        let files = support::profiles(&tree);
        let failures: Vec<String> = support::parallel(&files, |file| {
            let diagnostics = compiler.check_path(file).expect("the file is readable");
            let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
            errors
                .map(|error| {
                    format!("{}: [{}] {}", compiler.sources().describe(error.span()), error.code, error.message)
                })
                .collect::<Vec<_>>()
        })
        .concat();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        support::say!("{}: {} profile files pass", tree.display(), files.len());
    }
}

#[test]
fn formatting_changes_no_meaning() {
    for tree in trees() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let formatted_tree = directory.path().join("apparmor.d");
        let mut files = Vec::new();
        copy(&tree, &formatted_tree, &mut files);
        // abi files hold features, not policy.
        files.retain(|file| !file.starts_with(formatted_tree.join("abi")));
        let fmt = |arguments: &[&str]| {
            let status = Command::new(env!("CARGO_BIN_EXE_armorer")).arg("fmt").args(arguments).args(&files).status();
            status.expect("armorer runs").code()
        };
        assert_eq!(fmt(&[]), Some(0), "every file of {} parses", tree.display());
        assert_eq!(fmt(&["--check"]), Some(0), "a second run changes nothing in {}", tree.display());

        let (before, after) = (compiler(&tree), compiler(&formatted_tree));
        let profiles = support::profiles(&tree);
        let changed: Vec<String> = support::parallel(&profiles, |file| {
            let formatted = formatted_tree.join(file.strip_prefix(&tree).expect("below the tree"));
            let blob = |compiler: &Compiler, file: &Path| {
                compiler.compile_path(file).ok().map(|policy| policy.to_blob().expect("it fits the format"))
            };
            (blob(&before, file) != blob(&after, &formatted)).then(|| file.display().to_string())
        })
        .into_iter()
        .flatten()
        .collect();
        assert!(changed.is_empty(), "formatting changes the policy of {changed:?}");
        support::say!("{}: {} profile files mean the same formatted", tree.display(), profiles.len());
    }
}
