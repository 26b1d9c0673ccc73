use super::*;
use crate::policy::ProfileMode;
use crate::vocab::{Errno, Signal};

#[test]
fn names_and_order() {
    let outcome = run(
        "profile b { ^z { } hat a { } profile c { ^h { } } }\nprofile :m:a { ^x { } }\nprofile a { }\nprofile :m://B { }\n",
    );
    // The reference leaves the child of `:m:a` outside of the namespace.
    assert_eq!(outcome.codes(), [(Code::RefNamespace, "x".into())]);
    fn list(profiles: &[Profile], out: &mut Vec<String>) {
        for profile in profiles {
            let namespace = profile.namespace.as_ref().map(|ns| format!(":{ns}:")).unwrap_or_default();
            out.push(format!("{namespace}{}{}", profile.name, if profile.hat { "^" } else { "" }));
            list(&profile.children, out);
        }
    }
    let mut names = Vec::new();
    list(&outcome.policy.profiles, &mut names);
    assert_eq!(names, ["a", "b", "b//a^", "b//c", "b//c//h^", "b//z^", ":m:B", ":m:a", ":m:a//x^"]);
}

#[test]
fn names_are_ordered_as_written() {
    let outcome = run("@{X}=zzz\nprofile AA { }\nprofile @{X}a { }\n");
    let names: Vec<_> = outcome.policy.profiles.iter().map(|p| p.name.to_string()).collect();
    assert_eq!(names, ["zzza", "AA"]);
    let name = |text: &str| run(text).policy.profiles[0].name.to_string();
    assert_eq!(name("profile a\\ b { }\n"), "a\\ b");
    assert_eq!(name("profile \"a b\" { }\n"), "a b");
    assert_eq!(name("profile a\\x41 { }\n"), "aA");
}

#[test]
fn attachments() {
    let show = |text: &str| {
        let outcome = run(text);
        let profile = &outcome.policy.profiles[0];
        (profile.attachment.as_ref().map(|glob| glob.value.to_string()), profile.name_glob.value.to_string())
    };
    let pair = |attachment: Option<&str>, glob: &str| (attachment.map(str::to_owned), glob.to_owned());
    assert_eq!(show("profile p { }\n"), pair(None, "p"));
    assert_eq!(show("profile p* { }\n"), pair(None, "p*"));
    assert_eq!(show("/bin/a { }\n"), pair(Some("/bin/a"), "/bin/a"));
    assert_eq!(show("/bin/foo//bar { }\n"), pair(Some("bar"), "bar"));
    assert_eq!(show("profile p /usr//bin/a { }\n"), pair(Some("/usr/bin/a"), "p"));
    assert_eq!(show("@{X}=/a /b\nprofile p @{X}/c { }\n"), pair(Some("{/a,/b}/c"), "p"));
    assert_eq!(show("@{X}=bar\nprofile p @{X} { }\n"), pair(Some("bar"), "p"));
    assert_eq!(show("@{X}=/b\nprofile @{X}/a { }\n"), pair(Some("/b/a"), "/b/a"));
    assert_eq!(run("/bin/a { }\n").codes(), [(Code::PathName, "/bin/a".into())]);
}

#[test]
fn names_that_are_not_loaded() {
    for name in ["x ", "x//", "x//../y", "x//&y", ":n/s:x", "x\u{1b}", &"x".repeat(236)] {
        let outcome = run(&format!("profile x {{ }}\nprofile \"{name}\" {{ }}\n"));
        assert_eq!(outcome.codes().iter().map(|(code, _)| *code).collect::<Vec<_>>(), [Code::NameUnloadable], "{name}");
    }
    assert_eq!(run("profile p { profile \"..\" { } }\n").codes(), [(Code::NameUnloadable, "\"..\"".into())]);
    let orphan =
        |text: &str| run(text).codes().into_iter().map(|(code, text)| format!("{code} {text}")).collect::<Vec<_>>();
    assert_eq!(orphan("profile a { }\nprofile a//b { }\nprofile a//b//c { }\n"), [""; 0]);
    assert_eq!(orphan("profile p { profile a { } profile a//b { } }\n"), [""; 0]);
    assert_eq!(orphan("profile a { }\nprofile :n:a//b { }\n"), ["parent-missing :n:a//b"]);
    assert_eq!(orphan("profile p { profile a//b { } }\n"), ["parent-missing a//b"]);
}

#[test]
fn xattrs_and_identities() {
    let outcome = run("profile p xattrs=(user.a, user.b=\"x*\") +identities=(a, \"/b c\") +identities=(d) { }\n");
    let profile = outcome.only_profile();
    let xattrs: Vec<_> = profile
        .xattrs
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_ref().map(|v| v.value.to_string())))
        .collect();
    assert_eq!(xattrs, [("user.a".into(), None), ("user.b".into(), Some("x*".into()))]);
    assert_eq!(profile.identities.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a", "/b c", "d"]);
}

