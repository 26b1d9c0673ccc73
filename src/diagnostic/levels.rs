//! The warnings that count as errors, and those that are not wanted.

use std::collections::BTreeSet;

use super::{Code, Diagnostic, Severity};

/// Overrides of severities: warnings that are promoted to errors, and warnings and notes that are dropped. Errors stay errors.
///
/// ```
/// use armorer::diagnostic::{Code, Diagnostic, Levels};
/// use armorer::source::Span;
///
/// let levels = Levels::new().deny(Code::NotEnforced).allow(Code::PathName);
/// let found = |code| Diagnostic::new(code, "", Span::NONE);
/// let judged = levels.apply(vec![found(Code::NotEnforced), found(Code::PathName), found(Code::CapUnknown)]);
/// assert!(judged[0].is_error() && !judged[1].is_error());
/// assert_eq!(judged.len(), 2);
/// assert!(Levels::new().deny_warnings().apply(judged)[1].is_error());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    deny_warnings: bool,
    deny: BTreeSet<Code>,
    allow: BTreeSet<Code>,
}

impl Levels {
    /// Every diagnostic with the severity of its code.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes all warnings for errors, but those that are allowed. Notes stay notes.
    #[must_use]
    pub fn deny_warnings(mut self) -> Self {
        self.deny_warnings = true;
        self
    }

    /// Takes a warning or note for an error.
    #[must_use]
    pub fn deny(mut self, code: Code) -> Self {
        self.deny.insert(code);
        self
    }

    /// Drops a warning or note. A code that is denied, too, is an error all the same.
    #[must_use]
    pub fn allow(mut self, code: Code) -> Self {
        self.allow.insert(code);
        self
    }

    /// Judges what was found.
    #[must_use]
    pub fn apply(&self, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        diagnostics.retain_mut(|diagnostic| {
            let Diagnostic { code, severity, .. } = diagnostic;
            if *severity == Severity::Error {
                return true;
            }
            if self.deny.contains(code) {
                *severity = Severity::Error;
                return true;
            }
            if self.allow.contains(code) {
                return false;
            }
            if self.deny_warnings && *severity == Severity::Warning {
                *severity = Severity::Error;
            }
            true
        });
        diagnostics
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn errors_stay_errors_and_notes_notes() {
        let levels = Levels::new().deny_warnings().allow(Code::Syntax).allow(Code::PathName).deny(Code::RefLimit);
        let codes = [Code::Syntax, Code::PathName, Code::RefLimit, Code::RefAttachment, Code::NotEnforced];
        let judged = levels.apply(codes.map(|code| Diagnostic::new(code, "", Span::NONE)).into());
        let judged: Vec<_> = judged.iter().map(|d| (d.code, d.severity)).collect();
        assert_eq!(
            judged,
            [
                (Code::Syntax, Severity::Error),
                (Code::RefLimit, Severity::Error),
                (Code::RefAttachment, Severity::Note),
                (Code::NotEnforced, Severity::Error),
            ]
        );
    }
}
