//! From a first profile to the least one: programs of Debian packages start with `armorer new`, do their exercises in complain mode
//! until the kernel logs nothing that `armorer log --fix` has not allowed, and do them again in enforce mode without a denial. What
//! they never did is still denied then: a canary tries it.
//!
//! `ARMORER_PROGRAMS` names the programs (`.ci/programs` unpacks them). With `ARMORER_LOOP=all` all of them are tried, on two
//! kernels; with `ARMORER_LOOP=few` a few, on the newest; without it none.

mod programs;
mod table;

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::kernel::program;
use crate::kernel::vm::{File, Run, Vm};
use crate::support;
use crate::support::command;
use programs::{PROGRAMS, Program};

/// A program that needs more rounds does something else each time.
const MAX_ROUNDS: usize = 6;

#[test]
fn programs_on_linux_6_1() {
    if wanted() == Some(Loop::All) {
        close("6.1", "linux-6.1");
    } else {
        support::say!("programs on linux-6.1: only with ARMORER_LOOP=all");
    }
}

#[test]
fn programs_on_linux_7_2() {
    if wanted().is_some() {
        close("sid", "linux-7.2");
    } else {
        support::say!("programs on linux-7.2: only with ARMORER_LOOP=few or ARMORER_LOOP=all");
    }
}

/// The programs that are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loop {
    Few,
    All,
}

fn wanted() -> Option<Loop> {
    let wanted = env::var_os("ARMORER_LOOP")?;
    match wanted.to_str() {
        Some("few") => Some(Loop::Few),
        Some("all") => Some(Loop::All),
        _ => panic!("ARMORER_LOOP is {}, neither few nor all", wanted.display()),
    }
}

/// A program on its way to its profile.
struct Confined {
    program: &'static Program,
    /// The file of its profile.
    file: PathBuf,
    /// The number of times that its exercise was done in complain mode.
    rounds: usize,
    /// The records of all rounds.
    log: String,
    settled: bool,
}

fn close(image: &str, kernel: &str) {
    let Some(kernels) = support::directory("ARMORER_KERNELS", &format!("programs on {kernel}")) else { return };
    let Some(unpacked) = support::directory("ARMORER_PROGRAMS", &format!("programs on {kernel}")) else { return };
    let directory = tempfile::tempdir().unwrap();
    let image = kernels.join(image);
    let machine = Machine::new(&unpacked, &image, kernel, directory.path());
    let mut confined: Vec<Confined> = PROGRAMS
        .iter()
        .filter(|program| wanted() == Some(Loop::All) || program.short)
        .map(|program| Confined {
            program,
            file: machine.draft(program),
            rounds: 0,
            log: String::new(),
            settled: false,
        })
        .collect();

    for round in 1..=MAX_ROUNDS {
        let mut unsettled: Vec<&mut Confined> = confined.iter_mut().filter(|confined| !confined.settled).collect();
        if unsettled.is_empty() {
            break;
        }
        let run = machine.exercise(&unsettled.iter().map(|confined| &**confined).collect::<Vec<_>>(), false);
        for confined in &mut unsettled {
            let log = results(&run, confined.program, "log");
            confined.rounds = round;
            confined.settled = log.is_empty();
            if !log.is_empty() {
                machine.fix(confined, &log, round);
            }
            confined.log.push_str(&log);
        }
    }
    for confined in &confined {
        let text = fs::read_to_string(&confined.file).unwrap();
        assert!(confined.settled, "{} still has events after {MAX_ROUNDS} rounds:\n{text}", confined.program.name);
        machine.enforce(confined);
    }

    let run = machine.exercise(&confined.iter().collect::<Vec<_>>(), true);
    for confined in &confined {
        let program = confined.program;
        let text = fs::read_to_string(&confined.file).unwrap();
        assert_eq!(results(&run, program, "log"), "", "{} is denied something by\n{text}", program.name);
        for attempt in ["shadow", "program", "socket", "trace"] {
            let outcome = if program.needs.contains(&attempt) { "ok" } else { "EACCES" };
            let line = format!("{attempt} {outcome}\n");
            let canary = results(&run, program, "canary");
            assert!(canary.contains(&line), "the canary under the profile of {}: {canary}\n{text}", program.name);
        }
    }
    support::say!("{}", table::table(kernel, &confined, &machine));
}

/// The lines of one kind that a program's exercise led to.
fn results(run: &Run, program: &Program, kind: &str) -> String {
    let prefix = format!("{} {kind} ", program.name);
    run.results.iter().filter_map(|line| line.strip_prefix(&prefix)).map(|line| format!("{line}\n")).collect()
}

