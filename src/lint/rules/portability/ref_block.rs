#![doc = include_str!("ref_block.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0370",
    name: "ref-block",
    page: page!("AA0370", "ref_block"),
    check: Check::Raised(&[Code::BlockKept]),
    ..Rule::BASE
};
