//! The table of named exec transitions.

use rustc_hash::FxHashMap;

use super::contribution::DiagnosticCollector;
use super::support::Support;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{ExecTarget, Profile, RuleKind};
use crate::source::{Span, Text};

/// The capacity of the four bits of the exec index in a packed permission word.
pub(crate) const PACKED_LIMIT: usize = 12;
/// The capacity of the array of the blob; a permission table has 24 bits for the index.
const TABLE_LIMIT: usize = u16::MAX as usize - 1;

/// The named exec transitions of a profile.
#[derive(Debug, Default)]
pub(super) struct Transitions {
    /// The names, each with a rule that has it.
    names: Vec<(Text, Span)>,
    slots: FxHashMap<Text, u16>,
}

impl Transitions {
    /// Collects the exec targets of all file rules; the last rule's comes first, as in the reference compiler's tables.
    pub(super) fn collect(profile: &Profile, support: &Support, reports: &mut DiagnosticCollector) -> Transitions {
        let limit = if support.table.is_some() { TABLE_LIMIT } else { PACKED_LIMIT };
        let mut transitions = Transitions::default();
        for rule in profile.rules.iter().rev() {
            let RuleKind::File(file) = &rule.kind else { continue };
            let target = file.exec.as_ref().and_then(|exec| exec.target.as_ref()).or(file.unused_target.as_ref());
            let Some(ExecTarget::Named(name)) = target else { continue };
            if transitions.slots.contains_key(name) {
                continue;
            }
            let slot = u16::try_from(transitions.names.len()).ok().filter(|&slot| usize::from(slot) < limit);
            let Some(slot) = slot else {
                let message = format!("profile `{}` has more than {limit} different exec targets", profile.name);
                let help = "move some of the rules to a child profile, or let targets attach by name";
                reports.push(Diagnostic::new(Code::TooManyTransitions, message, rule.span).with_help(help));
                break;
            };
            transitions.slots.insert(name.clone(), slot);
            transitions.names.push((name.clone(), rule.span));
        }
        transitions
    }

    /// The slot of a target, counted from 1; 0 for one that is not in the table.
    pub(super) fn number(&self, name: &Text) -> u16 {
        self.slots.get(name).map_or(0, |slot| slot + 1)
    }

    /// The rule that needs a slot beyond those of a packed permission word, if any.
    pub(super) fn beyond_packed(&self) -> Option<Span> {
        self.names.get(PACKED_LIMIT).map(|&(_, span)| span)
    }

    /// The targets as the kernel gets them.
    pub(super) fn into_names(self) -> Vec<Vec<u8>> {
        self.names.iter().map(|(name, _)| name.to_vec()).collect()
    }
}
