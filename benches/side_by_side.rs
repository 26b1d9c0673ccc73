//! armorer and the reference compiler on the same profiles, on this machine, in one run: CPU time, memory, sizes, states.
//!
//! Needs `ARMORER_CORPUS`, `ARMORER_ORACLE` and `ARMORER_FEATURES` (see CONTRIBUTING). Every `ARMORER_BENCH_STEP`th profile is
//! taken (default 25; 1 takes all, and the reference then needs some ten minutes of CPU for each feature set). Both compilers take turns,
//! `ARMORER_BENCH_RUNS` times for each profile (default 5), and the least time of each counts: other work on a machine only ever adds.
//! `ARMORER_PROGRAM` is another build of armorer, as that of a release (`packaging/program`).

#![expect(clippy::expect_used, reason = "a benchmark stops where it cannot go on")]

use std::fmt::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use armorer::automata::Tables;
use armorer::blob;
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// The profile that the reference needs as long for as for all others together.
const GIANT: &str = "code";
/// A process gets so much wall time; the reference needs six minutes for [`GIANT`].
const PATIENCE: Duration = Duration::from_secs(1000);
/// The same for what explodes: the reference does not finish some of it at all.
const SHORT_PATIENCE: Duration = Duration::from_secs(60);

struct Setup {
    program: PathBuf,
    corpus: PathBuf,
    oracle: PathBuf,
    features: PathBuf,
    scratch: tempfile::TempDir,
    runs: usize,
}

/// The number in an environment variable.
fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(default)
}

/// Seconds of CPU time, user and system.
fn seconds(usage: &Usage) -> f64 {
    let time = |value: nix::sys::time::TimeVal| value.tv_sec() as f64 + value.tv_usec() as f64 / 1e6;
    time(usage.user_time()) + time(usage.system_time())
}

/// Runs a command to its end: the CPU time that it took, or `None` if it failed or took longer than the patience.
fn cpu(command: &mut Command, patience: Duration) -> Option<f64> {
    let before = seconds(&getrusage(UsageWho::RUSAGE_CHILDREN).expect("own usage is known"));
    let mut child = command.stderr(Stdio::null()).process_group(0).spawn().expect("the program runs");
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            break Some(status);
        }
        if start.elapsed() > patience {
            break None;
        }
        std::thread::sleep(Duration::from_micros(500));
    };
    if status.is_none() {
        // The reference may run below a script, and would go on to eat all memory without it.
        let group = Pid::from_raw(i32::try_from(child.id()).expect("a process number"));
        killpg(group, Signal::SIGKILL).expect("own children can be killed");
        child.wait().expect("an own child can be waited for");
    }
    let after = seconds(&getrusage(UsageWho::RUSAGE_CHILDREN).expect("own usage is known"));
    status.filter(|status| status.success()).map(|_| after - before)
}

