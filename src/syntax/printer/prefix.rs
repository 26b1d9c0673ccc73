//! Prefixes of rules and blocks: `priority=1 audit deny owner`.

use super::line::PrintedRule;
use crate::syntax::ast::{Owner, Prefix, RuleMode, Safety};

pub(super) fn print(prefix: &Prefix, line: &mut PrintedRule) {
    if let Some(priority) = &prefix.priority {
        line.part([b"priority=", priority.as_bytes()].concat());
    }
    if prefix.audit {
        line.part("audit");
    }
    match prefix.mode {
        Some(RuleMode::Allow) => line.part("allow"),
        Some(RuleMode::Deny) => line.part("deny"),
        Some(RuleMode::Prompt) => line.part("prompt"),
        None => {}
    }
    match prefix.owner {
        Some(Owner::Owner) => line.part("owner"),
        Some(Owner::Other) => line.part("other"),
        None => {}
    }
}

/// The word that is written for it.
pub(super) fn safety(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Unsafe => "unsafe",
    }
}
