#![doc = include_str!("ref_start.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0366",
    name: "ref-start",
    page: page!("AA0366", "ref_start"),
    check: Check::Raised(&[Code::RefStart]),
    ..Rule::BASE
};
