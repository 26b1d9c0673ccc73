//! Builds syntax trees in code: constructors and builder methods of the tree's types.
//!
//! Nothing that a caller passes becomes syntax: paths are [`Pattern`](super::Pattern)s, names are
//! [`ProfileName`](super::ProfileName)s, all other words are values, and the printer quotes.

mod access;
mod file;
mod mount;
mod profile;
mod rule;
mod sockets;

use crate::source::Spanned;
use crate::syntax::ast::{Condition, ConditionValue, Group, Named, Permissions};
use crate::vocab::{PermissionSet, Vocabulary};

/// A node without a place in a text.
fn bare<T>(value: T) -> Spanned<T> {
    Spanned::bare(value)
}

/// A word of a vocabulary.
fn word<T: Vocabulary>(value: T) -> Spanned<Named<T>> {
    bare(Named::from(value))
}

/// A condition `name=value`.
fn condition<V: ConditionValue>(name: &str, value: V) -> Spanned<Condition<V>> {
    bare(Condition::new(name, false, value))
}

/// A condition `name=(values)`.
fn list<V: ConditionValue>(name: &str, value: V) -> Spanned<Condition<V>> {
    bare(Condition::new(name, true, value))
}

/// Adds a condition to `peer=(…)`.
fn peer<V: ConditionValue>(group: &mut Option<Spanned<Group<V>>>, name: &str, value: V) {
    let group = group.get_or_insert_with(|| bare(Group { name: bare("peer".into()), conditions: Vec::new() }));
    group.value.conditions.push(condition(name, value));
}

/// An empty set where a rule needs members: written out, it would mean all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an empty list of {what} would mean all of them: leave the rule out")]
pub struct EmptyList {
    what: &'static str,
}

/// The permissions of a rule: each by its word, in a list where there are several; none where they are all.
fn permissions<P: PermissionSet>(
    set: P,
    each: impl Iterator<Item = P>,
) -> Result<Option<Spanned<Permissions<P>>>, EmptyList> {
    if set == P::ALL {
        return Ok(None);
    }
    let words = words(each, "permissions")?;
    let list = words.len() > 1;
    Ok(Some(bare(Permissions { words, list })))
}

/// One or more words.
fn words<T: Vocabulary>(
    values: impl IntoIterator<Item = T>,
    what: &'static str,
) -> Result<Vec<Spanned<Named<T>>>, EmptyList> {
    let words: Vec<_> = values.into_iter().map(word).collect();
    if words.is_empty() { Err(EmptyList { what }) } else { Ok(words) }
}

#[cfg(test)]
mod tests;
