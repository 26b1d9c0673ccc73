//! Every class but files, on the examples of a table.

use super::*;

/// The bytes of a line of hex.
fn hex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// The value after `name=`, 0 without it.
fn field(text: &str, name: &str) -> u32 {
    let value = text.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix("=0x"));
    value.map_or(0, |value| u32::from_str_radix(value, 16).unwrap())
}

fn expected(text: &str) -> AcceptedWords {
    if text == "no match" {
        return AcceptedWords::NoMatch;
    }
    if text.starts_with("accept1") {
        return AcceptedWords::Words(field(text, "accept1"), field(text, "accept2"));
    }
    let entry = blob::Perms {
        allow: field(text, "allow"),
        prompt: field(text, "prompt"),
        audit: field(text, "audit"),
        quiet: field(text, "quiet"),
        xindex: field(text, "xindex"),
        ..blob::Perms::default()
    };
    AcceptedWords::Entries(entry, entry)
}

#[test]
fn answers_of_the_table() {
    let (mut rule, mut string) = ("", Vec::new());
    let mut asked = 0;
    for line in include_str!("policydb.txt").lines() {
        if let Some(text) = line.strip_prefix("rule ") {
            rule = text;
        } else if let Some(text) = line.strip_prefix("bytes ") {
            string = hex(text);
        } else if let Some((kernels, answer)) = line.trim().strip_prefix('[').and_then(|line| line.split_once("] ")) {
            for kernel in kernels.split(' ') {
                let profile = profile(kernel, rule);
                let file = rule.contains("change_profile");
                let db = if file { &profile.file } else { &profile.policydb };
                assert_eq!(
                    ask(db.as_ref(), &string),
                    expected(answer),
                    "{kernel}: {rule} at {}",
                    string.escape_ascii()
                );
                asked += 1;
            }
        }
    }
    assert!(asked > 150, "{asked}");
}

#[test]
fn capabilities() {
    for (rules, allow, audit, quiet) in [
        ("capability,", u64::MAX, 0, 0),
        ("capability chown sys_admin,", 0x20_0001, 0, 0),
        ("audit capability bpf,", 0x80_0000_0000, 0x80_0000_0000, 0),
        (
            "capability chown, audit capability kill, deny capability syslog, audit deny capability bpf,",
            0x21,
            0x20,
            0x4_0000_0000,
        ),
        ("deny capability sys_admin, capability sys_admin chown,", 1, 0, 0x20_0000),
        ("audit deny capability sys_ptrace mac_admin,", 0, 0, 0),
        ("prompt capability checkpoint_restore,", 0x100_0000_0000, 0, 0),
    ] {
        let expected = blob::Capabilities { allow, audit, quiet, extended: 0 };
        assert_eq!(profile("6.1", rules).capabilities, expected, "{rules}");
        assert_eq!(profile("7.2", rules).capabilities, expected, "{rules}");
    }
}

#[test]
fn young_capabilities_are_sys_admin_for_old_kernels() {
    let old = Features::parse(b"caps {mask {chown kill sys_admin\n}\n}\n").unwrap();
    let allow = |rules: &str| {
        let text = format!("profile t {{ {rules} }}");
        compile_with(&Arc::new(old.clone()), &EncodeOptions::default(), &text)
            .profiles
            .unwrap()
            .remove(0)
            .capabilities
            .allow
    };
    assert_eq!(allow("capability bpf perfmon chown,"), 0x20_0001);
    assert_eq!(allow("capability,"), u64::MAX);
}

#[test]
fn what_is_not_mediated_is_warned_about() {
    for (rule, codes) in [
        ("dbus,", &[Code::NotEnforced][..]),
        ("userns,", &[Code::NotEnforced]),
        ("io_uring,", &[Code::NotEnforced]),
        ("mqueue,", &[Code::NotEnforced]),
        ("unix,", &[Code::Downgraded]),
        ("deny unix,", &[Code::Downgraded]),
        ("prompt signal,", &[Code::NotEnforced]),
        ("network inet ip=1.2.3.4,", &[Code::Downgraded]),
        ("network inet,", &[]),
        ("mount fstype=ext4 options=(bind, ro),", &[Code::MountFstype]),
    ] {
        assert_eq!(compile("6.1", &format!("profile t {{ {rule} }}")).codes(), codes, "{rule}");
    }
}

