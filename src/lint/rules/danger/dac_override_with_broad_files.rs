#![doc = include_str!("dac_override_with_broad_files.md")]

use crate::lint::check::{Check, ProbedAccess, ProfileView, Reporter};
use crate::lint::rule::Rule;
use crate::policy::Owner;
use crate::vocab::Capability;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0112",
    name: "dac-override-with-broad-files",
    page: page!("AA0112", "dac_override_with_broad_files"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    let mut broad = view.allowed_files().filter(|(rule, file)| {
        rule.prefix.owner != Some(Owner::Owner) && ProbedAccess::Write.is_in(file) && view.is_broad(file)
    });
    let Some((wide, _)) = broad.next() else { return };
    for (rule, mask) in view.capabilities() {
        if mask & Capability::DacOverride.mask() != 0 {
            let finding =
                reporter.finding(rule.span, "the capability bypasses file permissions and the file rules are broad");
            reporter.push(finding.and_label(wide.span, "this rule allows writing everywhere"));
        }
    }
}
