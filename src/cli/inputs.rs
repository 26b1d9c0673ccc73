//! The PATH operands: files, directories, standard input.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::eprint_line;
use crate::compiler;
use crate::diagnostic::Escaped;
use crate::kubernetes::is_manifest;
use crate::resolve::policy_files;
use crate::source::read_limited;

/// One input of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// `-`, or no operand at all.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Input {
    /// Returns the input that an operand stands for.
    pub(super) fn of(operand: &Path) -> Input {
        if operand == Path::new("-") { Input::Stdin } else { Input::File(operand.to_owned()) }
    }

    /// Returns the name used in messages, on one line.
    pub(super) fn shown(&self) -> String {
        Escaped::line(&self.name()).to_string()
    }

    /// The name of its text.
    pub(super) fn name(&self) -> String {
        match self {
            Input::Stdin => "<stdin>".into(),
            Input::File(path) => path.display().to_string(),
        }
    }

    /// The input of a compiler: a file of profiles, or a manifest.
    pub(super) fn with_text(&self, text: Vec<u8>) -> compiler::Input {
        let path = match self {
            Input::Stdin => None,
            Input::File(path) => Some(path.as_path()),
        };
        match is_manifest(path, &text) {
            true => compiler::Input::manifest(self.name(), text),
            false => compiler::Input::text(self.name(), text),
        }
    }

    /// Its text.
    pub(super) fn read(&self) -> std::io::Result<Vec<u8>> {
        match self {
            Input::Stdin => read_limited(std::io::stdin().lock()),
            Input::File(path) => read_limited(std::fs::File::open(path)?),
        }
    }
}

/// The operands, or where there are none and nobody pipes a text in, the base, which is named.
pub(super) fn or_base(operands: &[PathBuf], base: &Path) -> Vec<PathBuf> {
    if !operands.is_empty() || !std::io::stdin().is_terminal() {
        return operands.to_vec();
    }
    eprint_line(format_args!("note: no path is given; reading the files of {}", base.display()));
    vec![base.to_owned()]
}

/// The inputs that operands stand for: a directory stands for the files in it, in byte order of their names, without those
/// that AppArmor skips (hidden ones, README, leftovers of package managers and editors) and without its sub-directories.
pub(super) fn expand(operands: &[PathBuf]) -> Result<Vec<Input>, String> {
    if operands.is_empty() {
        return Ok(vec![Input::Stdin]);
    }
    let mut inputs = Vec::new();
    for operand in operands {
        if operand.is_dir() {
            let files = policy_files(operand)
                .map_err(|error| format!("{}: {error}", Escaped::line(operand.as_os_str().as_encoded_bytes())))?;
            inputs.extend(files.into_iter().map(Input::File));
        } else {
            inputs.push(Input::of(operand));
        }
    }
    Ok(inputs)
}
