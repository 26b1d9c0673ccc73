//! A directory to work in, with what stands for a kernel.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The name that armorer is called by.
pub(crate) const PROGRAM: &str = "/sbin/apparmor_parser";

/// A temporary directory: `mm/f1` with the profile `p1`, `err1` and `errd/x` without a comma, `F` the features of Linux 7.2 as
/// the specification's examples have them, `D` for the kernel's interface, `base` for a tree of profiles, `conf` an empty
/// configuration.
pub(crate) struct Place {
    directory: tempfile::TempDir,
}

/// The outcome of a command line.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: i32,
    pub(crate) bytes: Vec<u8>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    pub(crate) fn of(command: &mut Command, stdin: &[u8]) -> Answer {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        // Commands that fail early do not read their input.
        let _ = child.stdin.take().expect("piped").write_all(stdin);
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let status = output.status.code().expect("no signal");
        Answer { status, out: text(&output.stdout), err: text(&output.stderr), bytes: output.stdout }
    }

    /// Asserts success without output.
    pub(crate) fn is_quiet(&self) {
        assert_eq!((self.status, &*self.out, &*self.err), (0, "", ""));
    }
}

impl Place {
    pub(crate) fn new() -> Place {
        let place = Place { directory: tempfile::tempdir().unwrap() };
        place.write("mm/f1", "profile p1 { /f1 r, }\n");
        place.write("err1", "profile t {\n /a r\n}\n");
        place.write("errd/x", "profile t {\n /a r\n}\n");
        let features = armorer::Features::builtin("linux-7.2").unwrap();
        // One byte more than a running kernel's: the ids of the specification are those of such files.
        fs::write(place.path("F"), [features.to_text(), b"\n"].concat()).unwrap();
        for file in [".load", ".replace", ".remove"] {
            place.write(&format!("D/{file}"), "");
        }
        fs::create_dir(place.path("base")).unwrap();
        place.write("conf", "");
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A path as a word of a command line.
    pub(crate) fn word(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Makes a file younger than any cache of what was there before.
    pub(crate) fn touch(&self, name: &str, seconds: i64) {
        let file = fs::File::options().write(true).open(self.path(name)).unwrap();
        let now = std::time::SystemTime::now();
        let shift = std::time::Duration::from_secs(seconds.unsigned_abs());
        file.set_modified(if seconds < 0 { now - shift } else { now + shift }).unwrap();
    }

    /// Runs armorer under the reference's name with these arguments, and nothing else.
    pub(crate) fn bare(&self, arguments: &[&str], stdin: &str) -> Answer {
        let mut command = Command::new(env!("CARGO_BIN_EXE_armorer"));
        command.arg0(PROGRAM).args(arguments).current_dir(self.directory.path());
        Answer::of(&mut command, stdin.as_bytes())
    }

    /// The same, with an empty configuration.
    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        self.fed(arguments, "")
    }

    /// The same, with a text on standard input.
    pub(crate) fn fed(&self, arguments: &[&str], stdin: &str) -> Answer {
        self.bare(&[&["--config-file=conf"], arguments].concat(), stdin)
    }

    /// As a caller runs it on a machine with Linux 7.2 whose profiles are in `base`.
    pub(crate) fn called(&self, arguments: &[&str], stdin: &str) -> Answer {
        self.fed(&[&["-M", "F", "-f", "D", "-b", "base"], arguments].concat(), stdin)
    }

    /// Runs the reference.
    pub(crate) fn reference(&self, program: &Path, arguments: &[&str], stdin: &str) -> Answer {
        Answer::of(Command::new(program).args(arguments).current_dir(self.directory.path()), stdin.as_bytes())
    }

    /// The names of the profiles in a file of the kernel's interface, and whether their namespaces.
    pub(crate) fn loaded(&self, file: &str) -> Vec<String> {
        let profiles = armorer::blob::read(&self.read(file)).unwrap();
        let name = |profile: armorer::blob::BlobProfile| {
            let name = String::from_utf8(profile.name).unwrap();
            match profile.namespace {
                Some(namespace) => format!(":{}:{name}", String::from_utf8(namespace).unwrap()),
                None => name,
            }
        };
        profiles.into_iter().map(name).collect()
    }

    /// The entries of a directory.
    pub(crate) fn entries(&self, name: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(name)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}
