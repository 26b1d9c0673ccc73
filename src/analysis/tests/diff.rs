//! Pairs of policies, and what a comparison must find in them.

use proptest::prelude::*;

use super::{DIFF, bytes, indexed, named, packed, trie, xmatch};
use crate::analysis::{DiffError, DiffOptions, diff};
use crate::automata::{Symbol, Tables};
use crate::blob::tests::arbitrary;
use crate::blob::{BlobProfile, Capabilities, Perms, PolicyDb, Rlimits};

fn found(a: &BlobProfile, b: &BlobProfile) -> String {
    let there = diff(std::slice::from_ref(a), std::slice::from_ref(b), &DiffOptions::default()).unwrap();
    let back = diff(std::slice::from_ref(b), std::slice::from_ref(a), &DiffOptions::default()).unwrap();
    assert_eq!(there.is_empty(), back.is_empty());
    there.to_string()
}

fn file(db: PolicyDb) -> BlobProfile {
    BlobProfile { file: Some(db), ..named("p") }
}

fn classes(db: PolicyDb) -> BlobProfile {
    BlobProfile { policydb: Some(db), ..named("p") }
}

/// `/etc/passwd r`, `/bin/x px -> t`, `/bin/y ix`, packed.
fn packed_rules() -> PolicyDb {
    packed(
        &[(b"/etc/passwd", 0x1_0004, 0), (b"/bin/x", 0x440_5101, 0), (b"/bin/y", 0x90_4241, 0x1_0004 << 7)],
        &["t", "u"],
    )
}

/// The same with a permission table, other state numbers and the targets the other way round.
fn indexed_rules() -> PolicyDb {
    let read = Perms { allow: 0x244, ..Perms::default() };
    let to_t = Perms { allow: 0x201, xindex: 0x1800_0001, ..Perms::default() };
    let inherit = Perms { allow: 0x1_0201, quiet: 0x244, xindex: 0x4000_0000, ..Perms::default() };
    indexed(&[(b"/etc/passwd", read, read), (b"/bin/x", to_t, to_t), (b"/bin/y", inherit, inherit)], &["u", "t"])
}

#[test]
fn encodings_do_not_matter() {
    assert_eq!(found(&file(packed_rules()), &file(indexed_rules())), "");
    let classes_of = |classes: &[u8]| {
        let strings: Vec<_> = classes.iter().map(|class| (std::slice::from_ref(class), 4, 0)).collect();
        packed(&strings, &[])
    };
    let entry = Perms { allow: 0x8004, ..Perms::default() };
    let mut table = indexed(&[(b"\x07", entry, entry), (b"\x0a", entry, entry)], &[]);
    table.perms_version = None;
    table.dfa.accept2 = None;
    table.perms.as_mut().unwrap()[0].allow = 0x8000;
    assert_eq!(found(&classes(classes_of(&[7, 10])), &classes(table)), "");
}

#[test]
fn a_permission() {
    let mut db = packed_rules();
    let state = db.dfa.accept.iter().position(|&word| word == 0x1_0004).unwrap();
    db.dfa.accept[state] = 0;
    let expected = "p: file \"/etc/passwd\": A allows r, B denies\n";
    assert_eq!(found(&file(packed_rules()), &file(db.clone())), expected);
    assert_eq!(found(&file(indexed_rules()), &file(db.clone())), expected);
    db.dfa.accept[state] = 0x3_800e;
    assert_eq!(found(&file(indexed_rules()), &file(db.clone())), "p: file \"/etc/passwd\": A allows r, B allows rw\n");
    db.dfa.accept[state] = 0x4;
    let expected = "p: file \"/etc/passwd\": A allows r, B owner allows r; other denies\n";
    assert_eq!(found(&file(packed_rules()), &file(db)), expected);
}

#[test]
fn an_audit_and_a_quiet_bit() {
    let with = |second| file(packed(&[(b"/f", 0x1_0004, second)], &[]));
    assert_eq!(found(&with(0), &with(4)), "p: file \"/f\": A allows r, B owner allows r (audit r); other allows r\n");
    let quiet = found(&with(0), &with(0xa << 7 | 0xa << 21));
    assert_eq!(quiet, "p: file \"/f\": A allows r, B allows r (quiet w)\n");
    // Quiet on what is allowed, and audit on what is not, are never looked at.
    assert_eq!(found(&with(0), &with(4 << 7 | 8)), "");
}

