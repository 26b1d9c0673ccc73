use super::{check_errors, check_rules, check_silent, check_warnings, lower};
use crate::policy::{RuleKind, RuleOrigin, UnixRule};

const ANY: u32 = 0x370_0376;

/// Family, types and protocol.
type FamilyRow = (u16, u32, Option<u16>);

/// The rows, and whether a family and a type are named.
fn selection(text: &str) -> (Vec<FamilyRow>, bool, bool) {
    let outcome = lower(text);
    assert_eq!(outcome.said, [], "{text}");
    let Some(RuleKind::Network(rule)) = outcome.rule.map(|rule| rule.kind) else { panic!("{text}") };
    let families = rule.families.iter().map(|row| (row.family, row.types, row.protocol)).collect();
    (families, rule.names_family, rule.names_type)
}

#[test]
fn selections() {
    let (all, family, kind) = selection("network,");
    assert!(all.iter().copied().eq((0..46).map(|family| (family, u32::MAX, None))) && !family && !kind);
    let (stream, family, kind) = selection("network stream,");
    assert!(!stream.iter().any(|row| row.0 == 12) && stream.len() == 45 && !family && kind);
    assert!(stream.iter().all(|row| (row.1, row.2) == (2, None)));
    for (text, expected) in [
        ("network inet,", vec![(2, 0x43e, None)]),
        ("network packet,", vec![(17, 0x43e, None)]),
        ("network mctp,", vec![(45, 0x43e, None)]),
        ("network inet stream,", vec![(2, 2, None)]),
        ("network \"inet\" \"stream\",", vec![(2, 2, None)]),
        ("network inet tcp,", vec![(2, 2, None)]),
        ("network inet6 udp,", vec![(10, 4, None)]),
        ("network inet icmp,", vec![(2, 8, Some(1))]),
        ("network icmp,", vec![(2, 8, Some(1))]),
        ("network tcp,", vec![(2, 2, None), (10, 2, None)]),
        ("network netlink packet,", vec![(16, 1 << 10, None)]),
        ("network ip=::1,", vec![(2, 0x43e, None), (10, 0x43e, None)]),
        ("network stream peer=(port=1),", vec![(2, 2, None), (10, 2, None)]),
        ("network seqpacket label=a,", vec![(2, 32, None), (10, 32, None)]),
    ] {
        assert_eq!(selection(text).0, expected, "{text}");
    }
    // A label of the peer alone does not narrow.
    assert_eq!(selection("network peer=(label=a),").0.len(), 46);
}

#[test]
fn conditions() {
    let inet = r#""families": [{"family": 2, "types": 1086}], "names_family": true"#;
    let rule = |rest: &str| format!("{{{inet}, {rest}}}");
    let any = r#""permissions": EVERY"#;
    let table = [
        (
            "network (create, rw) inet,",
            rule(r#""permissions": ["create", "send", "receive"], "local": {}, "peer": {}"#),
        ),
        (
            "network inet ip=none port=0,",
            rule(&format!(r#"{any}, "local": {{"ip": "none", "port": "0"}}, "peer": {{}}"#)),
        ),
        (
            "network send inet ip=1.2.3.4 port=80-90 interface=eth{0,1} label=x peer=(ip=::1 port=\" +1\" label:=y),",
            rule(
                r#""permissions": ["send"], "local": {"ip": "1.2.3.4", "port": "80-90", "interface": "eth{0,1}", "label": "x"},
                   "peer": {"ip": "::1", "port": "1", "label": "y"}"#,
            ),
        ),
    ];
    for (text, expected) in &table {
        check_rules(&[(text, expected)]);
    }
    check_silent(&[
        "network bind inet peer=(label=a),",
        "network accept peer=(port=1),",
        "network (bind) inet peer=(),",
        "network unix peer=(label=a),",
        "network inet port=\"80- 90\",",
        "network inet port=080,",
        "network inet interface=a[],",
        "network inet label=a[,",
        "network inet6 ip=1.2.3.4,",
    ]);
    check_warnings(&[("network (RW) inet,", "upper-case-perms", "RW")]);
}

#[test]
fn mistakes() {
    check_errors(&[
        ("network foo,", "net-invalid", "foo"),
        ("network local,", "net-invalid", "local"),
        ("network @{X},", "net-invalid", "@{X}"),
        ("network inet6 icmp,", "net-invalid", "icmp"),
        ("network inet foo,", "net-invalid", "foo"),
        ("network stream inet,", "net-invalid", "stream"),
        ("network unix tcp,", "net-invalid", "tcp"),
        ("network (x) inet,", "perm-word", "x"),
        ("network ip=1.2.3.4/8,", "net-ip", "1.2.3.4/8"),
        ("network ip=01.2.3.4,", "net-ip", "01.2.3.4"),
        ("network ip=@{X},", "net-ip", "@{X}"),
        ("network peer=(ip=fe80::1%eth0),", "net-ip", "fe80::1%eth0"),
        ("network inet port=90-80,", "net-port", "90-80"),
        ("network inet port=65536,", "net-port", "65536"),
        ("network inet port=80-,", "net-port", "80-"),
        ("network inet port=-80,", "net-port", "-80"),
        ("network inet port=\"80 - 90\",", "net-port", "\"80 - 90\""),
        ("network inet port=http,", "net-port", "http"),
        // The reference compiler drops the second value.
        ("network inet port=(80 90),", "cond-multi", "90"),
        ("network inet port in (80),", "cond-op", "in"),
        ("network peer=(ip:=1.2.3.4),", "cond-op", ":="),
        ("network peer=(ip),", "cond-op", "ip"),
        ("network inet ip=::1 ip=::2,", "cond-once", "ip=::2"),
        ("network foo=a,", "cond-invalid", "foo"),
        ("network peer=(foo=a),", "cond-invalid", "foo"),
        ("network peer=(interface=a),", "net-peer-iface", "interface"),
        ("network xattrs=(label=a),", "cond-group", "xattrs"),
        ("network unix ip=::1,", "net-family-cond", "unix"),
        ("network packet label=a,", "net-family-cond", "packet"),
        ("network unix stream peer=(port=1),", "net-family-cond", "unix"),
        ("network bind peer=(port=1),", "net-perm-peer", "bind"),
        ("network (send, listen) inet peer=(ip=::1),", "net-perm-peer", "listen"),
        ("network inet interface=@{X},", "var-not-expanded", "@{X}"),
        ("network inet interface=a{b},", "net-interface", "a{b}"),
    ]);
}

#[test]
fn unix_companions() {
    let companions = |text: &str| -> Vec<(Option<u8>, u32)> {
        let rule = lower(text).rule.unwrap();
        let unix = rule.derived();
        assert!(unix.iter().all(|unix| unix.prefix == rule.prefix && unix.origin == RuleOrigin::Derived), "{text}");
        let kinds = unix.iter().map(|rule| match &rule.kind {
            RuleKind::Unix(UnixRule { kind, permissions, from_network: true, .. }) => (*kind, permissions.bits()),
            other => panic!("{other:?}"),
        });
        kinds.collect()
    };
    assert_eq!(companions("network,"), [(None, ANY)]);
    assert_eq!(companions("deny network unix dgram,"), [(Some(2), ANY)]);
    // Not all permissions, as the reference compiler has it.
    assert_eq!(companions("network send stream,"), [(Some(1), 2)]);
    assert_eq!(companions("network (create) unix,"), [1, 2, 3, 4, 5, 10].map(|kind| (Some(kind), 0x10)));
    assert_eq!(companions("network inet,"), []);
    assert_eq!(companions("network tcp,"), []);
    assert_eq!(companions("userns,"), []);
}
