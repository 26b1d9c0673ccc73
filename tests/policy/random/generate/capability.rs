//! Capability rules.

use super::{end, prefix};
use crate::random::text::{Text, blunder, cat, just, many, percent, weighted, word, words};

pub(crate) fn rule() -> Text {
    let name = weighted([
        (8, word("chown kill sys_admin net_admin mac_admin")),
        (2, word("syslog bpf perfmon checkpoint_restore audit_read")),
    ]);
    let names = weighted([(8, many(name, 1..=3, " ")), (1, just(""))]);
    let prefix = words([percent(5, just("priority=1")), prefix::without_priority()]);
    cat([words([prefix, just("capability"), names, blunder(word("CHOWN nothing x"))]), end()])
}