#[test]
fn a_deny_is_never_wider_than_written() {
    let rules = "network inet, deny network inet stream ip=1.2.3.4,";
    assert_eq!(
        ask(profile("6.1", rules).policydb.as_ref(), b"\x0e\x00\x02\x00\x01"),
        AcceptedWords::Words(0x1f_c076, 0)
    );
    assert_eq!(compile("6.1", &format!("profile t {{ {rules} }}")).codes(), [Code::RefDenyWider]);
}

#[test]
fn mounts_that_do_not_exist() {
    for rule in
        ["mount options=remount /b,", "mount options=bind fstype=ext4 /a -> /b,", "mount options=shared /a -> /b,"]
    {
        let outcome = compile("7.2", &format!("profile t {{ {rule} }}"));
        assert_eq!((outcome.profiles.is_none(), outcome.codes()), (true, vec![Code::MountEncode]), "{rule}");
    }
}

/// Addresses, ports and message queues: no kernel of the main line mediates them.
#[test]
fn classes_of_other_kernels() {
    let mainline = Features::builtin("linux-7.2").unwrap();
    let text =
        [mainline.to_text(), b"network_v9 {af_inet {yes\n}\n}\nipc {posix_mqueue {yes\n}\nsysv_mqueue {yes\n}\n}\n"];
    let features = Arc::new(Features::parse(&text.concat()).unwrap());
    let allow = |rules: &str, string: &str| {
        let text = format!("profile t {{ {rules} }}");
        let profile = compile_with(&features, &EncodeOptions::default(), &text).profiles.unwrap().remove(0);
        match ask(profile.policydb.as_ref(), &hex(string)) {
            AcceptedWords::Entries(entry, _) => entry.allow,
            _ => 0,
        }
    };
    let send = "network (send) inet stream peer=(ip=1.2.3.4 port=80),";
    assert_eq!(allow(send, "0f 00 02 00 01"), 0x800_8000);
    let connection = "0f 00 02 00 01 00 06 02 00 50 01 01 02 03 04 00 78 00 01 00 30 39 01 7f 00 00 01 00";
    assert_eq!(allow(send, connection), 0x8002);
    assert_eq!(allow(send, &connection.replace("00 50", "00 51")), 0);
    let bind = "network (bind) inet stream ip=127.0.0.1 port=1-2000,";
    for (port, allowed) in [
        ("01 00 01", true),
        ("00 00 01", false),
        ("00 04 00", true),
        ("01 04 00", false),
        ("00 07 d0", true),
        ("00 07 d1", false),
    ] {
        let string = format!("0f 00 02 00 01 00 06 {port} 01 7f 00 00 01 00");
        assert_eq!(allow(bind, &string), if allowed { 0x20_8000 } else { 0 }, "{port}");
    }
    // A deny leaves the way to what other rules allow open.
    let both = "deny network (send) inet stream ip=10.0.0.1, network inet stream,";
    assert_eq!(allow(both, "0f 00 02 00 01") & 0x800_0000, 0x800_0000);

    assert_eq!(allow("mqueue rw type=posix label=lbl /q*,", "11 2f 71 78 00 6c 62 6c"), 0x8006);
    assert_eq!(allow("mqueue (create getattr) 1234,", "12 00 00 04 d2"), 0x8210);
    assert_eq!(allow("mqueue label=foo,", "12 01 02 03 04 00 66 6f 6f"), 0x8376);
    // A queue that is created has no label yet: what another rule about the same label permits counts as well.
    let (create, read) = ("mqueue create type=posix label=l /q,", "mqueue read type=posix label=l /q,");
    let at_creation = |rules: &str| allow(rules, "11 2f 71") & 0x7fff;
    assert_eq!(at_creation(create), 0x10);
    assert_eq!(at_creation(read), 0);
    assert_eq!(at_creation(&format!("{create} {read}")), 0x14);
    assert_eq!(at_creation(&format!("{create} deny {read}")), 0x10);
}

#[test]
fn unix_rules_that_the_reference_takes_for_others() {
    let warns =
        |rules: &str| compile("6.1", &format!("profile t {{ {rules} }}")).codes().contains(&Code::RefNetworkUnix);
    assert!(warns("network create, unix,"));
    assert!(warns("network create unix stream, unix type=stream,"));
    assert!(!warns("network, unix,"));
    assert!(!warns("unix, network create,"));
    assert!(warns("unix create type=stream, network create unix,"));
    assert!(!warns("network create unix stream, unix,"));
    assert!(!warns("network create, audit unix,"));
    assert!(!warns("network create, unix addr=@a,"));
}
