//! Layouts that armorer does not write, and what is no policy at all.

use crate::automata::Tables;
use crate::blob::{BlobProfile, ForeignFields, PolicyDb, ReadError, Rlimits, Secmark, Xmatch, read, write};

fn tables() -> Tables {
    Tables {
        accept: vec![0, 0],
        accept2: Some(vec![0, 0]),
        base: vec![0, 0],
        default: vec![0, 0],
        next: vec![0; 256],
        check: vec![0; 256],
        classes: None,
    }
}

fn small() -> BlobProfile {
    BlobProfile { version: 7, name: b"p".to_vec(), ..BlobProfile::default() }
}

fn bytes(profile: &BlobProfile) -> Vec<u8> {
    write(std::slice::from_ref(profile)).unwrap()
}

/// Position of the NAME element `name`.
fn place(bytes: &[u8], name: &str) -> usize {
    let length = [4, u8::try_from(name.len() + 1).unwrap(), 0];
    let needle = [&length[..], name.as_bytes(), b"\0"].concat();
    bytes.windows(needle.len()).position(|window| window == needle).unwrap()
}

fn insert(bytes: &[u8], at: usize, more: &[u8]) -> Vec<u8> {
    [&bytes[..at], more, &bytes[at..]].concat()
}

#[test]
fn nothing_is_no_profile() {
    assert_eq!(read(b""), Ok(Vec::new()));
}

#[test]
fn damaged_compressed_policies_are_named_as_such() {
    let error = read(b"\x01\x03\0\0\0\0\0\0\x28\xb5\x2f\xfd\x04").unwrap_err();
    assert_eq!(error, ReadError::Compressed { offset: 0, why: "the zstd frame is damaged" });
}

#[test]
fn a_version_of_permissions_without_a_table_is_out_of_place() {
    let profile = BlobProfile { file: Some(PolicyDb { dfa: tables(), ..PolicyDb::default() }), ..small() };
    let plain = bytes(&profile);
    let at = place(&plain, "aadfa");
    let error = read(&insert(&plain, at, b"\x04\x07\0permsv\0\x02\x03\0\0\0")).unwrap_err();
    assert_eq!(error, ReadError::UnknownField { offset: at, name: "permsv".into() });
}

#[test]
fn each_width_of_table_and_version_of_permissions() {
    use crate::blob::{Perms, verify};
    // No table (version 1 and none), a table without flags (2), a table with flags (3), as the features select them.
    for (perms, perms_version, accept2) in [
        (None, None, Some(vec![0; 2])),
        (Some(vec![Perms::default()]), None, None),
        (Some(vec![Perms::default(); 2]), Some(3), Some(vec![0, 1])),
    ] {
        let dfa = Tables { accept2, ..tables() };
        let profile =
            BlobProfile { file: Some(PolicyDb { perms, perms_version, dfa, ..PolicyDb::default() }), ..small() };
        let read = read(&bytes(&profile)).unwrap();
        verify(&read).unwrap();
        assert_eq!(read, [profile]);
    }
    // Tables with 16 and 32 bits side by side.
    let narrow = bytes(&BlobProfile { xmatch: Some(Xmatch { dfa: tables(), len: 0 }), ..small() });
    let table = narrow.windows(4).position(|window| window == [0, 4, 0, 2]).unwrap();
    let mut wide = narrow.clone();
    wide[table + 3] = 4;
    // With two entries of 32 bits the table takes 24 bytes, where two of 16 bits take 16.
    wide.splice(table + 12..table + 16, [0; 12]);
    let length = place(&wide, "aadfa") + 10;
    let old = u32::from_le_bytes(wide[length..length + 4].try_into().unwrap());
    wide[length..length + 4].copy_from_slice(&(old + 8).to_le_bytes());
    let (profile, layout) = crate::blob::read_with_layout(&wide).unwrap().remove(0);
    assert_eq!(profile.xmatch.unwrap().dfa, tables());
    let automaton = &layout.automata[0].1;
    assert_eq!((automaton.width("default"), automaton.width("next")), (Some(32), Some(16)));
}

