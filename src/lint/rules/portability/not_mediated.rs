#![doc = include_str!("not_mediated.md")]

use crate::diagnostic::{Code, Severity};
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0301",
    name: "not-mediated",
    severity: Severity::Note,
    default: false,
    page: page!("AA0301", "not_mediated"),
    check: Check::Raised(&[Code::NotEnforced]),
    ..Rule::BASE
};