#[test]
fn a_transition_of_the_tables() {
    let mut db = packed_rules();
    // `/etc/passwd` becomes `/etc/passwe`.
    let state = db.dfa.accept.iter().position(|&word| word == 0x1_0004).unwrap();
    let cell = db.dfa.next.iter().position(|&next| next == u32::try_from(state).unwrap()).unwrap();
    db.dfa.next.swap(cell, cell + 1);
    db.dfa.check.swap(cell, cell + 1);
    let expected = "p: file \"/etc/passwd\": A allows r, B denies\n";
    assert_eq!(found(&file(packed_rules()), &file(db.clone())), expected);
    let options = DiffOptions { max_per_automaton: 9, ..DiffOptions::default() };
    let both = diff(&[file(packed_rules())], &[file(db)], &options).unwrap().to_string();
    assert_eq!(both, expected.to_owned() + "p: file \"/etc/passwe\": A denies, B allows r\n");
}

#[test]
fn an_exec_target() {
    let mut db = indexed_rules();
    db.transitions[1] = b"v".to_vec();
    let expected = "p: file \"/bin/x\": A allows px -> \"t\", B allows px -> \"v\"\n";
    assert_eq!(found(&file(packed_rules()), &file(db.clone())), expected);
    // The name of an unused entry is no difference.
    db.transitions = [&b"w"[..], b"t"].map(<[u8]>::to_vec).to_vec();
    assert_eq!(found(&file(packed_rules()), &file(db)), "");
    let mut inherit = packed_rules();
    let state = inherit.dfa.accept.iter().position(|&word| word == 0x90_4241).unwrap();
    inherit.dfa.accept[state] = 0x90_4241 | 0x100 | 0x100 << 14;
    let expected =
        "p: file \"/bin/y\": A allows mix (quiet r), B allows mx (no target, unsafe, or inherit) (quiet r)\n";
    assert_eq!(found(&file(packed_rules()), &file(inherit)), expected);
}

#[test]
fn no_file_rules_are_rules_that_grant_nothing() {
    assert_eq!(found(&named("p"), &file(packed(&[], &[]))), "");
    assert_eq!(found(&named("p"), &file(packed_rules())), "p: file \"/bin/x\": A denies, B allows px -> \"t\"\n");
}

#[test]
fn a_class() {
    let db = |strings: &[(&[u8], u32, u32)]| classes(packed(strings, &[]));
    let signal = db(&[(b"\x0a", 4, 0), (b"\x0a\x0ffoo", 6, 0)]);
    let without = db(&[(b"\x0a", 4, 0)]);
    assert_eq!(found(&signal, &without), "p: signal term peer \"foo\": A allows send receive, B denies\n");
    assert_eq!(found(&named("p"), &without), "p: signal: A does not mediate it, B mediates it\n");
    // The state after the class byte counts, though it grants nothing.
    let silent = db(&[(b"\x0a", 0, 0)]);
    assert_eq!(found(&named("p"), &silent), "p: signal: A does not mediate it, B mediates it\n");
    // A byte that no kernel looks up is no class.
    assert_eq!(found(&named("p"), &db(&[(b"\x50", 0, 0)])), "");
    let umount = db(&[(b"\x07/mnt", 4, 4)]);
    let audit = db(&[(b"\x07/mnt", 4, 0)]);
    assert_eq!(found(&umount, &audit), "p: umount \"/mnt\": A allows umount (audit umount), B allows umount\n");
    // In the label class the byte after it tells what the bits are.
    let ptrace = db(&[(b"\x10\x09foo", 4, 0)]);
    let silent = db(&[(b"\x10\x09foo", 0, 0)]);
    assert_eq!(found(&ptrace, &silent), "p: ptrace peer \"foo\": A allows read, B denies\n");
}

