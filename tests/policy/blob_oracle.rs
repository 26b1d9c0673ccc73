//! The reader, the writer and the comparison on what the reference compiler emits.
//!
//! `ARMORER_ORACLE` names the directory with the reference compiler (`apparmor_parser`) and its profiles (`etc/apparmor.d`),
//! `ARMORER_FEATURES` that of the features files. `ARMORER_CORPUS`, where set, names a further tree;
//! `ARMORER_CORPUS_STEP=N` takes every Nth profile of it only.

use std::path::Path;
use std::time::{Duration, Instant};

use armorer::analysis::{self, DiffOptions, ProfilePart};
use armorer::blob::{self, Automaton, BlobProfile};

use crate::support;

/// Figures of one blob.
#[derive(Default)]
struct Figures {
    blobs: usize,
    bytes: usize,
    profiles: usize,
    states: usize,
    read: Duration,
    diff: Duration,
}

/// Reads, judges and writes a blob, and compares it with itself; what is wrong goes to `faults`.
fn check(bytes: &[u8], label: &str, figures: &mut Figures, faults: &mut Vec<String>) -> Option<Vec<BlobProfile>> {
    let started = Instant::now();
    let profiles = match blob::read(bytes) {
        Ok(profiles) => profiles,
        Err(error) => {
            faults.push(format!("{label}: {error}"));
            return None;
        }
    };
    figures.read += started.elapsed();
    figures.blobs += 1;
    figures.bytes += bytes.len();
    figures.profiles += profiles.len();
    for profile in &profiles {
        let sections = [profile.policydb.as_ref(), profile.file.as_ref()];
        figures.states += sections.into_iter().flatten().map(|db| db.dfa.states()).sum::<usize>();
        if let Err(error) = blob::verify_profile(profile) {
            faults.push(format!("{label}: {error}"));
        }
    }
    match blob::write(&profiles) {
        Ok(written) if written == bytes => {}
        Ok(_) => faults.push(format!("{label}: written differently")),
        Err(error) => faults.push(format!("{label}: {error}")),
    }
    // An unused target makes the sections unequal, so that the automata are walked and not taken to be the same.
    let mut other = profiles.clone();
    for profile in &mut other {
        profile.file.iter_mut().chain(&mut profile.policydb).for_each(|db| db.transitions.push(b"unused".to_vec()));
    }
    let started = Instant::now();
    match analysis::diff(&profiles, &other, &DiffOptions::default()) {
        Ok(diff) if diff.is_empty() => {}
        Ok(diff) => faults.push(format!("{label}: differs from itself: {diff}")),
        Err(error) => faults.push(format!("{label}: {error}")),
    }
    figures.diff += started.elapsed();
    Some(profiles)
}

/// The packed words of Linux 6.1 and the permission tables of 7.2 say the same about files.
fn compare_encodings(old: &[BlobProfile], new: &[BlobProfile], label: &str, faults: &mut Vec<String>) {
    match analysis::diff(old, new, &DiffOptions::default()) {
        Ok(diff) => {
            for difference in diff.differences {
                let of_files = matches!(
                    difference.place,
                    ProfilePart::Automaton(Automaton::File | Automaton::Xmatch)
                        | ProfilePart::Field("attachment length")
                );
                if of_files || difference.place == ProfilePart::Profile {
                    faults.push(format!("{label}: 6.1 and 7.2: {difference}"));
                }
            }
        }
        Err(error) => faults.push(format!("{label}: {error}")),
    }
}

fn check_tree(tree: &Path, step: usize, reference: &Path, features: &Path) {
    let files: Vec<_> = support::profiles(tree).into_iter().step_by(step).collect();
    let results = support::parallel(&files, |file| {
        let mut figures = Figures::default();
        let mut faults = Vec::new();
        let text = std::fs::read(file).expect("the profile is readable");
        let policies = support::TARGETS.map(|target| {
            let label = format!("{} {target}", file.display());
            let reference = support::reference::Reference::new(reference, &features.join(target)).base(tree);
            check(&reference.compile(&text).ok()?, &label, &mut figures, &mut faults)
        });
        if let [Some(old), _, Some(new), _] = &policies {
            compare_encodings(old, new, &file.display().to_string(), &mut faults);
        }
        (figures, faults)
    });
    let mut sum = Figures::default();
    let mut slowest = Duration::ZERO;
    let mut faults = Vec::new();
    for (figures, more) in results {
        sum.blobs += figures.blobs;
        sum.bytes += figures.bytes;
        sum.profiles += figures.profiles;
        sum.states += figures.states;
        sum.read += figures.read;
        sum.diff += figures.diff;
        slowest = slowest.max(figures.diff);
        faults.extend(more);
    }
    support::say!(
        "{}: {} blobs of {} files, {} profiles, {} states, {} bytes; read in {:?}, compared in {:?} (slowest file {:?})",
        tree.display(),
        sum.blobs,
        files.len(),
        sum.profiles,
        sum.states,
        sum.bytes,
        sum.read,
        sum.diff,
        slowest,
    );
    assert!(sum.blobs > 0, "the reference compiled nothing");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn blobs_of_the_reference_are_read_written_and_compared() {
    let what = "blobs of the reference";
    let (Some(reference), Some(features)) =
        (support::directory("ARMORER_ORACLE", what), support::directory("ARMORER_FEATURES", what))
    else {
        return;
    };
    check_tree(&reference.join("etc/apparmor.d"), 1, &reference, &features);
    if let Some(corpus) = support::directory("ARMORER_CORPUS", what) {
        check_tree(&corpus, support::step("ARMORER_CORPUS_STEP"), &reference, &features);
    }
}
