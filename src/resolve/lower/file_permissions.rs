//! Reads the permission letters of file rules.

use super::condition::{Reader, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Exec, ExecFallback, ExecKind, FileAccess};
use crate::source::{Span, Spanned, Text};
use crate::vocab::file;

/// What the letters say.
pub(super) struct Letters {
    pub(super) access: FileAccess,
    /// Exec, without its target.
    pub(super) exec: Option<Exec>,
    /// The letters of the (last) exec permission.
    pub(super) exec_span: Span,
    /// Whether there is no letter but `l`.
    pub(super) only_link: bool,
}

/// Reads letters and exec forms from left to right.
pub(super) fn letters(written: &Spanned<Text>, reader: &mut Reader<'_>) -> Letters {
    let text: &[u8] = &written.value;
    let place = |start: usize, len: usize| {
        let at = |offset: usize| {
            written.span.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX)).min(written.span.end)
        };
        Span { start: at(start), end: at(start + len), ..written.span }
    };
    let mut found = Letters { access: FileAccess::default(), exec: None, exec_span: written.span, only_link: true };
    let (mut upper, mut exec_start) = (None, None);
    let mut at = 0;
    while let Some(rest @ [letter, ..]) = text.get(at..) {
        let mut len = 1;
        match letter {
            b'r' | b'R' => found.access.read = true,
            b'w' | b'W' => found.access.write = true,
            b'a' => found.access.append = true,
            b'l' | b'L' => found.access.link = true,
            b'k' => found.access.lock = true,
            b'm' | b'M' => found.access.mmap = true,
            b'x' | b'X' => {
                found.exec_span = place(at, 1);
                exec_start.get_or_insert(at);
                found.exec.get_or_insert(BARE);
            }
            _ => {
                len = rest.iter().position(|byte| byte.eq_ignore_ascii_case(&b'x')).map_or(rest.len(), |x| x + 1);
                let form = rest.get(..len).unwrap_or(rest);
                match exec(form) {
                    Some(exec) => {
                        found.exec_span = place(at, len);
                        let before = exec_start.get_or_insert(at);
                        match &found.exec {
                            Some(first) if !repeats(first, &exec) => {
                                reader.error(
                                    Diagnostic::new(
                                        Code::XQualConflict,
                                        "two kinds of exec in one rule",
                                        place(at, len),
                                    )
                                    .and_label(place(*before, 1), "the other kind begins here")
                                    .with_help("keep one of them"),
                                );
                            }
                            _ => found.exec = Some(exec),
                        }
                    }
                    // The parser lets no other text through; a tree may come from elsewhere.
                    None => {
                        let message = format!("`{}` is no file permission", shown(form));
                        let help = "permissions are `r`, `w`, `a`, `l`, `k`, `m`, and exec forms such as `ix` or `Px`";
                        reader.error(Diagnostic::new(Code::PermWord, message, place(at, len)).with_help(help));
                    }
                }
            }
        }
        found.only_link &= letter.eq_ignore_ascii_case(&b'l');
        let obsolete = match letter {
            b'R' | b'W' | b'L' | b'M' | b'X' | b'I' => true,
            _ => rest.get(..len).is_some_and(|form| form.ends_with(b"X")),
        };
        if obsolete {
            upper.get_or_insert(place(at, len));
        }
        at += len;
    }
    if let Some(span) = upper {
        let help = "only the first letter of `Px`, `Cx`, `Ux` and their fallbacks has a meaning in upper case";
        reader.warn(Diagnostic::new(Code::UpperCasePerms, "an upper-case permission letter", span).with_help(help));
    }
    if found.access.append && found.access.write {
        let message = "`a` and `w` exclude each other: `w` includes appending";
        let help = "keep `w` to allow any writing, `a` to allow appending only";
        reader.error(Diagnostic::new(Code::AwConflict, message, written.span).with_help(help));
    }
    found
}

const BARE: Exec = Exec { kind: ExecKind::Bare, fallback: ExecFallback::None, keeps_environment: false, target: None };

/// Whether an exec permission may stand behind another: the same kind again, or `ix` behind `x`.
fn repeats(first: &Exec, next: &Exec) -> bool {
    first == next || first.kind == ExecKind::Bare && next.kind == ExecKind::Inherit
}

/// The meaning of an exec form.
fn exec(form: &[u8]) -> Option<Exec> {
    let word = file::exec_form(form)?.word;
    let kind = match word & file::EXEC_INDEX {
        file::INDEX_UNCONFINED => ExecKind::Unconfined,
        file::INDEX_NAME => ExecKind::Profile,
        file::INDEX_CHILD => ExecKind::Child,
        _ => ExecKind::Inherit,
    };
    let fallback = match kind {
        ExecKind::Inherit | ExecKind::Bare => ExecFallback::None,
        _ if word & file::EXEC_INHERIT != 0 => ExecFallback::Inherit,
        _ if word & file::EXEC_UNCONFINED != 0 => ExecFallback::Unconfined,
        _ => ExecFallback::None,
    };
    Some(Exec { kind, fallback, keeps_environment: word & file::EXEC_UNSAFE != 0, target: None })
}
