use super::plan::{LookupPlace, MatchStrings, components};
use super::*;

fn parse(words: &str) -> Result<Access, String> {
    let words: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
    Access::parse(&words).map_err(|error| error.to_string())
}

/// A profile that mediates the classes, each at a state of its own that nothing leads out of.
pub(super) fn mediating(classes: &[u8]) -> BlobProfile {
    use crate::automata::{Builder, Config, PackOptions, Pattern};
    let mut builder = Builder::new(Config::default());
    for &class in classes {
        builder.add(&Pattern::literal([class]), crate::automata::LabelId::new(0));
    }
    let minimal = builder.build().unwrap().classify(|labels| Ok::<_, ()>(labels.len())).unwrap().minimise();
    let dfa = minimal.pack(PackOptions { diff_encode: false, accept2: true }, |_, _| (0, 0)).unwrap();
    BlobProfile {
        version: 7,
        name: b"p".to_vec(),
        policydb: Some(crate::blob::PolicyDb { dfa, ..Default::default() }),
        ..BlobProfile::default()
    }
}

/// The strings of each permission, the attempts one after the other.
fn strings(words: &str, classes: &[u8]) -> Vec<(String, u32, Vec<Vec<u8>>)> {
    let plan = parse(words).unwrap().plan(&mediating(classes));
    assert_eq!(plan.unmediated, None, "{words}");
    plan.checks
        .into_iter()
        .map(|check| {
            let strings = match check.way {
                LookupPlace::File(strings) | LookupPlace::Policy(strings) => strings.attempts.concat(),
                LookupPlace::Exec(path) | LookupPlace::Attachment(path) => vec![path],
                LookupPlace::OnExec { program, pairs } => [vec![program], pairs.attempts.concat()].concat(),
                LookupPlace::Link(link) => vec![link.encode()],
                LookupPlace::Capability(number) => vec![vec![number]],
                LookupPlace::Sockets { .. } => vec![],
            };
            (check.permission, check.mask, strings)
        })
        .collect()
}

#[track_caller]
fn one(words: &str, classes: &[u8], permission: &str, mask: u32, expected: &[&[u8]]) {
    let expected: Vec<Vec<u8>> = expected.iter().map(|string| string.to_vec()).collect();
    assert_eq!(strings(words, classes), [(permission.to_owned(), mask, expected)], "{words}");
}

#[test]
fn what_is_written_back_means_the_same() {
    for words in [
        "file /etc/shadow rw",
        "file owner /etc/shadow x",
        "file /a l -> /b",
        "file /a create chmod",
        "capability net_admin chown",
        "network create,bind inet stream",
        "network inet icmp",
        "network inet raw 2",
        "unix connect stream peer-addr=@name peer=server",
        "unix bind dgram addr=@a",
        "dbus send system org.foo /path org.Iface Member peer=x",
        "dbus bind session org.foo",
        "dbus eavesdrop system",
        "signal send term peer",
        "signal rtmin+3 unconfined",
        "ptrace trace,readby peer",
        "mount /dev/sda1 /mnt/ ext4 ro,nosuid",
        "mount /a/ /b/ rbind",
        "umount /mnt/",
        "pivot_root /new/ /new/old/",
        "change_profile /bin/x -> target",
        "change_profile target",
        "userns create",
        "mqueue create /name",
        "mqueue read 1234 label=x",
        "io_uring sqpoll",
        "io_uring override_creds x",
        "attach /usr/bin/x",
    ] {
        let access = parse(words).unwrap();
        assert_eq!(access.to_string(), words);
    }
    // Without permissions, all.
    for words in ["capability", "network inet stream", "ptrace x", "mqueue /q", "unix stream"] {
        assert_eq!(parse(words).unwrap().to_string(), words);
    }
    assert_eq!(parse("file /a").unwrap().to_string(), "file /a rwamklx");
    // Other ways to write the same.
    for (words, same) in [
        ("file rw /a", "file /a rw"),
        ("file --exec /a", "file /a x"),
        ("file /a read write", "file /a rw"),
        ("network (send receive) inet tcp", "network send,receive inet stream 6"),
        ("unix send, dgram @n", "unix send dgram peer-addr=@n"),
        ("unix bind type=stream addr=@n", "unix bind stream @n"),
        ("signal send set=term peer=a", "signal send term a"),
        ("ptrace rw a", "ptrace trace,read a"),
        ("mount fstype=ext4 options=ro,nodev /a -> /b", "mount /a /b ext4 ro,nodev"),
        ("remount /b ro", "mount /b remount,ro"),
        ("pivot_root oldroot=/o/ /n/", "pivot_root /n/ /o/"),
        ("change_profile -> t", "change_profile t"),
        ("userns", "userns create"),
    ] {
        assert_eq!(parse(words), parse(same), "{words}");
    }
    let peer = Access::parse(&["unix", "connect", "stream", "peer=(label=l addr=@n)"]).unwrap();
    assert_eq!(peer, parse("unix connect stream @n peer=l").unwrap());
}

