//! Reads what most rule classes share: permissions, conditions and groups of them (`apparmor.d(5)`, "Access modes" and
//! "conditional expressions" of each class).

use std::borrow::Cow;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::Glob;
use crate::source::{Spanned, Text};
use crate::syntax::ast::{Condition, ConditionOp, ConditionValue, Group, Permissions};
use crate::syntax::word::{Word, stored};
use crate::vocab::nearest;

/// Collects the mistakes of one rule, so that all of them are reported before the rule is given up.
pub(super) struct Reader<'a> {
    /// The word that begins the rule, for messages.
    rule: &'static str,
    diagnostics: &'a mut Diagnostics,
    failed: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(rule: &'static str, diagnostics: &'a mut Diagnostics) -> Self {
        Reader { rule, diagnostics, failed: false }
    }

    /// Reports a mistake.
    pub(super) fn error(&mut self, error: Diagnostic) {
        self.failed = true;
        self.diagnostics.push(error);
    }

    /// Reports what does not stop the rule.
    pub(super) fn warn(&mut self, warning: Diagnostic) {
        self.diagnostics.push(warning);
    }

    /// Whether no mistake was found so far.
    pub(super) fn is_right(&self) -> bool {
        !self.failed
    }

    /// The lowered rule, unless there was a mistake.
    pub(super) fn finish<T>(self, rule: T) -> Option<T> {
        (!self.failed).then_some(rule)
    }

    /// The bits of the written permissions; 0 where none is written, as an empty list is none.
    pub(super) fn permissions(
        &mut self,
        permissions: Option<&Spanned<Permissions>>,
        lookup: fn(&[u8]) -> Option<u32>,
        words: &[(&'static str, u32)],
    ) -> u32 {
        let Some(permissions) = permissions else { return 0 };
        let mut bits = 0;
        for word in &permissions.words {
            let text = stored(&word.value);
            let upper = permissions.list && text.iter().all(|letter| b"rRwW".contains(letter));
            match lookup(&text).or_else(|| lookup(&text.to_ascii_lowercase()).filter(|_| upper)) {
                Some(found) => bits |= found,
                None => self.error(unknown_permission(self.rule, word, &text, words.iter().map(|&(name, _)| name))),
            }
            if upper && text.iter().any(u8::is_ascii_uppercase) {
                self.warn(
                    Diagnostic::new(Code::UpperCasePerms, "an upper-case permission letter", word.span)
                        .with_help("write permission letters in lower case"),
                );
            }
        }
        bits
    }

    /// Reports a condition that the rule does not know.
    pub(super) fn unknown(&mut self, condition: &Spanned<Condition>, known: &[&str]) {
        let name = name(condition);
        let message = format!("`{}` rules have no condition `{}`", self.rule, shown(&name));
        let groups = ["dbus", "network", "unix"].contains(&self.rule);
        let help = match nearest(&name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if name == b"peer" && groups => "what the peer must be stands in parentheses: `peer=(label=…)`".into(),
            None => format!("the conditions are {}", choices(known.iter().copied())),
        };
        self.error(Diagnostic::new(Code::CondInvalid, message, condition.name.span).with_help(help));
    }

    /// The conditions of a group, which must be called `peer`.
    pub(super) fn peer<'g>(&mut self, group: Option<&'g Spanned<Group>>) -> &'g [Spanned<Condition>] {
        let Some(group) = group else { return &[] };
        if stored(&group.name.value) != b"peer" {
            let message = format!("`{}` rules have no group `{}`", self.rule, group.name.value);
            let help = "conditions on the other side stand in `peer=(…)`";
            self.error(Diagnostic::new(Code::CondGroup, message, group.name.span).with_help(help));
        }
        &group.conditions
    }

    /// The values of a condition, which must have `=` as its operator (or `:=`, where `colon` says so).
    fn values<'c>(&mut self, condition: &'c Spanned<Condition>, colon: bool) -> Option<&'c [Word]> {
        let name = name(condition);
        let (message, span) = match &condition.value.value {
            Some(ConditionValue { op, values }) => match op.value {
                ConditionOp::Equal => return Some(values.words()),
                ConditionOp::ColonEqual if colon => return Some(values.words()),
                ConditionOp::ColonEqual => (format!("`{}` does not take the operator `:=`", shown(&name)), op.span),
                ConditionOp::In => (format!("`{}` does not take the operator `in`", shown(&name)), op.span),
            },
            None => (format!("`{}` needs a value", shown(&name)), condition.name.span),
        };
        let help = format!("write `{}=value`", shown(&name));
        self.error(Diagnostic::new(Code::CondOp, message, span).with_help(help));
        None
    }

    /// The values of a condition with `=` that takes a list.
    pub(super) fn list<'c>(&mut self, condition: &'c Spanned<Condition>) -> &'c [Word] {
        self.values(condition, false).unwrap_or_default()
    }

    /// The one value of a condition with `=`, in stored form.
    pub(super) fn one(&mut self, condition: &Spanned<Condition>) -> Option<Glob> {
        let values = self.values(condition, false)?;
        self.single(condition, values)
    }

    fn single(&mut self, condition: &Spanned<Condition>, values: &[Word]) -> Option<Glob> {
        match values {
            [value] => Some(glob(value)),
            [] => None,
            [_, rest @ ..] => {
                let message = format!("`{}` takes one value", shown(&name(condition)));
                let spans = rest.iter().map(|word| word.span).reduce(|first, next| first.to(next));
                self.error(
                    Diagnostic::new(Code::CondMulti, message, spans.unwrap_or(condition.span))
                        .with_help("write a rule for each value, or one pattern: `{a,b}`"),
                );
                None
            }
        }
    }

    /// Reads the one value of a condition that may be given once.
    pub(super) fn once(&mut self, condition: &Spanned<Condition>, slot: &mut Option<Glob>) {
        self.once_with(condition, slot, false);
    }

    /// As [`Reader::once`]; `colon` allows `:=`, too.
    pub(super) fn once_with(&mut self, condition: &Spanned<Condition>, slot: &mut Option<Glob>, colon: bool) {
        if let Some(first) = slot {
            let message = format!("`{}` is given twice", shown(&name(condition)));
            let error = Diagnostic::new(Code::CondOnce, message, condition.span)
                .and_label(first.span, "given here first")
                .with_help("write a rule for each value, or one pattern: `{a,b}`");
            return self.error(error);
        }
        if let Some(values) = self.values(condition, colon) {
            *slot = self.single(condition, values);
        }
    }

    /// Warns of a variable reference in a value in which none is expanded.
    pub(super) fn not_expanded(&mut self, value: Option<&Glob>, condition: &str) {
        if let Some(value) = value.filter(|value| refers_to_variable(value)) {
            let message = format!("`{condition}` of `{}` rules does not expand variables", self.rule);
            self.warn(Diagnostic::new(Code::VarNotExpanded, message, value.span).with_help("write the value out"));
        }
    }
}

