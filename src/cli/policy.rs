//! POLICY operands that are the text of one.

use super::inputs::CommandInput;
use super::render::{Renderer, Verbosity};
use crate::compiler::{self, CompileError, Compiled, Compiler};

/// Compiles a text. `None` if it has errors, which are shown.
pub(super) fn compile(compiler: &Compiler, input: &CommandInput, text: Vec<u8>) -> Result<Option<Compiled>, String> {
    match compiler.compile(compiler::Input::text(input.name(), text)) {
        Ok(policy) => Ok(Some(policy)),
        Err(CompileError::Rejected(diagnosis)) => {
            Renderer::new(Verbosity::QUIET).print(diagnosis.diagnostics(), diagnosis.sources());
            Ok(None)
        }
        Err(error) => Err(error.to_string()),
    }
}
