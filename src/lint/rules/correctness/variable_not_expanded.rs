#![doc = include_str!("variable_not_expanded.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0233",
    name: "variable-not-expanded",
    page: page!("AA0233", "variable_not_expanded"),
    check: Check::Raised(&[Code::VarNotExpanded, Code::OldAlternation]),
    ..Rule::BASE
};