#[test]
fn the_start_state_counts_without_permission_tables_only() {
    let empty = |word| packed(&[(b"", word, 0), (b"/f", 0x1_0004, 0)], &[]);
    let expected = "p: change_profile to \"\": A denies, B allows change_profile onexec\n";
    assert_eq!(found(&file(empty(0)), &file(empty(0xc000_0000))), expected);
    let read = Perms { allow: 0x244, ..Perms::default() };
    assert_eq!(found(&file(indexed(&[(b"/f", read, read)], &[])), &file(empty(0xc000_0000))), "");
}

#[test]
fn an_attachment() {
    let path = bytes(b"/bin/x");
    let attribute = [&path[..], &[Symbol::OutOfBand], &bytes(b"\0b")].concat();
    let with = |strings: &[&[Symbol]]| BlobProfile { xmatch: Some(xmatch(strings)), ..named("p") };
    let expected = "p: attachment \"/bin/x\": A attaches, B does not attach\n";
    assert_eq!(
        found(&with(&[&path]), &with(&[&bytes(b"/bin")])).lines().next(),
        Some("p: attachment \"/bin\": A does not attach, B attaches")
    );
    assert_eq!(found(&with(&[&path]), &with(&[])), expected);
    let expected = "p: attachment \"/bin/x\" with attribute 1 missing: A does not go on, B goes on\n";
    assert_eq!(found(&with(&[&path]), &with(&[&path, &attribute])), expected);
    let other = [&path[..], &[Symbol::OutOfBand], &bytes(b"\0c")].concat();
    let expected = "p: attachment \"/bin/x\" with attribute 1 = \"b\": A attaches, B does not attach\n";
    assert_eq!(found(&with(&[&path, &attribute]), &with(&[&path, &other])), expected);
    assert_eq!(found(&named("p"), &with(&[&path])), "p: attachment: A has none, B has an automaton\n");
}

#[test]
fn the_attachment_length_where_it_is_wanted() {
    let a = BlobProfile { xmatch: Some(xmatch(&[])), ..named("p") };
    let mut b = a.clone();
    b.xmatch.as_mut().unwrap().len = 12;
    assert_eq!(found(&a, &b), "p: attachment length: A has 4, B has 12\n");
    let options = DiffOptions { ignore_xmatch_len: true, ..DiffOptions::default() };
    assert!(diff(&[a], &[b], &options).unwrap().is_empty());
}

#[test]
fn fields() {
    let changed = |change: fn(&mut BlobProfile)| {
        let mut b = named("p");
        change(&mut b);
        found(&named("p"), &b)
    };
    let caps = |allow, audit, quiet| Capabilities { allow, audit, quiet, extended: 0 };
    assert_eq!(changed(|p| p.version = 5), "p: version: A has 0x202007, B has 0x5\n");
    assert_eq!(changed(|p| p.flags = 1), "p: flags: A has none, B has hat\n");
    assert_eq!(changed(|p| p.mode = 1), "p: mode: A has enforce, B has complain\n");
    assert_eq!(changed(|p| p.audit = 1), "p: audit: A has false, B has true\n");
    assert_eq!(changed(|p| p.path_flags = Some(0)), "p: path_flags: A has none, B has none set\n");
    assert_eq!(changed(|p| p.disconnected = Some(b"/d".to_vec())), "p: disconnected: A has none, B has \"/d\"\n");
    assert_eq!(changed(|p| p.kill = Some(9)), "p: kill: A has none, B has kill\n");
    assert_eq!(changed(|p| p.error = Some(1)), "p: error: A has none, B has EPERM\n");
    assert_eq!(changed(|p| p.xattrs = vec![b"user.a".to_vec()]), "p: xattrs: A has [], B has [\"user.a\"]\n");
    assert_eq!(changed(|p| p.identity = Some(vec![])), "p: identity: A has none, B has []\n");
    assert_eq!(
        changed(|p| p.net_allowed_af = Some(vec![[1, 2, 3]])),
        "p: net_allowed_af: A has no table, B has unspec none, quiet unspec stream\n"
    );
    assert_eq!(changed(|p| p.foreign.capsx = Some(1)), "p: capsx: A has none, B has chown\n");
    let with = |capabilities| BlobProfile { capabilities, ..named("p") };
    let base = with(caps(1 << 39 | 1, 0, 0));
    assert_eq!(found(&base, &with(caps(1, 0, 0))), "p: capability bpf: A allows, B denies\n");
    assert_eq!(found(&base, &with(caps(1 << 39 | 1, 1, 0))), "p: capability chown: A allows, B allows (audit)\n");
    assert_eq!(
        found(&base, &with(caps(1 << 39 | 1, 0, 2))),
        "p: capability dac_override: A denies, B denies (quiet)\n"
    );
    assert_eq!(found(&base, &with(caps(1 << 39 | 1, 2, 1))), "");
}

