#![doc = include_str!("ref_network_unix.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0354",
    name: "ref-network-unix",
    page: page!("AA0354", "ref_network_unix"),
    check: Check::Raised(&[Code::RefNetworkUnix]),
    ..Rule::BASE
};
