//! The cost of an access to a file for a process under a large profile, in real kernels: a loop of `stat` and one of `open`, with the
//! tables of armorer and of the reference. The machine is emulated and counts instructions; of 20 rounds the one with the least counts, as
//! others have more interrupts. An emulator has no caches, so what cache lines cost is measured by `lookup`.
//!
//! Needs `ARMORER_CORPUS`, `ARMORER_ORACLE`, `ARMORER_KERNELS` and `ARMORER_FEATURES` (see CONTRIBUTING), qemu, busybox and a C compiler.
//! `ARMORER_BENCH_PROFILES` names the files of the corpus, with spaces between them.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a benchmark stops where it cannot go on")]

#[path = "../../tests/system/kernel"]
#[expect(dead_code, reason = "the tests use all of it")]
mod kernel {
    pub(crate) mod initramfs;
    pub(crate) mod vm;
}
#[path = "../support/machine.rs"]
mod machine;
#[path = "../../tests/support/reference.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod reference;

use std::path::{Path, PathBuf};
use std::process::Command;

use armorer::{Compiler, Features, blob};
use kernel::vm::{File, Vm};
use reference::Reference;

/// The feature sets, and the kernels of `ARMORER_KERNELS` that have them.
const KERNELS: [(&str, &str); 2] = [("linux-6.12", "6.12"), ("linux-7.2", "sid")];
/// Profiles with large automata that allow much of what is below `/usr` and `/etc`.
const PROFILES: &str = "gnome-shell claude xorg";
/// The number of this machine's files that are tried.
const PATHS: usize = 1000;
const ROUNDS: usize = 20;

fn main() {
    let directory = |variable: &str| {
        let found = std::env::var_os(variable).map(PathBuf::from);
        if found.is_none() {
            eprintln!("SKIPPED: accesses in real kernels: {variable} is not set");
        }
        found
    };
    let (Some(corpus), Some(oracle), Some(kernels), Some(features)) = (
        directory("ARMORER_CORPUS"),
        directory("ARMORER_ORACLE"),
        directory("ARMORER_KERNELS"),
        directory("ARMORER_FEATURES"),
    ) else {
        return;
    };
    let scratch = tempfile::tempdir().unwrap();
    let program = compile_loop(scratch.path());
    let paths = paths_of_machine();
    println!(
        "| kernel | profile | files | tables of | stat, instructions | open and close | of them for the profile | |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (set, image) in KERNELS {
        let features = features.join(set);
        let reference = Reference::new(&oracle, &features).base(&corpus);
        let compiler = Compiler::new(Features::from_path(&features).expect("readable features")).base(&corpus);
        for name in std::env::var("ARMORER_BENCH_PROFILES").as_deref().unwrap_or(PROFILES).split_whitespace() {
            let path = corpus.join(name);
            let ours = compiler.compile(path.as_path()).expect("a profile that compiles").into_blob();
            let theirs = reference.compile(&std::fs::read(&path).unwrap()).expect("a profile that compiles");
            let profile = blob::read(&ours).expect("a policy that was just made").remove(0).name;
            let mut files =
                vec![File::program("/bin/loop", program.clone()), File::data("/paths", paths.join("\n") + "\n")];
            files.extend(paths.iter().map(|path| File::data(path.as_str(), "")));
            files.extend([File::data("/policy/armorer", ours), File::data("/policy/reference", theirs)]);
            let script = script(&String::from_utf8_lossy(&profile));
            let options = ["-icount", "shift=0,sleep=off"];
            let run = Vm { kernel: &kernels.join(image), files, script }.run_with(&options);
            print(set, name, &run.results);
        }
    }
}

/// Loads both policies, one after the other and each with one write, and runs the loop under each, and under none.
fn script(profile: &str) -> String {
    format!(
        "policy=/sys/kernel/security/apparmor/.replace
for who in armorer reference; do
  dd if=/policy/$who of=$policy bs=64M 2> /dev/null
  echo RESULT $who $(/bin/loop {profile:?} {ROUNDS} < /paths)
done
echo RESULT none $(/bin/loop - {ROUNDS} < /paths)
"
    )
}

/// Prints a row for each compiler.
fn print(kernel: &str, profile: &str, results: &[String]) {
    let figures = |who: &str| -> [f64; 3] {
        let line = results.iter().find_map(|line| line.strip_prefix(who)).expect("a line for each loop");
        let mut words = line.split_whitespace().map(|word| word.parse::<f64>().expect("a number"));
        let [files, stat, open] = [(); 3].map(|()| words.next().expect("three numbers"));
        [files, stat / files, open / files]
    };
    let [_, stat, open] = figures("none");
    let theirs = figures("reference");
    for (who, shown) in [("armorer", "armorer"), ("reference", "the reference")] {
        let found = figures(who);
        let mediation = |found: [f64; 3]| found[1] - stat + found[2] - open;
        println!(
            "| {kernel} | {profile} | {} | {shown} | {:.0} | {:.0} | {:.0} | {:.3} |",
            found[0],
            found[1],
            found[2],
            mediation(found),
            mediation(found) / mediation(theirs),
        );
    }
}

/// The program is static: the machine has no libraries.
fn compile_loop(directory: &Path) -> Vec<u8> {
    let program = directory.join("loop");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/access/loop.c");
    let status = Command::new("cc").args(["-static", "-O2", "-o"]).arg(&program).arg(source).status();
    assert!(status.expect("this benchmark needs a C compiler").success(), "the loop does not compile");
    std::fs::read(program).unwrap()
}

/// Regular files below `/etc` and `/usr`, whose names are made in the machine as well.
fn paths_of_machine() -> Vec<String> {
    let files = machine::files(&["/etc", "/usr"], PATHS, |path, kind| kind.is_file() && path.to_str().is_some());
    files.into_iter().filter_map(|path| path.into_os_string().into_string().ok()).collect()
}
