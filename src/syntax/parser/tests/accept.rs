//! Accepted and rejected texts: the traps of the language.

use super::parsed;

#[track_caller]
fn check(cases: &[&str], accepted: bool) {
    for text in cases {
        let diagnostics = parsed(text).diagnostics;
        assert_eq!(diagnostics.is_empty(), accepted, "{text:?}: {diagnostics:#?}");
    }
}

/// The texts stand in the body of a profile.
#[track_caller]
fn check_body(cases: &[&str], accepted: bool) {
    for text in cases {
        let text = format!("profile p {{ {text} }}\n");
        let diagnostics = parsed(&text).diagnostics;
        assert_eq!(diagnostics.is_empty(), accepted, "{text:?}: {diagnostics:#?}");
    }
}

#[test]
fn files() {
    check(
        &[
            "",
            "@{A}=b\n",
            "@{A}=b",
            "@{A} := b\nprofile a { }\n",
            "@{A}+=b\n@{A}?=c\n@{A}=\"\"\n",
            "@XY = b\n",
            "@X=v\n",
            "@{A}=a \\\n b\nprofile a { /@{A} r, }\n",
            "$A = true or false\n",
            "$A = true \\\n or false\n",
            "${A}=@{X}/a == b\n",
            "profile a open /x r, }\n",
            "profile/foo { }\n",
            "profile\tp { }\n",
            "profile deny { }\n",
            "profile -a { }\n",
            "profile p /a,b { }\n",
            "profile p (complain,,audit) { }\n",
            "profile p flags=\n(complain) { }\n",
            "profile p xattrs=() { }\n",
            "profile p +identities=(a) +identities=(b) { }\n",
            "profile p\n/x\nflags=(audit)\n{\n}\n",
            ":ns:/a { }\n",
            "foo { }\n",
            "/foo # c\n { }\n",
            "abi <abi/4.0>,\n",
            "abi \"x\",\nabi x ,\n",
            "abi <\"x y\">,\n",
            "alias foo -> b,\nrewrite /a -> /b,\n",
            "include <a> /x r,\ninclude <a> include <b>\n",
            "include \n<a>\n",
            "#includefoo\n",
            "#include<x>\n",
            "# include\n",
            "include if exists <a> # c\n",
        ],
        true,
    );
    check(
        &[
            "profile a {\n}\n# c",
            "#include <x>",
            "@{A}:=b\n",
            "@XY=b\n",
            "@{A}=\n",
            "@{A}\n",
            "@{A}=b,\n",
            "@{A}=!\n",
            "$A=\n",
            "$A = ( true\n or false )\n",
            "$A=true,\n",
            "profile a{ }\n",
            "profile{ }\n",
            "/usr/bin/x{ }\n",
            "profile\nname { }\n",
            "^ name { }\n",
            "@{X} { }\n",
            "profile p flags\n=(audit) { }\n",
            "profile p flags=() { }\n",
            "profile p () { }\n",
            "profile p flags=complain { }\n",
            "profile p flags=(a) xattrs=(b) { }\n",
            "profile p xattrs=(\"a\"=b) { }\n",
            "profile p identities=(a) { }\n",
            "profile p +identities=() { }\n",
            "profile p +\nidentities=(a) { }\n",
            "profile p + { }\n",
            "profile =p { }\n",
            "profile in (p) { }\n",
            "profile p { }\n}\n",
            "profile p {\n",
            "{ } }\n",
            "abi < \"x\" >,\n",
            "abi <x>,}\n",
            "abi <x>\n",
            "abi \"x,\n",
            "include<x>\n",
            "include\n<x>\n",
            "include <a>,\n",
            "include <>\n",
            "include if exists<x>\n",
            "include if exists\n<a>\n",
            "alias a -> b,\n",
            "alias @{X} -> /b,\n",
            "\u{b}\n",
            "\u{feff}profile p { }\n",
            ";\n",
            "profile p { }\rprofile q { }\n",
        ],
        false,
    );
}

#[test]
fn adjacent_tokens() {
    check_body(
        &[
            "owner/a r,",
            "file/a r,",
            "if true { } else {}",
            "/a r,/b r,",
            "/a px ->b,",
            "capability chown,capability kill,",
            "userns,userns create,",
            "set rlimit cpu <= 5,set rlimit nofile<=10,",
            "signal,signal set=(hup),",
        ],
        true,
    );
    for text in [
        "/a r,",
        "capability chown,",
        "all,",
        "userns,",
        "set rlimit cpu <= 5,",
        "signal,",
        "signal set=(hup),",
        "/a px -> \"b\",",
        "mount \"/a\",",
    ] {
        check(&[&format!("profile p {{{text}}}\n")], true);
    }
    for text in [
        "/a px -> b,",
        "change_profile -> a,",
        "change_profile,",
        "change_profile -> \"a\",",
        "network inet,",
        "mount /a,",
        "mount /a -> /b,",
        "signal peer=a,",
        "dbus send bus=a,",
        "mqueue r /a,",
        "r /a,",
        "link /a -> /b,",
    ] {
        check(&[&format!("profile p {{ {text}}}\n")], false);
        check(&[&format!("profile p {{ {text} }}\n")], true);
    }
    check(&["profile p {/a r}\n", "profile p {\n/a r"], false);
    check_body(
        &[
            "if true {}",
            "if true {/x r, }",
            "signal send,receive,",
            "mount options=ro,nosuid/a",
            "/a px->b,",
            "mount options=\nro,",
        ],
        false,
    );
}

