#![doc = include_str!("ref_kill_signal.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0361",
    name: "ref-kill-signal",
    page: page!("AA0361", "ref_kill_signal"),
    check: Check::Raised(&[Code::RefKillSignal]),
    ..Rule::BASE
};