impl Setup {
    fn from_environment() -> Option<Setup> {
        let directory = |variable: &str| match std::env::var_os(variable) {
            Some(path) => Some(PathBuf::from(path)),
            None => {
                eprintln!("SKIPPED: comparing with the reference: {variable} is not set");
                None
            }
        };
        let program = std::env::var_os("ARMORER_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_armorer").into());
        Some(Setup {
            program: program.into(),
            corpus: directory("ARMORER_CORPUS")?,
            oracle: directory("ARMORER_ORACLE")?,
            features: directory("ARMORER_FEATURES")?,
            scratch: tempfile::tempdir().expect("a temporary directory"),
            runs: number("ARMORER_BENCH_RUNS", 5).max(1),
        })
    }

    fn profiles(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.corpus).expect("the corpus is readable").flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
        files.retain(|path| !armorer::resolve::is_skipped(&name(path)));
        files.sort();
        files
    }

    /// Compiles files in one process into a directory: CPU seconds.
    fn armorer(&self, features: &str, files: &[PathBuf], output: &Path) -> Option<f64> {
        let mut command = Command::new(&self.program);
        command.args(["compile", "--quiet", "--jobs", "1", "--features", features, "--base"]).arg(&self.corpus);
        cpu(command.arg("--output-dir").arg(output).args(files).stdout(Stdio::null()), PATIENCE)
    }

    /// Compiles one file: CPU seconds.
    fn reference(&self, features: &str, file: &Path, output: &Path, patience: Duration) -> Option<f64> {
        let output = std::fs::File::create(output).expect("a temporary file");
        let mut command = Command::new(self.oracle.join("apparmor_parser"));
        command.args(["-K", "-Q", "-q", "-j1", "-M"]).arg(self.features.join(features)).arg("-b").arg(&self.corpus);
        cpu(command.arg("-S").arg(file).stdout(output), patience)
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn row(what: &str, ours: &str, theirs: &str, ratio: &str) {
    println!("| {what} | {ours} | {theirs} | {ratio} |");
}

/// A row of CPU times.
fn times(what: &str, ours: f64, theirs: f64) {
    row(what, &format!("{ours:.3} s"), &format!("{theirs:.3} s"), &format!("{:.1} ×", theirs / ours));
}

/// The states of each automaton of a file of policy.
fn states(path: &Path) -> Vec<usize> {
    let bytes = std::fs::read(path).unwrap_or_default();
    let profiles = blob::read(&bytes).unwrap_or_default();
    let tables = |profile: &blob::BlobProfile| -> Vec<Tables> {
        let attachment = profile.xmatch.iter().map(|xmatch| xmatch.dfa.clone());
        attachment.chain([&profile.policydb, &profile.file].into_iter().flatten().map(|db| db.dfa.clone())).collect()
    };
    profiles.iter().flat_map(tables).map(|tables| tables.accept.len()).collect()
}

fn corpus(setup: &Setup, features: &str, files: &[PathBuf]) {
    let directory = |who: &str| {
        let path = setup.scratch.path().join(format!("{who}-{features}"));
        std::fs::create_dir_all(&path).expect("a temporary directory");
        path
    };
    let (ours, theirs, alone) = (directory("armorer"), directory("reference"), directory("alone"));
    let together = (0..setup.runs).filter_map(|_| setup.armorer(features, files, &ours)).reduce(f64::min);
    // The first children of this process, so that the greatest peak so far is theirs.
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0, |usage| usage.max_rss());
    let mut each = Vec::new();
    for file in files {
        let run = || {
            let reference = setup.reference(features, file, &theirs.join(name(file)), PATIENCE)?;
            Some((setup.armorer(features, std::slice::from_ref(file), &alone)?, reference))
        };
        let least = (0..setup.runs).filter_map(|_| run()).reduce(|least, run| (least.0.min(run.0), least.1.min(run.1)));
        if let Some((fresh, reference)) = least {
            each.push((name(file), fresh, reference));
        }
    }
    let Some(together) = together else { return println!("armorer failed on the corpus") };
    times(
        &format!("{} profiles, one process, {features}", files.len()),
        together,
        each.iter().map(|each| each.2).sum(),
    );
    if features == "linux-7.2" {
        row("peak memory of that process", &format!("{} MiB", peak / 1024), "", "");
    }
    let ratios: f64 = each.iter().map(|(_, ours, theirs)| (theirs / ours).ln()).sum();
    let mean = (ratios / each.len() as f64).exp();
    row(&format!("each alone in a fresh process, {features}: geometric mean"), "", "", &format!("{mean:.1} ×"));
    each.sort_by(|a, b| b.2.total_cmp(&a.2));
    for (name, ours, theirs) in each.iter().take(10) {
        times(&format!("`{name}` alone, {features}"), *ours, *theirs);
    }
    let size = |directory: &Path, name: &str| std::fs::metadata(directory.join(name)).map_or(0, |file| file.len());
    let sizes = |directory: &Path| each.iter().map(|(name, ..)| size(directory, name)).sum::<u64>();
    let (a, b) = (sizes(&ours), sizes(&theirs));
    row(
        &format!("size of all blobs, {features}"),
        &a.to_string(),
        &b.to_string(),
        &format!("{:.3}", a as f64 / b as f64),
    );
    let (mut all, mut more, mut sums) = (0, 0, [0, 0]);
    for (name, ..) in &each {
        for (a, b) in states(&ours.join(name)).into_iter().zip(states(&theirs.join(name))) {
            (all, more, sums) = (all + 1, more + usize::from(a > b), [sums[0] + a, sums[1] + b]);
        }
    }
    let what = format!("states of {all} automata, {features} (more than the reference's in {more})");
    row(&what, &sums[0].to_string(), &sums[1].to_string(), &format!("{:.3}", sums[0] as f64 / sums[1] as f64));
}

