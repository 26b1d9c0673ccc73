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
pub(super) enum CommandInput {
    /// `-`, or no operand at all.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl CommandInput {
    /// Returns the input that an operand stands for.
    pub(super) fn of(operand: &Path) -> CommandInput {
        if operand == Path::new("-") { CommandInput::Stdin } else { CommandInput::File(operand.to_owned()) }
    }

    /// Returns the name used in messages, on one line.
    pub(super) fn shown(&self) -> String {
        Escaped::line(&self.name()).to_string()
    }

    /// The name of its text.
    pub(super) fn name(&self) -> String {
        match self {
            CommandInput::Stdin => "<stdin>".into(),
            CommandInput::File(path) => path.display().to_string(),
        }
    }

    /// The input of a compiler: a file of profiles, or a manifest.
    pub(super) fn with_text(&self, text: Vec<u8>) -> compiler::Input {
        let path = match self {
            CommandInput::Stdin => None,
            CommandInput::File(path) => Some(path.as_path()),
        };
        match is_manifest(path, &text) {
            true => compiler::Input::manifest(self.name(), text),
            false => compiler::Input::text(self.name(), text),
        }
    }

    /// Its text.
    pub(super) fn read(&self) -> std::io::Result<Vec<u8>> {
        match self {
            CommandInput::Stdin => read_limited(std::io::stdin().lock()),
            CommandInput::File(path) => read_limited(std::fs::File::open(path)?),
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
pub(super) fn expand(operands: &[PathBuf]) -> Result<Vec<CommandInput>, String> {
    if operands.is_empty() {
        return Ok(vec![CommandInput::Stdin]);
    }
    let mut inputs = Vec::new();
    for operand in operands {
        if operand.is_dir() {
            let files = policy_files(operand)
                .map_err(|error| format!("{}: {error}", Escaped::line(operand.as_os_str().as_encoded_bytes())))?;
            inputs.extend(files.into_iter().map(CommandInput::File));
        } else {
            inputs.push(CommandInput::of(operand));
        }
    }
    Ok(inputs)
}
