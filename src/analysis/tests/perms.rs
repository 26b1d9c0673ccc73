//! The vectors of the two encodings: what packed words and table entries mean.

use super::{bytes, indexed, packed, trie};
use crate::analysis::{ClassPerms, ExecTransition, FilePerms, FilePermsHalf, TransitionTarget};
use crate::blob::{Perms, PolicyDb};

/// Packed words, and the entries (owner, other) that 7.2 has for the same rules.
fn same(words: (u32, u32), owner: [u32; 5], other: [u32; 5]) {
    let targets = ["t0", "t1"];
    let packed = packed(&[(b"/f", words.0, words.1)], &targets);
    let entry = |[allow, prompt, audit, quiet, xindex]: [u32; 5]| Perms {
        allow,
        prompt,
        audit,
        quiet,
        xindex,
        ..Perms::default()
    };
    let indexed = indexed(&[(b"/f", entry(owner), entry(other))], &targets);
    let a = FilePerms::of_words(&packed, words.0, words.1);
    let b = FilePerms::of_words(&indexed, 2, 1);
    assert_eq!(a, b, "{words:x?}");
    assert_eq!(a.owner.allow, owner[0]);
    assert_eq!(a.other.allow, other[0]);
}

#[test]
fn packed_file_words_mean_the_same_as_entries() {
    let plain = |allow| [allow, 0, 0, 0, 0];
    same((0x1_0004, 0), plain(0x244), plain(0x244));
    same((0x2_800a, 0), plain(0x337a), plain(0x337a));
    same((0x2_0008, 0), plain(0x208), plain(0x208));
    same((0x4_0010, 0), plain(0x4_0200), plain(0x4_0200));
    same((0x8_0020, 0), plain(0x8200), plain(0x8200));
    same((0x10_0040, 0), plain(0x1_0200), plain(0x1_0200));
    same((0x4, 0), plain(0x244), plain(0x200));
    same((0x3_800e, 0x1_0004), [0x337e, 0, 0x244, 0, 0], [0x337e, 0, 0x244, 0, 0]);
    // Quiet: open is granted with r already, so 7.2's 0x317a silences the rest.
    same((0x1_0004, 0x140_0500), [0x244, 0, 0, 0x317a, 0], [0x244, 0, 0, 0x317a, 0]);
    same((0x1_0000, 0x200), [0x200, 0, 0, 0x244, 0], plain(0x244));
    same((0x90_4241, 0), [0x1_0201, 0, 0, 0, 0x4000_0000], [0x1_0201, 0, 0, 0, 0x4000_0000]);
    same((0x240_4241, 0), [0x1_0201, 0, 0, 0, 0x4000_0000], [0x201, 0, 0, 0, 0x1400_0000]);
    same((0x240_4901, 0), [0x201, 0, 0, 0, 0x1400_0000], [0x201, 0, 0, 0, 0x1400_0000]);
    same((0, 0x20_0080), [0x200, 0, 0, 1, 0], [0x200, 0, 0, 1, 0]);
    same((0x80_4201, 0x800_2000), [0x201, 0, 0, 0x1_0000, 0x4000_0000], [0x201, 0, 0, 0x1_0000, 0x4000_0000]);
    same((0x4_0030, 0), plain(0x4_8200), plain(0x4_0200));
    same((0x9f_c27f, 0), [0x5_b37f, 0, 0, 0, 0x4000_0000], [0x5_b37f, 0, 0, 0, 0x4000_0000]);
    // change_profile and onexec stand once and count for both halves.
    same((0xc000_0000, 0), plain(0x6000_0200), plain(0x6000_0200));
    same((0x4000_0000, 0), plain(0x2000_0200), plain(0x2000_0200));
    same((0x4040_4101, 0), [0x2000_0201, 0, 0, 0, 0x1000_0000], [0x2000_0201, 0, 0, 0, 0x1000_0000]);
    // Named targets.
    same((0x440_5101, 0), [0x201, 0, 0, 0, 0x1800_0000], [0x201, 0, 0, 0, 0x1800_0000]);
    same((0x540_5501, 0), [0x201, 0, 0, 0, 0x1800_0001], [0x201, 0, 0, 0, 0x1800_0001]);
}

