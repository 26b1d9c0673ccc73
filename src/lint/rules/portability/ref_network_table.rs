#![doc = include_str!("ref_network_table.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0355",
    name: "ref-network-table",
    page: page!("AA0355", "ref_network_table"),
    check: Check::Raised(&[Code::RefNetworkTable]),
    ..Rule::BASE
};
