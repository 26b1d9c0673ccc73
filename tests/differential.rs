//! armorer's policy and the reference's mean the same.
//!
//! `ARMORER_ORACLE` names the directory with the reference compiler (`apparmor_parser`) and its profiles (`etc/apparmor.d`),
//! `ARMORER_FEATURES` that of the features files. `ARMORER_CORPUS`, where set, names a further tree to compare; as the
//! reference needs minutes for a large one, `ARMORER_CORPUS_STEP=N` takes every Nth profile only.
//!
//! Differences that are there on purpose are listed in `tests/differential/known.md`, by tree-relative name and features set.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use armorer::analysis::{self, DiffOptions};
use armorer::diagnostic::Code;
use armorer::{CompileError, Compiler, Features, blob};

/// What became of one profile.
enum Outcome {
    Same,
    /// The reference refuses it, and so does armorer.
    BothRefuse,
    /// It uses something that armorer cannot compile yet.
    OutOfReach(String),
    Different(String),
}

fn compare(theirs: Result<Vec<u8>, String>, ours: Result<armorer::CompiledPolicy, CompileError>) -> Outcome {
    let ours = match ours {
        Ok(policy) => policy.to_blob().expect("the policy fits the format"),
        Err(CompileError::Rejected { diagnostics }) => {
            let errors: Vec<_> = diagnostics.iter().filter(|d| d.is_error()).collect();
            let text = errors.iter().map(|d| format!("[{}] {}", d.code, d.message)).collect::<Vec<_>>().join("; ");
            return match theirs {
                Err(_) => Outcome::BothRefuse,
                Ok(_) if errors.iter().all(|d| d.code == Code::Unencoded) => Outcome::OutOfReach(text),
                Ok(_) => Outcome::Different(format!("only armorer refuses: {text}")),
            };
        }
        Err(error) => return Outcome::Different(error.to_string()),
    };
    let theirs = match theirs {
        Ok(theirs) => theirs,
        Err(error) => return Outcome::Different(format!("only the reference refuses: {error}")),
    };
    let read = |bytes: &[u8]| blob::read(bytes).map_err(|error| error.to_string());
    let (ours, theirs) = match (read(&ours), read(&theirs)) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Err(error), _) => return Outcome::Different(format!("armorer's blob: {error}")),
        (_, Err(error)) => return Outcome::Different(format!("the reference's blob: {error}")),
    };
    // The reference computes the attachment's length after factoring, which lowers it in rare cases.
    let options = DiffOptions { ignore_xmatch_len: true, ..DiffOptions::default() };
    match analysis::diff(&ours, &theirs, &options) {
        Ok(diff) if diff.differences.is_empty() => Outcome::Same,
        Ok(diff) => {
            Outcome::Different(diff.differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n    "))
        }
        Err(error) => Outcome::Different(error.to_string()),
    }
}

/// The entries of `known.md`: `` - `features` `file`: reason ``, and behind it, indented by four, every difference there is.
fn known() -> BTreeMap<(String, String), String> {
    let mut known = BTreeMap::new();
    let mut latest = None;
    for line in include_str!("differential/known.md").lines() {
        let entry = line.strip_prefix("- `").and_then(|line| {
            let (kernel, rest) = line.split_once("` `")?;
            let (file, _reason) = rest.split_once("`: ")?;
            Some((kernel.to_owned(), file.to_owned()))
        });
        match (entry, line.strip_prefix("    "), &latest) {
            (Some(entry), ..) => latest = Some(known.entry(entry).insert_entry(String::new()).key().clone()),
            (None, Some(difference), Some(entry)) => {
                let expected: &mut String = known.get_mut(entry).expect("inserted before");
                if !expected.is_empty() {
                    expected.push_str("\n    ");
                }
                expected.push_str(difference);
            }
            _ => {}
        }
    }
    known
}

fn differential(tree: &Path, files: &[PathBuf]) {
    let Some(oracle_dir) = support::directory("ARMORER_ORACLE", "comparison with the reference") else { return };
    let Some(features_dir) = support::directory("ARMORER_FEATURES", "comparison with the reference") else { return };
    let known = known();
    let mut unexplained = Vec::new();
    for kernel in support::KERNELS {
        let features = features_dir.join(kernel);
        let compiler = Compiler::new(Features::from_path(&features).expect("the features are readable")).base(tree);
        let outcomes = support::parallel(files, |file| {
            compare(support::reference(&oracle_dir, &features, tree, file), compiler.compile_path(file))
        });
        let (mut same, mut refused, mut out_of_reach, mut explained) = (0, 0, 0, 0);
        for (file, outcome) in files.iter().zip(outcomes) {
            let name = file.strip_prefix(tree).unwrap_or(file).display().to_string();
            let expected = known.get(&(kernel.to_owned(), name.clone()));
            match (outcome, expected) {
                (Outcome::Same, None) => same += 1,
                (Outcome::Same, Some(_)) => unexplained.push(format!("{kernel} {name}: listed as known, but the same")),
                (Outcome::BothRefuse, _) => refused += 1,
                (Outcome::OutOfReach(why), _) => {
                    support::say!("out of reach: {kernel} {name}: {why}");
                    out_of_reach += 1;
                }
                (Outcome::Different(what), Some(expected)) if what == *expected => {
                    support::say!("known: {kernel} {name}");
                    explained += 1;
                }
                (Outcome::Different(what), _) => unexplained.push(format!("{kernel} {name}:\n    {what}")),
            }
        }
        support::say!(
            "{} {kernel}: {} profile files: {same} the same, {refused} refused by both, {explained} known differences, {out_of_reach} out of reach",
            tree.display(),
            files.len(),
        );
    }
    for line in &unexplained {
        support::say!("DIFFERENT: {line}");
    }
    assert!(unexplained.is_empty(), "{} unexplained differences", unexplained.len());
}

#[test]
fn reference_tree() {
    let Some(oracle) = support::directory("ARMORER_ORACLE", "comparison with the reference") else { return };
    let tree = oracle.join("etc/apparmor.d");
    differential(&tree, &support::profiles(&tree));
}

#[test]
fn corpus() {
    let Some(tree) = support::directory("ARMORER_CORPUS", "comparison over a further tree") else { return };
    let step =
        std::env::var("ARMORER_CORPUS_STEP").map_or(1, |step| step.parse().expect("ARMORER_CORPUS_STEP is a number"));
    let files: Vec<PathBuf> = support::profiles(&tree).into_iter().step_by(step).collect();
    differential(&tree, &files);
}