#[test]
fn resource_limits() {
    let with = |mask, values| BlobProfile { rlimits: Some(Rlimits { mask, values }), ..named("p") };
    let mut values = [0; 16];
    values[7] = 3;
    assert_eq!(found(&named("p"), &with(0x80, values)), "p: rlimit nofile: A has none, B has 3\n");
    assert_eq!(found(&with(0x80, values), &with(0x80, [u64::MAX; 16])), "p: rlimit nofile: A has 3, B has infinity\n");
    // A value that is not in the mask is none.
    assert_eq!(found(&named("p"), &with(0, values)), "");
}

#[test]
fn profiles_are_paired_by_namespace_and_name() {
    let inside = |namespace: &str, name| BlobProfile { namespace: Some(namespace.into()), ..named(name) };
    let a = [named("a"), named("b"), inside("n", "c")];
    let b = [named("b"), named("c"), inside("n", "c")];
    let text = diff(&a, &b, &DiffOptions::default()).unwrap().to_string();
    assert_eq!(text, "a: A has it, B lacks it\nc: A lacks it, B has it\n");
    let twice = diff(&[named("a"), named("a")], &[named("a")], &DiffOptions::default()).unwrap().to_string();
    assert_eq!(twice, "a: A has it, B lacks it\n");
}

#[test]
fn children_can_be_taken_to_be_where_their_parent_is() {
    let inside = |name| BlobProfile { namespace: Some(b"n".to_vec()), ..named(name) };
    let a = [inside("p"), inside("p//c"), inside("q")];
    let b = [inside("p"), named("p//c"), inside("q")];
    assert_eq!(diff(&a, &b, &DiffOptions::default()).unwrap().differences.len(), 2);
    let options = DiffOptions { children_in_parent_namespace: true, ..DiffOptions::default() };
    assert!(diff(&a, &b, &options).unwrap().is_empty());
}

#[test]
fn chains_of_diff_encoded_states_are_resolved() {
    // `/a` and `/b` → 0x4, once plain, once with state 3 as "like state 2, but".
    let plain = trie(&[(&bytes(b"/aa"), 4, 0), (&bytes(b"/ba"), 4, 0)], false);
    let like = Tables {
        accept: vec![0, 0, 0, 0, 0, 4, 0, 0],
        accept2: Some(vec![0; 8]),
        base: vec![0, 0, 1, 4, DIFF | 5, 0, 0, 0],
        default: vec![0, 0, 0, 0, 3, 0, 0, 0],
        ..cells(&[(b'/'.into(), 2, 1), (98, 3, 2), (99, 4, 2), (101, 5, 3)], 300)
    };
    let [a, b] = [plain, like].map(|dfa| file(PolicyDb { dfa, ..PolicyDb::default() }));
    assert_eq!(found(&a, &b), "");
    let mut broken = b.clone();
    broken.file.as_mut().unwrap().dfa.base[4] = 5;
    assert_eq!(found(&a, &broken), "p: file \"/ba\": A owner allows r; other denies, B denies\n");
}

fn cells(used: &[(usize, u32, u32)], count: usize) -> Tables {
    let mut tables = Tables { next: vec![0; count], check: vec![0; count], ..Tables::default() };
    for &(cell, next, check) in used {
        tables.next[cell] = next;
        tables.check[cell] = check;
    }
    tables
}

