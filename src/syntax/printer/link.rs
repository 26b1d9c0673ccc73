//! `link subset /a -> /b,`

use super::line::PrintedRule;
use crate::syntax::ast::LinkRule;

pub(super) fn print(rule: &LinkRule, line: &mut PrintedRule) {
    line.part("link");
    if rule.subset {
        line.part("subset");
    }
    line.part(rule.link.as_bytes());
    line.arrow(&rule.target);
}
