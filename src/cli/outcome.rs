//! Outcome of compiling an input.

use super::inputs::Input;
use crate::compiler::{CompileError, Compiled, Compiler, Diagnosis};

/// The outcome of one input, with a `T` made from its policy.
pub(super) struct Outcome<T> {
    pub(super) diagnosis: Diagnosis,
    /// `None` if there are errors.
    pub(super) policy: Option<T>,
    /// The error outside of the text.
    pub(super) failure: Option<String>,
}

impl<T> Default for Outcome<T> {
    fn default() -> Self {
        Outcome { diagnosis: Diagnosis::default(), policy: None, failure: None }
    }
}

impl<T> Outcome<T> {
    pub(super) fn failed(input: &Input, error: impl std::fmt::Display) -> Outcome<T> {
        Outcome { failure: Some(format!("{}: {error}", input.shown())), ..Outcome::default() }
    }

    /// Makes something else of the policy.
    pub(super) fn map<U>(self, make: impl FnOnce(T) -> U) -> Outcome<U> {
        let Outcome { diagnosis, policy, failure } = self;
        Outcome { diagnosis, policy: policy.map(make), failure }
    }
}

impl Outcome<Compiled> {
    /// Reads and compiles an input.
    pub(super) fn of(compiler: &Compiler, input: &Input) -> Outcome<Compiled> {
        match input.read() {
            Ok(text) => Outcome::of_text(compiler, input, text),
            Err(error) => Outcome::failed(input, error),
        }
    }

    /// Compiles the text of an input: a file of profiles, or a manifest.
    pub(super) fn of_text(compiler: &Compiler, input: &Input, text: Vec<u8>) -> Outcome<Compiled> {
        match compiler.compile(input.with_text(text)) {
            Ok(compiled) => Outcome { diagnosis: compiled.diagnosis().clone(), policy: Some(compiled), failure: None },
            Err(CompileError::Rejected(diagnosis)) => Outcome { diagnosis, ..Outcome::default() },
            Err(error @ CompileError::Write(_)) => Outcome::failed(input, error),
            Err(error) => Outcome { failure: Some(error.to_string()), ..Outcome::default() },
        }
    }
}
