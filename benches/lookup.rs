//! Walks through the tables of file rules, as the kernel does them at each access to a file: armorer's tables and the reference's, on
//! the same profiles and paths. Counted: cache lines that a walk touches, and cells that it looks at. Timed: walks whose tables are in
//! the caches (hot), and walks whose tables are in none of them (cold).
//!
//! Needs `ARMORER_CORPUS`, `ARMORER_ORACLE` and `ARMORER_FEATURES` (see CONTRIBUTING). Every `ARMORER_BENCH_STEP`th profile is taken
//! (default 8); `ARMORER_REFERENCE_CACHE` keeps what the reference makes of them. The paths are some of this machine, and those that
//! the suites in `examples/suites` ask for. Cold walks need twice the memory of the machine's largest cache, and come closer to those of
//! a kernel in large pages: `GLIBC_TUNABLES=glibc.malloc.hugetlb=1`.

#![expect(clippy::expect_used, reason = "a benchmark stops where it cannot go on")]
#![expect(
    clippy::indexing_slicing,
    reason = "the tables are verified, and their walk should cost what it costs a kernel"
)]

#[path = "support/machine.rs"]
mod machine;
#[path = "../tests/support/reference.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod reference;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use armorer::analysis::Access;
use armorer::analysis::suite::Suite;
use armorer::automata::tables::{BASE_DIFF_ENCODED, BASE_OFFSET};
use armorer::automata::{Symbol, Tables, WalkCosts};
use armorer::blob::{self, Automaton};
use armorer::{Compiler, Features};
use reference::Reference;

/// The kernels, and the bytes that an element of `default`, `next` and `check` takes in their memory: 7.2 widens those of 16 bits.
const KERNELS: [(&str, Option<usize>); 2] = [("linux-6.12", None), ("linux-7.2", Some(4))];
/// The number of this machine's paths that are walked.
const PATHS: usize = 254;
/// Rounds of walks with empty caches: each walks one path through every table.
const ROUNDS: usize = 16;
const LINE: usize = 64;

/// The automaton for the files of a profile.
struct Files {
    tables: Tables,
    start: u32,
    width: usize,
}

impl Files {
    /// The automata of a policy by profile; the profiles without one are left out.
    fn of(policy: &[u8], width: Option<usize>) -> Vec<(Vec<u8>, Files)> {
        let profiles = blob::read_with_layout(policy).expect("a policy that was just made");
        let of_profile = |(profile, layout): (blob::BlobProfile, blob::ProfileLayout)| {
            let db = profile.file?;
            let (_, layout) = layout.automata.iter().find(|(which, _)| *which == Automaton::File)?;
            let width = width.or_else(|| layout.width("next").map(|bits| bits / 8)).unwrap_or(4);
            Some((profile.name, Files { tables: db.dfa, start: db.start.unwrap_or(1), width }))
        };
        profiles.into_iter().filter_map(of_profile).collect()
    }
}

/// All tables of a run, as kernels keep them, in one piece: memory of this size gets large pages where they are to be had, as those of a
/// kernel are. With small ones most of a cold walk is finding pages.
struct Memory(Vec<u32>);

/// Elements in [`Memory`], several of them in a word.
#[derive(Clone, Copy)]
struct Table {
    word: usize,
    /// The bits of an element: 8, 16 or 32.
    bits: usize,
}

impl Memory {
    /// Room for the tables of hundreds of profiles: what grows moves, and can lose its large pages.
    fn new() -> Self {
        Memory(Vec::with_capacity(64 << 20))
    }

    fn put(&mut self, bits: usize, elements: impl IntoIterator<Item = u32>) -> Table {
        // A kernel allocates each table for itself, from the beginning of a line.
        self.0.resize(self.0.len().next_multiple_of(LINE / 4), 0);
        let table = Table { word: self.0.len(), bits };
        for (index, element) in elements.into_iter().enumerate() {
            assert!(element.checked_shr(bits as u32).unwrap_or(0) == 0, "the layout says that it fits");
            let bit = index * bits;
            if bit.is_multiple_of(32) {
                self.0.push(0);
            }
            self.0[table.word + bit / 32] |= element << (bit % 32);
        }
        table
    }

    fn get(&self, table: Table, index: usize) -> u32 {
        let bit = index * table.bits;
        (self.0[table.word + bit / 32] >> (bit % 32)) & (u32::MAX >> (32 - table.bits))
    }
}

/// The place of an automaton in [`Memory`].
struct Placed {
    start: u32,
    base: Table,
    default: Table,
    next: Table,
    check: Table,
    classes: Table,
}

impl Placed {
    fn of(files: &Files, memory: &mut Memory) -> Self {
        let (tables, bits) = (&files.tables, 8 * files.width);
        let class = |byte: u8| tables.classes.as_ref().map_or(byte, |classes| classes[usize::from(byte)]);
        Placed {
            start: files.start,
            base: memory.put(32, tables.base.iter().copied()),
            default: memory.put(bits, tables.default.iter().copied()),
            next: memory.put(bits, tables.next.iter().copied()),
            check: memory.put(bits, tables.check.iter().copied()),
            classes: memory.put(8, (0..=u8::MAX).map(|byte| class(byte).into())),
        }
    }

