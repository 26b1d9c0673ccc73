//! Options that bound what compiling may take.

use std::num::NonZeroUsize;

use clap::Args;

use crate::compiler::Compiler;
use crate::encode::EncodeOptions;

/// The states of an automaton by default.
pub(super) fn default_max_states() -> NonZeroUsize {
    NonZeroUsize::new(EncodeOptions::default().max_states).unwrap_or(NonZeroUsize::MAX)
}

#[derive(Args, Clone, Debug)]
pub(super) struct LimitArgs {
    /// Maximum number of states of an automaton before minimisation
    #[arg(long, value_name = "N", default_value_t = default_max_states())]
    max_states: NonZeroUsize,

    /// Approximate memory limit for building an automaton, in bytes or with the suffix `K`, `M` or `G`
    #[arg(long, value_name = "SIZE", default_value = "128M", value_parser = size)]
    max_memory: usize,
}

impl LimitArgs {
    /// The compiler with these limits.
    pub(super) fn apply(&self, compiler: Compiler) -> Compiler {
        compiler.max_states(self.max_states.get()).max_memory(self.max_memory)
    }
}

/// A size in bytes.
pub(super) fn size(text: &str) -> Result<usize, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'K' | 'k')) => (text.get(..at), 1 << 10),
        Some((at, 'M' | 'm')) => (text.get(..at), 1 << 20),
        Some((at, 'G' | 'g')) => (text.get(..at), 1 << 30),
        _ => (Some(text), 1),
    };
    let number: usize = digits.unwrap_or_default().parse().map_err(|_| "not a size, for example `64M`".to_owned())?;
    number.checked_mul(unit).filter(|&size| size > 0).ok_or_else(|| "not a size, for example `64M`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes() {
        assert_eq!([size("12"), size("3k"), size("128M"), size("1G")], [Ok(12), Ok(3072), Ok(128 << 20), Ok(1 << 30)]);
        for wrong in ["", "M", "0", "-1", "1T", "99999999999999G", "1é"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
