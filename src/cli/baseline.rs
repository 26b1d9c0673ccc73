//! The FILE of `--baseline`: a profile that others may not exceed.

use std::path::Path;

use super::inputs::CommandInput;
use super::policy;
use crate::analysis::is_blob;
use crate::analysis::new_access::Baseline;
use crate::compiler::Compiler;

/// Reads a baseline, which is text or binary policy.
pub(super) fn read(path: &Path, compiler: &Compiler) -> Result<Baseline, String> {
    let input = CommandInput::of(path);
    let bytes = input.read().map_err(|error| format!("{}: {error}", input.shown()))?;
    let baseline = if is_blob(&bytes) {
        Baseline::from_blob(&bytes)
    } else {
        let compiled = policy::compile(compiler, &input, bytes)?;
        Baseline::new(&compiled.ok_or_else(|| format!("{} does not compile", input.shown()))?)
    };
    baseline.map_err(|error| format!("{}: {error}", input.shown()))
}
