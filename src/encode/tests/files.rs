//! File rules, on the examples of a table: 6.1's words, 7.2's entries.

use super::*;

/// Allow, audit, quiet, prompt and exec index.
type FileWords = (u32, u32, u32, u32, u32);

fn entry((allow, audit, quiet, prompt, xindex): FileWords) -> blob::Perms {
    blob::Perms { allow, audit, quiet, prompt, xindex, ..blob::Perms::default() }
}

const fn allow(bits: u32) -> FileWords {
    (bits, 0, 0, 0, 0)
}

#[track_caller]
fn assert_answers(rules: &str, string: &[u8], words: (u32, u32), owner: FileWords, other: FileWords) {
    let context = format!("{rules} at {}", string.escape_ascii());
    let db = profile("6.1", rules).file;
    match (ask(db.as_ref(), string), words) {
        (AcceptedWords::NoMatch, (0, 0)) => {}
        (answer, (accept, accept2)) => assert_eq!(answer, AcceptedWords::Words(accept, accept2), "{context}"),
    }
    let db = profile("7.2", rules).file;
    match ask(db.as_ref(), string) {
        AcceptedWords::NoMatch => assert_eq!((owner, other), (allow(0x200), allow(0x200)), "{context}"),
        answer => assert_eq!(answer, AcceptedWords::Entries(entry(owner), entry(other)), "{context}"),
    }
}

#[test]
fn permissions_of_a_path() {
    let same: [(&str, (u32, u32), FileWords); 22] = [
        ("/f r,", (0x10004, 0), allow(0x244)),
        ("/f w,", (0x2800a, 0), allow(0x337a)),
        ("/f a,", (0x20008, 0), allow(0x208)),
        ("/f l,", (0x40010, 0), allow(0x40200)),
        ("/f k,", (0x80020, 0), allow(0x8200)),
        ("/f m,", (0x10_0040, 0), allow(0x10200)),
        ("audit /f r, /f w,", (0x3800e, 0x10004), (0x337e, 0x244, 0, 0, 0)),
        ("/** rw, deny /f w,", (0x10004, 0x140_0500), (0x244, 0, 0x317a, 0, 0)),
        ("/** rw, audit deny /f w,", (0x10004, 0), allow(0x244)),
        ("deny /** w, priority=1 /f rw,", (0x3800e, 0), allow(0x337e)),
        ("priority=1 /f r, audit /** r,", (0x10004, 0), allow(0x244)),
        ("/f ix,", (0x90_4241, 0), (0x10201, 0, 0, 0, 0x4000_0000)),
        ("/** px, /f ix,", (0x90_4241, 0), (0x10201, 0, 0, 0, 0x4000_0000)),
        ("audit /** px, /f ix,", (0x90_4241, 0), (0x10201, 0, 0, 0, 0x4000_0000)),
        ("priority=1 /** px, /f ix,", (0x240_4901, 0), (0x201, 0, 0, 0, 0x1400_0000)),
        ("/** px, deny /f x,", (0, 0x20_0080), (0x200, 0, 0x1, 0, 0)),
        ("/f ix, deny /f m,", (0x80_4201, 0x800_2000), (0x201, 0, 0x10000, 0, 0x4000_0000)),
        ("/f ix, priority=-1 deny /f m,", (0x80_4201, 0x800_2000), (0x201, 0, 0x10000, 0, 0x4000_0000)),
        ("prompt /f r, /f w,", (0x2800a, 0), (0x337a, 0, 0, 0x4, 0)),
        ("audit prompt /f r,", (0, 0x10004), (0x200, 0x244, 0, 0x44, 0)),
        ("priority=1 prompt /f r, /f r,", (0, 0), (0x200, 0, 0, 0x44, 0)),
        ("file,", (0x9f_c27f, 0), (0x5b37f, 0, 0, 0, 0x4000_0000)),
    ];
    for (rules, words, entry) in same {
        assert_answers(rules, b"/f", words, entry, entry);
    }
    assert_answers("owner /f r,", b"/f", (4, 0), allow(0x244), allow(0x200));
    assert_answers("/f r, deny owner /f r,", b"/f", (0x10000, 0x200), (0x200, 0, 0x244, 0, 0), allow(0x244));
    let (ix, px) = ((0x10201, 0, 0, 0, 0x4000_0000), (0x201, 0, 0, 0, 0x1400_0000));
    assert_answers("/** px, owner /f ix,", b"/f", (0x240_4241, 0), ix, px);
}