#[test]
fn byte_classes_of_foreign_tables_are_followed() {
    let plain = trie(&[(&bytes(b"a"), 4, 0), (&bytes(b"b"), 4, 0)], false);
    let mut classes = [0; 256];
    classes[usize::from(b'a')] = 1;
    classes[usize::from(b'b')] = 1;
    let with_classes = Tables {
        accept: vec![0, 0, 4],
        accept2: Some(vec![0; 3]),
        base: vec![0; 3],
        default: vec![0; 3],
        classes: Some(Box::new(classes)),
        ..cells(&[(1, 2, 1)], 256)
    };
    let [a, b] = [plain, with_classes].map(|dfa| file(PolicyDb { dfa, ..PolicyDb::default() }));
    assert_eq!(found(&a, &b), "");
    let mut other = b.clone();
    other.file.as_mut().unwrap().dfa.classes.as_mut().unwrap()[usize::from(b'b')] = 0;
    assert_eq!(found(&a, &other), "p: file \"b\": A owner allows r; other denies, B denies\n");
}

#[test]
fn unsound_policies_and_budgets_are_errors() {
    let mut unsound = file(packed_rules());
    unsound.file.as_mut().unwrap().dfa.base[1] = 1 << 24;
    let error = diff(&[named("p")], &[unsound], &DiffOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "policy B is unsound: profile `p`: file: state 1 has an unknown flag");
    let options = DiffOptions { max_pairs: 5, ..DiffOptions::default() };
    let error = diff(&[file(packed_rules())], &[file(indexed_rules())], &options).unwrap_err();
    assert!(matches!(error, DiffError::OutOfBudget { pairs: 5, .. }), "{error}");
}

#[test]
fn differences_are_serialised_with_their_witness() {
    let path = [&bytes(b"/")[..], &[Symbol::OutOfBand]].concat();
    let with = |strings: &[&[Symbol]]| BlobProfile { xmatch: Some(xmatch(strings)), ..named("p") };
    let found = diff(&[with(&[])], &[with(&[&path])], &DiffOptions::default()).unwrap();
    let json = serde_json::to_value(&found).unwrap();
    let expected = serde_json::json!({ "more": true, "differences": [{
        "namespace": null,
        "profile": "p",
        "indices": [0, 0],
        "place": { "automaton": "xmatch" },
        "access": { "class": "attachment", "path": "/", "xattrs": [{ "name": null, "value": null }] },
        "witness": [47, null],
        "permissions": 1,
        "a": "does not go on",
        "b": "goes on",
        "examples": [],
        "rules": { "a": [], "b": [] },
    }]});
    assert_eq!(json, expected);
}

/// Returns the state that a string leads to, by the definition.
fn naive(dfa: &Tables, mut state: usize, string: &[Option<u8>]) -> usize {
    for &symbol in string {
        let mut at = state;
        state = if symbol.is_none() && dfa.base[state] & super::OUT_OF_BAND == 0 {
            0
        } else {
            loop {
                let offset = (dfa.base[at] & 0xff_ffff) as usize;
                let column = symbol.map(|byte| dfa.classes.as_ref().map_or(byte, |classes| classes[usize::from(byte)]));
                let cell = column.map_or(offset.wrapping_sub(1), |column| offset + usize::from(column));
                if dfa.check.get(cell).is_some_and(|&owner| owner as usize == at) {
                    break dfa.next[cell] as usize;
                }
                let leans = dfa.base[at] & DIFF != 0;
                at = dfa.default[at] as usize;
                if !leans {
                    break at;
                }
            }
        };
    }
    state
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_policy_is_equal_to_itself(profile in arbitrary::profile()) {
        let same = profile.clone();
        prop_assert!(diff(std::slice::from_ref(&profile), &[same], &DiffOptions::default()).unwrap().is_empty());
        // After another start state that leads to the same states the walk has to be done.
        let mut other = profile.clone();
        for db in [&mut other.policydb, &mut other.file].into_iter().flatten() {
            db.transitions.push(b"unused".to_vec());
        }
        prop_assert!(diff(&[profile], &[other], &DiffOptions::default()).unwrap().is_empty());
    }

    #[test]
    fn witnesses_are_true_and_silence_means_equality(
        a in arbitrary::profile(),
        b in arbitrary::profile(),
        strings in proptest::collection::vec(proptest::collection::vec(proptest::option::weighted(0.9, any::<u8>()), 0..5), 20),
    ) {
        let (Some(a), Some(b)) = (a.xmatch, b.xmatch) else { return Ok(()) };
        let with = |xmatch| BlobProfile { xmatch: Some(xmatch), ..named("p") };
        let options = DiffOptions { ignore_xmatch_len: true, ..DiffOptions::default() };
        let found = diff(&[with(a.clone())], &[with(b.clone())], &options).unwrap();
        let attaches = |string: &[Option<u8>]| [&a, &b].map(|xmatch| xmatch.dfa.accept[naive(&xmatch.dfa, 1, string)] & 1 != 0);
        match found.differences.first() {
            Some(difference) => {
                let string: Vec<_> = difference.witness.iter().map(|symbol| match symbol {
                    Symbol::Byte(byte) => Some(*byte),
                    Symbol::OutOfBand => None,
                }).collect();
                let traps = [&a, &b].map(|xmatch| naive(&xmatch.dfa, 1, &string) == 0);
                let [in_a, in_b] = attaches(&string);
                prop_assert!(in_a != in_b || (string.last() == Some(&None) && traps[0] != traps[1]));
            }
            None => for string in strings {
                let [in_a, in_b] = attaches(&string);
                prop_assert_eq!(in_a, in_b);
            },
        }
    }
}

