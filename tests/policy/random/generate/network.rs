//! Network rules.

use super::{end, prefix};
use crate::random::alphabet::label;
use crate::random::text::{Text, blunder, cat, condition, just, list, many, maybe, percent, weighted, word, words};

/// Permissions of sockets.
pub(crate) fn access() -> Text {
    list(word(
        "create bind listen accept connect shutdown getattr setattr getopt setopt send receive read write r w rw",
    ))
}

fn ip() -> Text {
    condition("ip", word("1.2.3.4 ::1 none 127.0.0.1 fe80::1:2"))
}

fn port() -> Text {
    condition("port", word("80 0 1-1023 1000-1100 65535 443-8080"))
}

fn conditions() -> Text {
    weighted([
        (3, ip()),
        (3, port()),
        (2, words([ip(), port()])),
        (1, condition("label", word("a p /a*"))),
        (1, condition("interface", word("eth0 e*"))),
    ])
}

fn peer() -> Text {
    let inside = weighted([(2, ip()), (2, port()), (2, condition("label", label())), (2, words([ip(), port()]))]);
    cat([just("peer=("), inside, just(")")])
}

pub(crate) fn rule() -> Text {
    let family = weighted([
        (6, word("inet inet6")),
        (3, word("unix")),
        (3, word("netlink packet bluetooth vsock mctp can ax25")),
    ]);
    let kind = word("stream dgram raw seqpacket rdm packet");
    let domain = weighted([
        (4, family.clone()),
        (4, words([family.clone(), kind.clone()])),
        (2, kind),
        (2, word("tcp udp icmp")),
        (1, words([word("inet inet6"), word("tcp udp icmp")])),
        (1, just("")),
    ]);
    let plain = words([percent(30, access()), domain.clone()]);
    let inet = words([word("inet inet6 stream tcp"), maybe(conditions()), maybe(peer())]);
    let asked = words([list(word("send receive connect accept rw")), inet.clone()]);
    let rest =
        weighted([(10, plain), (1, inet), (2, asked), (1, words([many(access(), 0..=1, ""), domain, conditions()]))]);
    cat([
        words([prefix::without_priority(), just("network"), rest, blunder(word("local stream ip=1 port=99999"))]),
        end(),
    ])
}
