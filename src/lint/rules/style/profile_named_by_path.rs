#![doc = include_str!("profile_named_by_path.md")]

use crate::diagnostic::{Code, Severity};
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0406",
    name: "profile-named-by-path",
    severity: Severity::Note,
    default: false,
    page: page!("AA0406", "profile_named_by_path"),
    check: Check::Raised(&[Code::PathName]),
    ..Rule::BASE
};
