#![doc = include_str!("hidden_by_abi.md")]

use crate::lint::check::{Check, Reporter};
use crate::lint::rule::Rule;
use crate::source::Span;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0322",
    name: "hidden-by-abi",
    page: page!("AA0322", "hidden_by_abi"),
    check: Check::Hidden(check),
    ..Rule::BASE
};

fn check(span: Span, reporter: &mut Reporter<'_>) {
    let message =
        "this rule has no effect: the kernel mediates its class, but the `abi` of the profile does not name it";
    reporter.push(reporter.finding(span, message).with_help("name a newer version, such as `abi <abi/4.0>,`"));
}
