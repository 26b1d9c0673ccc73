#![doc = include_str!("ignored_condition.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0232",
    name: "ignored-condition",
    page: page!("AA0232", "ignored_condition"),
    check: Check::Raised(&[
        Code::CondIgnored,
        Code::CpPrefix,
        Code::CapPrefix,
        Code::PivotTarget,
        Code::UnusedTarget,
        Code::LinkExecTarget,
        Code::MountFstype,
        Code::AbiDiffers,
        Code::DuplicateAlias,
    ]),
    ..Rule::BASE
};
