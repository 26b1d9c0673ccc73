//! Signal, ptrace, message queues, `io_uring` and user namespaces.

use super::{check_errors, check_rules, check_silent, check_warnings};

#[test]
fn signal() {
    check_rules(&[
        ("signal,", r#"{"permissions": ["send", "receive"]}"#),
        ("signal send set=hup,", r#"{"permissions": ["send"], "signals": ["hup"]}"#),
        (
            "signal (receive) set=(rtmin+3, hup exists) set=(hup poll) peer=@{X},",
            r#"{"permissions": ["receive"], "signals": ["hup", "io", "exists", "rtmin+3"], "peer": "@{X}"}"#,
        ),
        ("signal set=(rtmin+32 \"stp\"),", r#"{"permissions": ["send", "receive"], "signals": ["tstp", "rtmin+32"]}"#),
        ("signal set=(h\\x75p),", r#"{"permissions": ["send", "receive"], "signals": ["hup"]}"#),
    ]);
    check_errors(&[
        ("signal (x),", "perm-word", "x"),
        ("signal set=(foo),", "signal-unknown", "foo"),
        ("signal set=(hup SIGTERM),", "signal-unknown", "SIGTERM"),
        ("signal set=(9),", "signal-unknown", "9"),
        ("signal set=(rtmin),", "signal-unknown", "rtmin"),
        ("signal set=(rtmin+33),", "signal-unknown", "rtmin+33"),
        // The reference compiler takes these for rtmin+0 and rtmin+5.
        ("signal set=(rtmin+),", "signal-unknown", "rtmin+"),
        ("signal set=(rtmin+5abc),", "signal-unknown", "rtmin+5abc"),
        ("signal set in (hup),", "cond-op", "in"),
        ("signal peer=a peer=b,", "cond-once", "peer=b"),
        ("signal peer in (a),", "cond-op", "in"),
        ("signal label=a,", "cond-invalid", "label"),
    ]);
}

#[test]
fn ptrace() {
    check_rules(&[
        ("ptrace,", r#"{"permissions": ["trace", "read", "tracedby", "readby"]}"#),
        ("ptrace r peer=a,", r#"{"permissions": ["read"], "peer": "a"}"#),
        ("ptrace (trace, tracedby, readby),", r#"{"permissions": ["trace", "tracedby", "readby"]}"#),
        ("ptrace write,", r#"{"permissions": ["trace"]}"#),
    ]);
    check_errors(&[
        ("ptrace (send),", "perm-word", "send"),
        ("ptrace peer=a peer=b,", "cond-once", "peer=b"),
        ("ptrace peer in (a),", "cond-op", "in"),
        ("ptrace name=a,", "cond-invalid", "name"),
    ]);
}

#[test]
fn mqueue() {
    check_rules(&[
        ("mqueue,", r#"{"permissions": ["create", "open", "delete", "read", "write", "getattr", "setattr"]}"#),
        ("mqueue (create, rr) /a,", r#"{"permissions": ["create", "read"], "kind": "posix", "name": "/a"}"#),
        ("mqueue rw type=sysv label=@{L} 5,", r#"{"permissions": ["read", "write"], "kind": "sysv", "label": "@{L}", "name": "5"}"#),
        ("mqueue type=posix,", r#"{"permissions": ["create", "open", "delete", "read", "write", "getattr", "setattr"], "kind": "posix"}"#),
    ]);
    check_silent(&["mqueue \"5\",", "mqueue r /a@{X},", "mqueue 99999999999999999999,", "mqueue r /a[,"]);
    check_warnings(&[("mqueue type=posix type=sysv /a,", "cond-ignored", "type=sysv")]);
    check_errors(&[
        ("mqueue (x),", "perm-word", "x"),
        ("mqueue type=x,", "mq-type", "x"),
        ("mqueue type in (posix),", "cond-op", "in"),
        ("mqueue label in (posix) /a,", "cond-op", "in"),
        ("mqueue label=a label=b /a,", "cond-once", "label=b"),
        // The reference compiler drops the second value.
        ("mqueue type=(posix sysv) /a,", "cond-multi", "sysv"),
        ("mqueue label=(a b) /a,", "cond-multi", "b"),
        ("mqueue foo=a /a,", "cond-invalid", "foo"),
        ("mqueue a,", "mq-name", "a"),
        ("mqueue \"\",", "mq-name", "\"\""),
        ("mqueue 5a,", "mq-name", "5a"),
        ("mqueue @{X},", "mq-name", "@{X}"),
        ("mqueue r type=posix 5,", "mq-name", "5"),
        ("mqueue type=sysv /a,", "mq-name", "/a"),
    ]);
}

#[test]
fn io_uring() {
    check_rules(&[
        ("io_uring,", r#"{"permissions": ["sqpoll", "override_creds"]}"#),
        ("io_uring sqpoll,", r#"{"permissions": ["sqpoll"]}"#),
        ("io_uring (override_creds) label=a,", r#"{"permissions": ["override_creds"], "label": "a"}"#),
        ("io_uring peer=(label=a),", r#"{"permissions": ["sqpoll", "override_creds"], "label": "a"}"#),
        ("io_uring xattrs=(label=a),", r#"{"permissions": ["sqpoll", "override_creds"], "label": "a"}"#),
    ]);
    check_warnings(&[("io_uring label=@{X},", "var-not-expanded", "@{X}")]);
    check_errors(&[
        // The reference compiler takes these.
        ("io_uring (foo),", "perm-word", "foo"),
        ("io_uring (sqpoll r),", "perm-word", "r"),
        ("io_uring foo=a,", "cond-invalid", "foo"),
        ("io_uring label in (a),", "cond-op", "in"),
        ("io_uring label=(a b),", "cond-multi", "b"),
        ("io_uring label=a peer=(label=b),", "cond-once", "label=b"),
    ]);
}

#[test]
fn userns() {
    check_silent(&["userns,", "userns create,", "audit deny userns create,"]);
}
