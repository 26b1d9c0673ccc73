//! What becomes of an input that is compiled.

use super::inputs::Input;
use crate::compiler::{CompileError, Compiler, Diagnosis, Timings};

/// What became of one input.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) diagnosis: Diagnosis,
    /// `None` if there are errors.
    pub(super) blob: Option<Blob>,
    pub(super) timings: Option<Timings>,
    /// What went wrong outside the text.
    pub(super) failure: Option<String>,
}

pub(super) struct Blob {
    pub(super) profiles: usize,
    pub(super) len: usize,
    /// Empty once they are where they belong.
    pub(super) bytes: Vec<u8>,
}

impl Blob {
    pub(super) fn new(profiles: usize, bytes: Vec<u8>) -> Blob {
        Blob { profiles, len: bytes.len(), bytes }
    }
}

impl Outcome {
    pub(super) fn failed(input: &Input, error: impl std::fmt::Display) -> Outcome {
        Outcome { failure: Some(format!("{}: {error}", input.shown())), ..Outcome::default() }
    }

    /// Reads and compiles an input.
    pub(super) fn of(compiler: &Compiler, input: &Input) -> Outcome {
        match input.read() {
            Ok(text) => Outcome::of_text(compiler, input, text),
            Err(error) => Outcome::failed(input, error),
        }
    }

    /// Compiles the text of an input: a file of profiles, or a manifest.
    pub(super) fn of_text(compiler: &Compiler, input: &Input, text: Vec<u8>) -> Outcome {
        match compiler.compile(input.with_text(text)) {
            Ok(compiled) => Outcome {
                diagnosis: compiled.diagnosis().clone(),
                timings: compiled.timings().cloned(),
                blob: Some(Blob::new(compiled.profiles().len(), compiled.into_blob())),
                failure: None,
            },
            Err(CompileError::Rejected(diagnosis)) => Outcome { diagnosis, ..Outcome::default() },
            Err(error @ CompileError::Write(_)) => Outcome::failed(input, error),
            Err(error) => Outcome { failure: Some(error.to_string()), ..Outcome::default() },
        }
    }
}
