#![doc = include_str!("ref_include.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0352",
    name: "ref-include",
    page: page!("AA0352", "ref_include"),
    check: Check::Raised(&[Code::RefInclude]),
    ..Rule::BASE
};
