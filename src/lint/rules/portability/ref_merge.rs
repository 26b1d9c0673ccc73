#![doc = include_str!("ref_merge.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0353",
    name: "ref-merge",
    page: page!("AA0353", "ref_merge"),
    check: Check::Raised(&[Code::RefMerge]),
    ..Rule::BASE
};
