#![doc = include_str!("ref_deny_wider.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0357",
    name: "ref-deny-wider",
    page: page!("AA0357", "ref_deny_wider"),
    check: Check::Raised(&[Code::RefDenyWider]),
    ..Rule::BASE
};
