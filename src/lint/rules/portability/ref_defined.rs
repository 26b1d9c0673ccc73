#![doc = include_str!("ref_defined.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0350",
    name: "ref-defined",
    page: page!("AA0350", "ref_defined"),
    check: Check::Raised(&[Code::RefDefined]),
    ..Rule::BASE
};