#[test]
fn flags() {
    let resolved = |text: &str| run(&format!("@{{R}}=/run//x\nprofile p flags=({text}) {{ }}\n"));
    let flags = |text: &str| resolved(text).policy.profiles[0].flags.clone();
    assert_eq!(resolved("complain complain debug").codes(), [(Code::RefFlagOrder, "debug".into())]);
    assert_eq!(resolved("interruptible audit").codes(), []);
    assert_eq!(flags("complain complain").mode, ProfileMode::Complain);
    assert_eq!(flags("default_allow").mode, ProfileMode::DefaultAllow);
    let all = flags("audit, debug, interruptible, kill.signal=hup error=eacces");
    assert!(all.audit && all.debug && all.interruptible);
    assert_eq!(
        (all.kill_signal.map(Signal::number), all.error.map(Errno::number), all.path_flags),
        (Some(1), Some(13), None)
    );
    assert_eq!(flags("namespace_relative").path_flags, Some(0));
    assert_eq!(flags("attach_disconnected chroot_relative mediate_deleted").path_flags, Some(0x1_000c));
    let paths = flags("attach_disconnected.path=@{R}// attach_disconnected.ipc=/");
    assert_eq!((paths.disconnected, paths.disconnected_ipc), (Some("/run/x".into()), Some("".into())));
    assert_eq!(paths.path_flags, Some(0x24));
    assert_eq!(flags("attach_disconnected.ipc").path_flags, Some(0x20));
}

#[test]
fn errors() {
    for (text, code, at) in [
        ("profile :ns: { }", Code::NameEmpty, ":ns:"),
        ("profile \"\" { }", Code::NameEmpty, "\"\""),
        ("profile :ns { }", Code::NsUnterminated, ":ns"),
        ("profile ::a { }", Code::NsEmpty, "::a"),
        ("profile &a { }", Code::ProfileNameStack, "&a"),
        ("foo { }", Code::ProfileName, "foo"),
        ("profile p b { }", Code::Attachment, "b"),
        ("profile p peer=(a=b) { }", Code::CondGroup, "peer"),
        ("profile p { ^h xattrs=(a=b) { } }", Code::HatXattrs, "xattrs=(a=b)"),
        ("profile p +identities=(\"a b\") { }", Code::IdentitySpace, "\"a b\""),
        ("profile p flags=(x) { }", Code::FlagInvalid, "x"),
        ("profile p flags=(audit=1) { }", Code::FlagInvalid, "audit=1"),
        ("profile p flags=(attach_disconnected.path) { }", Code::FlagInvalid, "attach_disconnected.path"),
        ("profile p flags=(complain kill) { }", Code::FlagConflict, "kill"),
        ("profile p flags=(chroot_relative, namespace_relative) { }", Code::FlagConflict, "namespace_relative"),
        (
            "profile p flags=(no_attach_disconnected attach_disconnected.ipc) { }",
            Code::FlagConflict,
            "attach_disconnected.ipc",
        ),
        (
            "profile p flags=(attach_disconnected.ipc no_attach_disconnected) { }",
            Code::FlagConflict,
            "no_attach_disconnected",
        ),
        (
            "profile p flags=(attach_disconnected.path=/a attach_disconnected.path=/b) { }",
            Code::FlagConflict,
            "attach_disconnected.path=/b",
        ),
        ("profile p flags=(kill.signal=foo) { }", Code::FlagSignal, "kill.signal=foo"),
        ("profile p flags=(kill.signal=hup kill.signal=int) { }", Code::FlagConflict, "kill.signal=int"),
        ("profile p flags=(error=13) { }", Code::FlagError, "error=13"),
        ("profile p flags=(attach_disconnected.path=x) { }", Code::Disconnected, "attach_disconnected.path=x"),
        ("profile a { }\nprofile a /b { }", Code::DupProfile, "a"),
        ("profile p { ^h { } profile h { } }", Code::DupHat, "h"),
        ("profile p { ^h { } if true { ^h { } } }", Code::DupHat, "h"),
        ("profile p { /bin/x { } }", Code::MisplacedItem, "/bin/x"),
        ("profile p { }\n@{A}=x", Code::MisplacedItem, "@{A}=x"),
        ("profile p@{X} { }", Code::Expand, "p@{X}"),
    ] {
        assert_eq!(run(&format!("{text}\n")).codes(), [(code, at.into())], "{text}");
    }
    assert_eq!(run("profile :n:a { }\nprofile a { }\nprofile p { ^:n:h { } ^h { } }\n").codes(), []);
    assert_eq!(run("profile p xattrs=(a=@{X}) { }\n").codes(), [(Code::VarNotExpanded, "@{X}".into())]);
}
