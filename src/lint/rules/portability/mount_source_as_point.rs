#![doc = include_str!("mount_source_as_point.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0319",
    name: "mount-source-as-point",
    page: page!("AA0319", "mount_source_as_point"),
    check: Check::Raised(&[Code::MountSource]),
    ..Rule::BASE
};
