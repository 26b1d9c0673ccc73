use super::*;
use crate::compiler::{Compiler, Input};
use crate::features::Features;

/// Returns the answer of the profile `p` (the first) with these rules about an access.
#[track_caller]
fn ask_text(kernel: &str, text: &str, access: &str) -> Answer {
    let compiler = Compiler::new(Features::builtin(kernel).unwrap());
    let policy = compiler.compile(Input::text("p", text)).unwrap();
    let blob = policy.blob().to_vec();
    let words: Vec<&str> = access.split(' ').collect();
    let access = Access::parse(&words).unwrap();
    let name = Some(&b"p"[..]);
    let answer = Subject::from_compiled(policy).unwrap().ask(name, &access).unwrap();
    // The blob says the same, but for the rules, and what is guessed for want of them.
    let mut bare = answer.clone();
    bare.rules.clear();
    bare.traced = false;
    for verdict in &mut bare.verdicts {
        verdict.decided_by.clear();
        verdict.outranked.clear();
    }
    let mut of_blob = Subject::from_blob(&blob).unwrap().ask(name, &access).unwrap();
    for answer in [&mut bare, &mut of_blob] {
        answer.notes.retain(|note| !note.starts_with("a directory's name"));
    }
    assert_eq!(of_blob, bare);
    answer
}

#[track_caller]
fn ask(kernel: &str, rules: &str, access: &str) -> Answer {
    ask_text(kernel, &format!("profile p {{\n{rules}\n}}\n"), access)
}

/// On the newest kernel and the oldest.
#[track_caller]
fn says(rules: &str, access: &str, expected: &str) {
    for kernel in ["linux-7.2", "linux-6.12"] {
        let verdicts: Vec<String> = ask(kernel, rules, access).verdicts.iter().map(ToString::to_string).collect();
        assert_eq!(verdicts.join("; "), expected, "{kernel}: {access}");
    }
}

#[test]
fn files() {
    says("/f r,", "file /f r", "allowed");
    says("/f r,", "file /f rw", "allowed; denied");
    says("owner /f r,", "file /f r", "own files: allowed; files of others: denied");
    says("owner /f r,", "file owner /f r", "own files: allowed");
    says("/** rw, deny /f w,", "file /f w", "denied, not logged");
    says("/** rw, audit deny /f w,", "file /f w", "denied");
    says("audit /f r,", "file /f r", "allowed, audited");
    says("/f a,", "file /f a create", "allowed; denied");
    says("/f w,", "file /f create delete chmod chown setattr open getattr", &["allowed"; 7].join("; "));
    // No file rule at all.
    says("", "file /f r", "denied");
}

#[test]
fn exec() {
    says("/f ix,", "file /f x", "allowed, stays in the profile");
    says("/f px,", "file /f x", "allowed, to the profile that attaches to it, environment kept");
    says(
        "/f Pix,",
        "file /f x",
        "allowed, to the profile that attaches to it, else stays in the profile, environment scrubbed",
    );
    says(
        "/f cux,",
        "file /f x",
        "allowed, to the child profile that attaches to it, else becomes unconfined, environment kept",
    );
    says("/f Ux,", "file /f x", "allowed, becomes unconfined, environment scrubbed");
    says("/f Px -> q,", "file /f x", "allowed, to profile q, environment scrubbed");
    says("/f cx -> c,", "file /f x", "allowed, to profile p//c, environment kept");
    says("/f px -> :n:q,", "file /f x", "allowed, to profile :n:q, environment kept");
    says("/f px, owner /g ix,", "file /g x", "own files: allowed, stays in the profile; files of others: denied");
    says("unsafe /f x,", "file /f x", "denied");
    says("/f ix,", "file /f m", "allowed");
    let text =
        "profile p { /bin/* px, /sbin/* cx, profile /sbin/c { } }\nprofile q /bin/{a,b} { }\nprofile /bin/c { }\n";
    let candidates = |path: &str| {
        let answer = ask_text("linux-7.2", text, &format!("file {path} x"));
        answer.verdicts[0].exec.clone().unwrap().candidates
    };
    assert_eq!(candidates("/bin/a"), ["q"]);
    assert_eq!(candidates("/bin/c"), ["/bin/c"]);
    assert_eq!(candidates("/bin/d"), [""; 0]);
    assert_eq!(candidates("/sbin/c"), ["p///sbin/c"]);
}

