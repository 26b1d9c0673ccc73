//! POLICY operands that are the text of one.

use super::inputs::Input;
use super::render::{Renderer, Verbosity};
use crate::compiler::{CompileError, Compiler, TracedPolicy};

/// Compiles a text, and keeps where its permissions come from. `None` if it has errors, which are shown.
pub(super) fn compile(compiler: &Compiler, input: &Input, text: &[u8]) -> Result<Option<TracedPolicy>, String> {
    match compiler.compile_traced_text(input.name(), text) {
        Ok(policy) => Ok(Some(policy)),
        Err(CompileError::Rejected { diagnostics }) => {
            Renderer::new(Verbosity::QUIET).print(&diagnostics, compiler.sources());
            Ok(None)
        }
        Err(error) => Err(error.to_string()),
    }
}
