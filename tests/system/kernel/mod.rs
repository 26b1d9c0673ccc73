//! Profiles on real kernels: compiled, loaded, and tried out by processes under them.
//!
//! These tests need things that a build does not bring, and say aloud that they are skipped where those are missing:
//!
//! - `ARMORER_KERNELS`: a directory with kernel images `6.1`, `6.12` and `sid`, all with AppArmor;
//! - `ARMORER_ORACLE`: a directory with the reference compiler, `apparmor_parser`. Without it only armorer's policies are tried;
//! - `ARMORER_PROGRAMS`: a directory with the programs that `closed_loop` confines, made by `.ci/programs`;
//! - on the machine: `qemu-system-x86_64`, a static `busybox`, and a C compiler that links statically.
//!
//! Policies of both compilers are loaded in the same boot, one after the other, and both have to give what the checks say: the
//! same outcomes, and the same audit records, check by check. Where the reference is at fault, a check says what its policy gives.

mod agent;
mod answers;
mod attacks;
mod book;
mod checks;
mod closed_loop;
mod compilers;
mod dropin;
mod initramfs;
mod learn;
mod modes;
mod program;
mod said;
mod script;
mod vm;
mod volumes;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use armorer::features::Features;

use checks::{Check, GROUPS, Group, Load, Reference};
use compilers::Compiler;
use script::Script;
use vm::{File, Vm};

use crate::support;

#[test]
fn linux_6_1() {
    confine("6.1", "linux-6.1");
}

#[test]
fn linux_6_12() {
    confine("6.12", "linux-6.12");
}

#[test]
fn linux_7_2() {
    confine("sid", "linux-7.2");
}

/// Boots the image, loads each compiler's policies, and compares all that happens with what should.
fn confine(image: &str, kernel: &str) {
    let Some(kernels) = support::directory("ARMORER_KERNELS", kernel) else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut compilers = vec![Compiler::armorer(kernel, directory.path())];
    if let Some(oracle) = support::directory("ARMORER_ORACLE", &format!("{kernel} beside the reference")) {
        compilers.push(Compiler::reference(&oracle, kernel, directory.path()));
    }
    let groups: Vec<&Group> = GROUPS.iter().copied().filter(|group| group.kernels.contains(&kernel)).collect();

    let mut files = vec![File::program("/bin/probe", compile_probe(directory.path()))];
    let mut script = Script::new();
    for group in &groups {
        files.extend(group.there.iter().map(|&path| File::data(path, "there\n")));
        script.probes(group.probes);
    }
    for compiler in &compilers {
        script.begin(compiler.name);
        for group in groups.iter().filter(|group| compiler.accepts(group)) {
            files.extend(compiler.policies(group));
            script.group(compiler.name, group);
        }
        script.end(compiler.name);
    }
    let run = Vm { kernel: &kernels.join(image), files, script: script.text() }.run();

    let mut wrong = String::new();
    judge_features(&run, kernel, &mut wrong);
    let records: Vec<Records> = compilers.iter().map(|compiler| records(&run, compiler.name)).collect();
    for compiler in &compilers {
        for group in groups.iter().filter(|group| compiler.accepts(group)) {
            judge(&run, compiler, group, kernel, &mut wrong);
        }
    }
    for group in &groups {
        for (number, check) in group.checks.iter().enumerate() {
            judge_records(&records, group, number, check, kernel, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "on {kernel}:\n{wrong}\nThe console:\n{}", run.console);
    let names: Vec<_> = compilers.iter().map(|compiler| compiler.name).collect();
    let count: usize = groups.iter().map(|group| group.checks.len()).sum();
    support::say!(
        "{kernel}: booted; {count} checks in {} groups hold for the policies of {}",
        groups.len(),
        names.join(" and ")
    );
}

/// The results of one kind (`load`, `profile`, the number of a check) of one compiler and group.
fn results<'a>(run: &'a vm::Run, compiler: &str, group: &str, kind: &str) -> Vec<&'a str> {
    let prefix = format!("{compiler} {group} {kind} ");
    run.results.iter().filter_map(|line| line.strip_prefix(&prefix)).collect()
}

/// Appends whatever one compiler's policies do otherwise than they should.
fn judge(run: &vm::Run, compiler: &Compiler, group: &Group, kernel: &str, wrong: &mut String) {
    let name = compiler.name;
    for outcome in results(run, name, group.name, "load") {
        if !outcome.ends_with(" ok") {
            writeln!(wrong, "{name}, {}: cannot load {outcome}", group.name).unwrap();
        }
    }
    let loaded: BTreeSet<&str> = results(run, name, group.name, "profile").into_iter().collect();
    if group.load == Load::Files && !group.loaded.iter().eq(&loaded) {
        writeln!(wrong, "{name}, {}: loaded are {loaded:?}", group.name).unwrap();
    }
    for (number, check) in group.checks.iter().enumerate() {
        let got = results(run, name, group.name, &number.to_string());
        let expected = check.expected(kernel, compiler.is_reference());
        if got != [expected] {
            writeln!(wrong, "{name}, {}: `{}` gives {got:?}, not {expected:?}", group.name, check.command).unwrap();
        }
    }
}

