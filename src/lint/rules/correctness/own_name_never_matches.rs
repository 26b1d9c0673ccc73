#![doc = include_str!("own_name_never_matches.md")]

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0236",
    name: "own-name-never-matches",
    page: page!("AA0236", "own_name_never_matches"),
    check: Check::Raised(&[Code::OwnNameEscape]),
    ..Rule::BASE
};
