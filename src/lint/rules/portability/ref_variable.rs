#![doc = include_str!("ref_variable.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0351",
    name: "ref-variable",
    page: page!("AA0351", "ref_variable"),
    check: Check::Raised(&[Code::RefVariable]),
    ..Rule::BASE
};
