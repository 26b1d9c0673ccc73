//! armorer against the reference on random profiles: the same policy by meaning, or both refuse.
//!
//! `ARMORER_ORACLE` and `ARMORER_FEATURES` name the directories with the reference and the features files.
//! `ARMORER_RANDOM_CASES` is the number of profiles, `ARMORER_RANDOM_SEED` a number to make others. What differs is shrunk and
//! printed; texts that found bugs are kept in `fixtures`.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod alphabet;
mod compare;
mod faults;
mod generate;
mod material;
#[path = "../support/mod.rs"]
mod support;
mod text;
mod totals;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use armorer::{Compiler, Features};
use compare::{Finding, Outcome};
use material::{Material, Target};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use totals::Totals;

/// Cases of a run that nobody asks for more.
const CASES: usize = 300;

/// How often a text that differs is made smaller before it is shown.
const STEPS: usize = 600;

/// How many of them are.
const SHOWN: usize = 12;

fn setting(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |value| value.parse().expect("a number"))
}

/// The profile of a number.
fn tree(seed: usize, number: usize) -> impl ValueTree<Value = String> {
    thread_local!(static POLICY: text::Text = generate::policy());
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    POLICY.with(|policy| policy.new_tree(&mut TestRunner::new_with_rng(Config::default(), rng))).expect("a text")
}

/// What both compilers make of a text: the faults that show, and what none explains.
fn judge(oracle: &Path, material: &Material, target: &Target, text: &str) -> (Verdict, BTreeSet<u8>, Vec<Finding>) {
    let (case, outcome) = compare::compare(oracle, material, target, text);
    match outcome {
        Outcome::Same => (Verdict::Same, BTreeSet::new(), Vec::new()),
        Outcome::BothRefuse => (Verdict::BothRefuse, BTreeSet::new(), Vec::new()),
        Outcome::Findings(findings) => {
            let mut explained = BTreeSet::new();
            let mut unexplained = Vec::new();
            for finding in findings {
                match faults::explain(&case, &finding) {
                    Some(fault) => _ = explained.insert(fault),
                    None => unexplained.push(finding),
                }
            }
            (Verdict::Differ, explained, unexplained)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Same,
    BothRefuse,
    Differ,
}

/// The smallest text in which something unexplained shows, and what.
fn shrink(
    mut tree: impl ValueTree<Value = String>,
    unexplained: impl Fn(&str) -> Vec<Finding>,
) -> (String, Vec<Finding>) {
    let mut smallest = (tree.current(), unexplained(&tree.current()));
    for _ in 0..STEPS {
        if !tree.simplify() {
            break;
        }
        loop {
            let text = tree.current();
            let findings = unexplained(&text);
            if !findings.is_empty() {
                smallest = (text, findings);
                break;
            }
            if !tree.complicate() {
                return smallest;
            }
        }
    }
    smallest
}

#[test]
fn random_profiles() {
    let Some(oracle) = support::directory("ARMORER_ORACLE", "comparison of random profiles") else { return };
    let Some(features) = support::directory("ARMORER_FEATURES", "comparison of random profiles") else { return };
    let (cases, seed) = (setting("ARMORER_RANDOM_CASES", CASES), setting("ARMORER_RANDOM_SEED", 1));
    let material = Material::new(&features);
    let shown = AtomicUsize::new(0);
    let numbers: Vec<usize> = (0..cases).collect();
    let results = support::parallel(&numbers, |&number| {
        let text = tree(seed, number).current();
        let of_target = |target| {
            let (verdict, explained, unexplained) = judge(&oracle, &material, target, &text);
            if !unexplained.is_empty() && shown.fetch_add(1, Ordering::Relaxed) < SHOWN {
                let (text, findings) = shrink(tree(seed, number), |text| judge(&oracle, &material, target, text).2);
                support::say!("DIFFERENT: profile {number} of seed {seed}, {}:\n{text}{findings:#?}", target.name);
            }
            (target.name, verdict, explained, unexplained.len())
        };
        material.targets.iter().map(of_target).collect::<Vec<_>>()
    });
    let mut totals: BTreeMap<&str, Totals> = BTreeMap::new();
    for (name, verdict, explained, unexplained) in results.into_iter().flatten() {
        let total = totals.entry(name).or_default();
        total.comparisons += 1;
        total.same += usize::from(verdict == Verdict::Same);
        total.both_refuse += usize::from(verdict == Verdict::BothRefuse);
        total.unexplained += usize::from(unexplained != 0);
        for fault in explained {
            *total.faults.entry(fault).or_default() += 1;
        }
    }
    support::say!("{cases} random profiles of seed {seed}");
    for (name, total) in &totals {
        support::say!("{name}: {total}");
    }
    assert!(totals.values().all(|total| total.unexplained == 0), "unexplained differences");
}

/// What the generator makes is worth comparing: most of it is accepted, and the same text has the same policy every time.
#[test]
fn most_profiles_are_accepted() {
    let compile = |text: &str| {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        compiler.compile_text("random", text.as_bytes()).ok().map(|policy| policy.to_blob().unwrap())
    };
    let mut accepted = 0;
    for number in 0..CASES {
        let text = tree(1, number).current();
        let blob = compile(&text);
        assert_eq!(blob, compile(&text), "{text}");
        accepted += usize::from(blob.is_some());
    }
    assert!(accepted > CASES / 2, "{accepted} of {CASES} are accepted");
}
