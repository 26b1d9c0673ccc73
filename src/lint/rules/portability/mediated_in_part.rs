#![doc = include_str!("mediated_in_part.md")]

use crate::diagnostic::{Code, Severity};
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0302",
    name: "mediated-in-part",
    severity: Severity::Note,
    default: false,
    page: page!("AA0302", "mediated_in_part"),
    check: Check::Raised(&[Code::Downgraded]),
    ..Rule::BASE
};