#[test]
fn links() {
    says("/a l -> /b,", "file /a l -> /b", "allowed");
    says("/a l -> /b,", "file /a l -> /c", "denied");
    says("/b l,", "file /a l -> /b", "denied");
    // Without a target in the rule, it must grant all that the name does; only for own files, as the reference compiles it.
    says("/a rl, /b r,", "file /a l -> /b", "allowed");
    says("/a rwl, /b r,", "file /a l -> /b", "own files: denied; files of others: allowed");
    says("/a ixl, /b px,", "file owner /a l -> /b", "own files: denied");
    says("/a Pxl, /b px,", "file owner /a l -> /b", "own files: allowed");
    says("/a pxl, /b Px,", "file owner /a l -> /b", "own files: denied");
}

#[test]
fn capabilities() {
    says("capability chown,", "capability chown", "allowed");
    says("capability chown, deny capability chown,", "capability chown", "denied, not logged");
    says("audit capability bpf, audit deny capability kill,", "capability bpf kill", "allowed, audited; denied");
}

#[test]
fn sockets() {
    says("network inet stream,", "network create inet tcp", "allowed");
    says("network inet stream,", "network create inet dgram", "denied");
    says("network (create) inet,", "network create,bind inet raw", "allowed; denied");
    says("deny network inet,", "network create inet raw", "denied, not logged");
    let unix = |rules: &str, access: &str| ask("linux-7.2", rules, access).is_allowed();
    let rules =
        "unix (create, bind, listen) type=stream addr=@a*, unix (connect, send, receive) peer=(label=q addr=@b),";
    assert!(unix(rules, "unix bind,listen stream @ab") && !unix(rules, "unix bind stream @b"));
    assert!(!unix(rules, "unix bind dgram @ab") && !unix(rules, "unix setopt stream @ab"));
    assert!(unix(rules, "unix connect stream @b peer=q") && unix(rules, "unix send dgram @b peer=q"));
    assert!(!unix(rules, "unix connect stream @b peer=r") && !unix(rules, "unix connect stream @c peer=q"));
    assert!(!unix(rules, "unix connect stream @b peer=q//&r") && !unix(rules, "unix connect stream @b"));
    let coarse = ask("linux-6.1", "unix (connect) type=stream peer=(label=q),", "unix connect stream @z peer=r");
    assert!(coarse.is_allowed() && coarse.notes[0].contains("type"), "{coarse}");
}

#[test]
fn socket_types_of_old_kernels() {
    let old = Features::parse(b"network {yes\n}\nfile {yes\n}\n").unwrap();
    let compiler = Compiler::new(old);
    let text = b"profile p {\n  network inet stream,\n  deny network netlink,\n}\n";
    let subject = Subject::from_compiled(compiler.compile(Input::text("p", text)).unwrap()).unwrap();
    let ask = |words: &[&str]| subject.ask(None, &Access::parse(words).unwrap()).unwrap();
    let inet = ask(&["network", "create", "inet", "stream"]);
    assert!(inet.is_allowed() && inet.rules.len() == 1, "{inet}");
    let netlink = ask(&["network", "create", "netlink", "raw"]);
    assert!(netlink.verdicts[0].quiet && netlink.rules[0].line == 3, "{netlink}");
    assert!(!ask(&["network", "create", "inet", "dgram"]).is_allowed());
    // What such a kernel does not mediate.
    let signal = ask(&["signal", "send", "kill", "x"]);
    assert!(signal.is_allowed() && signal.notes.iter().any(|note| note.contains("not mediated")), "{signal}");
}

#[test]
fn messages() {
    let rules = "dbus send bus=system path=/org/foo/** interface=org.foo.{A,B} member=Get* peer=(name=org.foo label=x), \
                 dbus bind bus=session name=org.x,";
    let dbus = |access: &str| ask("linux-7.2", rules, access).is_allowed();
    assert!(dbus("dbus send system org.foo /org/foo/q org.foo.A GetX peer=x"));
    assert!(!dbus("dbus receive system org.foo /org/foo/q org.foo.A GetX peer=x"));
    assert!(!dbus("dbus send system org.foo /org/foo/q org.foo.A GetX peer=y"));
    assert!(!dbus("dbus send system org.foo /org/foo/q org.foo.C GetX peer=x"));
    assert!(dbus("dbus bind session org.x") && !dbus("dbus bind system org.x") && !dbus("dbus eavesdrop system"));
}

