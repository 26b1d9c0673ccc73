//! Tests of fields of profiles, attachments, and the diagnostics of `check`.

use super::*;
use crate::encode::check;

fn xmatch(text: &str) -> blob::Xmatch {
    profiles("7.2", text).remove(0).xmatch.unwrap()
}

fn attaches(xmatch: &blob::Xmatch, input: &[Symbol]) -> bool {
    let state = input.iter().fold(1, |state, &symbol| xmatch.dfa.step(state, symbol));
    xmatch.dfa.accept[state as usize] == 1
}

fn bytes(text: &str) -> Vec<Symbol> {
    text.bytes().map(Symbol::Byte).collect()
}

#[test]
fn attachments() {
    let literal = xmatch("/bin/foo { }");
    assert!(attaches(&literal, &bytes("/bin/foo")) && !attaches(&literal, &bytes("/bin/fo")));
    assert_eq!(literal.len, 8);
    let alias = xmatch("alias /bin/ -> /usr/bin/,\n/bin/foo { }");
    assert!(attaches(&alias, &bytes("/bin/foo")) && attaches(&alias, &bytes("/usr/bin/foo")));
    assert_eq!(alias.len, 8);
    assert_eq!(profile("7.2", "").xmatch, None);
    assert_eq!(xmatch("profile t* { }").len, 1);
    assert_eq!(xmatch("profile t xattrs=(user.a) { }").len, 1);
}

#[test]
fn extended_attributes_come_in_reverse() {
    let text = "profile t /x/* xattrs=(user.a=foo user.b=bar) { }";
    let profile = profiles("6.1", text).remove(0);
    assert_eq!(profile.xattrs, [b"user.b", b"user.a"]);
    let xmatch = profile.xmatch.unwrap();
    assert_eq!(xmatch.len, 4);
    let value = |value: &str| [vec![Symbol::OutOfBand, Symbol::Byte(0)], bytes(value)].concat();
    let (path, a, b) = (bytes("/x/y"), value("foo"), value("bar"));
    assert!(attaches(&xmatch, &path));
    assert!(attaches(&xmatch, &[path.clone(), b.clone()].concat()));
    assert!(attaches(&xmatch, &[path.clone(), b, a.clone()].concat()));
    assert!(!attaches(&xmatch, &[path.clone(), a].concat()));
    assert!(!attaches(&xmatch, &[path, vec![Symbol::OutOfBand, Symbol::OutOfBand]].concat()));
}

#[test]
fn attachment_automata_are_never_diff_encoded() {
    let xmatch = xmatch("profile p /{,usr/}{,s}bin/syslogd* { }");
    assert!(!xmatch.dfa.is_diff_encoded());
    // States descend in real loops only.
    let mut state = 1;
    for byte in b"/usr/sbin/syslogd-x" {
        let next = xmatch.dfa.step(state, Symbol::Byte(*byte));
        assert!(next >= state);
        state = next;
    }
}

#[test]
fn headers() {
    let text = "profile t flags=(complain, audit, attach_disconnected, attach_disconnected.path=/dc) { set rlimit nofile <= 3, ^h { } }";
    let profiles = profiles("7.2", text);
    let [parent, hat] = &profiles[..] else { panic!("{}", profiles.len()) };
    assert_eq!((parent.version, parent.flags, parent.mode, parent.audit), (0x20_2007, 0, 1, 1));
    assert_eq!((parent.path_flags, parent.disconnected.as_deref()), (Some(4), Some(&b"/dc"[..])));
    let rlimits = parent.rlimits.unwrap();
    assert_eq!((rlimits.mask, rlimits.values[7]), (0x80, 3));
    assert_eq!((&*hat.name, hat.flags, hat.mode), (&b"t//h"[..], 1, 0));
}

#[test]
fn children_share_the_namespace() {
    let profiles = profiles("6.1", "profile :ns:p { profile c { } }");
    let all: Vec<_> = profiles.iter().map(|p| (p.namespace.as_deref(), &*p.name)).collect();
    assert_eq!(all, [(Some(&b"ns"[..]), &b"p"[..]), (Some(b"ns"), b"p//c")]);
}

#[test]
fn forced_complain_mode() {
    let options = EncodeOptions { force_complain: true, ..EncodeOptions::default() };
    let forced = compile_with(&features("6.1"), &options, "profile t { }").profiles.unwrap();
    assert_eq!((forced[0].version, forced[0].mode), (0x20_2807, 0));
    let old = Arc::new(Features::parse(b"file {mask {read\n}\n}\n").unwrap());
    let forced = compile_with(&old, &options, "profile t { }").profiles.unwrap();
    assert_eq!((forced[0].version, forced[0].mode, &forced[0].policydb), (5, 1, &None));
}

#[test]
fn kill_signal_is_for_kernels_that_announce_it() {
    let text = "profile t flags=(kill.signal=usr1) { }";
    assert_eq!(profiles("7.2", text)[0].kill, Some(10));
    let old = compile("6.12", text);
    assert_eq!(old.codes(), [Code::NotEnforced]);
    assert_eq!(old.profiles.unwrap()[0].kill, None);
}

