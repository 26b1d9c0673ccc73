#![doc = include_str!("ref_deny_all.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0356",
    name: "ref-deny-all",
    page: page!("AA0356", "ref_deny_all"),
    check: Check::Raised(&[Code::RefDenyAll]),
    ..Rule::BASE
};
