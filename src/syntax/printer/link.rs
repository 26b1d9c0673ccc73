//! `link subset /a -> /b,`

use super::line::Line;
use crate::syntax::ast::LinkRule;

pub(super) fn print(rule: &LinkRule, line: &mut Line) {
    line.part("link");
    if rule.subset {
        line.part("subset");
    }
    line.part(rule.link.as_bytes());
    line.arrow(&rule.target);
}
