#![doc = include_str!("deny_misses_alias.md")]

use crate::encode::path_pattern;
use crate::lint::check::{Check, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::rules::file_grants::{allowed_anyway, file_denies};
use crate::lint::semantics::Semantics;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0135",
    name: "deny-misses-alias",
    confidence: Confidence::Medium,
    page: page!("AA0135", "deny_misses_alias"),
    check: Check::Automata(check),
    ..Rule::BASE
};

/// Directories that are links to others on today's systems: what is below the first is below the second to the kernel.
const ALIASES: [(&str, &str); 14] = [
    ("/bin/", "/usr/bin/"),
    ("/sbin/", "/usr/sbin/"),
    ("/sbin/", "/usr/bin/"),
    ("/usr/sbin/", "/usr/bin/"),
    ("/lib/", "/usr/lib/"),
    ("/lib32/", "/usr/lib32/"),
    ("/lib64/", "/usr/lib64/"),
    ("/libx32/", "/usr/libx32/"),
    ("/var/run/", "/run/"),
    ("/var/lock/", "/run/lock/"),
    ("/run/shm/", "/dev/shm/"),
    ("/etc/mtab", "/proc/12345/mounts"),
    ("/proc/self/", "/proc/12345/"),
    ("/proc/thread-self/", "/proc/12345/task/12345/"),
];

fn check(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    for (rule, file, permission) in file_denies(semantics) {
        let path = file.path.value.as_bytes();
        for (from, to) in ALIASES {
            let Some(rest) = path.strip_prefix(from.as_bytes()) else { continue };
            let Some(spelling) = path_pattern(&[to.as_bytes(), rest].concat()) else { continue };
            if let Some((string, allow)) = allowed_anyway(semantics, &spelling, permission) {
                let finding = reporter.finding(rule.span, format!("the same file is still allowed as `{string}`"));
                reporter.push(finding.and_label(allow, "allowed by this rule"));
                break;
            }
        }
    }
}
