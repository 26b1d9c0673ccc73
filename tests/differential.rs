//! armorer's policy and the reference's mean the same.
//!
//! `ARMORER_ORACLE` names the directory with the reference compiler (`apparmor_parser`) and its profiles (`etc/apparmor.d`),
//! `ARMORER_FEATURES` that of the features files, `ARMORER_CONFORMANCE` that of accept/reject cases, of which the accepted ones are
//! compared, too. `ARMORER_CORPUS`, where set, names a further tree. As the reference needs minutes for a large one,
//! `ARMORER_CORPUS_STEP=N` takes every Nth profile only (and `ARMORER_CONFORMANCE_STEP=N` every Nth case), and
//! `ARMORER_REFERENCE_CACHE=DIR` keeps its blobs.
//!
//! Differences that are there on purpose are listed in `tests/differential/known.md`, by features set and the name of the file in
//! its tree or of the case.

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
use armorer::{CompileError, Compiler, Features, blob};

use support::Reference;
use support::conformance::suite;
use support::features::{self, Target};

/// What became of one profile.
enum Outcome {
    Same,
    /// The reference refuses it, and so does armorer.
    BothRefuse,
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

/// A text to compile with both.
struct Text {
    name: String,
    bytes: Vec<u8>,
}

/// Compares what both make of texts for every one of the features sets.
fn differential(
    what: &str,
    targets: &[Target],
    texts: &[Text],
    reference: impl Fn(&Path) -> Reference,
    compiler: impl Fn(Features) -> Compiler,
) {
    let known = known();
    let mut unexplained = Vec::new();
    for Target { name: target, path } in targets {
        let compiler = compiler(Features::from_path(path).expect("the features are readable"));
        let reference = reference(path);
        let outcomes = support::parallel(texts, |Text { name, bytes }| {
            compare(reference.compile(bytes), compiler.compile_text(name.clone(), bytes))
        });
        let (mut same, mut refused, mut explained) = (0, 0, 0);
        for (Text { name, .. }, outcome) in texts.iter().zip(outcomes) {
            match (outcome, known.get(&(target.clone(), name.clone()))) {
                (Outcome::Same, None) => same += 1,
                (Outcome::Same, Some(_)) => unexplained.push(format!("- `{target}` `{name}`: known, but the same")),
                (Outcome::BothRefuse, _) => refused += 1,
                (Outcome::Different(what), Some(expected)) if what == *expected => explained += 1,
                (Outcome::Different(what), _) => unexplained.push(format!("- `{target}` `{name}`: ?\n    {what}")),
            }
        }
        support::say!(
            "{what} {target}: {} texts: {same} the same, {refused} refused by both, {explained} known differences",
            texts.len(),
        );
    }
    // In the form of `known.md`.
    for line in &unexplained {
        support::say!("{line}");
    }
    assert!(unexplained.is_empty(), "{} unexplained differences", unexplained.len());
}

/// Compares the profiles of a tree.
fn tree(oracle: &Path, targets: &[Target], tree: &Path, step: usize) {
    let files = support::profiles(tree).into_iter().step_by(step);
    let texts = files.map(|file| Text {
        name: file.strip_prefix(tree).expect("a file of the tree").display().to_string(),
        bytes: std::fs::read(&file).expect("the profile is readable"),
    });
    differential(
        &tree.display().to_string(),
        targets,
        &texts.collect::<Vec<_>>(),
        |features| Reference::new(oracle, features).base(tree),
        |features| Compiler::new(features).base(tree),
    );
}

/// The directories of the reference and of the features files.
fn material(what: &str) -> Option<(PathBuf, PathBuf)> {
    Some((support::directory("ARMORER_ORACLE", what)?, support::directory("ARMORER_FEATURES", what)?))
}

#[test]
fn reference_tree() {
    let Some((oracle, features)) = material("comparison with the reference") else { return };
    tree(&oracle, &features::targets(&features), &oracle.join("etc/apparmor.d"), 1);
}

#[test]
fn corpus() {
    let Some(corpus) = support::directory("ARMORER_CORPUS", "comparison over a further tree") else { return };
    let Some((oracle, features)) = material("comparison over a further tree") else { return };
    tree(&oracle, &features::targets(&features), &corpus, support::step("ARMORER_CORPUS_STEP"));
}

/// Compares every Nth accepted case.
fn accepted(what: &str, targets: impl Fn(&Path) -> Vec<Target>, step: usize) {
    let Some((oracle, features)) = material(what) else { return };
    let Some(suite) = suite(what) else { return };
    let accepted = suite.cases.iter().filter(|case| case.accept);
    let texts = accepted.map(|case| Text { name: case.path.clone(), bytes: case.bytes() });
    differential(
        "accepted cases",
        &targets(&features),
        &texts.step_by(step).collect::<Vec<_>>(),
        |features| Reference::new(&oracle, features).include(&suite.tst, "simple_tests"),
        |features| suite.compiler(features),
    );
}

#[test]
fn accepted_cases() {
    let step = support::step("ARMORER_CONFORMANCE_STEP");
    accepted("comparison over accepted cases", features::targets, step);
}

#[test]
fn accepted_cases_for_other_features() {
    let step = support::step("ARMORER_CONFORMANCE_STEP");
    let directory = tempfile::tempdir().expect("a temporary directory");
    let variants = |features: &Path| features::variants(features, directory.path());
    accepted("comparison for features that no kernel has", variants, step * 8);
}

#[test]
fn reference_tree_for_other_features() {
    let what = "comparison for features that no kernel has";
    let Some((oracle, features)) = material(what) else { return };
    let directory = tempfile::tempdir().expect("a temporary directory");
    tree(&oracle, &features::variants(&features, directory.path()), &oracle.join("etc/apparmor.d"), 4);
}
