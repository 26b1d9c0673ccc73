//! `capability chown setuid,`

use super::line::Line;
use crate::syntax::ast::CapabilityRule;

pub(super) fn print(rule: &CapabilityRule, line: &mut Line) {
    line.part("capability");
    for name in &rule.names {
        line.breakable(name.as_bytes());
    }
}
