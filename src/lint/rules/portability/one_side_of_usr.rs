#![doc = include_str!("one_side_of_usr.md")]

use memchr::memmem::find;

use crate::diagnostic::Severity;
use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::{Fixes, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0313",
    name: "one-side-of-usr",
    severity: Severity::Note,
    fixes: Fixes::Unsafe,
    page: page!("AA0313", "one_side_of_usr"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let roots = ["/bin/", "/sbin/", "/lib/", "/lib64/", "/lib32/"];
    if let Some(root) = roots.into_iter().find(|root| path.text.starts_with(root.as_bytes())) {
        // Firmware and modules: the counterpart often stands in a rule of its own.
        let usr = [b"/usr", path.text].concat();
        let text = path.item.file.source.text();
        if find(text, &usr).is_some() {
            return;
        }
        let place = path.part(0, root.len());
        let both = format!("/{{,usr/}}{}", root.trim_start_matches('/'));
        let finding = reporter.finding(place, format!("on most systems `{root}` is a link to `/usr{root}`"));
        reporter.push(finding.with_unsafe_fix(format!("write `{both}`"), path.replace(0, root.len(), &both)));
    }
}