#[test]
fn versions() {
    for version in 5..=9 {
        let profile = BlobProfile { version, ..small() };
        assert_eq!(read(&bytes(&profile)).unwrap(), [profile]);
    }
    let error = read(&bytes(&BlobProfile { version: 10, ..small() })).unwrap_err();
    assert_eq!(error, ReadError::UnsupportedVersion { offset: 11, abi: 10 });
}

#[test]
fn later_profiles_inherit_the_version() {
    let second = bytes(&BlobProfile { name: b"q".to_vec(), ..small() });
    let both = [&bytes(&small())[..], &second[16..]].concat();
    let profiles = read(&both).unwrap();
    assert_eq!(profiles[1], BlobProfile { name: b"q".to_vec(), ..small() });
    assert!(read(&second[16..]).is_err());
}

#[test]
fn any_padding_up_to_seven() {
    let profile = BlobProfile { xmatch: Some(Xmatch { dfa: tables(), len: 3 }), ..small() };
    let bytes = bytes(&profile);
    let length = place(&bytes, "aadfa") + 10;
    let padded = u32::from_le_bytes(bytes[length..length + 4].try_into().unwrap());
    let own = padded % 8;
    for pad in 0..9 {
        let mut changed = bytes[..length].to_vec();
        changed.extend((padded - own + pad).to_le_bytes());
        changed.extend(vec![0; pad as usize]);
        changed.extend(&bytes[length + 4 + own as usize..]);
        assert_eq!(read(&changed).is_ok_and(|read| read == [profile.clone()]), pad < 8, "{pad}");
    }
}

#[test]
fn wide_tables_above_the_limit_of_narrow_ones() {
    for states in [0xffff, 0x1_0000] {
        let dfa = Tables {
            accept: vec![0; states],
            accept2: None,
            base: vec![0; states],
            default: (0..states).map(|state| u32::try_from(state).unwrap()).collect(),
            ..tables()
        };
        let profile = BlobProfile { xmatch: Some(Xmatch { dfa, len: 1 }), ..small() };
        let bytes = bytes(&profile);
        let width = if states > 0xffff { 4 } else { 2 };
        let narrow = 150 + 8 * states + width * (states + 512);
        assert!((narrow..narrow + 250).contains(&bytes.len()), "{} for {states}", bytes.len());
        assert_eq!(read(&bytes).unwrap(), [profile]);
    }
}

#[test]
fn fields_that_are_never_written() {
    let profile = BlobProfile {
        rlimits: Some(Rlimits { mask: 1, values: [0; 16] }),
        policydb: Some(PolicyDb { dfa: tables(), ..PolicyDb::default() }),
        ..small()
    };
    let plain = bytes(&profile);
    let tags = b"\x04\x05\0tags\0\x07\x04\x08\0version\0\x02\x01\0\0\0\x04\x05\0hdrs\0\x0b\0\0\x0c\x08";
    let mut changed = insert(&plain, plain.len() - 1, b"\x04\x05\0data\0\x07\x05\x02\0k\0\x06\x02\0\0\0\x01\x02\x08");
    changed = insert(&changed, place(&plain, "policydb") + 13, tags);
    changed = insert(
        &changed,
        place(&plain, "policydb"),
        b"\x04\x08\0secmark\0\x07\x0b\x01\0\0\x01\0\0\x05\x02\0l\0\x0c\x08",
    );
    changed = insert(&changed, place(&plain, "rlimits"), b"\x04\x06\0capsx\0\x07\x02\x01\0\0\0\x02\x02\0\0\0\x08");
    changed =
        insert(&changed, place(&plain, "flags"), b"\x04\x07\0rename\0\x05\x02\0o\0\x04\x07\0attach\0\x05\x02\0/\0");
    let foreign = ForeignFields {
        rename: Some(b"o".to_vec()),
        attach: Some(b"/".to_vec()),
        tags: vec![tags.to_vec()],
        capsx: Some(0x2_0000_0001),
        secmark: None,
        data: Some(vec![(b"k".to_vec(), vec![1, 2])]),
    };
    let secmark = Secmark { audit: 1, deny: 0, label: b"l".to_vec() };
    let expected = BlobProfile { foreign: ForeignFields { secmark: Some(vec![secmark]), ..foreign }, ..profile };
    assert_eq!(read(&changed).unwrap(), [expected]);
}

