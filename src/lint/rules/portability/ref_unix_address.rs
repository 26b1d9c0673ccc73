#![doc = include_str!("ref_unix_address.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0360",
    name: "ref-unix-address",
    page: page!("AA0360", "ref_unix_address"),
    check: Check::Raised(&[Code::RefUnixAddress]),
    ..Rule::BASE
};