#[test]
fn alike_strings_are_one_difference() {
    let read = |paths: &[&'static [u8]]| {
        let strings: Vec<_> = paths.iter().map(|path| (*path, 0x1_0004, 0)).collect();
        file(packed(&strings, &[]))
    };
    let options = DiffOptions { max_per_automaton: 5, examples: 2, ..DiffOptions::default() };
    let found = diff(&[read(&[b"/a", b"/b", b"/c"])], &[read(&[])], &options).unwrap();
    assert!(!found.more, "a third string that is alike is none that is missing");
    assert_eq!(found.to_string(), "p: file \"/a\": A allows r, B denies\n    also file \"/b\"\n");
    // What the limit leaves out is said.
    let both = packed(&[(b"/a", 0x1_0004, 0), (b"/b", 0x2_8000 | 0xa, 0)], &[]);
    let options = DiffOptions { max_per_automaton: 1, examples: 2, ..DiffOptions::default() };
    let found = diff(&[file(both)], &[read(&[])], &options).unwrap();
    assert_eq!((found.differences.len(), found.more), (1, true));
}

#[test]
fn each_class_has_its_limit() {
    let db = packed(&[(b"\x0a", 4, 0), (b"\x07", 4, 0), (b"\x0a\x0ff", 2, 0), (b"\x07/m", 4, 0)], &[]);
    let none = packed(&[(b"\x0a", 4, 0), (b"\x07", 4, 0)], &[]);
    let expected = "p: umount \"/m\": A allows umount, B denies\np: signal term peer \"f\": A allows send, B denies\n";
    assert_eq!(found(&classes(db), &classes(none)), expected);
}

#[test]
fn old_and_new_rules_about_sockets_are_compared() {
    let old = packed(&[(b"\x0e", 4, 0), (b"\x0e\0\x02\0\x01", 0x10, 0), (b"\x0e\0\x0a\0\x01", 0x10, 0)], &[]);
    let new = packed(&[(b"\x0f", 4, 0), (b"\x0e", 4, 0), (b"\x0f\0\x02\0\x01", 0x10, 0)], &[]);
    let expected = "p: network unix: A mediates family and type, B mediates addresses and labels\n\
                    p: network inet6 stream: A allows create, B denies\n";
    assert_eq!(found(&classes(old), &classes(new)), expected);
}

#[test]
fn what_the_kernel_never_asks_for_is_no_difference() {
    let db = |word| classes(packed(&[(b"\x07/b", word, 0), (b"\x07/b\0/a\0\0", 2, 0), (b"\x07/b\0/o", 1, 0)], &[]));
    assert_eq!(found(&db(4), &db(6)), "", "only umount is asked for on the mount point alone");
    assert_ne!(found(&db(4), &db(2)), "");
    let flags = |word| classes(packed(&[(b"\x07/b\0/a\0\0\x01", word, 0)], &[]));
    assert_eq!(found(&flags(2), &flags(6)), "");
    assert_ne!(found(&flags(2), &flags(4)), "");
}
