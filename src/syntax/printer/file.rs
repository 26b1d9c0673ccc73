//! File rules, in both orders.

use super::line::PrintedRule;
use super::prefix::safety;
use crate::syntax::ast::{FileBody, FileRule};

pub(super) fn print(rule: &FileRule, line: &mut PrintedRule) {
    if rule.keyword || rule.body == FileBody::All {
        line.part("file");
    }
    if let Some(written) = rule.safety {
        line.part(safety(written));
    }
    let FileBody::Access { leading, subset, path, permissions, target } = &rule.body else { return };
    if *leading {
        line.part(permissions.as_bytes());
        if *subset {
            line.part("subset");
        }
        line.part(path.as_bytes());
    } else {
        line.part(path.as_bytes());
        line.part(permissions.as_bytes());
    }
    if let Some(target) = target {
        line.arrow(target);
    }
}
