//! Permission letters of file rules.

use crate::lint::check::ItemView;
use crate::source::Spanned;
use crate::syntax::ast::{FileBody, FileLetters, RuleKind};

/// Whether a permission letter is part of an exec form.
pub(super) fn is_exec(letter: u8) -> bool {
    matches!(letter, b'x' | b'i' | b'p' | b'P' | b'c' | b'C' | b'u' | b'U')
}

/// The permissions of a file rule, whatever its prefix.
pub(super) fn permissions_of<'a>(view: &ItemView<'a>) -> Option<&'a Spanned<FileLetters>> {
    let RuleKind::File(file) = &view.rule()?.kind else { return None };
    match &file.body {
        FileBody::Access { permissions, .. } => Some(permissions),
        FileBody::All => None,
    }
}
