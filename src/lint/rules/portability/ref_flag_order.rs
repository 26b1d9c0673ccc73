#![doc = include_str!("ref_flag_order.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0362",
    name: "ref-flag-order",
    page: page!("AA0362", "ref_flag_order"),
    check: Check::Raised(&[Code::RefFlagOrder]),
    ..Rule::BASE
};
