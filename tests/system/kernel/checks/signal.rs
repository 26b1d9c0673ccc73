//! Signals to peers.

use super::{Check, Group, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "signal",
    files: &["signal"],
    loaded: &[
        "/signal/deep/receiver (enforce)",
        "signal-\\{odd\\} (enforce)",
        "signal-any (enforce)",
        "signal-receiver (enforce)",
        "signal-receiver//bound (enforce)",
        "signal-receiver//cut (enforce)",
        "signal-sender (enforce)",
    ],
    around: ("S='in signal-sender kill PEER'; A='in signal-any kill PEER'", ""),
    checks: CHECKS,
    ..PLAIN
};

const CHECKS: &[Check] = &[
    // usr1 is 10, usr2 12, rtmin+3 35.
    check("probe peer signal-receiver $S 10", "ok").silent(),
    check("probe peer signal-receiver $S 35", "ok").silent(),
    check("probe peer signal-receiver $S 0", "ok").silent(),
    check("probe peer signal-receiver $S 36", "EACCES").logs(&[&[
        "DENIED",
        "operation=\"signal\"",
        "profile=\"signal-sender\"",
        "requested_mask=\"send\" denied_mask=\"send\" signal=rtmin+4 peer=\"signal-receiver\"",
    ]]),
    check("probe peer signal-receiver $S 12", "ok").logs(&[&["AUDIT", "profile=\"signal-sender\"", "signal=usr2"]]),
    check("probe peer signal-receiver $S 9", "EACCES").logs(&[&["DENIED", "signal=kill peer=\"signal-receiver\""]]),
    // `deny` is quiet, `audit deny` is not.
    check("probe peer signal-receiver $S 1", "EACCES").silent(),
    check("probe peer signal-receiver $S 2", "EACCES").logs(&[&["DENIED", "signal=int"]]),
    // The sender may, the receiver does not want it.
    check("probe peer signal-receiver $S 15", "EACCES").logs(&[&[
        "DENIED",
        "profile=\"signal-receiver\"",
        "requested_mask=\"receive\"",
        "signal=term peer=\"signal-sender\"",
    ]]),
    check("probe peer signal-receiver kill PEER 15", "EACCES").logs(&[&[
        "DENIED",
        "profile=\"signal-receiver\"",
        "peer=\"unconfined\"",
    ]]),
    check("probe peer signal-receiver kill PEER 3", "ok").silent(),
    check("probe in signal-sender kill 1 10", "EACCES").logs(&[&["signal=usr1 peer=\"unconfined\""]]),
    // Peers by pattern.
    check("probe peer /signal/deep/receiver $S 9", "ok").silent(),
    check("probe peer /signal/deep/receiver $S 13", "EACCES").silent(),
    check("probe peer signal-receiver//bound $S 9", "ok").silent(),
    check("probe peer signal-receiver//cut $S 9", "EACCES"),
    check("probe peer signal-any $S 10", "EACCES"),
    // A stack is asked profile by profile.
    check("probe peer 'signal-receiver//&signal-any' $S 10", "EACCES"),
    check("probe peer signal-receiver stack signal-sender kill PEER 10", "EACCES"),
    // `@{profile_name}` of a name with backslashes does not match the label, which has them.
    check("probe peer 'signal-\\{odd\\}' in 'signal-\\{odd\\}' kill PEER 10", "EACCES"),
    check("probe peer 'signal-\\{odd\\}' $A 10", "ok").silent(),
    // Everything but one peer, and of that one thing.
    check("probe peer signal-any $A 9", "ok").silent(),
    check("probe peer signal-receiver $A 10", "EACCES").silent(),
    check("probe peer signal-receiver $A 18", "EACCES").logs(&[&["profile=\"signal-receiver\"", "signal=cont"]]),
];
