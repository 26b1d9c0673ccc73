//! Outcome of compiling an input.

use super::inputs::CommandInput;
use crate::compiler::{CompileError, Compiled, Compiler, Diagnosis};

/// The outcome of one input, with a `T` made from its policy.
pub(super) struct InputOutcome<T> {
    pub(super) diagnosis: Diagnosis,
    /// `None` if there are errors.
    pub(super) policy: Option<T>,
    /// The error outside of the text.
    pub(super) failure: Option<String>,
}

impl<T> Default for InputOutcome<T> {
    fn default() -> Self {
        InputOutcome { diagnosis: Diagnosis::default(), policy: None, failure: None }
    }
}

impl<T> InputOutcome<T> {
    pub(super) fn failed(input: &CommandInput, error: impl std::fmt::Display) -> InputOutcome<T> {
        InputOutcome { failure: Some(format!("{}: {error}", input.shown())), ..InputOutcome::default() }
    }

    /// Makes something else of the policy.
    pub(super) fn map<U>(self, make: impl FnOnce(T) -> U) -> InputOutcome<U> {
        let InputOutcome { diagnosis, policy, failure } = self;
        InputOutcome { diagnosis, policy: policy.map(make), failure }
    }
}

impl InputOutcome<Compiled> {
    /// Reads and compiles an input.
    pub(super) fn of(compiler: &Compiler, input: &CommandInput) -> InputOutcome<Compiled> {
        match input.read() {
            Ok(text) => InputOutcome::of_text(compiler, input, text),
            Err(error) => InputOutcome::failed(input, error),
        }
    }

    /// Compiles the text of an input: a file of profiles, or a manifest.
    pub(super) fn of_text(compiler: &Compiler, input: &CommandInput, text: Vec<u8>) -> InputOutcome<Compiled> {
        match compiler.compile(input.with_text(text)) {
            Ok(compiled) => {
                InputOutcome { diagnosis: compiled.diagnosis().clone(), policy: Some(compiled), failure: None }
            }
            Err(CompileError::Rejected(diagnosis)) => InputOutcome { diagnosis, ..InputOutcome::default() },
            Err(error @ CompileError::Write(_)) => InputOutcome::failed(input, error),
            Err(error) => InputOutcome { failure: Some(error.to_string()), ..InputOutcome::default() },
        }
    }
}
