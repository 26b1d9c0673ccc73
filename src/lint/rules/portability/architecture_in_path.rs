#![doc = include_str!("architecture_in_path.md")]

use memchr::memmem::find;

use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::{Fixes, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0311",
    name: "architecture-in-path",
    fixes: Fixes::Unsafe,
    aliases: &["tunables", "suggest-variable"],
    page: page!("AA0311", "architecture_in_path"),
    check: Check::Path(check),
    ..Rule::BASE
};

/// Directories of libraries by architecture.
const TRIPLETS: [&str; 6] = [
    "x86_64-linux-gnu",
    "aarch64-linux-gnu",
    "i386-linux-gnu",
    "arm-linux-gnueabihf",
    "powerpc64le-linux-gnu",
    "s390x-linux-gnu",
];

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for triplet in TRIPLETS {
        let Some(at) = find(path.text, triplet.as_bytes()) else { continue };
        let component = at > 0
            && path.text.get(at - 1) == Some(&b'/')
            && path.text.get(at + triplet.len()).is_none_or(|&behind| behind == b'/');
        if component {
            let place = path.part(at, triplet.len());
            let finding = reporter.finding(place, format!("`{triplet}` exists on one architecture only"));
            let edit = path.replace(at, triplet.len(), "@{multiarch}");
            reporter.push(finding.with_unsafe_fix("write `@{multiarch}`", edit));
        }
    }
}