#[test]
fn rules() {
    check_body(
        &[
            "/foo # c\n r,",
            "/foo\r\nr,",
            "foo r, owner foo r, r foo,",
            "@{X} r, @{X}/a r, @a/b r, :x r,",
            "file, owner file, file unsafe /a x,",
            "rw /a, l subset /a, l /a -> /b, /a l -> /b,",
            "\"/a b\" r,",
            "/a\\ b r,",
            "priority = 5 audit allow owner /a r, priority=+1 /b r,",
            "user /a r, other /b r, prompt /c r,",
            "{ /a r, } deny { } owner { }",
            "capability, capability kill mknod,",
            "link foo -> bar, link subset @{X} -> @{Y},",
            "change_profile, change_profile safe, change_profile /x\n->\na ,",
            "change_profile -> unsafe,",
            "network, network (), network r, network inet peer=(), network \"inet\" stream,",
            "network (send,receive read) inet label=x,",
            "unix r\n, unix create, unix (send) type=stream peer=(label=a,addr=@b),",
            "dbus peer=(label=(a)), dbus (send,,receive,) bus=system, dbus bus=(a b),",
            "dbus peer=(name:=x label), dbus send peer=a,",
            "signal set=(hup, int) peer=a, signal (read write),",
            "ptrace, ptrace (trace) peer=x,",
            "mount, mount options=  (\nro ) /a, mount options in (ro,rw) -> /b,",
            "mount fstype=nfs{,4} x -> y, mount /a -> options=ro /b,",
            "remount options=(ro) /a, umount /a, unmount,",
            "pivot_root, pivot_root foo, pivot_root oldroot=/a # c\n /b -> c,",
            "mqueue, mqueue /a, mqueue r 5, mqueue (create open) type=sysv label=x 10,",
            "userns, userns create,",
            "io_uring, io_uring sqpoll, io_uring (foo) label=a, io_uring peer=(label=a),",
            "all,",
            "set rlimit cpu <= 5min, set rlimit nice <= -5, set rlimit as <= infinity,",
            "if true { } else if defined @{X} and not $y { } else { }",
            "if not not (a == b or c < d and e >= f) { }",
            "if a{ == {} { }",
            "if @{X}==y { }",
            "abi <abi/4.0>,",
            "^hat { } hat h { } profile c { }",
        ],
        true,
    );
    check_body(
        &[
            "/foo \r r,",
            "/a,",
            "/a r /b r,",
            "/a rq,",
            "/a K,",
            "file safe,",
            "r /a",
            "r @{X}, -> /b,",
            "dbus # c\n send,",
            "network inet # c\n stream,",
            "flags=(audit),",
            "! ",
            "userns (create),",
            "userns createx,",
            "network inet stream tcp,",
            "network peer=(a) ip=1.2.3.4,",
            "network label:=x,",
            "unix stream,",
            "signal peer=(a),",
            "signal set=(x) send,",
            "signal set=(),",
            "signal (a (b)),",
            "ptrace peer = (a),",
            "dbus peer=(label=(a b)),",
            "dbus peer=(label=\"\"),",
            "dbus peer=(\"label\"=a),",
            "mount (ro) /a,",
            "mount /a ->,",
            "mount /a /b,",
            "mount =a,",
            "mqueue /a type=posix,",
            "io_uring read,",
            "io_uring r,",
            "pivot_root @{X},",
            "capability r,",
            "capability (chown),",
            "capability \"chown\",",
            "set rlimit nofile <= 0x10,",
            "set rlimit nofile <= +5,",
            "set rlimit infinity <= 5,",
            "set rlimit nofile = 5,",
            "set nofile <= 5,",
            "rlimit nofile <= 5,",
            "priority=a /a r,",
            "priority=\n1 /a r,",
            "priority=(1) /a r,",
            "deny audit /a r,",
            "owner deny /a r,",
            "allow deny /a r,",
            "audit priority=1 /a r,",
            "owner owner /a r,",
            "audit if true { }",
            "deny set rlimit nofile <= 5,",
            "audit profile x { }",
            "audit /foo { }",
            "audit,",
            "link <= /a -> /b,",
            "link /a,",
            "change_profile a b,",
            "change_profile -> a b,",
            "else { }",
            "if { }",
            "if true # c\n { }",
            "if $x == y { }",
            "if (true { }",
            "if a b { }",
            "if \"x { }",
            "else",
            "all /x,",
            "open",
        ],
        false,
    );
}

#[test]
fn carriage_returns_end_lines_with_their_line_feeds() {
    for text in [
        super::SAMPLE,
        "profile p {\n  dbus send\n bus=a\n peer=(name=a\n label=b),\n  signal set=(hup\n int),\n  if true\n{\n}\n}\n$B=true\n",
    ] {
        let plain = parsed(text);
        assert_eq!(plain.diagnostics, []);
        let returns = parsed(text.replace('\n', "\r\n"));
        assert_eq!(returns.diagnostics, []);
        assert_eq!(returns.file, plain.file);
    }
}

#[test]
fn words_that_begin_rules_are_mounted_too() {
    for text in [
        "profile p {\n  mount fstype=mqueue mqueue -> /dev/mqueue/,\n}\n",
        "profile p {\n  mount fstype=mqueue\n    mqueue -> /dev/mqueue/,\n}\n",
        "profile p {\n  mount file -> all,\n}\n",
        "profile p {\n  umount mqueue,\n}\n",
    ] {
        assert!(crate::parse(text.as_bytes()).is_ok(), "{text}");
    }
}