/// The name of a condition.
pub(super) fn name(condition: &Condition) -> Vec<u8> {
    stored(&condition.name.value)
}

/// A word in stored form.
pub(super) fn glob(word: &Word) -> Glob {
    Spanned::new(Text::from(stored(&word.value)), word.span)
}

/// Whether a stored text holds `@{` outside of an escape.
pub(super) fn refers_to_variable(text: &[u8]) -> bool {
    let mut escaped = false;
    text.windows(2).any(|pair| {
        let found = !escaped && pair == b"@{";
        escaped = !escaped && pair.starts_with(b"\\");
        found
    })
}

/// Text of a policy in a message.
pub(super) fn shown(text: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(text)
}

/// `a, b or c`
pub(super) fn choices<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.pop() {
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} or {last}", words.join(", ")),
        None => String::new(),
    }
}

/// Help that names the known word nearest to an unknown one, else all of them.
pub(super) fn suggestion(word: &[u8], known: &[&'static str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write {}", choices(known.iter().copied())),
    }
}

fn unknown_permission(rule: &str, word: &Word, text: &[u8], known: impl Iterator<Item = &'static str>) -> Diagnostic {
    let message = format!("`{}` is no permission of `{rule}` rules", shown(text));
    let known: Vec<_> = known.collect();
    Diagnostic::new(Code::PermWord, message, word.span).with_help(suggestion(text, &known))
}

#[cfg(test)]
mod tests {
    use super::{choices, refers_to_variable};

    #[test]
    fn escaped_references_are_none() {
        for (text, expected) in
            [("@{A}", true), ("/x@{A}", true), (r"\@{A}", false), (r"\\@{A}", true), ("@A", false), ("@", false)]
        {
            assert_eq!(refers_to_variable(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn lists_of_words() {
        assert_eq!(choices(["a"]), "`a`");
        assert_eq!(choices(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
