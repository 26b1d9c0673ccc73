#![doc = include_str!("ref_exec_conflict.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0367",
    name: "ref-exec-conflict",
    page: page!("AA0367", "ref_exec_conflict"),
    check: Check::Raised(&[Code::RefExecConflict]),
    ..Rule::BASE
};
