//! The blobs of `profile p { /e r, }`, annotated byte by byte, against the same profile as values.

use crate::automata::Tables;
use crate::blob::{BlobProfile, Perms, PolicyDb, read, verify, write};

/// The bytes of an annotated dump: hex, `N x HEX` for repetitions, `#` to the end of the line is a comment.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in text.lines() {
        let code = line.split('#').next().unwrap().trim();
        let (times, hex) = code.split_once(" x ").unwrap_or(("1", code));
        let once: Vec<u8> = hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
        bytes.extend(once.repeat(times.parse().unwrap()));
    }
    bytes
}

/// Tables whose cells are `(cell, next, check)`, all others 0.
fn tables(accept: &[u32], accept2: Option<&[u32]>, base: &[u32], cells: usize, used: &[(usize, u32, u32)]) -> Tables {
    let mut next = vec![0; cells];
    let mut check = vec![0; cells];
    for &(cell, successor, owner) in used {
        next[cell] = successor;
        check[cell] = owner;
    }
    Tables {
        accept: accept.to_vec(),
        accept2: accept2.map(<[u32]>::to_vec),
        base: base.to_vec(),
        default: vec![0; base.len()],
        next,
        check,
        ..Tables::default()
    }
}

fn profile(policydb: PolicyDb, file: PolicyDb) -> BlobProfile {
    let name = b"p".to_vec();
    BlobProfile { version: 0x20_2007, name, policydb: Some(policydb), file: Some(file), ..BlobProfile::default() }
}

/// Accept words in the tables: Linux 6.1 and 6.12 differ in the classes only.
fn packed(classes: &[usize]) -> BlobProfile {
    let cells: Vec<_> = classes.iter().map(|&class| (class, 2, 1)).collect();
    let policydb = tables(&[0, 0, 4], Some(&[0; 3]), &[0; 3], 256, &cells);
    let file = tables(&[0, 0, 0, 0x10004], Some(&[0; 4]), &[0; 4], 256, &[(0x2f, 2, 1), (0x65, 3, 2)]);
    profile(PolicyDb { dfa: policydb, ..PolicyDb::default() }, PolicyDb { dfa: file, ..PolicyDb::default() })
}

/// Accept indices into permission tables: Linux 7.2.
fn indexed() -> BlobProfile {
    let allow = |allow| Perms { allow, ..Perms::default() };
    let mut cells: Vec<_> = [2, 7, 9, 10, 14, 21, 22, 32].map(|class| (class, 2, 1)).to_vec();
    cells.extend([(15, 3, 1), (1, 4, 3), (49, 2, 4)]);
    let policydb = PolicyDb {
        perms: Some(vec![allow(0x8000), allow(0x8004)]),
        dfa: tables(&[0, 0, 1, 1, 0], None, &[0, 0, 0, 1, 0], 257, &cells),
        ..PolicyDb::default()
    };
    let file = PolicyDb {
        perms: Some(vec![allow(0x200), allow(0x200), allow(0x244), allow(0x244)]),
        perms_version: Some(3),
        dfa: tables(&[0, 0, 0, 2], Some(&[0, 0, 1, 1]), &[0; 4], 256, &[(0x2f, 2, 1), (0x65, 3, 2)]),
        ..PolicyDb::default()
    };
    profile(policydb, file)
}

fn check(profile: &BlobProfile, dump: &str, size: usize) {
    let bytes = bytes(dump);
    assert_eq!(bytes.len(), size);
    let profiles = std::slice::from_ref(profile);
    let written = write(profiles).unwrap();
    let differs = written.iter().zip(&bytes).position(|(a, b)| a != b);
    assert_eq!(differs.map(|at| format!("{at:#x}")), None);
    assert_eq!(written.len(), bytes.len());
    assert_eq!(read(&bytes).unwrap(), profiles);
    verify(profiles).unwrap();
}

#[test]
fn linux_6_1() {
    check(&packed(&[2, 7, 9, 10, 14]), include_str!("fixtures/linux-6.1.hex"), 2537);
}

#[test]
fn linux_6_12() {
    check(&packed(&[2, 7, 9, 10, 14, 21, 22]), include_str!("fixtures/linux-6.12.hex"), 2537);
}

#[test]
fn linux_7_2() {
    check(&indexed(), include_str!("fixtures/linux-7.2.hex"), 3025);
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = write(&[indexed()]).unwrap();
    for end in 1..bytes.len() {
        assert!(read(&bytes[..end]).is_err(), "cut at {end}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(read(&longer).is_err());
}

#[test]
fn each_profile_is_padded_from_its_own_start() {
    let one = packed(&[2]);
    let two = BlobProfile { name: b"longer name".to_vec(), ..one.clone() };
    let alone = [write(std::slice::from_ref(&one)).unwrap(), write(std::slice::from_ref(&two)).unwrap()].concat();
    assert_eq!(write(&[one, two]).unwrap(), alone);
}
