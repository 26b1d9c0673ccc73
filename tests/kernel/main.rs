//! Profiles on real kernels: compiled, loaded, and tried out by processes under them.
//!
//! These tests need things that a build does not bring, and say aloud that they are skipped where those are missing:
//!
//! - `ARMORER_KERNELS`: a directory with kernel images `6.1`, `6.12` and `sid`, all with AppArmor;
//! - `ARMORER_ORACLE`: a directory with the reference compiler, `apparmor_parser`. Without it only armorer's policies are tried;
//! - on the machine: `qemu-system-x86_64`, a static `busybox`, and a C compiler that links statically.
//!
//! Policies of both compilers are loaded in the same boot, one after the other, and both have to give what `checks.rs` says.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod checks;
mod initramfs;
#[path = "../support/mod.rs"]
mod support;
mod vm;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use armorer::features::Features;

use checks::{AUDITED, CHECKS, FILES, LOADED, PROBES, PROFILES};
use vm::{File, Vm};

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

/// Where the example profiles are.
fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/apparmor.d")
}

/// Boots the image, loads each compiler's policies, and compares all that happens with what should.
fn confine(image: &str, features: &str) {
    let Some(kernels) = env::var_os("ARMORER_KERNELS") else {
        support::say!("SKIPPED: {features}: ARMORER_KERNELS does not name a directory with kernel images");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let mut compilers: Vec<(&str, Vec<Vec<u8>>)> = vec![("armorer", compile_all(|profile| armorer(profile, features)))];
    if let Some(oracle) = env::var_os("ARMORER_ORACLE") {
        let file = directory.path().join("features");
        std::fs::write(&file, Features::builtin(features).unwrap().to_text()).unwrap();
        let parser = Path::new(&oracle).join("apparmor_parser");
        compilers.push(("reference", compile_all(|profile| reference(&parser, profile, &file))));
    } else {
        support::say!(
            "SKIPPED: {features}: ARMORER_ORACLE does not name the reference compiler's directory, so it is not compared"
        );
    }

    let probe = compile_probe(directory.path());
    let mut files: Vec<File> = PROBES.iter().map(|&path| File::program(path, probe.as_slice())).collect();
    files.extend(FILES.iter().map(|&path| File::data(path, "there\n")));
    let mut script = String::from(SET_UP);
    for (compiler, policies) in compilers.iter() {
        let paths: Vec<String> = PROFILES.iter().map(|profile| format!("/policies/{compiler}/{profile}")).collect();
        files.extend(paths.iter().zip(policies).map(|(path, policy)| File::data(path, policy.as_slice())));
        load_and_check(&mut script, compiler, &paths);
    }
    let run = Vm { kernel: &Path::new(&kernels).join(image), files, script }.run();

    let mut wrong = String::new();
    judge_features(&run, features, &mut wrong);
    for (compiler, _) in &compilers {
        judge(&run, compiler, features, &mut wrong);
    }
    if let [(ours, _), (theirs, _)] = compilers.as_slice() {
        compare_records(&run, ours, theirs, &mut wrong);
    }
    assert!(wrong.is_empty(), "on {features}:\n{wrong}\nThe console:\n{}", run.console);
    let names: Vec<_> = compilers.iter().map(|(name, _)| *name).collect();
    support::say!("{features}: booted; {} checks hold for the policies of {}", CHECKS.len(), names.join(" and "));
}

/// Every message of the kernel is kept, also those about denials that a `deny` rule silences. Files of procfs and sysfs are looked up
/// once, because the first lookup of a name is logged in another way.
const SET_UP: &str = r#"
echo 0 > /proc/sys/kernel/printk_ratelimit
echo -n noquiet > /sys/module/apparmor/parameters/audit
cd /sys/kernel/security/apparmor/features
find . -type f | while read -r file; do echo "RESULT features ${file#./} $(cat $file)"; done
cd /
cat /proc/sys/kernel/hostname /sys/kernel/uevent_seqnum > /dev/null
export PATH=/applets:/bin
N="probe as k8s-nginx /bin/probe"
"#;

/// Takes back what the checks change, so that the next policies meet the same files.
const CLEAN_UP: &str = "rm -f /var/lib/new /var/run/nginx.pid /srv/www/upload/picture; chown 0:0 /var/lib/there";

/// Appends the commands that load the policies and try each check, and show what the kernel had to say.
fn load_and_check(script: &mut String, compiler: &str, policies: &[String]) {
    writeln!(script, "dmesg -c > /dev/null").unwrap();
    for path in policies {
        // One write is one policy, so dd must not split it.
        let target = "/sys/kernel/security/apparmor/.replace";
        writeln!(
            script,
            "dd if={path} of={target} bs=16M 2> /errors || echo \"RESULT {compiler} load {path} $(cat /errors)\""
        )
        .unwrap();
    }
    writeln!(script, "sort /sys/kernel/security/apparmor/profiles | sed 's/^/RESULT {compiler} profile /'").unwrap();
    for (number, check) in CHECKS.iter().enumerate() {
        writeln!(script, "echo \"RESULT {compiler} {number} $({} 2> /dev/null < /dev/null)\"", check.command).unwrap();
    }
    writeln!(script, "{CLEAN_UP}").unwrap();
    writeln!(script, "dmesg | grep apparmor= | sed 's/^/RESULT {compiler} audit /'").unwrap();
}

/// The results of one kind (`audit`, `profile`, the number of a check) of one compiler.
fn results<'a>(run: &'a vm::Run, compiler: &str, kind: &str) -> Vec<&'a str> {
    let prefix = format!("{compiler} {kind} ");
    run.results.iter().filter_map(|line| line.strip_prefix(&prefix)).collect()
}

