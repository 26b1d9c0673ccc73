#![doc = include_str!("needless_escape.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0234",
    name: "needless-escape",
    page: page!("AA0234", "needless_escape"),
    check: Check::Raised(&[Code::AareEscape, Code::AareSet]),
    ..Rule::BASE
};
