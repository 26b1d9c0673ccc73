//! The text of exact rules.

use super::*;
use crate::analysis::access::MountAccess;

fn text(words: &[&str]) -> String {
    shown(exact(&Need::new("p", Access::parse(words).unwrap()), ExecMode::INHERIT))
}

fn shown(rules: Result<Vec<Rule>, NoRule>) -> String {
    match rules {
        Ok(rules) => rules.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn every_class() {
    for (words, rule) in [
        (&["file", "/x", "rwk"][..], "/x rwk,"),
        (&["file", "owner", "/x", "a"], "owner /x a,"),
        (&["file", "other", "/x", "delete"], "/x w,"),
        (&["file", "/x", "chmod"], "/x w,"),
        (&["file", "/x", "open"], "/x r,"),
        (&["file", "/x", "wa"], "/x w,"),
        (&["file", "/x", "rmx"], "/x mrix,"),
        (&["file", "/x", "l", "->", "/y"], "link /x -> /y,"),
        (&["file", "/x", "l"], "error: the target of the hard link is not known"),
        (&["capability", "chown", "kill"], "capability chown,\ncapability kill,"),
        (&["network", "create", "inet", "stream"], "network create inet stream,"),
        (&["network", "inet6", "udp"], "network inet6 dgram,"),
        (&["network", "create", "inet", "raw", "1"], "network create inet icmp,"),
        (&["network", "inet", "raw", "255"], "network inet raw,"),
        (&["unix", "create", "stream"], "unix create type=stream addr=none,"),
        (&["unix", "bind", "dgram"], "unix bind type=dgram addr=auto,"),
        (&["unix", "bind", "dgram", "@a b"], "unix bind type=dgram addr=\"@a b\","),
        (
            &["unix", "send,getattr", "stream", "addr=@a", "peer=b//&:ns:c"],
            "unix getattr type=stream addr=\"@a\",\nunix send type=stream addr=\"@a\" peer=(addr=none, label=b),\n\
             unix send type=stream addr=\"@a\" peer=(addr=none, label=c),",
        ),
        (&["dbus", "bind", "system", "a.b"], "dbus bind bus=system name=a.b,"),
        (&["dbus", "eavesdrop", "session"], "dbus eavesdrop bus=session,"),
        (&["signal", "send", "rtmin+3", "a"], "signal send set=(rtmin+3) peer=a,"),
        (&["signal", "hup", "/usr/bin/a//b"], "signal set=(hup) peer=/usr/bin/a//b,"),
        (&["ptrace", "read", "unconfined"], "ptrace read peer=unconfined,"),
        (&["mount", "/dev/sda", "/mnt/", "ext4"], "mount fstype=ext4 options=(rw) /dev/sda -> /mnt/,"),
        (&["mount", "/a/", "/b/", "rbind"], "mount options=(rbind) /a/ -> /b/,"),
        (&["mount", "/b/", "make-rprivate"], "mount options=(rprivate) -> /b/,"),
        (&["mount", "/a/", "/b/", "move"], "mount options=(move) /a/ -> /b/,"),
        (&["remount", "/b/", "ro,bind"], "remount options=(ro, bind) /b/,"),
        (&["remount", "/b/"], "remount options=(rw) /b/,"),
        (&["umount", "/b/"], "umount /b/,"),
        (&["pivot_root", "/n/", "/n/old/"], "pivot_root oldroot=/n/old/ /n/,"),
        (&["change_profile", "/usr/bin/x"], "change_profile -> /usr/bin/x,"),
        (&["change_profile", "/bin/sh", "->", ":ns:x"], "change_profile /bin/sh -> \":ns:x\","),
        (&["userns"], "userns create,"),
        (&["mqueue", "read", "/q", "label=x"], "mqueue read type=posix label=x /q,"),
        (&["mqueue", "open", "123"], "mqueue open type=sysv \"123\","),
        (&["io_uring", "sqpoll"], "io_uring sqpoll,"),
        (&["io_uring", "override_creds", "a"], "io_uring override_creds label=a,"),
    ] {
        assert_eq!(text(words), rule, "{words:?}");
        let need = Need::new("p", Access::parse(words).unwrap());
        if let Ok(rules) = exact(&need, ExecMode::INHERIT) {
            let answer = super::laws::subject(rules).ask(None, &need.access).unwrap();
            assert!(answer.is_allowed(), "{answer}");
        }
    }
}

#[test]
fn a_message_is_written_as_far_as_it_is_known() {
    let message = ["dbus", "send", "system", "a.b", "/a", "a.I", "M", "peer=p"];
    let all = "dbus send bus=system path=/a interface=a.I member=M peer=(name=a.b, label=p),";
    assert_eq!(text(&message), all);
    let Access::Dbus(mut access) = Access::parse(&message).unwrap() else { panic!() };
    (access.interface, access.name) = Default::default();
    let rule = shown(exact(&Need::new("p", Access::Dbus(access.clone())), ExecMode::INHERIT));
    assert_eq!(rule, "dbus send bus=system path=/a member=M peer=(label=p),");
    access.member = Text::default();
    let error = "error: the member of the access cannot be written in a profile: a pattern cannot be empty";
    assert_eq!(shown(exact(&Need::new("p", Access::Dbus(access)), ExecMode::INHERIT)), error);
}

#[test]
fn addresses_stand_in_the_rule_about_the_peer() {
    let text = |words: &[&str]| shown(exact(&Need::new("p", Access::parse(words).unwrap()), ExecMode::INHERIT));
    let both = ["network", "create,send", "inet", "stream", "ip=10.0.0.1", "port=80", "peer=(ip=10.0.0.2 port=4000)"];
    assert_eq!(
        text(&both),
        "network create inet stream ip=10.0.0.1 port=80,\n\
         network send inet stream ip=10.0.0.1 port=80 peer=(ip=10.0.0.2, port=4000),"
    );
    assert_eq!(text(&both[..6]), "network (create, send) inet stream ip=10.0.0.1 port=80,");
}

#[test]
fn what_has_no_word_is_an_error() {
    let error = |access| shown(exact(&Need::new("p", access), ExecMode::INHERIT));
    let number = |number| Access::Capability(crate::analysis::access::CapabilityAccess { numbers: vec![number] });
    assert_eq!(error(number(63)), "error: no rule can name capability 0x3f");
    let mount = |flags| {
        let point = Text::from("/m/");
        Access::Mount(MountAccess { source: None, point, fstype: Some("ext4".into()), flags })
    };
    assert_eq!(error(mount(1 << 14)), "error: no rule can name mount flags 0x4000");
    assert_eq!(error(mount(1 << 5 | 1 << 13)), "error: no rule can name mount flags 0x2020");
    let Access::File(mut file) = Access::parse(&["file", "/x", "r"]).unwrap() else { panic!() };
    file.path = "x".into();
    assert!(error(Access::File(file.clone())).starts_with("error: `x` does not begin with `/`"));
    file.path = "/a\0b".into();
    assert!(error(Access::File(file.clone())).contains("cannot hold a NUL byte"));
    file.permissions = 0;
    file.path = "/x".into();
    assert_eq!(error(Access::File(file)), "error: the access does not request a permission");
}
