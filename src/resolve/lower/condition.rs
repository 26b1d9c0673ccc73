//! Reads what most rule classes share: permissions, conditions and groups of them (`apparmor.d(5)`, "Access modes" and
//! "conditional expressions" of each class).

use std::borrow::Cow;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::Glob;
use crate::source::{Spanned, Text};
use crate::syntax::Pattern;
use crate::syntax::ast::{Condition, ConditionOp, ConditionValue, Group, Named, Permissions};
use crate::syntax::word::stored;
use crate::vocab::{PermissionSet, nearest};

/// Collects the mistakes of one rule, so that all of them are reported before the rule is given up.
pub(super) struct ConditionReader<'a> {
    /// The word that begins the rule, for messages.
    rule: &'static str,
    diagnostics: &'a mut Diagnostics,
    failed: bool,
}

impl<'a> ConditionReader<'a> {
    pub(super) fn new(rule: &'static str, diagnostics: &'a mut Diagnostics) -> Self {
        ConditionReader { rule, diagnostics, failed: false }
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

    /// The written permissions; none where none is written, as an empty list is none.
    pub(super) fn permissions<P: PermissionSet>(&mut self, permissions: Option<&Spanned<Permissions<P>>>) -> P {
        let Some(permissions) = permissions else { return P::NONE };
        let mut all = P::NONE;
        for word in &permissions.words {
            match word.value() {
                Some(&found) => all = all | found,
                None => self.error(unknown_permission::<P>(self.rule, word)),
            }
            let text = word.as_bytes();
            if word.value().is_some() && text.iter().any(u8::is_ascii_uppercase) {
                self.warn(
                    Diagnostic::new(Code::UpperCasePerms, "permission letter in upper case", word.span)
                        .with_help("write the letter in lower case"),
                );
            }
        }
        all
    }

    /// The conditions of a group, which must be called `peer`.
    pub(super) fn peer<'g, V>(&mut self, group: Option<&'g Spanned<Group<V>>>) -> &'g [Spanned<Condition<V>>] {
        let Some(group) = group else { return &[] };
        if stored(&group.name.value) != b"peer" {
            let message = format!("`{}` rules do not have a group `{}`", self.rule, group.name.value);
            let help = "write conditions on the peer in `peer=(…)`";
            self.error(Diagnostic::new(Code::CondGroup, message, group.name.span).with_help(help));
        }
        &group.conditions
    }

    /// Whether a condition has the operator `=`, which most take alone.
    pub(super) fn has_equal<V>(&mut self, condition: &Condition<V>) -> bool {
        self.has_operator(condition, &[ConditionOp::Equal])
    }

    /// Whether a condition has one of the operators that it may have.
    pub(super) fn has_operator<V>(&mut self, condition: &Condition<V>, allowed: &[ConditionOp]) -> bool {
        let name = name(condition);
        let (message, span) = match &condition.op {
            Some(op) if allowed.contains(&op.value) => return true,
            Some(op) => {
                let operator = if op.value == ConditionOp::In { "in" } else { ":=" };
                (format!("`{}` does not take the operator `{operator}`", shown(&name)), op.span)
            }
            None => (format!("`{}` needs a value", shown(&name)), condition.name.span),
        };
        let help = format!("write `{}=value`", shown(&name));
        self.error(Diagnostic::new(Code::CondOp, message, span).with_help(help));
        false
    }

    /// Reports a condition that does not fit the class: one that the rule does not know, or one with too few or too many
    /// values. `known` are the names to suggest.
    pub(super) fn unknown<V: ConditionValue>(&mut self, condition: &Spanned<Condition<V>>, known: &[&str]) {
        let name = name(condition);
        if V::NAMES.iter().any(|one| one.as_bytes() == name) {
            self.wrong_count(condition);
            return;
        }
        let message = format!("`{}` rules do not have a condition `{}`", self.rule, shown(&name));
        let groups = ["dbus", "network", "unix"].contains(&self.rule);
        let error = Diagnostic::new(Code::CondInvalid, message, condition.name.span);
        self.error(error.with_nearest(&name, nearest(&name, known.iter().copied()), || {
            if name == b"peer" && groups {
                "write conditions on the peer in parentheses: `peer=(label=…)`".into()
            } else {
                format!("the conditions are {}", choices(known.iter().copied()))
            }
        }));
    }

    /// Reports a condition without a value, or one with more than it takes.
    fn wrong_count<V: ConditionValue>(&mut self, condition: &Spanned<Condition<V>>) {
        if !self.has_operator(condition, &[ConditionOp::Equal, ConditionOp::ColonEqual]) {
            return;
        }
        let values = condition.value.values();
        let spans = values.iter().skip(1).map(|word| word.span).reduce(|first, next| first.to(next));
        let message = format!("`{}` takes only one value", shown(&name(condition)));
        self.error(
            Diagnostic::new(Code::CondMulti, message, spans.unwrap_or(condition.span))
                .with_help("write one rule for each value, or a single pattern `{a,b}`"),
        );
    }

    /// Takes the value of a condition that may be given once, with the operator `=`.
    pub(super) fn once<V, T>(
        &mut self,
        condition: &Spanned<Condition<V>>,
        value: &Spanned<T>,
        slot: &mut Option<Spanned<T>>,
    ) where
        T: Clone,
    {
        self.once_with(condition, value, slot, &[ConditionOp::Equal]);
    }

    /// Reads a condition like [`ConditionReader::once`], with other operators.
    pub(super) fn once_with<V, T>(
        &mut self,
        condition: &Spanned<Condition<V>>,
        value: &Spanned<T>,
        slot: &mut Option<Spanned<T>>,
        allowed: &[ConditionOp],
    ) where
        T: Clone,
    {
        if let Some(first) = slot {
            let message = format!("`{}` is specified twice", shown(&name(condition)));
            let error = Diagnostic::new(Code::CondOnce, message, condition.span)
                .and_label(first.span, "first specified here")
                .with_help("write one rule for each value, or a single pattern `{a,b}`");
            return self.error(error);
        }
        if self.has_operator(condition, allowed) {
            *slot = Some(value.clone());
        }
    }

    /// Reads a condition like [`ConditionReader::once`], for a pattern in stored form.
    pub(super) fn once_glob<V>(
        &mut self,
        condition: &Spanned<Condition<V>>,
        value: &Spanned<Pattern>,
        slot: &mut Option<Glob>,
    ) {
        self.once(condition, &glob(value), slot);
    }

    /// Warns of a variable reference in a value in which none is expanded.
    pub(super) fn not_expanded(&mut self, value: Option<&Glob>, condition: &str) {
        if let Some(value) = value.filter(|value| refers_to_variable(value)) {
            let message = format!("`{condition}` of `{}` rules does not expand variables", self.rule);
            self.warn(
                Diagnostic::new(Code::VarNotExpanded, message, value.span)
                    .with_help("write the value instead of the variable"),
            );
        }
    }
}

/// The name of a condition.
pub(super) fn name<V>(condition: &Condition<V>) -> Vec<u8> {
    stored(&condition.name.value)
}

/// A pattern in stored form.
pub(super) fn glob(pattern: &Spanned<Pattern>) -> Glob {
    Spanned::new(Text::from(pattern.value.stored()), pattern.span)
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

/// The error with help that names the known word nearest to an unknown one, else all of them.
pub(super) fn suggest(error: Diagnostic, word: &[u8], known: &[&'static str]) -> Diagnostic {
    let nearest = nearest(word, known.iter().copied());
    error.with_nearest(word, nearest, || format!("write {}", choices(known.iter().copied())))
}

fn unknown_permission<P: PermissionSet>(rule: &str, word: &Spanned<Named<P>>) -> Diagnostic {
    let text = word.stored();
    let message = format!("`{}` is not a permission of `{rule}` rules", shown(&text));
    let known: Vec<_> = P::words().collect();
    suggest(Diagnostic::new(Code::PermWord, message, word.span), &text, &known)
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
