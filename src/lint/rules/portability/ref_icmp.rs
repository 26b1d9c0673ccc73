#![doc = include_str!("ref_icmp.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0358",
    name: "ref-icmp",
    page: page!("AA0358", "ref_icmp"),
    check: Check::Raised(&[Code::RefIcmp]),
    ..Rule::BASE
};
