#![doc = include_str!("capability_sys_rawio.md")]

use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;
use crate::vocab::Capability;

use super::shared::report_capabilities;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0111",
    name: "capability-sys-rawio",
    page: page!("AA0111", "capability_sys_rawio"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    report_capabilities(
        view,
        &[Capability::SysRawio],
        "gives access to memory and disks without any path check",
        reporter,
    );
}
