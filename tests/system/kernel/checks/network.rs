//! Sockets of other families.

use super::{Check, Group, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "network",
    files: &["network"],
    loaded: &["network-all (enforce)", "network-none (enforce)", "network-some (enforce)", "network-tcp (enforce)"],
    checks: CHECKS,
    ..PLAIN
};

const CHECKS: &[Check] = &[
    // inet 2, inet6 10, netlink 16, packet 17; stream 1, datagram 2, raw 3.
    check("probe in network-some socket 2 1 0 bind=:4000 listen accept getname setopt getopt shutdown", "ok").silent(),
    check("probe in network-some socket 2 1 0 connect=:4001", "connect EINPROGRESS").silent(),
    check("probe in network-some socket 2 2 0 bind=:4000", "ok").silent(),
    check("probe in network-some socket 2 2 0 getname", "getname EACCES").logs(&[&[
        "DENIED",
        "operation=\"getsockname\"",
        "family=\"inet\" sock_type=\"dgram\"",
        "requested_mask=\"getattr\" denied_mask=\"getattr\"",
    ]]),
    check("probe in network-some socket 2 2 0 connect=:4001", "connect EACCES"),
    check("probe in network-some socket 2 2 0 send=:4001", "send EACCES"),
    check("probe in network-some socket 2 3 1", "EACCES").logs(&[&["DENIED", "sock_type=\"raw\" protocol=1"]]),
    check("probe in network-some socket 10 1 0", "EACCES").silent(),
    check("probe in network-some socket 16 3 0", "ok").silent(),
    check("probe in network-some socket 16 2 0", "EACCES"),
    check("probe in network-some socket 17 3 0", "ok").logs(&[&["AUDIT", "family=\"packet\" sock_type=\"raw\""]]),
    check("probe in network-some socket 1 1 0", "EACCES").logs(&[&["DENIED", "family=\"unix\""]]),
    check("probe in network-all socket 2 3 1", "EPERM").logs(&[&["capname=\"net_raw\""]]),
    check("probe in network-all socket 10 1 0", "EACCES").silent(),
    check("probe in network-all socket 10 2 0", "ok").silent(),
    check("probe in network-all socket 1 1 0 bind=@kernel-any", "ok").silent(),
    check("probe in network-tcp socket 2 1 6", "ok"),
    check("probe in network-tcp socket 10 1 6", "ok"),
    check("probe in network-tcp socket 2 2 0", "EACCES"),
    check("probe in network-none socket 2 1 0", "EACCES").logs(&[&["operation=\"create\"", "denied_mask=\"create\""]]),
    check("probe in network-none socket 17 3 0", "EACCES"),
];