#[test]
fn prompt_mode_is_for_kernels_that_load_it() {
    let text = "profile t flags=(prompt) { }";
    assert_eq!(compile("6.12", text).codes(), []);
    let old = compile("6.1", text);
    assert_eq!(old.codes(), [Code::NotEnforced]);
    assert_eq!(old.profiles.unwrap()[0].mode, 4);
}

#[test]
fn no_match_allows_no_lock_of_files() {
    let perms = |text: &str| profiles("7.2", text).remove(0).policydb.unwrap().perms.unwrap();
    let locks = |entry: &blob::Perms| entry.allow & 0x8000 != 0;
    // The kernel asks this automaton about files, as there are no rules for them.
    let asked = perms("profile t { umount /mnt/, }");
    assert_eq!(asked[0], blob::Perms::default());
    assert!(asked.len() > 1 && asked[1..].iter().all(locks));
    for text in ["profile t { umount /mnt/, /file r, }", "profile t flags=(unconfined) { umount /mnt/, }"] {
        assert!(perms(text).iter().all(locks), "{text}");
    }
}

#[test]
fn unconfined_profiles() {
    let text = "profile u flags=(unconfined) { }";
    assert_eq!(profiles("6.1", text)[0].policydb, None);
    assert!(profiles("7.2", text)[0].policydb.is_some());
}

#[test]
fn kill_signal_is_none_that_kernels_refuse() {
    let text = "profile t flags=(kill.signal=rtmin+1) { }";
    let new = compile("7.2", text);
    assert!(new.profiles.is_none() && new.codes().contains(&Code::FlagSignal));
    // Where it is not written it does no harm.
    assert!(compile("6.1", text).profiles.is_some());
}

#[test]
fn legacy_network_tables() {
    let features = Arc::new(Features::parse(b"network {af_mask {inet\n}\n}\n").unwrap());
    let table = |rules: &str| {
        let text = format!("profile t {{ {rules} }}");
        compile_with(&features, &EncodeOptions::default(), &text).profiles.unwrap().remove(0).net_allowed_af
    };
    let entries = |rules: &str| {
        let all = table(rules).unwrap();
        assert_eq!(all.len(), 46);
        let set = (0..).zip(all).filter(|(_, entry)| *entry != [0; 3]);
        set.collect::<Vec<(usize, [u16; 3])>>()
    };
    let rules = "network inet stream, deny network inet6 dgram, audit network netlink raw,";
    // Other than the reference, deny is quiet here, and `audit deny` is not.
    assert_eq!(entries(rules), [(2, [0x2, 0, 0]), (10, [0, 0, 0x4]), (16, [0x8, 0x8, 0])]);
    assert_eq!(entries("network inet, audit deny network inet raw,"), [(2, [0x436, 0, 0])]);
    assert_eq!(entries("audit unix type=stream,"), [(1, [0x2, 0x2, 0])]);
    assert_eq!(entries("network tcp,"), [(2, [2, 0, 0]), (10, [2, 0, 0])]);
    assert_eq!(entries("network ip=1.2.3.4,"), [(2, [0x43e, 0, 0]), (10, [0x43e, 0, 0])]);
    assert_eq!(table("/a r,"), None);
}

#[test]
fn stacks_need_a_kernel_that_stacks() {
    let without = Arc::new(Features::parse(b"policy {versions {v7 {yes\n}\n}\n}\n").unwrap());
    let compile = |rule: &str| compile_with(&without, &EncodeOptions::default(), &format!("profile t {{ {rule} }}"));
    assert_eq!(compile("change_profile -> &x,").codes(), [Code::StackUnsupported]);
    let profile = compile("change_profile /bin/x -> :ns:foo,").profiles.unwrap().remove(0);
    let file = profile.file.as_ref();
    assert_eq!(ask(file, b"ns\0foo"), AcceptedWords::Words(0xc000_0000, 0));
    assert_eq!(ask(file, b"/bin/x\0ns\0foo"), AcceptedWords::Words(0x4000_4001, 0));
    assert_eq!(ask(file, b":ns:foo"), AcceptedWords::NoMatch);
}

#[test]
fn check_raises_what_encode_raises() {
    for text in [
        "profile t { /a r, }",
        "profile t { /{a} r, }",
        "profile t { mount options=bind fstype=x, }",
        "profile t { /a* px, /*a cx, }",
        "profile t { /a* px, /b px, deny /c x, dbus, }",
        "profile t { change_profile unsafe /x -> b, /x px, }",
        "profile p[ { }",
        "profile t { /a r, ^h { /[ r, } }",
    ] {
        let features = features("6.1");
        let session = Session::new(Memory::new());
        let input = session.sources.add("input", text.as_bytes()).unwrap();
        let options = resolve::ResolveOptions {
            policy: Some(Arc::clone(&features)),
            ..resolve::ResolveOptions::new(Arc::clone(&features))
        };
        let policy = resolve(&session, input, &options, &mut Diagnostics::new());
        let target = Target { kernel: features };
        let (mut checked, mut encoded) = (Diagnostics::new(), Diagnostics::new());
        _ = check(&policy, &target, &EncodeOptions::default(), &EncodeCache::default(), &mut checked);
        _ = encode(&policy, &target, &EncodeOptions::default(), &EncodeCache::default(), &mut encoded);
        assert_eq!(checked.into_vec(), encoded.into_vec(), "{text}");
    }
}
