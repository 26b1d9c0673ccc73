#![doc = include_str!("ref_lock.md")]

use crate::diagnostic::{Code, Severity};
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0368",
    name: "ref-lock",
    severity: Severity::Note,
    page: page!("AA0368", "ref_lock"),
    check: Check::Raised(&[Code::RefLock]),
    ..Rule::BASE
};
