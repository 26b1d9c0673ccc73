#![doc = include_str!("abi_of_kernel.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, FileView, Reporter};
use crate::lint::rule::Rule;
use crate::syntax::ast::{ItemKind, PathForm};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0321",
    name: "abi-of-kernel",
    severity: Severity::Note,
    // Where there are no abi files, as in manifests, there is nothing else to write.
    default: false,
    page: page!("AA0321", "abi_of_kernel"),
    check: Check::File(check),
    ..Rule::BASE
};

fn check(view: &FileView<'_>, reporter: &mut Reporter<'_>) {
    for item in &view.file.items {
        let ItemKind::Abi(abi) = &item.kind.value else { continue };
        if abi.path.form == PathForm::Angle && abi.path.text() == "kernel" {
            let finding = reporter.finding(item.kind.span, "`abi <kernel>` has a different meaning on each kernel");
            reporter.push(
                finding.with_help("write the version that the profile is written for, for example `abi <abi/4.0>,`"),
            );
        }
    }
}