#[test]
fn wrong_words_are_said_to_be_so() {
    for (words, message) in [
        ("", "class of the access is missing"),
        ("fiel /a", "is it `file`?"),
        ("file", "path is missing"),
        ("file etc/x r", "neither an absolute path nor a permission"),
        ("file /x raed", "is it `read`?"),
        ("file /x r -> /y", "only a link"),
        ("capability net_amdin", "is it `net_admin`?"),
        ("network innet stream", "is it `inet`?"),
        ("network unix stream", "class of their own"),
        ("network inet", "type of the socket is missing"),
        ("network inet steam", "is it `stream`?"),
        ("network inet raw foo", "no protocol"),
        ("unix conect stream", "is it `connect`?"),
        ("unix bind stream run/x", "is no address"),
        ("unix bind stream x", "`@NAME`, a path or `none`"),
        ("dbus sned system", "is it `send`?"),
        ("dbus send system org.foo", "path of the object is missing"),
        ("signal send tern x", "is it `term`?"),
        ("signal send term", "peer's profile"),
        ("ptrace tarce x", "is it `trace`?"),
        ("mount /a", "mount point is missing"),
        ("mount /a /b ext4 ro,nosiud", "is it `nosuid`?"),
        ("umount", "mount point is missing"),
        ("pivot_root /a", "old root"),
        ("change_profile", "target is missing"),
        ("userns creat", "one word too many"),
        ("mqueue creaet /x", "is it `create`?"),
        ("io_uring sqpol", "is it `sqpoll`?"),
        ("io_uring override_creds", "label of the new credentials"),
        ("attach", "path of the executable"),
        ("attach /a /b", "one word too many"),
    ] {
        let error = parse(words).unwrap_err();
        assert!(error.contains(message), "{words}: {error}");
    }
}

#[test]
fn arbitrary_words_do_not_panic() {
    let pieces: [&[u8]; 14] =
        [b"", b"(", b")", b",", b"=", b"peer=(", b"peer=(a=,b)", b"@", b"->", b"\xff\0", b"/", b"r", b"//&", b"&"];
    for class in CLASSES {
        for first in pieces {
            for second in pieces {
                if let Ok(access) = Access::parse(&[class.as_bytes(), first, second, b"x"]) {
                    let _ = (access.to_string(), access.plan(&mediating(&[2, 7, 15])), access.to_directory());
                }
            }
        }
    }
}

#[test]
fn labels_are_asked_whole_and_then_part_by_part() {
    assert_eq!(components(b"a//&b//c//&:n:d").collect::<Vec<_>>(), [&b"a"[..], b"b//c", b":n:d"]);
    assert_eq!(components(b"").collect::<Vec<_>>(), [b""]);
    assert_eq!(MatchStrings::label(b"a//&b", <[u8]>::to_vec).attempts.len(), 2);
    one("signal send kill a//&b", &[10], "send", 2, &[b"\x0a\x09a//&b", b"\x0a\x09a", b"\x0a\x09b"]);
}

