//! Reads the permission letters of file rules.

use super::condition::ConditionReader;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Exec, ExecKind};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{FileLetter, FileLetters};
use crate::vocab::{ExecMode, FilePermissions};

/// The meaning of the letters.
pub(super) struct LetterMeaning {
    pub(super) permissions: FilePermissions,
    /// Exec, without its target.
    pub(super) exec: Option<Exec>,
    /// The letters of the (last) exec permission.
    pub(super) exec_span: Span,
    /// Whether there is no letter but `l`.
    pub(super) only_link: bool,
}

/// Reads letters and exec permissions from left to right.
pub(super) fn letters(written: &Spanned<FileLetters>, reader: &mut ConditionReader<'_>) -> LetterMeaning {
    let mut found = LetterMeaning {
        permissions: written.permissions(),
        exec: None,
        exec_span: written.span,
        only_link: written.is_only_link(),
    };
    let mut first: Option<Span> = None;
    for exec in written.execs() {
        let before = *first.get_or_insert(exec.span);
        found.exec_span = exec.span;
        let next = Exec { mode: exec.value, target: None };
        match &found.exec {
            // `x` after an exec permission adds nothing.
            Some(_) if exec.value == ExecMode::BARE => {}
            Some(first) if !repeats(first, &next) => {
                let before = Span { end: before.end.min(before.start + 1), ..before };
                reader.error(
                    Diagnostic::new(Code::XQualConflict, "conflicting exec transitions in one rule", exec.span)
                        .and_label(before, "the other exec transition")
                        .with_help("remove one of them"),
                );
            }
            _ => found.exec = Some(next),
        }
    }
    if let Some(span) = obsolete(written) {
        let help = "write the letter in lower case: only the first letter of `Px`, `Cx`, `Ux` and their fallbacks can be in upper case";
        reader.warn(Diagnostic::new(Code::UpperCasePerms, "permission letter in upper case", span).with_help(help));
    }
    let has = |letter| written.letters().iter().any(|one| one.value == FileLetter::Permission(letter));
    if has(FilePermissions::APPEND) && has(FilePermissions::WRITE) {
        let message = "`a` and `w` in the same rule: `w` already includes appending";
        let help = "keep `w` to allow any writing, `a` to allow appending only";
        reader.error(Diagnostic::new(Code::AwConflict, message, written.span).with_help(help));
    }
    found
}

/// The first letters in an upper case that means nothing.
fn obsolete(written: &FileLetters) -> Option<Span> {
    let is_obsolete = |spelling: &[u8]| matches!(spelling, [b'R' | b'W' | b'L' | b'M' | b'X' | b'I', ..] | [.., b'X']);
    let mut letters = written.letters().iter().zip(written.spelled());
    letters.find(|(_, (_, spelling))| is_obsolete(spelling)).map(|(letter, _)| letter.span)
}

/// Whether an exec permission may stand after another: the same kind again, or `ix` after `x`.
fn repeats(first: &Exec, next: &Exec) -> bool {
    first == next || first.mode == ExecMode::BARE && next.mode.kind() == ExecKind::Inherit
}
