//! Conditions (`peer=x`, `options in (ro nosuid)`), groups of them, and lists of permissions.
//!
//! The value of a condition has a type for each class of rules, such as [`SignalCondition`](super::SignalCondition). A name that
//! the class does not have, and a number of values that the condition does not take, are `Unknown` there: the parser does not
//! stop at them, so that an editor has a tree of a text that is being written; resolving reports them.

use serde::{Deserialize, Serialize};

use super::Named;
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::syntax::word::{Word, stored};
use crate::vocab::Vocabulary;

/// `name`, `name=value`, `name=(values)`, `name in (values)`
///
/// ```
/// use armorer::ast::{ConditionValue, ItemKind, RuleKind, SignalCondition};
///
/// let file = armorer::parse(b"signal set=(term kill) per=web,\n")?;
/// let ItemKind::Rule(rule) = &file.items[0].kind.value else { panic!("a rule") };
/// let RuleKind::Signal(signal) = &rule.kind else { panic!("a signal rule") };
/// let [set, misspelt] = &signal.conditions[..] else { panic!("two conditions") };
/// assert_eq!(set.values().iter().map(|word| word.value).collect::<Vec<_>>(), [&b"term"[..], b"kill"]);
/// assert!(misspelt.value.value.is_unknown());
/// # Ok::<(), armorer::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Condition<V> {
    /// The name as written.
    pub name: Word,
    /// The operator; inside groups there may be none, and then no value.
    pub op: Option<Spanned<ConditionOp>>,
    /// Whether parentheses stand around the values.
    pub list: bool,
    /// The meaning, with the values.
    pub value: V,
}

/// Between a condition's name and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConditionOp {
    /// `=`
    Equal,
    /// `:=`
    ColonEqual,
    /// `in`
    In,
}

/// The values of a condition by the class of its rule.
///
/// ```
/// use armorer::ast::{ConditionValue, PtraceCondition};
/// use armorer::source::Spanned;
///
/// let peer = PtraceCondition::read(b"peer", vec![Spanned::bare("web".into())]);
/// assert!(matches!(peer, PtraceCondition::Peer(_)) && !peer.is_unknown());
/// let mut words = Vec::new();
/// peer.each_value(&mut |word| words.push(word.value));
/// assert_eq!(words, [b"web"]);
/// ```
pub trait ConditionValue: Sized {
    /// The names that the class has on this side of its rules, for messages: no synonyms.
    const NAMES: &'static [&'static str];

    /// The condition of that name (in stored form) with these values, as written.
    fn read(name: &[u8], values: Vec<Word>) -> Self;

    /// Whether neither name nor number of values fits the class.
    fn is_unknown(&self) -> bool;

    /// Calls `visit` for each value as written.
    fn each_value<'a>(&'a self, visit: &mut dyn FnMut(Spanned<&'a [u8]>));
}

impl<V: ConditionValue> Condition<V> {
    /// A condition from its parts as written.
    pub(crate) fn read(name: Word, op: Option<Spanned<ConditionOp>>, list: bool, values: Vec<Word>) -> Self {
        let value = V::read(&stored(&name), values);
        Condition { name, op, list, value }
    }

    /// A condition with `=`, from code.
    pub(crate) fn new(name: &str, list: bool, value: V) -> Self {
        Condition { name: Spanned::bare(name.into()), op: Some(Spanned::bare(ConditionOp::Equal)), list, value }
    }

    /// The values as written.
    #[must_use]
    pub fn values(&self) -> Vec<Spanned<&[u8]>> {
        let mut values = Vec::new();
        self.value.each_value(&mut |value| values.push(value));
        values
    }
}

/// `peer=(name=x label=y)`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Group<V> {
    /// The name before the `=`.
    pub name: Word,
    /// The conditions in the parentheses.
    pub conditions: Vec<Spanned<Condition<V>>>,
}

/// Permissions of a rule: one word, or a list in parentheses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(bound(serialize = "P: Vocabulary", deserialize = "P: Vocabulary"))]
#[cfg_attr(feature = "schema", schemars(bound = "P: Vocabulary"))]
pub struct Permissions<P: Vocabulary> {
    /// The words; each may stand for several permissions (`rw`).
    pub words: Vec<Spanned<Named<P>>>,
    /// Whether parentheses stand around them.
    pub list: bool,
}