#[test]
fn processes() {
    let rules = "signal send set=(term, rtmin+3) peer=q, deny signal send set=kill, ptrace (read, tracedby) peer=q//*,";
    says(rules, "signal send term q", "allowed");
    says(rules, "signal send rtmin+3 q", "allowed");
    says(rules, "signal receive term q", "denied");
    says(rules, "signal send kill q", "denied, not logged");
    says(rules, "ptrace read,tracedby,trace q//h", "denied; allowed; allowed");
    says(rules, "ptrace read q", "denied");
    // A stack is allowed where each of its profiles is.
    says("signal send peer={a,b},", "signal send term a//&b", "allowed");
    says("signal send peer=a,", "signal send term a//&b", "denied");
    says("signal send peer=\"a//&b\",", "signal send term a//&b", "allowed");
    says("deny signal send peer=a,", "signal send term a//&b", "denied");
    says("deny signal send peer={a,b},", "signal send term a//&b", "denied, not logged");
}

#[test]
fn mounts() {
    let rules = "mount fstype=ext4 options=(ro, nosuid) /dev/sd* -> /mnt/, mount options=(rw, bind) /a/ -> /b/, \
                 mount options=(rw, make-rprivate) -> /**, remount options=(ro) /b/, umount /b/, \
                 pivot_root oldroot=/n/o/ /n/,";
    says(rules, "mount /dev/sda /mnt/ ext4 ro,nosuid", "allowed");
    says(rules, "mount /dev/sda /mnt/ ext4 ro", "denied");
    says(rules, "mount /dev/sda /mnt/ xfs ro,nosuid", "denied");
    says(rules, "mount /a/ /b/ bind", "allowed");
    says(rules, "mount /a/ /b/ bind,ro", "allowed");
    says(rules, "mount /a/ /b/ rbind", "denied");
    says(rules, "mount /x/ make-rprivate", "allowed");
    says(rules, "mount /x/ make-private", "denied");
    says(rules, "remount /b/ ro", "allowed");
    says(rules, "remount /b/", "denied");
    says(rules, "umount /b/", "allowed");
    says(rules, "pivot_root /n/ /n/o/", "allowed");
    says(rules, "pivot_root /n/ /n/p/", "denied");
    let answer = ask("linux-6.1", rules, "umount /b");
    assert!(!answer.is_allowed() && answer.notes.iter().any(|note| note.contains("`umount /b/`")), "{answer}");
}

#[test]
fn changes_of_profile() {
    says("change_profile -> q,", "change_profile q", "allowed");
    says("change_profile -> q,", "change_profile r", "denied");
    says("change_profile -> q,", "change_profile /bin/x -> q", "allowed; allowed, to profile q, environment scrubbed");
    says(
        "change_profile unsafe /bin/x -> q,",
        "change_profile /bin/x -> q",
        "allowed; allowed, to profile q, environment kept",
    );
    says("change_profile /bin/x -> q,", "change_profile /bin/y -> q", "allowed; denied");
    says("change_profile -> &q,", "change_profile &q", "allowed");
    says("change_profile -> {q,r},", "change_profile q//&r", "allowed");
    says("change_profile -> q,", "change_profile q//&r", "denied");
}

#[test]
fn namespaces_and_rings() {
    says("userns,", "userns", "allowed");
    says("", "userns", "denied");
    says("audit deny userns,", "userns", "denied");
    says("io_uring sqpoll,", "io_uring sqpoll", "allowed");
    says("io_uring override_creds label=q,", "io_uring override_creds q", "allowed");
    says("io_uring override_creds label=q,", "io_uring override_creds r", "denied");
    let old = ask("linux-6.1", "", "userns");
    assert!(old.is_allowed() && old.notes == ["allowed because user namespaces are not mediated by this policy"]);
}

#[test]
fn message_queues_where_a_kernel_mediates_them() {
    let features = Features::parse(b"ipc {posix_mqueue {create\n}\nsysv_mqueue {create\n}\n}\nfile {yes\n}\n").unwrap();
    let compiler = Compiler::new(features);
    let text = b"profile p {\n  mqueue (create, read) type=posix label=l /q*,\n  mqueue create 7,\n}\n";
    let subject = Subject::from_compiled(compiler.compile(Input::text("p", text)).unwrap()).unwrap();
    let ask = |words: &[&str]| subject.ask(None, &Access::parse(words).unwrap()).unwrap();
    assert!(ask(&["mqueue", "read", "/qa", "label=l"]).is_allowed());
    assert!(!ask(&["mqueue", "read", "/qa", "label=m"]).is_allowed());
    assert!(ask(&["mqueue", "create", "7"]).is_allowed() && !ask(&["mqueue", "create", "8"]).is_allowed());
}