/// The shape of some rules: the common words; the word of a rule after a number of `**`; numbers of rules and of `**`.
type Shape<'a> = (&'a str, &'a dyn Fn(usize, usize, usize) -> String, &'a [(usize, usize)]);

/// Rules that multiply each other. Where each has words of its own, the minimal automaton itself doubles with each rule.
fn explosions(setup: &Setup) {
    let own = |rule: usize, star: usize, _: usize| format!("w{rule}x{star}");
    let shared = |rule: usize, star: usize, stars: usize| {
        if star + 1 == stars { format!("w{rule}") } else { format!("s{star}") }
    };
    let shapes: [Shape<'_>; 2] = [
        ("all words differ", &own, &[(5, 2), (8, 2), (9, 2), (5, 3), (4, 4), (20, 2)]),
        ("only last words differ", &shared, &[(20, 2), (20, 4), (100, 2), (100, 4), (400, 2), (400, 4)]),
    ];
    for (shape, word, sizes) in shapes {
        for &(rules, stars) in sizes {
            let mut text = String::from("profile explosive {\n");
            for rule in 0..rules {
                let path = (0..stars).fold(String::new(), |all, star| format!("{all}/**/{}", word(rule, star, stars)));
                let _ = writeln!(text, "  /sys/devices{path} r,");
            }
            let file = setup.scratch.path().join("explosive");
            std::fs::write(&file, text + "}\n").expect("a temporary file");
            let ours = setup.armorer("linux-7.2", std::slice::from_ref(&file), &setup.scratch.path().join("out"));
            let theirs = setup.reference("linux-7.2", &file, &setup.scratch.path().join("blob"), SHORT_PATIENCE);
            let what = format!("{rules} rules with {stars} `**`, {shape}");
            match (ours, theirs) {
                (Some(ours), Some(theirs)) => times(&what, ours, theirs),
                (ours, theirs) => {
                    let show =
                        |time: Option<f64>| time.map_or("does not finish".to_owned(), |time| format!("{time:.3} s"));
                    row(&what, &show(ours), &show(theirs), "");
                }
            }
        }
    }
}

/// Every text of the corpus, parsed once.
fn parsing(setup: &Setup) {
    let mut directories = vec![setup.corpus.clone()];
    let sources = armorer::source::SourceMap::new();
    let mut ids = Vec::new();
    while let Some(directory) = directories.pop() {
        for path in std::fs::read_dir(&directory).expect("the corpus is readable").flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                directories.push(path);
            } else if let Ok(text) = std::fs::read(&path) {
                ids.push(sources.add(name(&path), text).expect("small enough"));
            }
        }
    }
    let bytes: usize = ids.iter().map(|&id| sources.get(id).text().len()).sum();
    let cpu = || seconds(&getrusage(UsageWho::RUSAGE_SELF).expect("own usage is known"));
    let before = cpu();
    for &id in &ids {
        std::hint::black_box(armorer::syntax::parser::parse(&sources.get(id), id));
    }
    let speed = bytes as f64 / 1e6 / (cpu() - before);
    row(&format!("parsing {} files, {bytes} bytes", ids.len()), &format!("{speed:.0} MB/s"), "", "");
}

fn main() {
    let Some(setup) = Setup::from_environment() else { return };
    let step = number("ARMORER_BENCH_STEP", 25);
    let all = setup.profiles();
    let giant: Vec<PathBuf> = all.iter().filter(|path| name(path) == GIANT).cloned().collect();
    let files: Vec<PathBuf> = all.into_iter().filter(|path| name(path) != GIANT).step_by(step).collect();
    row("what", "armorer", "reference", "ratio");
    row("---", "---", "---", "---");
    for features in ["linux-7.2", "linux-6.1", "linux-6.12"] {
        corpus(&setup, features, &files);
    }
    if step == 1 && !giant.is_empty() {
        corpus(&setup, "linux-7.2", &giant);
    }
    parsing(&setup);
    explosions(&setup);
}
