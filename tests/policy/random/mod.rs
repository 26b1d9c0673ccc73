//! armorer against the reference on random profiles: the same policy by meaning, or both refuse.
//!
//! `ARMORER_ORACLE` and `ARMORER_FEATURES` name the directories with the reference and the features files.
//! `ARMORER_RANDOM_CASES` is the number of profiles, `ARMORER_RANDOM_SEED` a number to make others. What differs is shrunk and
//! printed; texts that found bugs are kept in `fixtures`.

mod alphabet;
mod compare;
mod faults;
mod generate;
mod material;
mod text;
mod totals;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use armorer::diagnostic::Code;
use armorer::{Compiled, Compiler, Features, Input};
use compare::{Finding, Outcome};
use material::{Material, Target};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use totals::Totals;

use crate::support;

/// Cases of a run that nobody asks for more.
const CASES: usize = 300;

/// The maximum number of times that a text that differs is made smaller before it is shown.
const STEPS: usize = 600;

/// The maximum number of differing texts that are shown.
const SHOWN: usize = 30;

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

/// The verdict of both compilers on a text.
enum Verdict {
    Same,
    /// And armorer gives these reasons.
    BothRefuse(BTreeSet<Code>),
    Differ {
        /// The numbers of the faults that show.
        explained: BTreeSet<u8>,
        /// The findings that no fault explains.
        unexplained: Vec<Finding>,
    },
}

fn judge(oracle: &Path, material: &Material, target: &Target, text: &str) -> Verdict {
    let (case, outcome) = compare::compare(oracle, material, target, text);
    match outcome {
        Outcome::Same => Verdict::Same,
        Outcome::BothRefuse => Verdict::BothRefuse(case.errors().map(|said| said.diagnostic.code).collect()),
        Outcome::Findings(findings) => {
            let mut explained = BTreeSet::new();
            let mut unexplained = Vec::new();
            for finding in findings {
                match faults::explain(&case, &finding) {
                    Some(fault) => _ = explained.insert(fault),
                    None => unexplained.push(finding),
                }
            }
            Verdict::Differ { explained, unexplained }
        }
    }
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
        let mut reported = false;
        let of_target = |target: &Target| {
            let verdict = judge(&oracle, &material, target, &text);
            let unexplained = |text: &str| match judge(&oracle, &material, target, text) {
                Verdict::Differ { unexplained, .. } => unexplained,
                Verdict::Same | Verdict::BothRefuse(_) => Vec::new(),
            };
            let differs = matches!(&verdict, Verdict::Differ { unexplained, .. } if !unexplained.is_empty());
            // Once for all targets.
            let news = differs && !std::mem::replace(&mut reported, true);
            if news && shown.fetch_add(1, Ordering::Relaxed) < SHOWN {
                let (text, findings) = shrink(tree(seed, number), unexplained);
                let findings: String = findings.iter().map(|finding| format!("    {finding}\n")).collect();
                support::say!("DIFFERENT: profile {number} of seed {seed}, {}:\n{text}{findings}", target.name);
            }
            (target.name.clone(), verdict)
        };
        // Every fourth for all main targets, the others for one.
        let others = &material.all[number % material.all.len()..][..1];
        let targets = if number % 4 == 0 { &material.main } else { others };
        targets.iter().map(of_target).collect::<Vec<_>>()
    });
    let mut totals: BTreeMap<String, Totals> = BTreeMap::new();
    for (name, verdict) in results.into_iter().flatten() {
        totals.entry(name).or_default().add(verdict);
    }
    support::say!("{cases} random profiles of seed {seed}");
    for (name, total) in &totals {
        support::say!("{name}: {total}");
    }
    assert!(totals.values().all(|total| total.unexplained == 0), "unexplained differences");
}

/// Most generated texts are accepted, and the same text has the same policy every time.
#[test]
fn most_profiles_are_accepted() {
    let compile = |text: &str| {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        compiler.compile(Input::text("random", text.as_bytes())).ok().map(Compiled::into_blob)
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

/// Returns the expectation in the first line of a fixture: `same`, or the faults that show for some targets and no others.
fn expectation(text: &str) -> BTreeSet<u8> {
    let line = text.lines().next().and_then(|line| line.strip_prefix("# expect: ")).expect("an expectation");
    let faults = line.trim().split(", ").filter(|word| *word != "same");
    faults.map(|word| word.strip_prefix("fault ").expect("a fault").parse().expect("a number")).collect()
}

fn fixtures() -> BTreeMap<String, String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy/random/fixtures");
    let files = std::fs::read_dir(directory).expect("fixtures").map(|entry| entry.expect("an entry").path());
    files.map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("a text"))).collect()
}

/// Texts that found something: each has the same policy, is refused by both, or shows the faults that it is about.
#[test]
fn texts_that_found_something() {
    let Some(oracle) = support::directory("ARMORER_ORACLE", "comparison of random profiles") else { return };
    let Some(features) = support::directory("ARMORER_FEATURES", "comparison of random profiles") else { return };
    let material = Material::new(&features);
    let fixtures: Vec<_> = fixtures().into_iter().collect();
    let results = support::parallel(&fixtures, |(name, text)| {
        let mut wrong = String::new();
        let mut seen = BTreeSet::new();
        // The second line may name the feature sets that matter.
        let named = text.lines().nth(1).and_then(|line| line.strip_prefix("# for: ")).map(str::trim);
        let is_for = |target: &&Target| match named {
            Some(names) => names.split(", ").any(|name| name == target.name),
            None => support::TARGETS.contains(&target.name.as_str()),
        };
        for target in material.all.iter().filter(is_for) {
            if let Verdict::Differ { explained, unexplained } = judge(&oracle, &material, target, text) {
                unexplained.iter().for_each(|finding| wrong += &format!("{name}, {}: {finding}\n", target.name));
                seen.extend(explained);
            }
        }
        let expected = expectation(text);
        if wrong.is_empty() && seen != expected {
            wrong = format!("{name}: faults {seen:?}, not {expected:?}\n");
        }
        wrong
    });
    let wrong: String = results.into_iter().collect();
    support::say!("{} texts that found something", fixtures.len());
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_fault_has_a_fixture() {
    let shown: BTreeSet<u8> = fixtures().values().flat_map(|text| expectation(text)).collect();
    let missing: Vec<u8> = faults::numbers().filter(|number| !shown.contains(number)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
