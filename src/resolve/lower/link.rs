//! Lowers `link` rules.

use super::condition::glob;
use crate::policy::{FileAccess, FileRule, LinkTarget};
use crate::syntax::ast;

pub(super) fn lower(rule: &ast::LinkRule) -> FileRule {
    FileRule {
        path: glob(&rule.link),
        access: FileAccess { link: true, ..FileAccess::default() },
        exec: None,
        link: LinkTarget::Path { target: glob(&rule.target), subset: rule.subset },
        unused_target: None,
    }
}
