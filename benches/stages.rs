//! Each stage of the pipeline on generated profiles of growing size, and everything on a tree of profiles.
//!
//! `cargo bench --bench stages` needs nothing else. `ARMORER_TREES` (directories, with `:` between them) adds whole trees, of
//! which every `ARMORER_BENCH_STEP`th file is compiled (default 20).

#![expect(clippy::expect_used, reason = "a benchmark stops where it cannot go on")]
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use std::convert::Infallible;
use std::fmt::Write;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use armorer::automata::{Builder, ByteSet, Config, Dfa, LabelId, PackOptions, Pattern};
use armorer::diagnostic::Diagnostics;
use armorer::encode::{self, EncodeCache, Target};
use armorer::resolve::{self, Session, resolve};
use armorer::source::{Memory, SourceMap};
use armorer::syntax::parser::parse;
use armorer::{Compiler, Features, Input, blob};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Rules of the generated profiles.
const SIZES: [usize; 3] = [30, 300, 3000];

/// A profile of so many rules: literal paths, names with wildcards, broad globs, variables, some of other classes.
fn profile(rules: usize) -> String {
    let mut text =
        String::from("abi <kernel>,\n@{bin} = /bin /usr/bin\n@{HOME} = /home/*/ /root/\nprofile generated {\n");
    for i in 0..rules {
        // Numbers that share beginnings and endings, as paths do.
        let (a, b, c) = (i % 7, i / 7 % 11, i.wrapping_mul(2_654_435_761) % 9973);
        let _ = match i % 10 {
            0 => writeln!(text, "  @{{bin}}/tool{c} rix,"),
            1 => writeln!(text, "  owner @{{HOME}}/.config/app{a}/*.d/conf{c}.ini rw,"),
            2 => writeln!(text, "  /usr/share/set{a}/part{b}/{{,**/}}item{c}.xml r,"),
            3 => writeln!(text, "  /sys/devices/pci[0-9a-f]*/**/unit{c}/state r,"),
            4 => writeln!(text, "  /var/lib/store{b}/** rwk,"),
            5 => {
                writeln!(text, "  dbus send bus=session path=/org/thing{a}/{c} member=Get{b} peer=(name=org.thing{a}),")
            }
            6 => writeln!(text, "  signal send set=(term kill) peer=helper{c},"),
            _ => writeln!(text, "  /etc/conf{a}/dir{b}/file{c} r,"),
        };
    }
    text + "}\n"
}

/// Rules with so many `**` each, whose patterns multiply.
fn explosive(rules: usize, stars: usize) -> String {
    let mut text = String::from("profile explosive {\n");
    for i in 0..rules {
        let _ = writeln!(
            text,
            "  /sys/devices{} r,",
            (0..stars).fold(String::new(), |all, k| format!("{all}/**/w{i}x{k}"))
        );
    }
    text + "}\n"
}

fn features() -> Features {
    Features::builtin("linux-7.2").expect("built in")
}

fn options() -> resolve::ResolveOptions {
    let features = Arc::new(features());
    resolve::ResolveOptions { policy: Some(Arc::clone(&features)), ..resolve::ResolveOptions::new(features) }
}

fn front(c: &mut Criterion) {
    for rules in SIZES {
        let text = profile(rules);
        let mut group = c.benchmark_group("parse");
        group.throughput(Throughput::Bytes(text.len() as u64));
        let sources = SourceMap::new();
        let id = sources.add("generated", text.as_bytes()).expect("small enough");
        let source = sources.get(id);
        group.bench_function(BenchmarkId::from_parameter(rules), |b| b.iter(|| parse(black_box(&source), id)));
        group.finish();

        let mut group = c.benchmark_group("parse+resolve");
        let options = options();
        let session = Session::new(Memory::new());
        let id = session.sources.add("generated", text.as_bytes()).expect("small enough");
        group.bench_function(BenchmarkId::from_parameter(rules), |b| {
            b.iter(|| resolve(&session, id, &options, &mut Diagnostics::new()));
        });
        group.finish();

        let mut group = c.benchmark_group("encode rules");
        let policy = resolve(&session, id, &options, &mut Diagnostics::new());
        let target = Target { kernel: Arc::clone(&options.kernel) };
        group.bench_function(BenchmarkId::from_parameter(rules), |b| {
            b.iter_batched_ref(
                EncodeCache::default,
                |cache| {
                    encode::check(&policy, &target, &encode::EncodeOptions::default(), cache, &mut Diagnostics::new());
                },
                BatchSize::PerIteration,
            );
        });
        group.finish();
    }
}