    /// Walks a path as the kernel does (`aa_dfa_match`).
    fn walk(&self, memory: &Memory, path: &[u8]) -> u32 {
        let mut state = self.start;
        for &byte in path {
            let class = memory.get(self.classes, byte.into()) as usize;
            loop {
                let base = memory.get(self.base, state as usize);
                let cell = (base & BASE_OFFSET) as usize + class;
                if memory.get(self.check, cell) == state {
                    state = memory.get(self.next, cell);
                    break;
                }
                state = memory.get(self.default, state as usize);
                if base & BASE_DIFF_ENCODED == 0 {
                    break;
                }
            }
        }
        state
    }

    fn timed(&self, memory: &Memory, path: &[u8]) -> Duration {
        let start = Instant::now();
        black_box(self.walk(memory, black_box(path)));
        start.elapsed()
    }
}

/// The costs of walks, all of them together.
#[derive(Default)]
struct Costs {
    counted: WalkCosts,
    hot: Duration,
    cold: Vec<Duration>,
}

impl Costs {
    /// Adds a hot walk over each path.
    fn add(&mut self, files: &Files, placed: &Placed, memory: &Memory, paths: &[Vec<u8>]) {
        for path in paths {
            self.counted.add(&files.tables, files.start, files.width, path.iter().copied().map(Symbol::Byte));
            assert_eq!(placed.walk(memory, path), files.tables.walk(files.start, path));
        }
        let start = Instant::now();
        for path in paths {
            black_box(placed.walk(memory, black_box(path)));
        }
        self.hot += start.elapsed();
    }

    fn row(&self, kernel: &str, what: &str, who: &str) {
        // Not their mean: one pause of the machine is as long as a thousand walks.
        let mut cold = self.cold.clone();
        cold.sort_unstable();
        let cold = cold.get(cold.len() / 2).map_or(0, Duration::as_nanos);
        let [base, check, next, default] = self.counted.lines.map(|sum| sum as f64 / self.counted.walks.max(1) as f64);
        println!(
            "| {kernel} | {what} | {who} | {:.2} | {base:.2} | {check:.2} | {next:.2} | {default:.2} | {:.3} | {:.2} | {cold} |",
            self.counted.lines_a_walk(),
            self.counted.probes_a_symbol(),
            self.hot.as_nanos() as f64 / self.counted.symbols.max(1) as f64,
        );
    }
}

/// Memory twice as large as the largest cache of this machine: once it is read, the caches hold nothing else.
struct Evictor(Vec<u8>);

impl Evictor {
    fn new() -> Self {
        let size = |index: usize| {
            let text = std::fs::read_to_string(format!("/sys/devices/system/cpu/cpu0/cache/index{index}/size")).ok()?;
            text.trim().strip_suffix('K')?.parse::<usize>().ok()
        };
        let largest = (0..8).map_while(size).max().unwrap_or(32 << 10) << 10;
        println!("the largest cache has {} MiB\n", largest >> 20);
        Evictor(vec![1; 2 * largest])
    }

    fn evict(&self) {
        black_box(self.0.iter().step_by(LINE).fold(0, |sum: u8, &byte| sum.wrapping_add(byte)));
    }
}