/// The file system of the machine, and the tree of profiles.
struct Machine<'a> {
    image: &'a Path,
    kernel: &'a str,
    root: PathBuf,
    tree: PathBuf,
    probe: Vec<u8>,
}

impl<'a> Machine<'a> {
    fn new(unpacked: &Path, image: &'a Path, kernel: &'a str, directory: &Path) -> Machine<'a> {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = directory.join("root");
        copy(unpacked, &root);
        copy(&ours.join("tests/system/kernel/closed_loop/root"), &root);
        for script in fs::read_dir(root.join("usr/local/bin")).unwrap() {
            fs::set_permissions(script.unwrap().path(), fs::Permissions::from_mode(0o755)).unwrap();
        }
        for merged in ["bin", "sbin", "lib", "lib64"] {
            symlink(format!("usr/{merged}"), root.join(merged)).unwrap();
        }
        let tree = directory.join("apparmor.d");
        for part in ["abi", "abstractions", "tunables"] {
            copy(&ours.join("examples/apparmor.d").join(part), &tree.join(part));
        }
        Machine { image, kernel, root, tree, probe: super::compile_probe(directory) }
    }

    /// Runs armorer on the tree; it has to end well.
    fn armorer(&self, arguments: &[&str], stdin: &[u8]) -> String {
        let output = command::run(&self.tree, arguments, stdin);
        let said = command::text(&output.stderr);
        assert!(output.status.success(), "armorer {arguments:?} ends with {}:\n{said}", output.status);
        command::text(&output.stdout).to_owned()
    }

    /// The file with the first profile of a program, in complain mode.
    fn draft(&self, program: &Program) -> PathBuf {
        let (root, file) = (self.root.to_str().unwrap(), self.tree.join(program.name));
        let draft = self.armorer(&["new", "--root", root, "-b", ".", program.path], b"");
        fs::write(&file, draft).unwrap();
        self.armorer(&["mode", "complain", "-b", ".", program.name], b"");
        file
    }

    /// Allows what the log of a program shows.
    fn fix(&self, confined: &Confined, log: &str, round: usize) {
        let name = confined.program.name;
        let before = fs::read_to_string(&confined.file).unwrap();
        let mut arguments = vec!["log", "--fix", "--features", self.kernel, "-b", "."];
        let accept = confined.program.accept.join(",");
        if !accept.is_empty() {
            arguments.extend(["--accept", &accept]);
        }
        arguments.push("-");
        self.armorer(&arguments, log.as_bytes());
        let after = fs::read_to_string(&confined.file).unwrap();
        assert_ne!(before, after, "{name}: nothing is allowed after round {round} of\n{log}");
    }

    fn enforce(&self, confined: &Confined) {
        self.armorer(&["mode", "enforce", "-b", ".", confined.program.name], b"");
    }

    /// The policy of a program.
    fn compile(&self, confined: &Confined) -> Vec<u8> {
        self.armorer(&["compile", "--features", self.kernel, "-b", ".", "-o", "../blob", confined.program.name], b"");
        fs::read(self.tree.join("../blob")).unwrap()
    }

    /// Boots a machine in which the programs do their exercises under their profiles.
    fn exercise(&self, confined: &[&Confined], canary: bool) -> Run {
        let mut files = program::image(&self.root);
        files.push(File::program("/bin/probe", self.probe.clone()));
        files.extend(program::tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join(EXERCISES), "/exercises"));
        for confined in confined {
            files.push(File::data(format!("/policies/{}", confined.program.name), self.compile(confined)));
        }
        let names: Vec<&str> = confined.iter().map(|confined| confined.program.name).collect();
        let canary = if canary { "1" } else { "" };
        let script = format!("PROGRAMS='{}' CANARY={canary}\n{}", names.join(" "), include_str!("machine.sh"));
        let run = Vm { kernel: self.image, files, script }.run();
        for confined in confined {
            let program = confined.program;
            assert_eq!(results(&run, program, "load"), "", "the policy of {} is not loaded", program.name);
            let said: String = program.said.iter().map(|line| format!("{line}\n")).collect();
            let text = fs::read_to_string(&confined.file).unwrap();
            let log = results(&run, program, "log");
            assert_eq!(results(&run, program, "work"), said, "{} under\n{text}\n{log}", program.name);
        }
        run
    }
}

/// The directory of the exercises in the repository.
const EXERCISES: &str = "tests/system/kernel/closed_loop/exercises";

/// Copies a directory, links as links.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_symlink() {
            symlink(fs::read_link(&path).unwrap(), to).unwrap();
        } else if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, to).unwrap();
        }
    }
}
