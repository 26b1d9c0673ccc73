//! Contributions of rules to an automaton.

use rustc_hash::FxHashSet;

use super::expression::Expression;
use super::glob::{self, GlobNote, Nul};
use crate::automata::Pattern;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Glob, Prefix, Rule, RuleMode};
use crate::source::Span;

/// The effect of a contribution's permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ContributionMode {
    Allow,
    Deny,
    Prompt,
}

/// Permissions for all strings that match a pattern.
#[derive(Clone, Debug)]
pub(super) struct Contribution {
    pub(super) pattern: Pattern,
    /// Whether the pattern has no wildcard: exec permission then outranks that of patterns with one.
    pub(super) exact: bool,
    pub(super) mode: ContributionMode,
    pub(super) priority: i32,
    /// The permissions. In the file automaton an exec index that lies in the transition table is not in it.
    pub(super) word: u32,
    /// The permissions that are audited (allow, prompt) or not logged (deny).
    pub(super) second: u32,
    /// 1 + slot of the transition table that exec permission leads to; 0: none.
    pub(super) transition: u16,
    /// The rule.
    pub(super) span: Span,
}

/// The properties shared by all contributions of one rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct ContributionOrigin {
    pub(super) mode: ContributionMode,
    pub(super) priority: i32,
    /// Whether the second word repeats the permissions: `audit`, and `deny` without it.
    pub(super) marked: bool,
    pub(super) span: Span,
}

impl ContributionOrigin {
    /// Returns the properties given by the prefix of a rule.
    pub(super) fn of(rule: &Rule) -> ContributionOrigin {
        let Prefix { priority, audit, mode, owner: _ } = rule.prefix;
        let mode = match mode {
            None | Some(RuleMode::Allow) => ContributionMode::Allow,
            Some(RuleMode::Deny) => ContributionMode::Deny,
            Some(RuleMode::Prompt) => ContributionMode::Prompt,
        };
        ContributionOrigin { mode, priority, marked: audit != (mode == ContributionMode::Deny), span: rule.span }
    }

    /// An allow without audit.
    pub(super) fn allow(priority: i32, span: Span) -> ContributionOrigin {
        ContributionOrigin { mode: ContributionMode::Allow, priority, marked: false, span }
    }

    /// A contribution whose second word covers all of its permissions, or nothing.
    pub(super) fn grant(self, expression: Expression, word: u32) -> Contribution {
        self.grant_with(expression, word, word)
    }

    /// A contribution whose second word is `second` or nothing.
    pub(super) fn grant_with(self, expression: Expression, word: u32, second: u32) -> Contribution {
        let ContributionOrigin { mode, priority, marked, span } = self;
        let exact = expression.is_exact();
        let pattern = expression.into_pattern();
        let second = if marked { second } else { 0 };
        Contribution { pattern, exact, mode, priority, word, second, transition: 0, span }
    }
}

/// Collects the diagnostics of a profile; rules that come from an include several times say the same thing once.
#[derive(Debug, Default)]
pub(super) struct DiagnosticCollector {
    list: Vec<Diagnostic>,
    seen: FxHashSet<(Code, Span, String)>,
    /// The number of diagnostics that were reported, including repetitions.
    count: usize,
}

impl DiagnosticCollector {
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.count += 1;
        if self.seen.insert((diagnostic.code, diagnostic.span(), diagnostic.message.clone())) {
            self.list.push(diagnostic);
        }
    }

    /// Returns the number of diagnostics that were reported, including repetitions.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn has_errors(&self) -> bool {
        self.list.iter().any(Diagnostic::is_error)
    }

    pub(super) fn into_vec(self) -> Vec<Diagnostic> {
        self.list
    }

    /// The rule does nothing on this target.
    pub(super) fn not_enforced(&mut self, span: Span, what: &str) {
        self.push(Diagnostic::new(Code::NotEnforced, format!("the target kernel does not mediate {what}"), span));
    }

    /// The meaning of a glob; `None` where it has none, which is then reported.
    pub(super) fn glob(&mut self, glob: &Glob, nul: Nul) -> Option<Expression> {
        self.text(&glob.value, glob.span, nul)
    }

    /// The meaning of a condition, or of its absence.
    pub(super) fn condition(&mut self, glob: Option<&Glob>, absent: fn() -> Expression) -> Option<Expression> {
        match glob {
            Some(glob) => self.glob(glob, Nul::Excluded),
            None => Some(absent()),
        }
    }

    /// The meaning of the text of a glob.
    pub(super) fn text(&mut self, text: &[u8], span: Span, nul: Nul) -> Option<Expression> {
        match glob::read(text, nul) {
            Ok(glob::ParsedGlob { expression, notes }) => {
                for note in notes {
                    self.push(note_diagnostic(note, text, span));
                }
                Some(expression)
            }
            Err(error) => {
                let message = format!("invalid pattern `{}`: {error}", String::from_utf8_lossy(text));
                self.push(Diagnostic::new(Code::Aare, message, span).with_help(error.help()));
                None
            }
        }
    }
}

fn note_diagnostic(note: GlobNote, text: &[u8], span: Span) -> Diagnostic {
    let message = format!("in the pattern `{}`, {note}", String::from_utf8_lossy(text));
    match note {
        GlobNote::NeedlessEscape(_) => Diagnostic::new(Code::AareEscape, message, span),
        GlobNote::LiteralInSet(_) => Diagnostic::new(Code::AareSet, message, span)
            .with_help("list the character only if it is meant as a member: apparmor_parser does not treat it as one"),
        GlobNote::EscapeInSet(b'-') => {
            Diagnostic::new(Code::AareSet, message, span).with_help("write a literal `-` first: `[-a]`")
        }
        GlobNote::EscapeInSet(_) => Diagnostic::new(Code::AareSet, message, span)
            .with_help("write a literal `^` after the first character: `[a^]`"),
    }
}