fn main() {
    let directory = |variable: &str| match std::env::var_os(variable) {
        Some(path) => Some(PathBuf::from(path)),
        None => {
            eprintln!("SKIPPED: walks through tables: {variable} is not set");
            None
        }
    };
    let (Some(corpus), Some(oracle), Some(features)) =
        (directory("ARMORER_CORPUS"), directory("ARMORER_ORACLE"), directory("ARMORER_FEATURES"))
    else {
        return;
    };
    let step = std::env::var("ARMORER_BENCH_STEP").map_or(8, |step| step.parse().expect("ARMORER_BENCH_STEP"));
    let inputs = [("files of this machine", paths_of_machine()), ("accesses of suites", paths_of_suites())];
    for (what, paths) in &inputs {
        let bytes: usize = paths.iter().map(Vec::len).sum();
        println!("{what}: {} paths of {:.1} bytes", paths.len(), bytes as f64 / paths.len().max(1) as f64);
    }
    let evictor = Evictor::new();
    println!(
        "| kernel | paths | tables of | lines a walk | base | check | next | default | probes a byte | hot, ns a byte | cold, ns a walk |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut findings = Vec::new();
    for (kernel, width) in KERNELS {
        let features = features.join(kernel);
        let run = Run {
            kernel,
            width,
            reference: Reference::new(&oracle, &features).base(&corpus),
            compiler: Compiler::new(Features::from_path(&features).expect("readable features")).base(&corpus),
        };
        findings.push(run.compare(&profiles(&corpus, step), &inputs, &evictor));
    }
    println!();
    findings.iter().flatten().for_each(|line| println!("{line}"));
}

/// A comparison for one kernel.
struct Run {
    kernel: &'static str,
    width: Option<usize>,
    reference: Reference,
    compiler: Compiler,
}

impl Run {
    /// Prints a row for each compiler and kind of path, and returns lines about sizes.
    fn compare(&self, texts: &[PathBuf], inputs: &[(&str, Vec<Vec<u8>>)], evictor: &Evictor) -> Vec<String> {
        let mut memory = Memory::new();
        let mut placed: Vec<[Placed; 2]> = Vec::new();
        let mut costs: Vec<[Costs; 2]> = inputs.iter().map(|_| Default::default()).collect();
        let (mut ours, mut theirs) = (0, 0);
        let mut ratios: Vec<(f64, String)> = Vec::new();
        for path in texts {
            let text = std::fs::read(path).expect("a readable profile");
            let (Ok(compiled), Ok(policy)) = (self.compiler.compile(path.as_path()), self.reference.compile(&text))
            else {
                continue;
            };
            ours += compiled.blob().len();
            theirs += policy.len();
            if policy.len() > 100_000 {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                ratios.push((ratio(compiled.blob().len(), policy.len()), name.into_owned()));
            }
            let others = Files::of(&policy, self.width);
            for (name, files) in Files::of(compiled.blob(), self.width) {
                let Some((_, other)) = others.iter().find(|(other, _)| *other == name) else { continue };
                let both = [&files, other];
                let here = both.map(|files| Placed::of(files, &mut memory));
                for (costs, (_, paths)) in costs.iter_mut().zip(inputs) {
                    for (costs, (files, placed)) in costs.iter_mut().zip(both.iter().zip(&here)) {
                        costs.add(files, placed, &memory, paths);
                    }
                }
                placed.push(here);
            }
        }
        let automata = placed.len();
        for (costs, (_, paths)) in costs.iter_mut().zip(inputs) {
            // Each round has other paths, and each table is walked once a round.
            for path in paths.iter().step_by(paths.len().div_ceil(ROUNDS).max(1)) {
                evictor.evict();
                for placed in &placed {
                    for (costs, placed) in costs.iter_mut().zip(placed) {
                        costs.cold.push(placed.timed(&memory, path));
                    }
                }
            }
        }
        let mut lines = vec![format!("{}: {automata} automata, size of blobs {:.3}", self.kernel, ratio(ours, theirs))];
        for (costs, (what, _)) in costs.iter().zip(inputs) {
            costs[0].row(self.kernel, what, "armorer");
            costs[1].row(self.kernel, what, "the reference");
            let [ours, theirs] = costs.each_ref().map(|costs| costs.counted.lines.iter().sum());
            lines.push(format!("{}, {what}: lines {:.3}", self.kernel, ratio(ours, theirs)));
        }
        ratios.sort_by(|a, b| b.0.total_cmp(&a.0));
        let worst =
            ratios.iter().take(3).map(|(ratio, name)| format!("{name} {ratio:.3}")).collect::<Vec<_>>().join(", ");
        let large = ratios.iter().filter(|(ratio, _)| *ratio > 1.05).count();
        lines.push(format!(
            "{}, {} blobs of more than 100 kB: worst {worst}; {large} of more than 1.05",
            self.kernel,
            ratios.len()
        ));
        lines
    }
}

fn ratio(a: usize, b: usize) -> f64 {
    a as f64 / b.max(1) as f64
}

fn profiles(corpus: &Path, step: usize) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(corpus).expect("a readable corpus").flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    let is_skipped =
        |path: &PathBuf| armorer::resolve::is_skipped(&path.file_name().unwrap_or_default().to_string_lossy());
    files.retain(|path| !is_skipped(path));
    files.sort();
    files.into_iter().step_by(step).collect()
}

/// Files of this machine, from all over it.
fn paths_of_machine() -> Vec<Vec<u8>> {
    let files = machine::files(&["/etc", "/usr", "/var", "/proc/self", "/dev"], PATHS, |_, kind| !kind.is_dir());
    files.into_iter().map(|path| path.into_os_string().into_encoded_bytes()).collect()
}

/// The paths of the accesses to files that the example suites test.
fn paths_of_suites() -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/suites");
    let mut paths = BTreeSet::new();
    for entry in std::fs::read_dir(directory).expect("the suites").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("a readable suite");
        let suite = Suite::parse(&entry.path(), &text).expect("a suite");
        let compiler = suite.compiler(Features::builtin("linux-6.12").expect("built in"));
        for test in suite.run(&compiler, "linux-6.12").into_iter().flatten() {
            let words: Vec<&str> = test.access.split(' ').collect();
            if let Ok(Access::File(file)) = Access::parse(&words) {
                paths.insert(file.path.as_bytes().to_vec());
            }
        }
    }
    paths.into_iter().collect()
}
