//! Permission letters of file rules.

use crate::lint::check::ItemView;
use crate::source::Spanned;
use crate::syntax::ast::{FileBody, FileLetters, RuleKind};

/// The permissions of a file rule, whatever its prefix.
pub(super) fn permissions_of<'a>(view: &ItemView<'a>) -> Option<&'a Spanned<FileLetters>> {
    let RuleKind::File(file) = &view.rule()?.kind else { return None };
    match &file.body {
        FileBody::Access { permissions, .. } => Some(permissions),
        FileBody::All => None,
    }
}
