//! Conditions, groups of them, and lists in parentheses.

use super::line::{PrintedRule, separate};
use crate::source::Spanned;
use crate::syntax::ast::{Condition, ConditionOp, ConditionValue, Group, Permissions};
use crate::vocab::Vocabulary;

/// `(a, b)`
pub(super) fn list<T: AsRef<[u8]>>(words: &[Spanned<T>], separator: &[u8]) -> Vec<u8> {
    let mut out = vec![b'('];
    for (i, word) in words.iter().enumerate() {
        if i > 0 {
            separate(&mut out, separator);
        }
        out.extend_from_slice(word.value.as_ref());
    }
    separate(&mut out, b")");
    out
}

/// The permissions of a rule, where it has any.
pub(super) fn permissions<P: Vocabulary>(permissions: Option<&Spanned<Permissions<P>>>, line: &mut PrintedRule) {
    match permissions {
        Some(permissions) if permissions.list => line.part(list(&permissions.words, b", ")),
        Some(permissions) => permissions.words.iter().for_each(|word| line.part(word.as_bytes())),
        None => {}
    }
}

/// Conditions, each of which may begin a line.
pub(super) fn conditions<V: ConditionValue>(conditions: &[Spanned<Condition<V>>], line: &mut PrintedRule) {
    for written in conditions {
        line.breakable(condition(written, b", "));
    }
}

/// One condition. A name and its operator stay on one line: the scanner looks for both at once.
pub(super) fn condition<V: ConditionValue>(condition: &Condition<V>, separator: &[u8]) -> Vec<u8> {
    let mut out = condition.name.to_vec();
    let Some(op) = &condition.op else { return out };
    out.extend_from_slice(match op.value {
        ConditionOp::Equal => b"=",
        ConditionOp::ColonEqual => b":=",
        ConditionOp::In => b" in ",
    });
    let values = condition.values();
    if condition.list {
        out.extend_from_slice(&list(&values, separator));
    } else {
        values.iter().for_each(|value| out.extend_from_slice(value.value));
    }
    out
}

/// `peer=(name=x, label=y)`
pub(super) fn group<V: ConditionValue>(group: &Group<V>) -> Vec<u8> {
    let mut out = group.name.to_vec();
    out.extend_from_slice(b"=(");
    for (i, written) in group.conditions.iter().enumerate() {
        if i > 0 {
            separate(&mut out, b", ");
        }
        // Inside a group the scanner takes no commas between the values of a list.
        out.extend_from_slice(&condition(written, b" "));
    }
    separate(&mut out, b")");
    out
}

/// The group at the end of a rule, where it has one.
pub(super) fn last_group<V: ConditionValue>(written: Option<&Spanned<Group<V>>>, line: &mut PrintedRule) {
    if let Some(written) = written {
        line.breakable(group(written));
    }
}
