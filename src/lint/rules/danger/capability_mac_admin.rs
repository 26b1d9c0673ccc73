#![doc = include_str!("capability_mac_admin.md")]

use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;
use crate::vocab::Capability;

use super::shared::report_capabilities;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0110",
    name: "capability-mac-admin",
    page: page!("AA0110", "capability_mac_admin"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    report_capabilities(
        view,
        &[Capability::MacAdmin, Capability::MacOverride],
        "lets the program change AppArmor policy",
        reporter,
    );
}
