//! Counts what comparisons come to.

use std::collections::BTreeMap;
use std::fmt;

use armorer::diagnostic::Code;

use crate::random::Verdict;

/// For one feature set.
#[derive(Default)]
pub(crate) struct Totals {
    comparisons: usize,
    same: usize,
    both_refuse: usize,
    /// The reasons why armorer refuses what both refuse. A text may have several.
    reasons: BTreeMap<Code, usize>,
    /// Comparisons in which a fault shows, by its number. One may show several.
    faults: BTreeMap<u8, usize>,
    /// Comparisons in which something shows that no fault explains.
    pub(crate) unexplained: usize,
}

impl Totals {
    pub(crate) fn add(&mut self, verdict: Verdict) {
        self.comparisons += 1;
        match verdict {
            Verdict::Same => self.same += 1,
            Verdict::BothRefuse(reasons) => {
                self.both_refuse += 1;
                for reason in reasons {
                    *self.reasons.entry(reason).or_default() += 1;
                }
            }
            Verdict::Differ { explained, unexplained } => {
                self.unexplained += usize::from(!unexplained.is_empty());
                for fault in explained {
                    *self.faults.entry(fault).or_default() += 1;
                }
            }
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} compared: {} the same, {} refused by both", self.comparisons, self.same, self.both_refuse)?;
        for (fault, count) in &self.faults {
            write!(f, ", fault {fault} in {count}")?;
        }
        write!(f, ", {} unexplained; refused for", self.unexplained)?;
        for (reason, count) in &self.reasons {
            write!(f, " {reason} ({count})")?;
        }
        Ok(())
    }
}