#[test]
fn exec_forms() {
    for (form, word, xindex) in [
        ("ix", 0x201, 0x4000_0000),
        ("px", 0x901, 0x1400_0000),
        ("Px", 0x801, 0x0400_0000),
        ("cx", 0xd01, 0x3400_0000),
        ("Cx", 0xc01, 0x2400_0000),
        ("ux", 0x501, 0x9000_0000),
        ("Ux", 0x401, 0x8000_0000),
        ("pix", 0xb01, 0x5400_0000),
        ("Pix", 0xa01, 0x4400_0000),
        ("cix", 0xf01, 0x7400_0000),
        ("Cix", 0xe01, 0x6400_0000),
        ("pux", 0x981, 0x9400_0000),
        ("PUx", 0x881, 0x8400_0000),
        ("cux", 0xd81, 0xb400_0000),
        ("CUx", 0xc81, 0xa400_0000),
        ("px -> t", 0x1101, 0x1800_0000),
        ("Px -> t", 0x1001, 0x0800_0000),
        ("pix -> t", 0x1301, 0x5800_0000),
        ("ix -> t", 0x1201, 0x4800_0000),
        ("ux -> t", 0x1101, 0x1800_0000),
        ("PUx -> t", 0x1081, 0x8800_0000),
    ] {
        let mmap = if word & 0x200 == 0 { 0 } else { 0x40 };
        let whole = (word | mmap) | (word | mmap) << 14;
        let entry = (if mmap == 0 { 0x201 } else { 0x10201 }, 0, 0, 0, xindex);
        assert_answers(&format!("/f {form},"), b"/f", (whole, 0), entry, entry);
    }
    let bare = (0x201, 0, 0, 0, 0x1000_0000);
    assert_answers("unsafe /f x,", b"/f", (0x40_4101, 0), bare, bare);
}

#[test]
fn links_are_pairs() {
    assert_answers("/a l,", b"/a\0/b", (0x40030, 0), allow(0x48200), allow(0x40200));
    let quiet = |allow: u32| (allow, 0, 0x40000, 0, 0);
    assert_answers("/a l, deny link /a -> /bb,", b"/a\0/bb", (0x20, 0x200_0800), quiet(0x8200), quiet(0x200));
    assert_answers("link subset /a -> /b,", b"/a", (0x40010, 0), allow(0x40200), allow(0x40200));
    assert_answers("link subset /a -> /b,", b"/a\0/b", (0x40030, 0), allow(0x48200), allow(0x40200));
    assert_answers("link subset /a -> /b,", b"/a\0/bc", (0, 0), allow(0x200), allow(0x200));
    assert_answers("/a[^b]** rl,", b"/a\0/zz", (0x50014, 0), allow(0x40244), allow(0x40244));
    assert_answers("/a[^b]** rl,", b"/ac\0/zz", (0x40030, 0), allow(0x48200), allow(0x40200));
}

#[test]
fn implied_writes_do_not_append() {
    let at = b"/proc/1/attr/current";
    assert_answers("change_profile unsafe /bin/x -> bar,", at, (2, 0), allow(0x3372), allow(0x200));
}

#[test]
fn several_rules() {
    let rules = "/foo r, owner /bar/* w, /bin/x px -> other, /bin/y ix,";
    assert_answers(rules, b"/foo", (0x10004, 0), allow(0x244), allow(0x244));
    assert_answers(rules, b"/bar/x", (0xa, 0), allow(0x337a), allow(0x200));
    assert_answers(rules, b"/bar/", (0, 0), allow(0x200), allow(0x200));
    let named = (0x201, 0, 0, 0, 0x1800_0000);
    assert_answers(rules, b"/bin/x", (0x440_5101, 0), named, named);
    assert_eq!(profile("6.1", rules).file.unwrap().transitions, [b"other"]);
}

#[test]
fn transition_tables() {
    let rules = "/a px -> n1, /b px -> n2, /c px -> n1, /d px -> n3,";
    let file = profile("6.1", rules).file.unwrap();
    assert_eq!(file.transitions, [b"n3", b"n1", b"n2"]);
    for (path, word) in [("/a", 0x540_5501), ("/b", 0x640_5901), ("/c", 0x540_5501), ("/d", 0x440_5101)] {
        assert_eq!(ask(Some(&file), path.as_bytes()), AcceptedWords::Words(word, 0), "{path}");
    }
    // In table mode the policy automaton has the same names.
    let new = profile("7.2", rules);
    assert_eq!(new.policydb.unwrap().transitions, new.file.unwrap().transitions);
}

#[test]
fn more_transitions_where_the_kernel_takes_a_permission_table() {
    let rules: String = (0..20).map(|n| format!("/bin/p{n} px -> target{n}, ")).collect();
    assert_eq!(profile("7.2", &rules).file.unwrap().transitions.len(), 20);
    let outcome = compile("6.12", &format!("profile t {{ {rules} }}"));
    assert_eq!((outcome.profiles.is_none(), outcome.codes()), (true, vec![Code::TooManyTransitions]));
}

