#![doc = include_str!("ref_queue_label.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0359",
    name: "ref-queue-label",
    page: page!("AA0359", "ref_queue_label"),
    check: Check::Raised(&[Code::RefQueueLabel]),
    ..Rule::BASE
};
