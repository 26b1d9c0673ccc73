#![doc = include_str!("carriage_return.md")]

use crate::diagnostic::{Code, Severity};
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0309",
    name: "carriage-return",
    severity: Severity::Note,
    page: page!("AA0309", "carriage_return"),
    check: Check::Raised(&[Code::CarriageReturn]),
    ..Rule::BASE
};
