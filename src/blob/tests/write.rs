//! Bytes of single fields, and what cannot be written.

use crate::automata::Tables;
use crate::blob::{BlobProfile, Capabilities, ForeignFields, WriteError, Xmatch, read, write};

fn named(name: &[u8]) -> BlobProfile {
    BlobProfile { version: 5, name: name.to_vec(), ..BlobProfile::default() }
}

#[test]
fn limits_of_strings_are_errors() {
    let longest = named(&[b'a'; 0xfffe]);
    assert_eq!(read(&write(std::slice::from_ref(&longest)).unwrap()).unwrap(), [longest]);
    let long = write(&[named(&[b'a'; 0xffff])]);
    assert!(matches!(long, Err(WriteError::TooLong { field: "name", len: 0xffff, .. })), "{long:?}");
    assert!(matches!(write(&[named(b"")]), Err(WriteError::Empty { field: "name", .. })));
    assert!(matches!(write(&[named(b"a\0b")]), Err(WriteError::EmbeddedNul { field: "name", .. })));
    let mut empty_namespace = named(b"a");
    empty_namespace.namespace = Some(Vec::new());
    assert!(matches!(write(&[empty_namespace]), Err(WriteError::Empty { field: "namespace", .. })));
    let mut many = named(b"a");
    many.xattrs = vec![b"user.a".to_vec(); 0x1_0000];
    assert!(matches!(write(&[many]), Err(WriteError::TooMany { field: "xattrs", count: 0x1_0000, .. })));
}

#[test]
fn foreign_fields_are_refused() {
    let mut profile = named(b"a");
    profile.foreign = ForeignFields { rename: Some(b"b".to_vec()), ..ForeignFields::default() };
    assert!(matches!(write(&[profile]), Err(WriteError::Foreign { field: "rename", .. })));
}

#[test]
fn inconsistent_tables_are_refused() {
    let mut profile = named(b"a");
    let dfa =
        Tables { accept: vec![0; 2], base: vec![0; 2], default: vec![0, 2], next: vec![0; 256], ..Tables::default() };
    profile.xmatch = Some(Xmatch { dfa, len: 0 });
    let error = write(std::slice::from_ref(&profile)).unwrap_err();
    assert_eq!(error.to_string(), "profile `a`: next and check differ in length");
    profile.xmatch.as_mut().unwrap().dfa.check = vec![0; 256];
    assert_eq!(write(&[profile]).unwrap_err().to_string(), "profile `a`: a successor is not a state");
}

#[test]
fn small_fragments_are_byte_exact() {
    let mut profile = BlobProfile { version: 0x20_2807, ..named(b"foo") };
    profile.namespace = Some(b"zz".to_vec());
    profile.disconnected = Some(b"/dc".to_vec());
    profile.kill = Some(10);
    profile.error = Some(1);
    let bytes = write(&[profile]).unwrap();
    let expected = [
        &b"\x04\x08\x00version\0\x02\x07\x28\x20\x00"[..],
        b"\x04\x0a\x00namespace\0\x05\x03\x00zz\0",
        b"\x04\x08\x00profile\0\x07\x05\x04\x00foo\0",
        b"\x04\x0d\x00disconnected\0\x05\x04\x00/dc\0",
        b"\x04\x05\x00kill\0\x02\x0a\0\0\0",
        b"\x04\x06\x00error\0\x02\x01\0\0\0",
        b"\x04\x06\x00flags\0\x07",
    ]
    .concat();
    assert_eq!(bytes.get(..expected.len()).unwrap().escape_ascii().to_string(), expected.escape_ascii().to_string());
}

#[test]
fn capability_words_are_split_as_the_format_wants() {
    let mut profile = named(b"p");
    profile.capabilities =
        Capabilities { allow: 0x80_0020_0001, audit: 0x80_0020_0000, quiet: 0x40_0000_0080, extended: 0 };
    let bytes = write(std::slice::from_ref(&profile)).unwrap();
    let words: Vec<u8> = [0x20_0001_u32, 0x20_0000, 0x80, 0].into_iter().flat_map(word).collect();
    let high: Vec<u8> = [0x80_u32, 0x80, 0x40, 0].into_iter().flat_map(word).collect();
    let expected = [&words[..], b"\x04\x07\x00caps64\0\x07", &high, b"\x08"].concat();
    assert!(bytes.windows(expected.len()).any(|window| window == expected));
    assert_eq!(read(&bytes).unwrap(), [profile]);
}

fn word(value: u32) -> Vec<u8> {
    let mut bytes = vec![2];
    bytes.extend(value.to_le_bytes());
    bytes
}
