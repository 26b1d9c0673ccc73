#![doc = include_str!("upper_case_permission.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0308",
    name: "upper-case-permission",
    page: page!("AA0308", "upper_case_permission"),
    check: Check::Raised(&[Code::UpperCasePerms]),
    ..Rule::BASE
};
