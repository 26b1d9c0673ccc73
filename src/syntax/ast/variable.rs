//! Variables and aliases.

use serde::{Deserialize, Serialize};

use super::Expr;
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::syntax::word::Word;

/// `@{name} = value value`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SetVariable {
    /// The name without `@{}`.
    pub name: Word,
    /// The operator.
    pub op: Spanned<AssignOp>,
    /// The values, one or more.
    pub values: Vec<Spanned<Pattern>>,
}

/// `$name = true`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BoolVariable {
    /// The name without `$` and braces.
    pub name: Word,
    /// The operator.
    pub op: Spanned<AssignOp>,
    /// The value.
    pub value: Spanned<Expr>,
}

/// Assignment operators.
///
/// ```
/// use armorer::ast::{AssignOp, ItemKind};
///
/// let file = armorer::parse(b"@{HOME} += /srv/home\n")?;
/// let ItemKind::SetVariable(variable) = &file.items[0].kind.value else { panic!("a variable") };
/// assert_eq!((variable.op.value, variable.op.as_str()), (AssignOp::Add, "+="));
/// # Ok::<(), armorer::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AssignOp {
    /// `=`: declares.
    Set,
    /// `+=`: adds to a declared one.
    Add,
    /// `?=`: declares unless it is declared.
    Default,
    /// `:=`: declares or replaces.
    Replace,
}

impl AssignOp {
    /// The operator as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            AssignOp::Set => "=",
            AssignOp::Add => "+=",
            AssignOp::Default => "?=",
            AssignOp::Replace => ":=",
        }
    }
}

/// `alias /from/ -> /to/,`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Alias {
    /// The prefix of paths.
    pub from: Spanned<Pattern>,
    /// The replacement.
    pub to: Spanned<Pattern>,
}