/// Patterns like those of file rules, with eight labels.
fn patterns(count: usize) -> Vec<(Pattern, LabelId)> {
    let name = || Pattern::star(Pattern::Set([0, b'/'].into_iter().collect::<ByteSet>().negate()));
    let any = || Pattern::star(Pattern::Set(ByteSet::single(0).negate()));
    let pattern = |i: usize| {
        let (dir, file) = (format!("/dir{}/sub{}/", i % 13, i / 13 % 17), format!("file{}", i * 7919 % 9973));
        match i % 5 {
            0 => Pattern::concat([Pattern::literal(dir), name(), Pattern::literal(file)]),
            1 => Pattern::concat([Pattern::literal(dir), any(), Pattern::literal(file)]),
            _ => Pattern::literal(dir + &file),
        }
    };
    (0..count).map(|i| (pattern(i), LabelId::new(i % 8))).collect()
}

fn determinised(patterns: &[(Pattern, LabelId)]) -> Dfa {
    let mut builder = Builder::new(Config::default());
    patterns.iter().for_each(|(pattern, label)| builder.add(pattern, *label));
    builder.build().expect("within the limits")
}

fn bits(labels: &[LabelId]) -> Result<u32, Infallible> {
    Ok(labels.iter().fold(0, |all, label| all | 1 << label.as_u32()))
}

fn automata(c: &mut Criterion) {
    for count in SIZES {
        let patterns = patterns(count);
        let mut group = c.benchmark_group("determinise");
        group.bench_function(BenchmarkId::from_parameter(count), |b| b.iter(|| determinised(black_box(&patterns))));
        group.finish();
        let Ok(classified) = determinised(&patterns).classify(bits);
        let mut group = c.benchmark_group("minimise");
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter_batched(|| classified.clone(), |dfa| dfa.minimise(), BatchSize::LargeInput);
        });
        group.finish();
        let minimal = classified.minimise();
        let mut group = c.benchmark_group("pack");
        for diff_encode in [false, true] {
            let options = PackOptions { diff_encode, accept2: true };
            let name = if diff_encode { "diff-encoded" } else { "plain" };
            group.bench_function(BenchmarkId::new(name, count), |b| {
                b.iter(|| minimal.pack(options, |_, &value| (value, 0)).expect("few cells"));
            });
        }
        group.finish();
    }
}

fn back(c: &mut Criterion) {
    for rules in SIZES {
        let text = profile(rules);
        let compiled = Compiler::new(features()).compile(Input::text("generated", text.as_bytes())).expect("sound");
        let mut group = c.benchmark_group("write");
        group.bench_function(BenchmarkId::from_parameter(rules), |b| b.iter(|| blob::write(compiled.records())));
        group.finish();
        let mut group = c.benchmark_group("compile");
        group.sample_size(20);
        group.bench_function(BenchmarkId::from_parameter(rules), |b| {
            b.iter(|| Compiler::new(features()).compile(Input::text("generated", text.as_bytes())));
        });
        group.finish();
    }
    let mut group = c.benchmark_group("compile explosive rules");
    group.sample_size(10);
    for (rules, stars) in [(20, 2), (20, 4), (100, 2), (400, 2)] {
        let text = explosive(rules, stars);
        group.bench_function(format!("{rules} rules with {stars} **"), |b| {
            b.iter(|| Compiler::new(features()).compile(Input::text("explosive", text.as_bytes())));
        });
    }
    group.finish();
}

/// The profile files of a tree, every `step`th.
fn files(tree: &Path, step: usize) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(tree).expect("the tree is readable").flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries
        .filter(|path| path.is_file() && !path.file_name().is_some_and(|n| resolve::is_skipped(&n.to_string_lossy())))
        .collect();
    files.sort();
    files.into_iter().step_by(step).collect()
}

fn trees(c: &mut Criterion) {
    let Some(trees) = std::env::var_os("ARMORER_TREES") else {
        eprintln!("SKIPPED: trees of profiles: ARMORER_TREES is not set");
        return;
    };
    let step = std::env::var("ARMORER_BENCH_STEP").ok().and_then(|step| step.parse().ok()).unwrap_or(20);
    for tree in std::env::split_paths(&trees) {
        let files = files(&tree, step);
        let mut group = c.benchmark_group(format!("{} files of {}", files.len(), tree.display()));
        group.sample_size(10);
        let compiler = || Compiler::new(features()).base(&tree);
        group.bench_function("check", |b| {
            b.iter(|| {
                let compiler = compiler();
                files.iter().filter(|file| compiler.check(file.as_path()).is_ok()).count()
            });
        });
        group.bench_function("compile", |b| {
            b.iter(|| {
                let compiler = compiler();
                files.iter().filter(|file| compiler.compile(file.as_path()).is_ok()).count()
            });
        });
        group.finish();
    }
}

criterion_group! {
    name = stages;
    config = Criterion::default()
        .sample_size(30)
        .warm_up_time(std::time::Duration::from_millis(500))
        .measurement_time(std::time::Duration::from_secs(2));
    targets = front, automata, back, trees
}
criterion_main!(stages);
