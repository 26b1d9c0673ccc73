#![doc = include_str!("rlimit_without_unit.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0310",
    name: "rlimit-without-unit",
    page: page!("AA0310", "rlimit_without_unit"),
    check: Check::Raised(&[Code::RlimitUnit, Code::OctalNumber]),
    ..Rule::BASE
};