#[test]
fn fewer_rlimits_and_no_upper_capabilities() {
    let plain = bytes(&BlobProfile { rlimits: Some(Rlimits { mask: 1, values: [7; 16] }), ..small() });
    let values = plain.windows(3).position(|window| window == [0x0b, 16, 0]).unwrap();
    let mut changed = plain[..values].to_vec();
    changed.extend([0x0b, 1, 0]);
    changed.extend(&plain[values + 3..values + 12]);
    changed.extend(&plain[values + 3 + 16 * 9..]);
    let caps = place(&changed, "caps64");
    changed.drain(caps..caps + 10 + 1 + 20 + 1);
    let mut values = [0; 16];
    values[0] = 7;
    assert_eq!(read(&changed).unwrap(), [BlobProfile { rlimits: Some(Rlimits { mask: 1, values }), ..small() }]);
}

#[test]
fn names_in_front_of_unnamed_fields_are_stepped_over() {
    let plain = bytes(&small());
    let first_word = place(&plain, "caps64") - 20;
    assert_eq!(read(&insert(&plain, first_word, b"\x04\x04\0foo\0")).unwrap(), [small()]);
}

#[test]
fn unknown_and_misplaced_fields_are_errors() {
    let plain = bytes(&small());
    for (at, name) in
        [(plain.len() - 1, "foo"), (place(&plain, "caps64"), "identity"), (place(&plain, "flags"), "error2")]
    {
        let length = u8::try_from(name.len() + 1).unwrap();
        let field = [&[4, length, 0][..], name.as_bytes(), b"\0\x05\x01\0\0"].concat();
        let error = read(&insert(&plain, at, &field)).unwrap_err();
        if name == "identity" {
            // Known, but not with a string after it, nor here.
            assert!(matches!(error, ReadError::Unexpected { .. }), "{error}");
        } else {
            assert_eq!(error, ReadError::UnknownField { offset: at, name: name.to_owned() });
        }
    }
}

#[test]
fn faulty_automata() {
    let profile = BlobProfile { xmatch: Some(Xmatch { dfa: tables(), len: 0 }), ..small() };
    let plain = bytes(&profile);
    let dfa = plain.windows(4).position(|window| window == [0x1b, 0x5e, 0x78, 0x3d]).unwrap();
    // Offset in the automaton, the byte to put there, and the complaint.
    for (at, byte, why) in [
        (0, 0, "wrong magic number"),
        (7, 0, "wrong header size"),
        (13, 4, "unknown header flags"),
        (25, 6, "unknown table"),
        (25, 7, "a table occurs twice"),
        (25, 5, "wrong element size"),
        (27, 8, "wrong element size"),
        (32, 1, "a table is cut off"),
        (27, 2, "wrong element size"),
        (35, 0, "a table is empty"),
        (35, 9, "accept, base and default differ in length"),
        (24 + 24 + 24 + 12, 0x80, "diff-encoded states without the header flag"),
        (24 + 24 + 24 + 12, 0x20, "out-of-band transitions without the header flag"),
    ] {
        let mut changed = plain.clone();
        changed[dfa + at] = byte;
        match read(&changed).unwrap_err() {
            ReadError::BadAutomaton { offset, why: found } => {
                assert!(offset >= dfa, "{offset}");
                assert_eq!(found, why, "at {at}");
            }
            other => panic!("{at}: {other}"),
        }
    }
}
