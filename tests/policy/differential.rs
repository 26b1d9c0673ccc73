//! armorer's policy and the reference's mean the same.
//!
//! `ARMORER_ORACLE` names the directory with the reference compiler (`apparmor_parser`) and its profiles (`etc/apparmor.d`),
//! `ARMORER_FEATURES` that of the features files, `ARMORER_CONFORMANCE` that of accept/reject cases, of which the accepted ones are
//! compared, too. `ARMORER_CORPUS`, where set, names a further tree. As the reference needs minutes for a large one,
//! `ARMORER_CORPUS_STEP=N` takes every Nth profile only (and `ARMORER_CONFORMANCE_STEP=N` every Nth case), and
//! `ARMORER_REFERENCE_CACHE=DIR` keeps its blobs.
//!
//! Differences that are there on purpose are listed in `tests/policy/differential/known.md`, by feature set and the name of the file in
//! its tree or of the case.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use armorer::{Compiler, Features, Input};

use crate::support;
use crate::support::comparison::{Outcome, compare};
use crate::support::conformance::suite;
use crate::support::features::{self, Target};
use crate::support::reference::Reference;

/// The entries of `known.md`: `` - `features` `file`: codes ``, and after it, indented by four, every difference there is.
fn known() -> BTreeMap<(String, String), Vec<String>> {
    let mut known = BTreeMap::new();
    let mut latest = None;
    for line in include_str!("differential/known.md").lines() {
        let entry = line.strip_prefix("- `").and_then(|line| {
            let (kernel, rest) = line.split_once("` `")?;
            let (file, _reason) = rest.split_once("`: ")?;
            Some((kernel.to_owned(), file.to_owned()))
        });
        match (entry, line.strip_prefix("    "), &latest) {
            (Some(entry), ..) => latest = Some(known.entry(entry).insert_entry(Vec::new()).key().clone()),
            (None, Some(difference), Some(entry)) => {
                known.get_mut(entry).expect("inserted before").push(difference.to_owned());
            }
            _ => latest = None,
        }
    }
    known
}

/// A text to compile with both.
struct Text {
    name: String,
    bytes: Vec<u8>,
}

/// Compares what both make of texts for every one of the feature sets. For sets of kernels every difference has to be listed;
/// for others armorer itself must say that it differs.
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
            compare(reference.compile(bytes), compiler.compile(Input::text(name.clone(), bytes.as_slice())))
        });
        let (mut same, mut refused, mut explained) = (0, 0, 0);
        for (Text { name, .. }, outcome) in texts.iter().zip(outcomes) {
            match (outcome, known.get(&(target.clone(), name.clone()))) {
                (Outcome::Same, None) => same += 1,
                (Outcome::Same, Some(_)) => unexplained.push(format!("- `{target}` `{name}`: known, but the same")),
                (Outcome::BothRefuse, _) => refused += 1,
                (Outcome::Different { what, .. }, Some(expected)) if what == *expected => explained += 1,
                (Outcome::Different { codes, .. }, _)
                    if !support::TARGETS.contains(&target.as_str())
                        && codes.iter().any(|code| code.starts_with("ref-")) =>
                {
                    explained += 1;
                }
                (Outcome::Different { codes, what }, _) => {
                    let what = what.join("\n    ");
                    unexplained.push(format!("- `{target}` `{name}`: {}\n    {what}", codes.join(", ")));
                }
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

/// Compares the profiles of a tree; `prefix` tells them from those of the other tree in the list.
fn tree(oracle: &Path, targets: &[Target], tree: &Path, prefix: &str, step: usize) {
    let files = support::profiles(tree).into_iter().step_by(step);
    let texts = files.map(|file| Text {
        name: format!("{prefix}{}", file.strip_prefix(tree).expect("a file of the tree").display()),
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
    tree(&oracle, &features::targets(&features), &oracle.join("etc/apparmor.d"), "", 1);
}

#[test]
fn corpus() {
    let Some(corpus) = support::directory("ARMORER_CORPUS", "comparison over a further tree") else { return };
    let Some((oracle, features)) = material("comparison over a further tree") else { return };
    tree(&oracle, &features::targets(&features), &corpus, "corpus/", support::step("ARMORER_CORPUS_STEP"));
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

/// Features that no kernel has, but for the set on which every text differs, because the reference takes `nodbus` for `dbus`.
fn other_features(features: &Path, directory: &Path) -> Vec<Target> {
    let mut variants = features::variants(features, directory);
    variants.retain(|target| target.name != "no-dbus");
    variants
}

#[test]
fn accepted_cases_for_other_features() {
    let step = support::step("ARMORER_CONFORMANCE_STEP");
    let directory = tempfile::tempdir().expect("a temporary directory");
    let variants = |features: &Path| other_features(features, directory.path());
    accepted("comparison for features that no kernel has", variants, step * 16);
}

#[test]
fn reference_tree_for_other_features() {
    let what = "comparison for features that no kernel has";
    let Some((oracle, features)) = material(what) else { return };
    let directory = tempfile::tempdir().expect("a temporary directory");
    tree(&oracle, &other_features(&features, directory.path()), &oracle.join("etc/apparmor.d"), "", 4);
}