/// The strings of `policydb.md`.
#[test]
fn strings_of_the_kernel() {
    one("signal receive exists /usr/b/x", &[10], "receive", 4, &[b"\x0a\x23/usr/b/x"]);
    one("ptrace readby foo", &[9], "readby", 0x10, &[b"\x10\x09foo"]);
    one("userns", &[21], "create", 8, &[b"\x15"]);
    one("io_uring sqpoll", &[22], "sqpoll", 0x10, &[b"\x16"]);
    one("io_uring override_creds x", &[22], "override_creds", 8, &[b"\x16x"]);
    one("umount /b/", &[7], "umount", 4, &[b"\x07/b/"]);
    one("pivot_root /new/ /new/old/", &[7], "pivot_root", 1, &[b"\x07/new/\0/new/old/"]);
    one("mount /dev/sda /mnt/ ext4 ro,nodev", &[7], "mount", 2, &[b"\x07/mnt/\0/dev/sda\0ext4\0\x01\x03"]);
    one("remount /mnt/ lazytime", &[7], "remount", 2, &[b"\x07/mnt/\0\0\0\x06\x1a"]);
    one("mount /a/ /b/ rbind,ro", &[7], "mount", 2, &[b"\x07/b/\0/a/\0\0\x0d\x0f"]);
    one("mount /mnt/ make-rslave", &[7], "mount", 2, &[b"\x07/mnt/\0\0\0\x0f\x14"]);
    one("mount detached /b/ move", &[7], "mount", 2, &[b"\x07/b/\0\0\0\x0e"]);
    one("mqueue read /qx label=lbl", &[17], "read", 4, &[b"\x11/qx\0lbl"]);
    one("mqueue create 1234", &[18], "create", 0x10, &[b"\x12\0\0\x04\xd2"]);
    let inet: [&[u8]; 2] = [b"\x0f\0\x02\0\x01", b"\x0f\0\x02\0\x01\0\x06"];
    one("network create inet tcp", &[14, 15], "create", 0x10, &inet);
    let old: [&[u8]; 2] = [b"\x0e\0\x10\0\x03", b"\x0e\0\x10\0\x03\0\0"];
    one("network bind netlink raw", &[14], "bind", 0x20_0000, &old);
    one("dbus bind session org.foo.Bar", &[32, 15], "bind", 0x40, &[b" session\0org.foo.Bar"]);
    one("dbus eavesdrop session", &[32], "eavesdrop", 0x20, &[b" session"]);
    let message = b" system\0org.foo\0/usr/bin/x\0/org/foo/q\0org.foo.A\0GetX";
    one("dbus send system org.foo /org/foo/q org.foo.A GetX peer=/usr/bin/x", &[32], "send", 2, &[message]);
    one("capability bpf", &[], "bpf", 1, &[&[39]]);
    one("capability bpf", &[3], "bpf", 1 << 7, &[b"\x03\x01"]);
}

#[test]
fn strings_of_unix_sockets() {
    let new = [14, 15];
    one("unix create stream", &new, "create", 0x10, &[b"\x0f\0\x01\0\x01\0\0"]);
    one("unix bind stream", &new, "bind", 0x20_0000, &[b"\x0f\0\x01\0\x01\0\0\0\0"]);
    one("unix bind stream @ab", &new, "bind", 0x20_0000, &[b"\x0f\0\x01\0\x01\0\0\0ab\0\0"]);
    one("unix getattr stream", &new, "getattr", 0x200, &[b"\x0f\0\x01\0\x01\0\0\x01\0\0"]);
    one("unix listen stream @a", &new, "listen", 0x40_0000, &[b"\x0f\0\x01\0\x01\0\0\0a\0\0\x02\0\x80"]);
    one("unix setopt stream", &new, "setopt", 0x100_0000, &[b"\x0f\0\x01\0\x01\0\0\x01\0\0\x04\0\x01"]);
    let peer = b"\x0f\0\x01\0\x01\0\0\x01\0\0\x01\0/tmp/dbus-x\0p";
    one("unix connect stream @/tmp/dbus-x peer=p", &new, "connect", 0x46, &[peer]);
    // Part by part, without namespaces.
    let parts: [&[u8]; 2] = [b"\x0f\0\x01\0\x02\0\0\x01\0\0\x01\x01\0a", b"\x0f\0\x01\0\x02\0\0\x01\0\0\x01\x01\0b"];
    one("unix send dgram peer=a//&:n:b", &new, "send", 2, &parts);
    // Before Linux 7.2 by type only; on kernels outside of mainline in a class of its own.
    let coarse: [&[u8]; 2] = [b"\x0e\0\x01\0\x01", b"\x0e\0\x01\0\x01\0\0"];
    one("unix connect stream @a", &[14], "connect", 0x40, &coarse);
    one("unix create stream", &[4], "create", 0x10, &[b"\x04\0\x01\0\x01\0\0"]);
}

#[test]
fn strings_of_the_file_automaton() {
    one("change_profile &a", &[], "change_profile", 0x4000_0000, &[b"&a"]);
    let both = strings("change_profile /bin/x -> a//&b", &[]);
    assert_eq!(both[0].2, [b"a//&b".to_vec(), b"a".to_vec(), b"b".to_vec()]);
    assert_eq!(both[1].2[..2], [b"/bin/x".to_vec(), b"/bin/x\0a//&b".to_vec()]);
    assert_eq!(strings("file /a rx", &[]).len(), 2);
}

#[test]
fn what_is_not_mediated_is_said() {
    let none = BlobProfile { name: b"p".to_vec(), ..BlobProfile::default() };
    for words in ["signal kill x", "network inet raw", "unix stream", "userns", "umount /", "ptrace x", "mqueue /q"] {
        assert!(parse(words).unwrap().plan(&none).unmediated.is_some(), "{words}");
    }
    let dbus = parse("dbus bind system x").unwrap();
    assert!(dbus.plan(&mediating(&[32])).notes.iter().any(|note| note.contains("7.2")));
    assert!(dbus.plan(&mediating(&[32, 15])).notes.is_empty());
}