#[test]
fn exec_forms() {
    let exec = |half: u32| FilePerms::of_words(&packed(&[], &["t"]), half, 0).owner.exec.unwrap();
    for (word, xindex) in [
        (0x201, 0x4000_0000),
        (0x901, 0x1400_0000),
        (0x801, 0x0400_0000),
        (0xd01, 0x3400_0000),
        (0xc01, 0x2400_0000),
        (0x501, 0x9000_0000),
        (0x401, 0x8000_0000),
        (0xb01, 0x5400_0000),
        (0xa01, 0x4400_0000),
        (0x101, 0x1000_0000),
        (0xf01, 0x7400_0000),
        (0xe01, 0x6400_0000),
        (0x981, 0x9400_0000),
        (0x881, 0x8400_0000),
        (0xd81, 0xb400_0000),
        (0xc81, 0xa400_0000),
        (0x1101, 0x1800_0000),
        (0x1301, 0x5800_0000),
        (0x1081, 0x8800_0000),
        (0x1, 0),
    ] {
        assert_eq!(exec(word), ExecTransition::of_xindex(xindex, &[b"t".to_vec()]), "{word:#x}");
    }
}

#[test]
fn names_with_a_namespace_have_one_spelling() {
    let target = |name: &[u8]| ExecTransition::of_xindex(0x0800_0000, &[name.to_vec()]).target;
    assert_eq!(target(b":ns\0bar"), TransitionTarget::Named(b":ns:bar".to_vec()));
    assert_eq!(target(b":ns\0bar"), target(b":ns:bar"));
    assert_eq!(ExecTransition::of_xindex(0x0800_0001, &[]).target, TransitionTarget::Missing(1));
}

#[test]
fn what_kernels_do_not_look_at_is_dropped() {
    let entry =
        Perms { allow: 0x244, audit: 0x337e, quiet: 0x337e, prompt: 0, xindex: 0x4000_0000, ..Perms::default() };
    let perms = FilePerms::of_words(&indexed(&[(b"f", entry, entry)], &[]), 2, 1);
    let half = FilePermsHalf { allow: 0x244, audit: 0x244, quiet: 0x337e & !0x244, ..FilePermsHalf::default() };
    assert_eq!(perms, FilePerms { owner: half.clone(), other: half });
    let prompted = Perms { prompt: 0x44, audit: 0x244, ..Perms::default() };
    let perms = FilePerms::of_words(&indexed(&[(b"f", prompted, prompted)], &[]), 2, 1);
    assert_eq!((perms.owner.prompt, perms.owner.audit), (0x44, 0x44));
}

#[test]
fn the_second_entry_counts_for_owner_conditional_states_only() {
    let entry = |allow| Perms { allow, ..Perms::default() };
    let mut db = indexed(&[(b"f", entry(0x244), entry(0x200))], &[]);
    let other = |db: &PolicyDb, flags| FilePerms::of_words(db, 2, flags).other.allow;
    assert_eq!(other(&db, 1), 0x200);
    assert_eq!(other(&db, 0), 0x244);
    db.perms_version = None;
    assert_eq!(other(&db, 1), 0x244);
}

#[test]
fn packed_class_words_mean_the_same_as_entries() {
    let class = |version, words: (u32, u32)| ClassPerms::of_words(&PolicyDb::default(), version, words.0, words.1);
    assert_eq!(class(7, (0x4, 0)).allow, 0x8004);
    // All of network, audited but for two bits.
    let network = class(7, (0x1f_c076, 0x1f_8076));
    assert_eq!((network.allow, network.audit, network.quiet), (0x370_8376, 0x370_0276, 0));
    let denied = class(7, (0, 0xfe0_3b00));
    assert_eq!((denied.allow, denied.quiet), (0x8000, 0x370_0376));
    // From ABI 9 on the exec bits are permissions, and lock is one of them.
    assert_eq!(class(9, (0x80, 0)).allow, 0x80);
    assert_eq!(class(9, (0x3f00, 0)).allow, 0xfc00);
    assert_eq!(class(8, (0x3f80, 0)).allow, 0x8000);
}

#[test]
fn entries_of_the_policydb_are_taken_as_they_stand() {
    let mut db =
        indexed(&[(b"\x0a", Perms { allow: 0x8006, deny: 2, audit: 6, ..Perms::default() }, Perms::default())], &[]);
    db.dfa = trie(&[(&bytes(b"\x0a"), 2, 0)], false);
    let perms = ClassPerms::of_state(&db, 7, 2);
    assert_eq!(perms, ClassPerms { allow: 0x8004, audit: 4, ..ClassPerms::default() });
}

#[test]
fn states_that_do_not_exist_have_no_permission() {
    let db = PolicyDb::default();
    assert_eq!(FilePerms::of_state(&db, 9), FilePerms::none());
    assert_eq!(ClassPerms::of_state(&db, 7, 9).allow, 0x8000);
}
