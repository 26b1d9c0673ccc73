//! `if … { … } else if … { … } else { … }`

use serde::{Deserialize, Serialize};

use super::Block;
use crate::source::Spanned;
use crate::syntax::word::Word;

/// A conditional.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Conditional {
    /// The condition.
    pub condition: Spanned<Expr>,
    /// The items when it holds.
    pub then: Block,
    /// The items when it does not.
    pub otherwise: Option<Else>,
}

/// The text after `else`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Else {
    /// `else { … }`
    Block(Block),
    /// `else if … { … }`
    If(Spanned<Box<Conditional>>),
}

/// An expression over variables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Expr {
    /// `a or b`; two or more operands.
    Or(Vec<Spanned<Expr>>),
    /// `a and b`; two or more operands.
    And(Vec<Spanned<Expr>>),
    /// `not a`
    Not(Box<Spanned<Expr>>),
    /// `( a )`
    Paren(Box<Spanned<Expr>>),
    /// `defined @{X}` or `defined $X`; the word as written.
    Defined(Word),
    /// `$X`; the word as written.
    Bool(Word),
    /// `@{X} == y`
    Compare {
        /// The left side: a word or set variable.
        left: Word,
        /// The operator.
        op: Spanned<Compare>,
        /// The right side.
        right: Word,
    },
    /// A lone word, which must say `true` or `false`.
    Operand(Word),
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Compare {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `in`
    In,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}
