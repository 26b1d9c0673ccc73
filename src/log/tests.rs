use proptest::prelude::*;

use super::*;

/// A value as the kernel writes it (`audit_log_untrustedstring`).
fn untrusted(value: &[u8]) -> Vec<u8> {
    if value.iter().all(|byte| (0x21..=0x7e).contains(byte) && *byte != b'"') {
        return [b"\"", value, b"\""].concat();
    }
    value.iter().flat_map(|byte| format!("{byte:02X}").into_bytes()).collect()
}

fn one(line: &[u8]) -> Event {
    let mut events = events(line);
    assert_eq!(events.len(), 1, "{}", line.escape_ascii());
    events.remove(0)
}

const BODY: &str = r#"apparmor="DENIED" operation="open" profile="p" name="/x" pid=7 comm="cat" requested_mask="r" denied_mask="r" fsuid=0 ouid=0"#;

#[test]
fn prefixes() {
    for prefix in [
        "type=AVC msg=audit(1.5:2): ",
        "node=web type=AVC msg=audit(1.5:2): ",
        "audit: type=1400 audit(1.5:2): ",
        "[   12.345678] audit: type=1400 audit(1.5:2): ",
        "<5>[   12.345678] audit: type=1400 audit(1.5:2): ",
        "<5>audit: type=1400 audit(1.5:2): ",
        "5,1234,987654321,-;audit: type=1400 audit(1.5:2): ",
        "Jul 24 12:24:41 host kernel: [42364.26] type=1400 audit(1.5:2): ",
        "2013-01-01T15:09:04.5+08:00 host kernel: audit: type=1400 audit(1.5:2): ",
        "2021-09-11T20:57:41.91645 kern.notice: [  469.180605] audit: type=1400 audit(1.5:2): ",
        "Nov 28 12:00:00 host audit[812]: AVC ",
        "Nov 28 12:00:00 host audit[812]: AVC audit(1.5:2): ",
    ] {
        let event = one(format!("{prefix}{BODY}").as_bytes());
        assert_eq!(event.access.map(|access| access.to_string()).as_deref(), Some("file owner /x r"), "{prefix}");
        assert_eq!(event.time.is_some(), prefix.contains("audit(1.5:2)"), "{prefix}");
    }
}

#[test]
fn what_others_write_is_no_record() {
    for prefix in [
        "Jul 24 12:24:41 host web[7]: audit: type=1400 audit(1.5:2): ",
        "Jul 24 12:24:41 host web[7]: kernel: audit: type=1400 audit(1.5:2): ",
        "Jul 24 12:24:41 host web: ",
        "[   12.345678] web: type=1400 audit(1.5:2): ",
        "12,1234,987654321,-;web: audit: type=1400 audit(1.5:2): ",
        "GET /?q=audit(1.5:2): ",
        "type=USER_CMD msg=audit(1.5:2): pid=1 cmd=\"",
    ] {
        assert_eq!(events(format!("{prefix}{BODY}").as_bytes()), [], "{prefix}");
    }
    // The audit daemon quotes the commands of others.
    assert_eq!(events(format!("type=EXECVE msg=audit(1.5:2): argc=1 a0=\"{}\"", "x").as_bytes()), []);
}

#[test]
fn several_records_on_a_line() {
    let line = format!(
        "type=AVC msg=audit(1.5:2): {BODY} type=AVC msg=audit(1.6:3): {} audit: type=1400 audit(1.7:4): {BODY}",
        BODY.replace("DENIED", "ALLOWED")
    );
    let events = events(line.as_bytes());
    let seen: Vec<_> = events.iter().map(|event| (event.verdict, event.time.unwrap().serial.unwrap())).collect();
    assert_eq!(seen, [(Verdict::Denied, 2), (Verdict::Allowed, 3), (Verdict::Denied, 4)]);
    assert!(events.iter().all(|event| event.access.is_some()));
}

#[test]
fn what_is_unsure_has_no_access() {
    for body in [
        r#"apparmor="DENIED" operation="open" profile="p" name="/x"#,
        r#"apparmor="DENIED" operation="open" profile="p" name="/x" denied_mask="r" name="/y""#,
        r#"apparmor="DENIED" operation="open" profile="p" name="/x" requested_mask="rw""#,
        r#"apparmor="DENIED" operation="open" profile="p" name="/x" denied_mask="r?""#,
        r#"apparmor="DENIED" operation="open" profile="p" name="x/y" denied_mask="r""#,
        r#"apparmor="DENIED" operation="signal" profile="p" requested_mask="send" denied_mask="send" signal=99 peer="q""#,
    ] {
        assert_eq!(one(format!("audit: type=1400 audit(1.5:2): {body}").as_bytes()).access, None, "{body}");
    }
}

