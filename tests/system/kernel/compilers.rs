//! The compilers whose policies are tried.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use armorer::blob;
use armorer::features::Features;

use crate::kernel::checks::{Group, Load, Reference, Source};
use crate::kernel::vm::File;

/// A compiler for one kernel.
pub(crate) struct Compiler {
    /// The name in results, and below `/policies` in the machine.
    pub(crate) name: &'static str,
    kernel: String,
    /// The directory in which profiles that are made are written.
    directory: PathBuf,
    /// The reference's program and its features file.
    reference: Option<(PathBuf, PathBuf)>,
}

impl Compiler {
    pub(crate) fn armorer(kernel: &str, directory: &Path) -> Compiler {
        Compiler { name: "armorer", kernel: kernel.to_owned(), directory: directory.to_owned(), reference: None }
    }

    pub(crate) fn reference(oracle: &Path, kernel: &str, directory: &Path) -> Compiler {
        let features = directory.join("features");
        std::fs::write(&features, Features::builtin(kernel).unwrap().to_text()).unwrap();
        let reference = Some((oracle.join("apparmor_parser"), features));
        Compiler { name: "reference", kernel: kernel.to_owned(), directory: directory.to_owned(), reference }
    }

    pub(crate) fn is_reference(&self) -> bool {
        self.reference.is_some()
    }

    /// Whether it compiles the group's files. Makes sure that it does not where it should not.
    pub(crate) fn accepts(&self, group: &Group) -> bool {
        if self.is_reference() && group.reference == Reference::Refuses {
            for file in group.files {
                assert!(!self.compile(group, file).status.success(), "{file}: the reference compiles it");
            }
        }
        !self.is_reference() || group.reference == Reference::Compiles
    }

    /// The policies of the group's files, as `/policies/COMPILER/FILE`, and if checks load them, also those of single profiles, as
    /// `FILE.NUMBER`.
    pub(crate) fn policies(&self, group: &Group) -> Vec<File> {
        let mut policies = Vec::new();
        for file in group.files {
            let output = self.compile(group, file);
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{} on {file}: {errors}", self.name);
            if !self.is_reference() {
                for (code, _) in group.warns.iter().filter(|(_, kernels)| kernels.contains(&self.kernel.as_str())) {
                    assert!(errors.contains(code), "{file}: no warning {code} for {}: {errors}", self.kernel);
                }
            }
            let path = format!("/policies/{}/{file}", self.name);
            if group.load == Load::Checks {
                for (number, profile) in blob::read(&output.stdout).unwrap().iter().enumerate() {
                    let bytes = blob::write(std::slice::from_ref(profile)).unwrap();
                    policies.push(File::data(format!("{path}.{number}"), bytes));
                }
            }
            policies.push(File::data(path, output.stdout));
        }
        policies
    }

    fn compile(&self, group: &Group, file: &str) -> Output {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (base, path) = match group.source {
            Source::Example => (repository.join("examples/apparmor.d"), None),
            Source::Own => (repository.join("tests/system/kernel/profiles"), None),
            Source::Made(make) => {
                let path = self.directory.join(file);
                std::fs::write(&path, make()).unwrap();
                (repository.join("tests/system/kernel/profiles"), Some(path))
            }
        };
        let path = path.unwrap_or_else(|| base.join(file));
        let mut command = if let Some((parser, features)) = &self.reference {
            let mut command = Command::new(parser);
            command.args(["-K", "-Q", "-q", "-j1", "-M"]).arg(features).arg("-b").arg(base).arg("-S");
            command
        } else {
            let mut command = Command::new(env!("CARGO_BIN_EXE_armorer"));
            command.args(["compile", "-v", "--features", &self.kernel, "-o", "-", "-b"]).arg(base);
            command
        };
        command.arg(path).output().unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}
