//! Conditions (`peer=x`, `options in (ro nosuid)`), groups of them, and lists of permissions.

use serde::{Deserialize, Serialize};

use crate::source::Spanned;
use crate::syntax::word::Word;

/// `name`, `name=value`, `name=(values)`, `name in (values)`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The name.
    pub name: Word,
    /// Operator and value; inside groups both may be absent.
    pub value: Option<ConditionValue>,
}

/// Operator and value of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionValue {
    /// The operator.
    pub op: Spanned<ConditionOp>,
    /// What follows it.
    pub values: Values,
}

/// One value, or a list in parentheses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// `x`
    One(Word),
    /// `(x y)`
    List(Vec<Word>),
}

impl Values {
    /// The values, whichever way they are written.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        match self {
            Values::One(word) => std::slice::from_ref(word),
            Values::List(words) => words,
        }
    }
}

/// Between a condition's name and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionOp {
    /// `=`
    Equal,
    /// `:=`
    ColonEqual,
    /// `in`
    In,
}

/// `peer=(name=x label=y)`, `xattrs=(user.a="x")`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The name before the `=`.
    pub name: Word,
    /// What stands in the parentheses.
    pub conditions: Vec<Spanned<Condition>>,
}

/// Permissions of a rule: one word, or a list in parentheses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// The words.
    pub words: Vec<Word>,
    /// Whether parentheses stand around them.
    pub list: bool,
}
