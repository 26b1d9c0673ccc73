#![doc = include_str!("ref_nested_child.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0364",
    name: "ref-nested-child",
    page: page!("AA0364", "ref_nested_child"),
    check: Check::Raised(&[Code::RefNestedChild]),
    ..Rule::BASE
};
