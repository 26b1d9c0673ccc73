#![doc = include_str!("ref_limit.md")]

use crate::diagnostic::{Code, Severity};
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0369",
    name: "ref-limit",
    severity: Severity::Note,
    page: page!("AA0369", "ref_limit"),
    check: Check::Raised(&[Code::RefLimit]),
    ..Rule::BASE
};