#[test]
fn exec_conflicts() {
    for (rules, conflict) in [
        ("/a px, /* cx,", false),
        ("/{a,b} px, /a cx,", true),
        ("/a* px, /*a cx,", true),
        ("/a* px, priority=1 /*a cx,", false),
        ("/a* px, prompt /*a cx,", false),
        ("/** px, /f? ix,", true),
        ("/f px -> a, /f* px -> a, /? px -> b, /fx px -> a,", false),
        ("/f* px -> a, /f? px -> b,", true),
        ("/f px, owner /** ix,", false),
        ("/f? px, /?a ix, deny /fa x,", false),
        ("file, /* px,", true),
        ("file, /a px,", false),
    ] {
        let text = format!("profile t {{ {rules} }}");
        let outcome = compile("6.1", &text);
        assert_eq!(outcome.profiles.is_none(), conflict, "{rules}");
        assert_eq!(outcome.codes().contains(&Code::DfaXConflict), conflict, "{rules}");
    }
}

#[test]
fn a_conflict_names_both_rules_and_a_path() {
    let outcome = compile("6.1", "profile t {\n /a* px,\n /b px,\n /*c cx,\n}\n");
    let [conflict] = &outcome.diagnostics[..] else { panic!("{:?}", outcome.diagnostics) };
    assert!(conflict.message.contains("`/ac`"), "{}", conflict.message);
    let starts: Vec<u32> = conflict.labels.iter().map(|label| label.span.start).collect();
    assert_eq!(starts, [30, 13]);
}

#[test]
fn explosions_name_the_rule() {
    let options = EncodeOptions { max_states: 1000, ..EncodeOptions::default() };
    let text = "profile t {\n /a r,\n /**a?????????????? r,\n /b/** r,\n}\n";
    let outcome = compile_with(&features("6.1"), &options, text);
    assert_eq!((outcome.profiles.is_none(), outcome.codes()), (true, vec![Code::StateLimit]));
    assert_eq!(outcome.diagnostics[0].span().start, 20);
}

/// None of the rules is large alone, so only building several of them tells which ones to blame.
#[test]
fn explosions_name_the_rules_that_multiply() {
    use std::fmt::Write;
    let mut text = String::from("profile t {\n");
    for i in 0..40 {
        let _ = writeln!(text, "  /etc/plain{i} r,");
    }
    for i in 0..40 {
        let _ = writeln!(text, "  /sys/**/a{i}/**/b{i} r,\n  /usr/plain{i} r,");
    }
    let options = EncodeOptions { max_states: 20_000, ..EncodeOptions::default() };
    let outcome = compile_with(&features("7.2"), &options, &(text.clone() + "}\n"));
    let [exploded] = &outcome.diagnostics[..] else { panic!("{:?}", outcome.diagnostics) };
    assert_eq!((exploded.code, exploded.labels.len()), (Code::StateLimit, 4));
    for label in &exploded.labels {
        let blamed = &text[label.span.start as usize..label.span.end as usize];
        assert!(blamed.starts_with("/sys/**/a"), "{blamed}");
    }
    // Memory runs out as well, and for the same reason.
    let options = EncodeOptions { max_memory: 1 << 20, ..EncodeOptions::default() };
    let outcome = compile_with(&features("7.2"), &options, &(text + "}\n"));
    assert_eq!(outcome.codes(), [Code::StateLimit]);
    assert!(outcome.diagnostics[0].message.contains("memory"), "{}", outcome.diagnostics[0].message);
}

#[test]
fn kinds_of_exec_that_another_rule_decides() {
    let codes = |rules: &str| compile("7.2", &format!("profile t {{ {rules} }}")).codes();
    assert_eq!(codes("/?a px, /a? ix, deny /aa x,"), [Code::RefExecConflict]);
    assert_eq!(codes("/?a px, /a? ix, priority=1 /aa cx,"), [Code::RefExecConflict]);
    assert_eq!(codes("/?a px, /a? px, deny /aa x,"), []);
    assert_eq!(codes("/** px, /aa ix,"), []);
    assert_eq!(codes("/?a px, /a? ix,"), [Code::DfaXConflict]);
}

#[test]
fn rules_for_everything_that_the_reference_loses() {
    let text = |value: &str| format!("@{{V}}={value}\nprofile t {{ @{{V}} r, }}\n");
    let codes = |kernel: &str, value: &str| compile(kernel, &text(value)).codes();
    assert_eq!(codes("7.2", "**"), [Code::RefStart]);
    assert_eq!(codes("6.1", "**"), []);
    assert_eq!(codes("7.2", "/**"), []);
    assert_eq!(compile("7.2", "profile t { change_profile, }").codes(), []);
}
