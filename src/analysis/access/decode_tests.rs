//! Strings as kernels ask about them, strings that end in the middle, and strings that are nothing.

use proptest::prelude::*;

use super::Asked;
use crate::analysis::{DiffOptions, diff};
use crate::automata::Symbol;
use crate::compiler::{Compiler, Input};
use crate::features::Features;

fn symbols(bytes: &[u8]) -> Vec<Symbol> {
    bytes.iter().copied().map(Symbol::Byte).collect()
}

fn class(bytes: &[u8]) -> String {
    Asked::of_class(&symbols(bytes), 0).to_string()
}

#[test]
fn files() {
    let file = |bytes: &[u8], permissions| Asked::of_file(&symbols(bytes), permissions).to_string();
    assert_eq!(file(b"/etc/x", 0x4), r#"file "/etc/x""#);
    assert_eq!(file(b"/a\0/b", 0x4_0000), r#"link "/a" to "/b""#);
    assert_eq!(file(b"/a\0/b", 0x8000), r#"link "/a" to "/b""#);
    assert_eq!(file(b"/bin/x\0foo", 0x2000_0000), r#"change_profile at exec of "/bin/x" to "foo""#);
    assert_eq!(file(b"/bin/x", 0x2000_0000), r#"file "/bin/x""#);
    assert_eq!(file(b"foo//bar", 0x6000_0000), r#"change_profile to "foo//bar""#);
    assert_eq!(file(b"ns\0foo", 0x6000_0000), r#"change_profile to ":ns:foo""#);
    assert_eq!(file(b"/a\"\xff", 0x4), r#"file "/a\"\xff""#);
    assert_eq!(file(b"", 0), r#"file """#);
    let odd = [Symbol::Byte(b'/'), Symbol::OutOfBand];
    assert_eq!(Asked::of_file(&odd, 4).to_string(), r#"file "/<oob>""#);
}

#[test]
fn attachments() {
    let string = [&symbols(b"/bin/x")[..], &[Symbol::OutOfBand], &symbols(b"\0v"), &[Symbol::OutOfBand]].concat();
    let text = Asked::of_attachment(&string, &[b"user.a".to_vec()]).to_string();
    assert_eq!(text, r#"attachment "/bin/x" with user.a = "v", attribute 2 missing"#);
}

#[test]
fn signals_and_ptrace() {
    assert_eq!(class(b"\x0a\x0ffoo"), r#"signal term peer "foo""#);
    assert_eq!(class(b"\x0a\x83"), "signal rtmin+3");
    assert_eq!(class(b"\x0a"), "signal");
    assert_eq!(class(b"\x10\x0afoo"), r#"signal peer "foo""#);
    assert_eq!(class(b"\x10\x09foo"), r#"ptrace peer "foo""#);
    assert_eq!(class(b"\x09foo"), r#"ptrace peer "foo""#);
}

#[test]
fn sockets() {
    assert_eq!(class(b"\x0f"), "network");
    assert_eq!(class(b"\x0e\0\x02\0\x01"), "network inet stream");
    assert_eq!(class(b"\x0f\0\x0a\0\x09\0\x06"), "network inet6 type 9 protocol 6");
    assert_eq!(class(b"\x0f\0\x0c"), "network family 12");
    let local = b"\x0e\0\x02\0\x01\0\x06\0\0\x50\x01\x7f\0\0\x01\0";
    assert_eq!(class(local), "network inet stream protocol 6 ip 127.0.0.1 port 80");
    let with = |more: &[u8]| class(&[&local[..], more].concat());
    assert_eq!(with(b"\x02\0\x0a"), "network inet stream protocol 6 ip 127.0.0.1 port 80 listen 10");
    assert_eq!(with(b"\x04\0\0\0\x01"), "network inet stream protocol 6 ip 127.0.0.1 port 80 option 1");
    assert_eq!(
        class(b"\x0e\0\x02\0\x01\0\x06\x02\0\x50\x01\x01\x02\x03\x04\0x\0\x01\0\x30\x39\0\0"),
        r#"network inet stream protocol 6 ip none port 12345 peer ip 1.2.3.4 port 80 label "x""#
    );
    assert_eq!(
        class(b"\x1e\0\x02\0\x01\0\x06\x02\0\x50\x00\0eth0\0lab"),
        r#"network packet inet stream protocol 6 peer ip none port 80 interface "eth0" label "lab""#
    );
}

#[test]
fn unix_sockets() {
    assert_eq!(class(b"\x0f\0\x01\0\x01"), "network unix stream");
    assert_eq!(class(b"\x0f\0\x01\0\x01\0\0"), "unix stream");
    assert_eq!(class(b"\x0f\0\x01\0\x01\0\0\0\0"), "unix stream addr auto");
    assert_eq!(class(b"\x0f\0\x01\0\x02\0\0\0foo\0\0"), r#"unix dgram addr "@foo""#);
    assert_eq!(class(b"\x0f\0\x01\0\x01\0\0\x01\0\0"), "unix stream addr none");
    assert_eq!(class(b"\x0f\0\x01\0\x01\0\0\0foo\0\0\x02\0\x0a"), r#"unix stream addr "@foo" listen 10"#);
    assert_eq!(class(b"\x0f\0\x01\0\x01\0\0\0foo\0\0\x04\0\x07"), r#"unix stream addr "@foo" option 7"#);
    assert_eq!(
        class(b"\x0f\0\x01\0\x01\0\0\0foo\0\0\x01\0bar\0lab"),
        r#"unix stream addr "@foo" peer addr "@bar" label "lab""#
    );
    assert_eq!(class(b"\x0f\0\x01\0\x01\0\0\x01\0\0\x01\x01\0"), r#"unix stream addr none peer addr none label """#);
    assert_eq!(class(b"\x04\0\x01\0\x01\0\0\0fo"), r#"unix stream addr "@fo""#);
}

#[test]
fn buses() {
    let whole = b"\x20session\0org.a\0lab\0/o\0org.i\0Get";
    let text = r#"dbus bus "session" name "org.a" label "lab" path "/o" interface "org.i" member "Get""#;
    assert_eq!(class(whole), text);
    assert_eq!(class(b"\x20system\0org.a"), r#"dbus bus "system" name "org.a""#);
    assert_eq!(class(b"\x20system"), r#"dbus bus "system""#);
    assert_eq!(class(&[&whole[..], b"\0more"].concat()), format!(r#"{text} and then "more""#));
}

#[test]
fn mounts() {
    let mount = |bytes: &[u8]| Asked::of_class(&symbols(bytes), 0x2).to_string();
    assert_eq!(
        mount(b"\x07/mnt/\0/dev/sda\0ext4\0\x01\x03"),
        r#"mount "/dev/sda" to "/mnt/" type "ext4" flags (ro nodev)"#
    );
    assert_eq!(mount(b"\x07/mnt/\0/a\0\0\x0d\x0f"), r#"mount "/a" to "/mnt/" flags (rbind)"#);
    assert_eq!(mount(b"\x07/mnt/\0\0\0\x0f\x13"), r#"mount to "/mnt/" flags (rprivate)"#);
    assert_eq!(mount(b"\x07/mnt/\0\0\0\x0f"), r#"mount to "/mnt/" flags (rec)"#);
    assert_eq!(mount(b"\x07/mnt/\0\0\0\xfe"), r#"mount to "/mnt/" flags (0xfe)"#);
    assert_eq!(
        mount(b"\x07/mnt/\0a\0tmpfs\0\0size=1"),
        r#"mount "a" to "/mnt/" type "tmpfs" without flags data "size=1""#
    );
    assert_eq!(Asked::of_class(&symbols(b"\x07/mnt/"), 0x4).to_string(), r#"umount "/mnt/""#);
    assert_eq!(mount(b"\x07/new/\0/old/"), r#"pivot_root to "/new/" old root "/old/""#);
}

#[test]
fn others() {
    assert_eq!(class(b"\x15"), "userns");
    assert_eq!(class(b"\x16"), "io_uring");
    assert_eq!(class(b"\x16foo"), r#"io_uring label "foo""#);
    assert_eq!(class(b"\x11/q\0lab"), r#"mqueue type=posix "/q" label "lab""#);
    assert_eq!(class(b"\x12\0\0\x01\0\0lab"), r#"mqueue type=sysv "256" label "lab""#);
    assert_eq!(class(b"\x12\0"), r#"mqueue type=sysv and then "\x00""#);
    assert_eq!(class(b"\x50ab"), r#"class 80 "ab""#);
    assert_eq!(class(b""), "policy");
}

#[test]
fn serialised_with_a_field_for_each_part() {
    let access = Asked::of_class(&symbols(b"\x0a\x0f\xff"), 2);
    let expected = serde_json::json!({ "class": "signal", "signal": "term", "peer": [255] });
    assert_eq!(serde_json::to_value(access).unwrap(), expected);
}

/// The text of the comparison of a profile with these rules and one without.
fn difference(kernel: &str, rules: &str) -> String {
    let compile = |rules: &str| {
        let compiler = Compiler::new(Features::builtin(kernel).unwrap());
        let policy = compiler.compile(Input::text("p", format!("profile p {{\n{rules}\n}}\n"))).unwrap();
        policy.records().to_vec()
    };
    let options = DiffOptions::default().max_per_automaton(9);
    diff(&compile(rules), &compile(""), &options).unwrap().to_string()
}

#[test]
fn real_rules_come_back() {
    for (rule, expected) in [
        ("signal send set=term peer=foo,", r#"signal term peer "foo": A allows send"#),
        ("signal receive peer=foo,", r#"signal term peer "foo": A allows receive"#),
        ("ptrace read peer=foo,", r#"ptrace peer "foo": A allows read"#),
        (
            "network inet stream,",
            "network inet stream: A allows send receive create shutdown connect setattr getattr accept bind listen setopt getopt",
        ),
        (
            "network netlink raw,",
            "network netlink raw: A allows send receive create shutdown connect setattr getattr accept bind listen setopt getopt",
        ),
        (
            "dbus send bus=session path=/o interface=org.i member=Get peer=(name=org.a label=lab),",
            r#"dbus bus "session" name "org.a" label "lab" path "/o" interface "org.i" member "Get": A allows send"#,
        ),
        ("dbus bind bus=system name=org.a,", r#"dbus bus "system" name "org.a": A allows bind"#),
        (
            "mount options=(ro nosuid) fstype=ext4 /dev/sda -> /mnt/,",
            r#"mount "/dev/sda" to "/mnt/" type "ext4" flags (ro nosuid): A allows mount"#,
        ),
        ("umount /mnt/,", r#"umount "/mnt/": A allows umount"#),
        ("pivot_root oldroot=/old/ /new/,", r#"pivot_root to "/new/" old root "/old/": A allows pivot_root"#),
        ("userns,", "userns: A allows create"),
        ("io_uring override_creds label=foo,", r#"io_uring label "foo": A allows override_creds"#),
        ("capability chown kill,", "capability chown kill: A allows"),
        ("/etc/shadow r,", r#"file "/etc/shadow": A allows r"#),
        ("/bin/x px -> foo,", r#"file "/bin/x": A allows px -> "foo""#),
        ("link /a -> /b,", r#"link "/a" to "/b": A allows l"#),
        ("set rlimit nofile <= 3,", "rlimit nofile: A has 3"),
    ] {
        let found = difference("linux-7.2", rule);
        assert!(
            found.lines().any(|line| line.strip_prefix("p: ").is_some_and(|line| line.starts_with(expected))),
            "{rule}\n{found}"
        );
    }
    // And nothing else, where a rule is about one thing.
    assert_eq!(
        difference("linux-7.2", "signal send set=term peer=foo,"),
        "p: signal term peer \"foo\": A allows send, B denies\n"
    );
    assert_eq!(
        difference("linux-6.1", "signal receive peer=foo,"),
        "p: signal term peer \"foo\": A allows receive, B denies\n"
    );
    assert_eq!(difference("linux-6.1", "ptrace read peer=foo,"), "p: ptrace peer \"foo\": A allows read, B denies\n");
    let unix = difference("linux-7.2", "unix (connect, send) type=stream addr=@a peer=(addr=@b label=c),");
    assert!(unix.contains(r#"unix stream addr "@a" peer addr "@b" label "c": A allows send connect"#), "{unix}");
    let onexec = difference("linux-7.2", "change_profile /bin/x -> foo,");
    assert!(onexec.contains(r#"change_profile to "foo": A allows change_profile onexec"#), "{onexec}");
    assert!(onexec.contains(r#"change_profile at exec of "/bin/x" to "foo": A allows"#), "{onexec}");
}

fn string() -> impl Strategy<Value = Vec<Symbol>> {
    let symbol = prop_oneof![
        4 => any::<u8>().prop_map(Symbol::Byte),
        // Bytes that formats are made of.
        4 => (0..5_u8).prop_map(Symbol::Byte),
        1 => Just(Symbol::OutOfBand),
    ];
    proptest::collection::vec(symbol, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_string_is_decoded(class in any::<u8>(), string in string(), permissions in any::<u32>()) {
        let behind = [&[Symbol::Byte(class % 33)][..], &string].concat();
        for access in [
            Asked::of_class(&string, permissions),
            Asked::of_class(&behind, permissions),
            Asked::of_file(&string, permissions),
            Asked::of_attachment(&string, &[b"user.a".to_vec()]),
        ] {
            let text = access.to_string();
            prop_assert!(!text.is_empty() && !text.chars().any(char::is_control), "{text:?}");
            prop_assert!(serde_json::to_string(&access).is_ok());
        }
    }
}
