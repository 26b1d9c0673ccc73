#![doc = include_str!("unknown_capability.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0318",
    name: "unknown-capability",
    page: page!("AA0318", "unknown_capability"),
    check: Check::Raised(&[Code::CapUnknown]),
    ..Rule::BASE
};