/// Appends whatever differs from what should have happened.
fn judge(run: &vm::Run, compiler: &str, kernel: &str, wrong: &mut String) {
    for failure in results(run, compiler, "load") {
        writeln!(wrong, "{compiler}: cannot load {failure}").unwrap();
    }
    let loaded = results(run, compiler, "profile");
    if loaded != LOADED {
        writeln!(wrong, "{compiler}: loaded are {loaded:?}").unwrap();
    }
    for (number, check) in CHECKS.iter().enumerate() {
        let got = results(run, compiler, &number.to_string());
        let expected = check.expected(kernel);
        if got != [expected] {
            writeln!(wrong, "{compiler}: `{}` gives {got:?}, not {expected:?}", check.command).unwrap();
        }
    }
    let audit = results(run, compiler, "audit");
    for words in AUDITED {
        if !audit.iter().any(|line| in_order(line, words)) {
            writeln!(wrong, "{compiler}: no audit record with {words:?}").unwrap();
        }
    }
}

/// Appends the audit records that only one compiler's policies gave: what is logged is as much part of a policy as what is denied.
fn compare_records(run: &vm::Run, ours: &str, theirs: &str, wrong: &mut String) {
    let (our_records, their_records) = (records(run, ours), records(run, theirs));
    for record in our_records.difference(&their_records) {
        writeln!(wrong, "only with {ours}: {record}").unwrap();
    }
    for record in their_records.difference(&our_records) {
        writeln!(wrong, "only with {theirs}: {record}").unwrap();
    }
}

/// The audit records about accesses, without the words that differ from one access to the next.
fn records(run: &vm::Run, compiler: &str) -> BTreeSet<String> {
    let mut records = BTreeSet::new();
    for line in results(run, compiler, "audit") {
        let words = line.split(' ').skip_while(|word| !word.starts_with("apparmor="));
        let record: Vec<&str> = words.filter(|word| !word.starts_with("pid=")).collect();
        if record.first() != Some(&"apparmor=\"STATUS\"") {
            records.insert(without_process(&record.join(" ")));
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

/// Whether the words stand on the line one after the other.
fn in_order(line: &str, words: &[&str]) -> bool {
    words.iter().try_fold(line, |rest, word| rest.split_once(word).map(|(_, rest)| rest)).is_some()
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

fn compile_all(compile: impl Fn(&Path) -> Command) -> Vec<Vec<u8>> {
    PROFILES
        .iter()
        .map(|profile| {
            let mut command = compile(&examples().join(profile));
            let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
            assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        })
        .collect()
}

fn armorer(profile: &Path, features: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_armorer"));
    command.args(["compile", "--features", features, "-o", "-", "-b"]).arg(examples()).arg(profile);
    command
}

fn reference(parser: &Path, profile: &Path, features: &Path) -> Command {
    let mut command = Command::new(parser);
    command.args(["-K", "-Q", "-q", "-j1", "-M"]).arg(features).arg("-b").arg(examples()).arg("-S").arg(profile);
    command
}

/// The probe is static: the machine has no libraries.
fn compile_probe(directory: &Path) -> Vec<u8> {
    let program = directory.join("probe");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel/probe.c");
    let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let status = Command::new(compiler).args(["-static", "-Os", "-Wall", "-o"]).arg(&program).arg(source).status();
    assert!(status.expect("the kernel tests need a C compiler").success(), "the probe does not compile");
    std::fs::read(program).unwrap()
}