/// The audit records of each check, by group and number.
type Records = BTreeMap<(String, String), BTreeSet<String>>;

/// Appends what one check should or should not have logged. What is logged is as much part of a policy as what is denied.
fn judge_records(records: &[Records], group: &Group, number: usize, check: &Check, kernel: &str, wrong: &mut String) {
    let none = BTreeSet::new();
    let key = (group.name.to_owned(), number.to_string());
    let of_check: Vec<&BTreeSet<String>> = records.iter().map(|records| records.get(&key).unwrap_or(&none)).collect();
    let tried = if group.reference == Reference::Compiles { 2 } else { 1 };
    for (reference, records) in of_check.iter().take(tried).enumerate() {
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        if let Some(text) = check.judge_records(kernel, reference == 1, &records) {
            writeln!(wrong, "{}: {text}", group.name).unwrap();
        }
    }
    if let &[ours, theirs, ..] = of_check.as_slice()
        && tried == 2
        && check.same(kernel)
    {
        for record in ours.difference(theirs) {
            writeln!(wrong, "{}: `{}`: only with armorer: {record}", group.name, check.command).unwrap();
        }
        for record in theirs.difference(ours) {
            writeln!(wrong, "{}: `{}`: only with the reference: {record}", group.name, check.command).unwrap();
        }
    }
}

/// The audit records of a compiler, without the words that differ from one access to the next. They come in the order in which
/// things happened, so the records that mark the beginning of a check tell which check they belong to.
fn records(run: &vm::Run, compiler: &str) -> Records {
    let mut records = Records::new();
    let mut check = None;
    let prefix = format!("{compiler} audit ");
    for line in run.results.iter().filter_map(|line| line.strip_prefix(&prefix)) {
        let words = line.split(' ').skip_while(|word| !word.starts_with("apparmor="));
        let record: Vec<&str> = words.filter(|word| !word.starts_with("pid=")).collect();
        if record.first() == Some(&"apparmor=\"STATUS\"") {
            if let Some((_, mark)) = line.split_once(script::MARK) {
                check = mark.split('"').next().and_then(|mark| mark.split_once('.'));
            }
        } else if let Some((group, number)) = check {
            let key = (group.to_owned(), number.to_owned());
            records.entry(key).or_default().insert(without_process(&record.join(" ")));
        }
    }
    records
}

/// The record with a path below `/proc/NUMBER/` as one below `/proc/PID/`.
fn without_process(record: &str) -> String {
    match record.split_once("\"/proc/") {
        Some((before, path)) if path.starts_with(|first: char| first.is_ascii_digit()) => {
            format!("{before}\"/proc/PID{}", path.trim_start_matches(|digit: char| digit.is_ascii_digit()))
        }
        _ => record.to_owned(),
    }
}

/// Appends how the features that the kernel shows differ from those that are built in for it.
fn judge_features(run: &vm::Run, name: &str, wrong: &mut String) {
    let shown: BTreeMap<String, Vec<String>> = run
        .results
        .iter()
        .filter_map(|line| line.strip_prefix("features ")?.split_once(' '))
        .map(|(path, words)| (path.to_owned(), words.split(' ').map(str::to_owned).collect()))
        .collect();
    let mut known = BTreeMap::new();
    flatten("", &serde_json::to_value(Features::builtin(name).unwrap()).unwrap(), &mut known);
    for path in shown.keys().chain(known.keys()) {
        if shown.get(path) != known.get(path) {
            writeln!(wrong, "feature {path}: {:?} is shown, {:?} built in", shown.get(path), known.get(path)).unwrap();
        }
    }
}

fn flatten(path: &str, value: &serde_json::Value, leaves: &mut BTreeMap<String, Vec<String>>) {
    if let Some(entries) = value.as_object() {
        for (name, value) in entries {
            let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            flatten(&path, value, leaves);
        }
    } else if let Some(words) = value.as_array() {
        leaves.insert(path.to_owned(), words.iter().filter_map(|word| word.as_str()).map(str::to_owned).collect());
    }
}

/// The probe is static: the machine has no libraries.
fn compile_probe(directory: &Path) -> Vec<u8> {
    let program = directory.join("probe");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/system/kernel/probe");
    let files = ["main.c", "task.c", "file.c", "mount.c", "ipc.c"].map(|name| sources.join(name));
    let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let status = Command::new(compiler).args(["-static", "-Os", "-Wall", "-o"]).arg(&program).args(files).status();
    assert!(status.expect("the kernel tests need a C compiler").success(), "the probe does not compile");
    std::fs::read(program).unwrap()
}
