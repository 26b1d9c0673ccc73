//! Pairs of policies with the right answer known.

use super::{NewAccess, NewAccessKind, NewAccessOptions, new_access};
use crate::{Compiler, Features, Input};

fn compare(base: &str, new: &str, options: &NewAccessOptions) -> NewAccess {
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    let [base, new] = [("base", base), ("new", new)].map(|(name, text)| {
        compiler.compile(Input::text(name, text)).unwrap_or_else(|error| panic!("{text}: {error}"))
    });
    new_access(base.records(), new.records(), options).unwrap()
}

/// The kinds that the second text gives against the first; rules alone are those of a profile `p`.
fn kinds(base: &str, new: &str) -> Vec<NewAccessKind> {
    let whole = |rules: &str| {
        if rules.contains("profile p") { rules.to_owned() } else { format!("profile p {{\n{rules}\n}}\n") }
    };
    let found = compare(&whole(base), &whole(new), &NewAccessOptions::default());
    let mut kinds: Vec<NewAccessKind> = found.findings.iter().map(|finding| finding.kind).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

/// Texts of which the first allows more, and the second nothing that the first does not.
const NARROWER: &[(&str, &str)] = &[
    ("/etc/* r,", "/etc/hosts r,"),
    ("/etc/** rw,", "/etc/*.conf w,"),
    ("/a/{b,c} r,", "/a/b r,"),
    ("/a/[a-z] r,", "/a/[b-c] r,"),
    ("/a rw,", "owner /a rw,"),
    ("owner /a rw,", "owner /a r,"),
    ("/a r,", "/a r,\ndeny /a r,"),
    ("/a/** r,", "/a/** r,\ndeny /a/b/** r,"),
    ("priority=1 /a/** r,\n/a/x w,", "priority=2 deny /a/** r,\n/a/x w,"),
    ("/bin/x mux,", "/bin/x ix,"),
    ("/bin/x pux -> q,", "/bin/x px -> q,"),
    ("/bin/x ux,", "/bin/x Ux,"),
    ("/bin/x px -> q,", "/bin/x Px -> q,"),
    ("capability chown,\ncapability kill,", "capability kill,"),
    ("network inet,", "network inet stream,"),
    ("signal,", "signal send set=term peer=q,"),
    ("ptrace,", "ptrace read peer=q,"),
    ("mount,", "mount options=ro /a -> /b/,"),
    ("umount,", "umount /mnt/,"),
    ("pivot_root,", "pivot_root oldroot=/a /b,"),
    ("dbus,", "dbus send bus=system path=/a,"),
    ("unix,", "unix connect type=stream peer=(label=q),"),
    ("userns,\n/a r,", "/a r,"),
    ("io_uring,", "io_uring sqpoll,"),
    ("change_profile,", "change_profile -> q,"),
    ("change_profile -> q,", "change_profile /bin/x -> q,"),
    ("set rlimit nofile <= 10,", "set rlimit nofile <= 9,"),
    ("/a r,", "set rlimit nofile <= 9,\n/a r,"),
    ("@{X}=/a /b\nprofile p { @{X} r, }", "@{X}=/b\nprofile p { @{X} r, }"),
    ("profile p flags=(complain) { }", "profile p { /a r, }"),
    ("profile p flags=(unconfined) { }", "profile p { /a r, capability chown, network inet, }"),
    ("profile p flags=(attach_disconnected, mediate_deleted) { }", "profile p flags=(mediate_deleted) { }"),
    (
        "profile p { /bin/x px -> q, } profile q { /bin/y px -> p, /a rw, }",
        "profile p { /bin/x px -> q, } profile q { /bin/y px -> p, /a r, }",
    ),
    ("profile p { /bin/x mpx -> q, /a r, } profile q { /a rw, /bin/x ix, }", "profile p { /bin/x ix, } profile q { }"),
];

#[test]
fn narrower_policies_are_proven_and_wider_ones_are_not() {
    let mut wrong = Vec::new();
    for (wide, narrow) in NARROWER {
        for (base, new, proven) in
            [(wide, narrow, true), (wide, wide, true), (narrow, narrow, true), (narrow, wide, false)]
        {
            let kinds = kinds(base, new);
            if proven != kinds.is_empty() || !proven && kinds == [NewAccessKind::LessAudit] {
                wrong.push(format!("{new}\nagainst {base}: {kinds:?}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn what_is_no_order_is_not_proven() {
    for (base, new) in [
        ("profile p /bin/a { }", "profile p /bin/b { }"),
        ("profile p /bin/a { }", "profile p { }"),
        ("profile p { }", "profile p { } profile q { }"),
        // Fewer permissions of its name let a link have more targets.
        ("/a rwl,\n/b r,", "/a rl,\n/b r,"),
        ("/bin/x px,", "/bin/x px -> q,"),
        // A link of the program `/l` may have the target `/t` once both stay in the profile.
        ("/l rlix,\n/t rmux,", "/l rlix,\n/t rmix,"),
        // Without the word, kernels mediate deleted files.
        ("profile p flags=(attach_disconnected) { }", "profile p { }"),
        ("profile p { /bin/x pux -> q, } profile q { }", "profile p { /bin/x pux -> q, }"),
        ("profile p { /bin/x pix, } profile q /bin/x { }", "profile p { /bin/x pix, }"),
    ] {
        assert_eq!(kinds(base, new), [NewAccessKind::NotProven], "{new} against {base}");
    }
}

#[test]
fn modes_that_allow_everything() {
    for mode in ["complain", "unconfined", "prompt", "default_allow"] {
        let wide = format!("profile p flags=({mode}) {{ }}");
        assert!(kinds("profile p { }", &wide).contains(&NewAccessKind::NewAccess), "{mode}");
    }
    assert_eq!(kinds("profile p { }", "profile p flags=(kill) { }"), []);
    assert_eq!(kinds("profile p flags=(kill) { }", "profile p { }"), []);
}

#[test]
fn transitions_of_targets_count_where_programs_may_be_linked() {
    assert_eq!(kinds("/l rl,\n/t rmux,", "/l rl,\n/t rmix,"), []);
    assert_eq!(kinds("/l rix,\n/t rmux,", "/l rix,\n/t rmix,"), []);
}

#[test]
fn audit_counts_unless_it_is_ignored() {
    for (base, new) in [
        ("profile p { audit /a r, }", "profile p { /a r, }"),
        ("profile p { }", "profile p { deny /a r, }"),
        ("profile p { audit capability chown, }", "profile p { capability chown, }"),
        ("profile p flags=(audit) { }", "profile p { }"),
        ("profile p { audit network inet stream, }", "profile p { network inet stream, }"),
    ] {
        assert_eq!(kinds(base, new), [NewAccessKind::LessAudit], "{new}");
        assert_eq!(kinds(new, base), [], "{base}");
        assert!(compare(base, new, &NewAccessOptions::default().ignore_audit(true)).is_proven(), "{new}");
    }
}

#[test]
fn transitions_rest_on_the_profiles_that_they_lead_to() {
    let base = "profile p { /bin/x px -> q, } profile q { /a r, /bin/y px -> p, }";
    // The target may do more than the one of BASE, two steps away.
    let wider = "profile p { /bin/x px -> r, } profile r { /a rw, } profile q { /a r, /bin/y px -> p, }";
    let found = compare(base, wider, &NewAccessOptions::default().map("q", "r"));
    let texts: Vec<String> = found.findings.iter().map(ToString::to_string).collect();
    assert!(texts.iter().any(|text| text.starts_with("r: against q: file \"/a\": new access")), "{texts:?}");

    let renamed = "profile p { /bin/x px -> r, } profile r { /a r, /bin/y px -> p, }";
    let found = compare(base, renamed, &NewAccessOptions::default().map("q", "r"));
    assert!(found.is_proven(), "{found}");
}

#[test]
fn one_baseline_for_all() {
    let base = "profile node { /srv/** rw, /bin/* ix, network inet, }";
    let options = NewAccessOptions::default().baseline("node");
    let fits = "profile a { /srv/a/** rw, } profile b { /srv/b r, /bin/sh ix, }";
    let found = compare(base, fits, &options);
    assert!(found.is_proven(), "{found}");
    let found = compare(base, "profile a { /srv/** rw, } profile b { /etc/shadow r, }", &options);
    assert_eq!(found.findings.len(), 1, "{found}");
    assert_eq!(found.findings[0].kind, NewAccessKind::NewAccess);
    assert!(found.to_string().starts_with("b: against node: file \"/etc/shadow\""), "{found}");
    assert!(!compare(base, "profile a { }", &NewAccessOptions::default().baseline("nowhere")).is_proven());
}

#[test]
fn a_negated_class_matches_a_slash() {
    // A template of container runtimes had this pattern, for processes but not `/proc/sys`.
    let base = "/proc/** w,\ndeny /proc/{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9]*}/** w,";
    let new =
        "/proc/** w,\ndeny /proc/{[^1-9/],[^1-9/][^0-9/],[^1-9s/][^0-9y/][^0-9s/],[^1-9/][^0-9/][^0-9/][^0-9/]*}/** w,";
    assert_eq!(kinds(base, new), [NewAccessKind::NewAccess]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]

    /// Implication by automata is implication by asking for every access of a finite alphabet.
    #[test]
    fn agrees_with_brute_force(base in rules(), new in rules()) {
        use crate::analysis::{Access, Subject};
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        let [a, b] = [&base, &new].map(|rules| format!("profile p {{\n{rules}}}\n"));
        let compiled = [&a, &b].map(|text| compiler.compile(Input::text("p", text.as_str())).unwrap());
        let options = NewAccessOptions::default().ignore_audit(true);
        let found = new_access(compiled[0].records(), compiled[1].records(), &options).unwrap();
        let [old, fresh] = compiled.map(|compiled| Subject::from_compiled(compiled).unwrap());
        let mut more = Vec::new();
        for words in accesses() {
            let access = Access::parse(&words).unwrap();
            if fresh.ask(None, &access).unwrap().is_allowed() && !old.ask(None, &access).unwrap().is_allowed() {
                more.push(words.join(" "));
            }
        }
        proptest::prop_assert_eq!(found.is_proven(), more.is_empty(), "{}{}{}{:?}", a, b, found, more);
    }
}

/// Rules that tell apart only strings of [`accesses`].
fn rules() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let prefix = prop::sample::select(vec!["", "deny ", "owner ", "priority=1 ", "priority=-1 deny "]);
    let path = prop::sample::select(vec!["/a", "/b", "/ab", "/[ab]", "/{a,ab}", "/{,a}b", "/a{,b}"]);
    let file = (prefix, path, prop::sample::select(vec!["r", "w", "rw", "k"]))
        .prop_map(|(prefix, path, permissions)| format!("{prefix}{path} {permissions},\n"));
    let other = prop::sample::select(vec![
        "capability chown,\n",
        "deny capability chown,\n",
        "capability,\n",
        "signal send set=term peer=a,\n",
        "signal send set=(term, kill) peer={a,b},\n",
        "deny signal send set=kill peer=[ab],\n",
        "ptrace read peer={a,b},\n",
        "deny ptrace read peer=a,\n",
        "userns,\n",
        "deny userns,\n",
    ]);
    let rule = prop_oneof![3 => file, 2 => other.prop_map(str::to_owned)];
    prop::collection::vec(rule, 0..6).prop_map(|rules| rules.concat())
}

fn accesses() -> Vec<Vec<&'static str>> {
    let mut all: Vec<Vec<&'static str>> = Vec::new();
    for who in ["owner", "other"] {
        for path in ["/a", "/b", "/ab"] {
            all.extend(["r", "w", "k"].map(|permission| vec!["file", who, path, permission]));
        }
    }
    for peer in ["a", "b"] {
        all.extend(["term", "kill"].map(|signal| vec!["signal", "send", signal, peer]));
        all.push(vec!["ptrace", "read", peer]);
    }
    all.extend([vec!["capability", "chown"], vec!["capability", "kill"], vec!["userns"]]);
    all
}