#[test]
fn entries_of_the_journal() {
    let entry = |transport: &str, comm: &str, message: &str| {
        serde_json::json!({
            "__REALTIME_TIMESTAMP": "1700000000123456", "_TRANSPORT": transport, "_COMM": comm,
            "SYSLOG_IDENTIFIER": "kernel", "MESSAGE": message,
        })
        .to_string()
    };
    let event = one(entry("audit", "", &format!("AVC {BODY}")).as_bytes());
    assert_eq!(event.time.map(|time| time.to_string()).as_deref(), Some("1700000000.123"));
    assert_eq!(
        one(entry("kernel", "", &format!("audit: type=1400 audit(1.5:2): {BODY}")).as_bytes()).time.unwrap().seconds,
        1
    );
    assert_eq!(events(entry("syslog", "web", &format!("audit: type=1400 audit(1.5:2): {BODY}")).as_bytes()), []);
    let dbus = r#"apparmor="DENIED" operation="dbus_bind" bus="system" name="a.b" mask="bind" pid=9 label="p""#;
    let event = one(entry("syslog", "dbus-daemon", dbus).as_bytes());
    assert_eq!((event.origin, event.what().as_str()), (EventOrigin::Dbus, "dbus bind system a.b"));
    let bytes = serde_json::json!({ "_TRANSPORT": "audit", "MESSAGE": format!("AVC {BODY}").into_bytes() }).to_string();
    assert_eq!(one(bytes.as_bytes()).pid, Some(7));
    for broken in ["{", "{}", r#"{"MESSAGE": null, "_TRANSPORT": "audit"}"#, &"{\"a\":".repeat(10_000)] {
        assert_eq!(events(broken.as_bytes()), []);
    }
}

#[test]
fn long_lines_are_cut() {
    let line =
        [format!("audit: type=1400 audit(1.5:2): {BODY} x=").as_bytes(), &[b'y'; 1 << 20], b"\n", BODY.as_bytes()]
            .concat();
    let read: Vec<Event> = Reader::new(&line[..]).map(Result::unwrap).collect();
    assert_eq!(read.iter().filter(|event| event.time.is_some()).count(), 1);
}

#[test]
fn equal_events_are_one() {
    let mut summary = Summary::new(2);
    for (name, seconds) in [("/a", 3), ("/b", 1), ("/a", 2), ("/c", 9)] {
        let line = format!("audit: type=1400 audit({seconds}.0:1): {}", BODY.replace("/x", name));
        summary.add(one(line.as_bytes()));
    }
    let counts: Vec<_> = summary
        .iter()
        .map(|(kind, count)| {
            (kind.what.as_str(), count.times, count.first.unwrap().seconds, count.last.unwrap().seconds)
        })
        .collect();
    assert_eq!(counts, [("file owner /a r", 2, 2, 3), ("file owner /b r", 1, 1, 1)]);
    assert_eq!(summary.uncounted(), 1);
}

proptest! {
    /// A name is what it was, whatever bytes are in it, and nothing in it becomes another field.
    #[test]
    fn names_are_data(name in prop::collection::vec(any::<u8>(), 1..80), profile in prop::collection::vec(1..=255_u8, 1..40)) {
        let name = [b"/", &name[..]].concat();
        let body = [
            b"audit: type=1400 audit(1.5:2): apparmor=\"DENIED\" operation=\"open\" profile=", &untrusted(&profile)[..],
            b" name=", &untrusted(&name), b" pid=7 comm=\"cat\" requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0",
        ].concat();
        let event = one(&body);
        prop_assert_eq!(event.name.as_deref(), Some(&name[..]));
        prop_assert_eq!((event.pid, event.ouid), (Some(7), Some(0)));
        // Text of hexadecimal digits alone stands in quotes, so it is not taken for other bytes.
        prop_assert_eq!(event.profile.as_deref(), Some(&profile[..]));
        prop_assert!(event.access.is_some());
    }

    /// Whatever stands on a line, reading it ends; and a piece of a record is no other record.
    #[test]
    fn garbage(parts in prop::collection::vec(prop_oneof![
        Just(BODY.as_bytes().to_vec()), Just(b"audit(1.5:2): ".to_vec()), Just(b"type=1400 ".to_vec()), Just(b"msg='".to_vec()),
        Just(b"\"".to_vec()), Just(b"{\"MESSAGE\":\"".to_vec()), Just(b"\n".to_vec()), prop::collection::vec(any::<u8>(), 0..20),
    ], 0..12)) {
        let log = parts.concat();
        for event in Reader::new(&log[..]) {
            let event = event.unwrap();
            if let Some(access) = event.access {
                prop_assert_eq!(access.to_string(), "file owner /x r");
            }
        }
    }
}
