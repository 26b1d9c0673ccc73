#![doc = include_str!("ref_attachment.md")]

use crate::diagnostic::{Code, Severity};
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0365",
    name: "ref-attachment",
    severity: Severity::Note,
    page: page!("AA0365", "ref_attachment"),
    check: Check::Raised(&[Code::RefAttachment]),
    ..Rule::BASE
};
