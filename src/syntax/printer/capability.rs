//! `capability chown setuid,`

use super::line::PrintedRule;
use crate::syntax::ast::CapabilityRule;

pub(super) fn print(rule: &CapabilityRule, line: &mut PrintedRule) {
    line.part("capability");
    for name in &rule.names {
        line.breakable(name.as_bytes());
    }
}
