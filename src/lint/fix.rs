//! Mending a text.

use crate::edit::{self, Edit};
use crate::source::SourceId;

use super::finding::{Applicability, Finding};

/// A text with fixes applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fixed {
    /// The text.
    pub text: Vec<u8>,
    /// The number of fixed findings.
    pub applied: usize,
}

/// Applies the fixes of findings to the text of one source, up to an applicability. Of fixes that touch the same place the
/// first is applied; another run finds what is left.
///
/// `None` where there is nothing to apply.
///
/// ```
/// use armorer::lint::{Applicability, Linter, apply};
/// use armorer::{Compiler, Features, Input};
///
/// let linter = Linter::new(&Compiler::new(Features::builtin("linux-7.2").unwrap()));
/// let text = "abi <kernel>,\nprofile p /p {\n  \"/etc/p.conf\" r,\n}\n";
/// let findings = linter.lint([Input::text("p", text)])?.findings;
/// let fixed = apply(text.as_bytes(), findings[0].span().source, &findings, Applicability::Safe).unwrap();
/// assert_eq!(fixed.text, b"abi <kernel>,\nprofile p /p {\n  /etc/p.conf r,\n}\n");
/// # Ok::<(), armorer::CompileError>(())
/// ```
#[must_use]
pub fn apply(text: &[u8], source: SourceId, findings: &[Finding], most: Applicability) -> Option<Fixed> {
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    let fixes = fixes.filter(|fix| {
        fix.applicability <= most && !fix.edits.is_empty() && fix.edits.iter().all(|edit| edit.span.source == source)
    });
    let mut taken: Vec<&Edit> = Vec::new();
    let mut applied = 0;
    for fix in fixes {
        // Neither inside another nor directly at its ends: two may not insert at the same place.
        let clashes = |edit: &Edit| {
            taken.iter().any(|other| edit.span.start <= other.span.end && other.span.start <= edit.span.end)
        };
        if !fix.edits.iter().any(clashes) {
            taken.extend(&fix.edits);
            applied += 1;
        }
    }
    if applied == 0 {
        return None;
    }
    taken.sort_by_key(|edit| edit.span.start);
    Some(Fixed { text: edit::apply(text, taken)?, applied })
}
