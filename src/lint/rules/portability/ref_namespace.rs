#![doc = include_str!("ref_namespace.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0363",
    name: "ref-namespace",
    page: page!("AA0363", "ref_namespace"),
    check: Check::Raised(&[Code::RefNamespace]),
    ..Rule::BASE
};
