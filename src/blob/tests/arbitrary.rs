//! Random profiles that pass [`super::verify`], and the laws they must keep.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::automata::Tables;
use crate::blob::{BlobProfile, Capabilities, Perms, PolicyDb, Rlimits, Xmatch, read, verify, write};

const DIFF: u32 = 1 << 31;
const OUT_OF_BAND: u32 = 1 << 29;

/// Tables of 2 to 6 states with a few dozen transitions; accept values below `accept`.
fn tables(accept: u32, accept2: bool) -> impl Strategy<Value = Tables> {
    (2..7_usize).prop_flat_map(move |states| {
        let state = 0..u32::try_from(states).unwrap();
        let cells = vec((0..260_usize, state.clone(), state.clone()), 0..40);
        let rows = vec((0..accept, 0..2_u32, 1..4_u32, state, any::<[bool; 2]>()), states);
        let classes = option::weighted(0.1, proptest::array::uniform32(any::<u8>()));
        (rows, cells, classes).prop_map(move |(rows, cells, classes)| {
            let mut tables = Tables { next: vec![0; 260], check: vec![0; 260], ..Tables::default() };
            for (cell, next, check) in cells {
                tables.next[cell] = next;
                tables.check[cell] = check;
            }
            let mut flags = Vec::new();
            for (state, (accept, flag, base, default, [diff, out_of_band])) in rows.into_iter().enumerate() {
                // Diff-encoded states lean on an earlier one, so that there are no loops.
                let diff = diff && usize::try_from(default).unwrap() < state;
                let bits = if diff { DIFF } else { 0 } | if out_of_band { OUT_OF_BAND } else { 0 };
                tables.accept.push(accept);
                flags.push(flag);
                tables.base.push(base | bits);
                tables.default.push(default);
            }
            tables.accept2 = accept2.then_some(flags);
            tables.classes = classes.map(|some| Box::new(std::array::from_fn(|byte| some[byte % 32])));
            tables
        })
    })
}

fn perms() -> impl Strategy<Value = Perms> {
    (any::<[u32; 4]>(), 0..3_u32).prop_map(|([allow, prompt, audit, quiet], index)| Perms {
        allow,
        prompt: prompt & !allow,
        audit,
        quiet,
        xindex: 0x5800_0000 | index,
        ..Perms::default()
    })
}

/// A section with a permission table, or with packed words.
fn policydb() -> impl Strategy<Value = PolicyDb> {
    let targets = vec(vec(b'a'..=b'z', 1..6), 3..5);
    let in_table = (vec(perms(), 8), tables(7, true), targets.clone()).prop_map(|(perms, dfa, transitions)| PolicyDb {
        perms: Some(perms),
        perms_version: Some(3),
        dfa,
        start: None,
        transitions,
    });
    // Exec indices up to 6 refer to the three targets.
    let packed = (tables(0x1c00, true), option::of(1..2_u32), targets).prop_map(|(dfa, start, transitions)| PolicyDb {
        dfa,
        start,
        transitions,
        ..PolicyDb::default()
    });
    prop_oneof![in_table, packed]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    vec(b'!'..=255, 1..20)
}

/// Any profile that the format can hold and every check accepts.
pub(crate) fn profile() -> impl Strategy<Value = BlobProfile> {
    let head = (0..5_u32, text(), option::of((tables(2, true), any::<u32>())), any::<u32>());
    let strings = (option::of(text()), option::of(text()), vec(text(), 0..3), option::of(vec(text(), 0..3)));
    let numbers = (option::of(1..36_u32), option::of(any::<u32>()), option::of(any::<u32>()), any::<[u64; 4]>());
    let rlimits = option::of((any::<u32>(), any::<[u64; 16]>()));
    let families = option::of(vec(any::<[u16; 3]>(), 0..4));
    let sections = (option::of(policydb()), option::of(policydb()));
    (head, strings, numbers, rlimits, families, sections).prop_map(
        |(head, strings, numbers, rlimits, net_allowed_af, (policydb, file))| {
            let (mode, mut name, xmatch, flags) = head;
            let (disconnected, disconnected_ipc, xattrs, identity) = strings;
            let (kill, error, path_flags, [allow, audit, quiet, extended]) = numbers;
            name.insert(0, b'p');
            BlobProfile {
                version: 5 + mode,
                name,
                xmatch: xmatch.map(|(dfa, len)| Xmatch { dfa, len }),
                disconnected,
                disconnected_ipc,
                kill,
                error,
                flags,
                mode,
                audit: flags,
                path_flags,
                capabilities: Capabilities { allow, audit, quiet, extended },
                identity,
                xattrs,
                rlimits: rlimits.map(|(mask, values)| Rlimits { mask, values }),
                net_allowed_af,
                policydb,
                file,
                ..BlobProfile::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reading_what_was_written_gives_it_back(profiles in vec(profile(), 0..4)) {
        let bytes = write(&profiles).unwrap();
        prop_assert_eq!(read(&bytes).unwrap(), profiles.clone());
        verify(&profiles).unwrap();
    }

    #[test]
    fn random_bytes_are_refused_without_panic(bytes in vec(any::<u8>(), 1..200)) {
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn damaged_policies_never_panic(
        profile in profile(),
        damage in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = write(&[profile]).unwrap();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(profiles) = read(&bytes) {
            // What is read can be judged, and what is sound can be written.
            if verify(&profiles).is_ok() {
                prop_assert_eq!(read(&write(&profiles).unwrap()).unwrap(), profiles);
            }
        }
    }
}
