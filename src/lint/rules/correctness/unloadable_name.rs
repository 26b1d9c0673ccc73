#![doc = include_str!("unloadable_name.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0237",
    name: "unloadable-name",
    page: page!("AA0237", "unloadable_name"),
    check: Check::Raised(&[Code::NameUnloadable, Code::ParentMissing]),
    ..Rule::BASE
};
