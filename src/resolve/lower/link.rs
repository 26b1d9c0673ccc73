//! Lowers `link` rules.

use super::condition::glob;
use crate::policy::{FileRule, LinkTarget};
use crate::syntax::ast;
use crate::vocab::FilePermissions;

pub(super) fn lower(rule: &ast::LinkRule) -> FileRule {
    FileRule {
        path: glob(&rule.link),
        access: FilePermissions::LINK,
        exec: None,
        link: LinkTarget::Path { target: glob(&rule.target), subset: rule.subset },
        unused_target: None,
    }
}
