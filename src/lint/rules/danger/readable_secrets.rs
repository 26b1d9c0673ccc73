#![doc = include_str!("readable_secrets.md")]

use crate::lint::check::{Check, Probe, ProbedAccess};
use crate::lint::rule::{Confidence, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0127",
    name: "readable-secrets",
    confidence: Confidence::Medium,
    page: page!("AA0127", "readable_secrets"),
    check: Check::Probe(Probe {
        access: ProbedAccess::Read,
        files: &[
            "/etc/shadow",
            "/etc/gshadow",
            "/etc/ssh/ssh_host_ed25519_key",
            "/etc/ssl/private/q.key",
            "/root/.ssh/id_ed25519",
            "/home/q/.ssh/id_ed25519",
            "/home/q/.gnupg/private-keys-v1.d/q.key",
            "/home/q/.aws/credentials",
        ],
        below: &[],
        what: "which contains secrets",
    }),
    ..Rule::BASE
};