#[test]
fn modes() {
    let with = |flags: &str, rules: &str, access: &str| {
        ask_text("linux-7.2", &format!("profile p flags=({flags}) {{ {rules} }}\n"), access)
    };
    let complain = with("complain", "", "file /f r");
    assert!(!complain.is_allowed() && complain.verdicts[0].happens && complain.notes[0].contains("not denied"));
    let silent = with("complain", "deny /f r,", "file /f r");
    assert!(!silent.verdicts[0].happens && silent.notes[0].contains("fails"), "{silent}");
    let kill = with("kill", "", "capability chown");
    assert!(kill.notes[0].contains("kills") && !kill.verdicts[0].happens);
    let audit = with("audit", "/f r, deny /g r,", "file /f r");
    assert!(audit.verdicts[0].audited);
    assert!(!with("audit", "deny /g r,", "file /g r").verdicts[0].quiet);
    for flag in ["unconfined", "default_allow"] {
        let free = with(flag, "", "file /f rwx");
        assert!(
            free.is_allowed() && free.mode == LoadedMode::Unconfined && free.notes[0].contains("unconfined"),
            "{free}"
        );
        assert!(with(flag, "", "userns").is_allowed());
        // io_uring is checked where a rule makes the class present.
        assert!(with(flag, "", "io_uring sqpoll").is_allowed());
        assert!(!with(flag, "io_uring override_creds,", "io_uring sqpoll").is_allowed());
    }
    let prompt = ask("linux-7.2", "prompt /f r,", "file /f r");
    assert_eq!(prompt.verdicts[0].decision, Decision::Prompt);
    assert!(!prompt.is_allowed() && prompt.notes[0].contains("7.2"));
}

#[test]
fn rules_are_named() {
    let rules = "  audit /etc/** rw,\n  deny /etc/shadow w,\n  owner /etc/shadow r,\n  /usr/** r,";
    let answer = ask("linux-7.2", rules, "file /etc/shadow rw");
    assert_eq!(
        answer.to_string(),
        "profile p (enforce): file /etc/shadow rw\n\
         \x20 read   allowed, audited\n\
         \x20 write  denied, not logged\n\
         rules\n\
         \x20 decides    read   p:2:3  audit /etc/** rw,\n\
         \x20 decides    write  p:3:3  deny /etc/shadow w,\n\
         \x20 decides    read   p:4:3  owner /etc/shadow r,\n\
         \x20 outranked  write  p:2:3  audit /etc/** rw,\n"
    );
    let answer = ask("linux-7.2", rules, "file /usr/x w");
    assert_eq!(answer.to_string(), "profile p (enforce): file /usr/x w\n  write  denied: no rule allows it\n");
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["verdicts"][0]["decision"], "denied");
    assert_eq!(json["access"]["class"], "file");
}

#[test]
fn attachment() {
    let text = "profile p /bin/{a,b} { }\nprofile /bin/c { }\n";
    assert!(ask_text("linux-7.2", text, "attach /bin/a").is_allowed());
    assert!(!ask_text("linux-7.2", text, "attach /bin/c").is_allowed());
}

#[test]
fn profiles_are_found_by_name() {
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    let text = b"profile webapp { ^static { } }\nprofile :ns:other { }\n";
    let subject = Subject::from_compiled(compiler.compile(Input::text("p", text)).unwrap()).unwrap();
    let access = Access::parse(&["userns"]).unwrap();
    for name in ["webapp", "webapp//static", "other", ":ns:other"] {
        assert!(subject.ask(Some(name.as_bytes()), &access).is_ok(), "{name}");
    }
    let error = subject.ask(Some(b"wepapp"), &access).unwrap_err().to_string();
    assert!(error.contains("is it `webapp`?"), "{error}");
    assert!(subject.ask(None, &access).unwrap_err().to_string().contains(":ns:other"));
    assert_eq!(Subject::from_blob(b"").unwrap().ask(None, &access), Err(QueryError::Empty));
}

#[test]
fn text_is_no_blob() {
    assert!(is_blob(b"\x04\x08\0version\0\x02") && is_blob(b"\x01\x03\0\0\0\0\0\0\x28\xb5\x2f\xfd"));
    assert!(!is_blob(b"") && !is_blob(b"profile p { }"));
    assert!(matches!(Subject::from_blob(b"\x04\x08\0version\0\x02\x07\0\0\0junk"), Err(QueryError::Read(_))));
}
