//! Counts what comparisons come to.

use std::collections::BTreeMap;
use std::fmt;

/// For one features set.
#[derive(Default)]
pub(crate) struct Totals {
    pub(crate) same: usize,
    pub(crate) both_refuse: usize,
    /// Comparisons in which a fault shows, by its number. One may show several.
    pub(crate) faults: BTreeMap<u8, usize>,
    /// Comparisons in which something shows that no fault explains.
    pub(crate) unexplained: usize,
    pub(crate) comparisons: usize,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} compared: {} the same, {} refused by both", self.comparisons, self.same, self.both_refuse)?;
        for (fault, count) in &self.faults {
            write!(f, ", fault {fault} in {count}")?;
        }
        write!(f, ", {} unexplained", self.unexplained)
    }
}
