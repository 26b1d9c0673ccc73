//! The law about volumes: whatever bytes make of a directory, an agent's pass over it ends, panics nowhere, and forgets no profile that
//! was good.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use armorer::agent::{Agent, AgentOptions, FileOutcome, PassReport};
use armorer::kernel::Kernel;
use armorer::source::Beneath;
use armorer::{Compiler, Features};

/// A pass over a handful of small files; a hundred times what one takes.
const BUDGET: Duration = Duration::from_secs(60);

/// Names of files, directories and links, and what links lead to.
const NAMES: [&[u8]; 12] = [
    b"a",
    b"b",
    b"c",
    b"odd\xff",
    b"line\nend",
    b"..data",
    b"..2026_1",
    b"..2026_2",
    b"d",
    b"d/a",
    b"a~",
    b"..2026_1/a",
];

const TARGETS: [&[u8]; 10] =
    [b".", b"..", b"a", b"..data/a", b"..2026_1", b"..2026_2", b"../outside", b"/proc/self/fd/0", b"d", b"../kernel"];

/// A volume, a base beside it, and plain files for those of securityfs.
struct World {
    directory: tempfile::TempDir,
    /// Profiles that a pass had in force, with their files.
    good: BTreeMap<String, PathBuf>,
}

/// Every few bytes are a step: a file, link, pipe or directory is made or removed, or the agent makes a pass.
pub(crate) fn volume(bytes: &[u8]) {
    let mut world = World::new();
    for step in bytes.chunks(4).take(64) {
        let [what, name, more, content] = [0, 1, 2, 3].map(|at| step.get(at).copied().unwrap_or(0));
        let name = NAMES[usize::from(name) % NAMES.len()];
        let path = world.path("volume").join(OsStr::from_bytes(name));
        // What cannot be made, as a directory is missing, is not there.
        let _ = match what % 8 {
            0..3 => make(&path, &text(more, content)),
            3 => symlink(OsStr::from_bytes(TARGETS[usize::from(more) % TARGETS.len()]), &path),
            4 => fs::create_dir(&path),
            5 => nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).map_err(Into::into),
            6 => fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path)),
            _ => {
                world.pass();
                Ok(())
            }
        };
    }
    world.pass();
}

/// Makes a file anew. What has its name goes first: nothing is written through a link, or waits for the reader of a pipe.
fn make(path: &Path, text: &[u8]) -> io::Result<()> {
    let _ = fs::remove_file(path);
    File::create_new(path)?.write_all(text)
}

/// The text of a file: good, broken, large, or explosive.
fn text(more: u8, content: u8) -> Vec<u8> {
    let name = char::from(b'p' + more % 3);
    match more / 3 % 8 {
        0..3 => format!("profile {name} {{ /{content} r, }}\n").into_bytes(),
        3 => format!("profile {name} {{ ^{} {{ }} }}\n", content % 3).into_bytes(),
        4 => format!(
            "profile {name} {{ include <{}> }}\n",
            ["own", "pipe", "loop", "../outside"][usize::from(content % 4)]
        )
        .into_bytes(),
        5 => format!("profile {name} {{ /**a{} r, }}\n", "?".repeat(usize::from(content % 32))).into_bytes(),
        6 => vec![content; usize::from(content) * 40],
        _ => vec![b'p', more, content, b'{', content],
    }
}

impl World {
    fn new() -> World {
        let world = World { directory: tempfile::tempdir().expect("a temporary directory"), good: BTreeMap::new() };
        for directory in ["volume", "base", "kernel", "proc/2"] {
            fs::create_dir_all(world.path(directory)).expect("writable");
        }
        let files = [
            ("base/own", "/own r,\n"),
            ("outside", "hunter2\n"),
            ("proc/2/comm", "kthreadd\n"),
            ("kernel/.load", ""),
            ("kernel/.replace", ""),
        ];
        for (path, text) in files {
            fs::write(world.path(path), text).expect("writable");
        }
        nix::unistd::mkfifo(&world.path("base/pipe"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
        symlink("loop", world.path("base/loop")).expect("a link");
        world
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// An agent as after a restart makes a pass.
    fn pass(&mut self) {
        let loaded: String = self.good.keys().map(|name| format!("{name} (enforce)\n")).collect();
        fs::write(self.path("kernel/profiles"), loaded).expect("writable");
        fs::write(self.path("kernel/revision"), "1\n").expect("writable");
        fs::write(self.path("kernel/.remove"), "").expect("writable");
        let mut options = AgentOptions::new([self.path("volume")]);
        options.prune = true;
        options.max_file_size = 8192;
        options.state = Some(self.path("state"));
        options.linked = vec![self.path("base")];
        let (base, roots) = (self.path("base"), [self.path("volume"), self.path("base")]);
        let compiler = move || {
            let features = Features::builtin("linux-7.2").expect("built in");
            let compiler = Compiler::new(features).base(&base).loader(Beneath::new(&roots));
            compiler.max_states(2000).max_memory(4 << 20)
        };
        let kernel = Kernel::at(self.path("kernel")).proc(self.path("proc"));
        let began = Instant::now();
        let report = Agent::new(kernel, options, compiler).pass();
        assert!(began.elapsed() < BUDGET, "{:?}", began.elapsed());
        self.judge(&report);
    }

    fn judge(&mut self, report: &PassReport) {
        let json = serde_json::to_string(report).expect("a report has a form in JSON");
        assert!(!json.contains("hunter2"), "{json}");
        for vanished in &report.vanished {
            let file = self.good.get(&vanished.profile).expect("what vanishes was in force");
            let is_there = |path: &Path| report.files.iter().find(|other| other.file == path);
            // A file that is there and broken keeps its profiles; one that has become empty gives them up.
            if let Some(file) = is_there(file) {
                let is_broken = file.profiles.is_empty() && matches!(file.outcome, FileOutcome::Refused(_));
                assert!(!is_broken && !file.profiles.contains(&vanished.profile), "{report:?}");
            }
            if vanished.kept.is_none() {
                self.good.remove(&vanished.profile);
            }
        }
        for file in &report.files {
            if !matches!(file.outcome, FileOutcome::Refused(_)) {
                self.good.extend(file.profiles.iter().map(|name| (name.clone(), file.file.clone())));
            }
        }
        // What was removed is what vanished: with its children, and nothing else.
        let removed = fs::read(self.path("kernel/.remove")).expect("readable");
        // Each write starts at the front of the plain file: after the last name may be the rest of a longer one.
        if let Some(end) = removed.iter().position(|byte| *byte == 0) {
            let name = String::from_utf8(removed[..end].to_vec()).expect("text");
            assert!(
                report.vanished.iter().any(|vanished| vanished.profile == name && vanished.kept.is_none()),
                "{name}"
            );
        }
    }
}