/// A word as a pattern.
pub(crate) fn pattern(word: Word) -> Spanned<Pattern> {
    Spanned::new(Pattern::written(word.value), word.span)
}

/// A word of a closed vocabulary.
pub(crate) fn named<T: Vocabulary>(word: Word) -> Spanned<Named<T>> {
    Spanned::new(Named::parse(word.value), word.span)
}

/// The one value of a condition that takes one; all of them back where there are none or more.
pub(crate) fn single(values: Vec<Word>) -> Result<Word, Vec<Word>> {
    <[Word; 1]>::try_from(values).map(|[word]| word)
}

/// The bytes of a node with its place.
pub(crate) fn as_written<T: AsRef<[u8]>>(word: &Spanned<T>) -> Spanned<&[u8]> {
    Spanned::new(word.value.as_ref(), word.span)
}

/// Defines the conditions of a class: an enum with a variant for each name, and one for what fits none.
///
/// `one` takes one value, `many` any number of them; `pattern` values are patterns, `word(T)` values come from a vocabulary.
macro_rules! conditions {
    (
        $(#[$meta:meta])*
        $name:ident;
        $($(#[$doc:meta])* $variant:ident = $word:literal $(| $synonym:literal)*: $number:ident $kind:ident $(($type:ty))?;)*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant($crate::syntax::ast::condition::condition_type!($number $kind $($type)?)),)*
            /// A name that the class does not have, or a number of values that the condition does not take.
            Unknown(Vec<$crate::syntax::word::Word>),
        }

        impl $crate::syntax::ast::ConditionValue for $name {
            const NAMES: &'static [&'static str] = &[$($word),*];

            fn read(name: &[u8], values: Vec<$crate::syntax::word::Word>) -> Self {
                let read = match name {
                    $(_ if [$word.as_bytes() $(, $synonym.as_bytes())*].contains(&name) => {
                        $crate::syntax::ast::condition::condition_read!($number $kind values).map($name::$variant)
                    })*
                    _ => Err(values),
                };
                read.unwrap_or_else($name::Unknown)
            }

            fn is_unknown(&self) -> bool {
                matches!(self, $name::Unknown(_))
            }

            fn each_value<'a>(&'a self, visit: &mut dyn FnMut($crate::source::Spanned<&'a [u8]>)) {
                match self {
                    $($name::$variant(value) => {
                        $crate::syntax::ast::condition::condition_visit!($number value visit);
                    })*
                    $name::Unknown(words) => {
                        words.iter().for_each(|word| visit($crate::syntax::ast::condition::as_written(word)));
                    }
                }
            }
        }
    };
}

macro_rules! condition_type {
    (one pattern) => { $crate::source::Spanned<$crate::syntax::Pattern> };
    (many pattern) => { Vec<$crate::source::Spanned<$crate::syntax::Pattern>> };
    (one word $type:ty) => { $crate::source::Spanned<$crate::syntax::ast::Named<$type>> };
    (many word $type:ty) => { Vec<$crate::source::Spanned<$crate::syntax::ast::Named<$type>>> };
}

macro_rules! condition_read {
    (one $kind:ident $values:ident) => {
        $crate::syntax::ast::condition::single($values).map($crate::syntax::ast::condition::condition_word!($kind))
    };
    // A condition without a value is no list of none.
    (many $kind:ident $values:ident) => {
        if $values.is_empty() {
            Err($values)
        } else {
            Ok($values.into_iter().map($crate::syntax::ast::condition::condition_word!($kind)).collect())
        }
    };
}

macro_rules! condition_word {
    (pattern) => {
        $crate::syntax::ast::condition::pattern
    };
    (word) => {
        $crate::syntax::ast::condition::named
    };
}

macro_rules! condition_visit {
    (one $value:ident $visit:ident) => {
        $visit($crate::syntax::ast::condition::as_written($value))
    };
    (many $value:ident $visit:ident) => {
        $value.iter().for_each(|word| $visit($crate::syntax::ast::condition::as_written(word)))
    };
}

pub(super) use conditions;
pub(crate) use {condition_read, condition_type, condition_visit, condition_word};

conditions! {
    /// Conditions that no class knows: those of `xattrs=(…)`, whose names are free.
    OtherCondition;
}
