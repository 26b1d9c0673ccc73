//! Unix sockets. Linux 6.1 and 6.12 mediate them by family and type only.

use super::{Check, Group, LINUX_6_1, LINUX_6_12, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "unix",
    files: &["unix"],
    loaded: &[
        "unix-all (enforce)",
        "unix-alone (enforce)",
        "unix-client (enforce)",
        "unix-deaf (enforce)",
        "unix-none (enforce)",
        "unix-server (enforce)",
    ],
    warns: &[("rule-downgraded", &[LINUX_6_1, LINUX_6_12])],
    checks: CHECKS,
    ..PLAIN
};

/// Before fine-grained mediation, a rule allows its type altogether.
const COARSE: &[(&str, &str)] = &[(LINUX_6_1, "ok"), (LINUX_6_12, "ok")];

const CHECKS: &[Check] = &[
    // Types (stream 1, datagram 2, seqpacket 5), and what may be done with their addresses.
    check("probe in unix-alone socket 1 1 0 bind=@kernel-one listen accept getname shutdown", "ok").silent(),
    check("probe in unix-alone socket 1 1 0 bind=@kernel-two-more", "ok").silent(),
    check("probe in unix-alone socket 1 1 0 bind=@kernel-three", "bind EACCES").except(COARSE).logs(&[&[
        "DENIED",
        "operation=\"bind\"",
        "requested_mask=\"bind\" denied_mask=\"bind\"",
        "addr=\"@kernel-three\"",
    ]]),
    check("probe in unix-alone socket 1 1 0 bind=@kernel-one setopt", "setopt EACCES")
        .logs(&[&["operation=\"setsockopt\"", "denied_mask=\"setopt\""]]),
    check("probe in unix-alone socket 1 1 0 bind=@kernel-one getopt", "getopt EACCES"),
    check("probe in unix-alone socket 1 1 0 listen", "listen EACCES")
        .except(&[(LINUX_6_1, "listen EINVAL"), (LINUX_6_12, "listen EINVAL")]),
    check("probe in unix-alone socket 1 2 0 bind=auto", "ok").silent(),
    check("probe in unix-alone socket 1 2 0 bind=@kernel-one", "bind EACCES").except(COARSE),
    check("probe in unix-alone socket 1 2 0 setopt", "ok"),
    check("probe in unix-alone socket 1 2 0 getopt", "getopt EACCES"),
    check("probe in unix-alone socket 1 5 0 bind=@kernel-free", "ok").logs(&[&[
        "AUDIT",
        "operation=\"create\"",
        "sock_type=\"seqpacket\"",
    ]]),
    check("probe in unix-alone socket 1 5 0 bind=@kernel-secret", "bind EACCES").except(COARSE),
    check("probe in unix-alone socket 1 3 0", "EACCES"),
    check("probe in unix-none socket 1 1 0", "EACCES"),
    check("probe in unix-all socket 1 1 0 bind=@kernel-all listen setopt getopt getname shutdown", "ok").silent(),
    check("probe in unix-all socket 1 1 0 bind=auto", "ok").silent(),
    // Who connects to whom: both ends are asked.
    check("probe socket-of unix-server 1 @kernel-served in unix-client socket 1 1 0 connect=@kernel-served send", "ok")
        .silent(),
    check(
        "probe socket-of unix-server 1 @kernel-other in unix-client socket 1 1 0 connect=@kernel-other",
        "connect EACCES",
    )
    .except(COARSE)
    .logs(&[&[
        "operation=\"connect\"",
        "profile=\"unix-client\"",
        "peer_addr=\"@kernel-other\"",
        "peer=\"unix-server\"",
    ]]),
    check(
        "probe socket-of unix-deaf 1 @kernel-deaf in unix-client socket 1 1 0 connect=@kernel-deaf",
        "connect EACCES",
    )
    .except(COARSE)
    .logs(&[&["operation=\"connect\"", "profile=\"unix-deaf\"", "peer=\"unix-client\""]]),
    check(
        "probe socket-of unix-deaf 1 @kernel-served in unix-client socket 1 1 0 connect=@kernel-served",
        "connect EACCES",
    )
    .except(COARSE)
    .logs(&[&["profile=\"unix-client\"", "peer=\"unix-deaf\""]]),
    check(
        "probe socket-of unix-server 1 @kernel-served in unix-all socket 1 1 0 connect=@kernel-served",
        "connect EACCES",
    )
    .except(COARSE),
    check("probe socket-of unix-server 1 @kernel-served socket 1 1 0 connect=@kernel-served", "connect EACCES")
        .except(COARSE),
    check("probe socket-of unix-server 2 @kernel-mail in unix-client socket 1 2 0 send=@kernel-mail", "ok").silent(),
    check("probe socket-of unix-server 2 @kernel-post in unix-client socket 1 2 0 send=@kernel-post", "send EACCES")
        .except(COARSE)
        .logs(&[&["operation=\"sendmsg\"", "profile=\"unix-client\"", "denied_mask=\"send\""]]),
    check("probe in unix-client socket 1 1 0 getopt getname", "ok"),
];
