#![doc = include_str!("capability_sys_module.md")]

use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;
use crate::vocab::Capability;

use super::shared::report_capabilities;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0109",
    name: "capability-sys-module",
    page: page!("AA0109", "capability_sys_module"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    report_capabilities(view, &[Capability::SysModule], "lets the program load code into the kernel", reporter);
}
