//! Each check of the kernel, on a profile that is sound but for one value.

use crate::automata::Tables;
use crate::automata::tables::{BASE_DIFF_ENCODED, BASE_OUT_OF_BAND, TableError};
use crate::blob::{Automaton, BlobProfile, Fault, Perms, PolicyDb, Xmatch, verify};

fn tables() -> Tables {
    Tables {
        accept: vec![0; 3],
        accept2: Some(vec![0; 3]),
        base: vec![0; 3],
        default: vec![0; 3],
        next: vec![0; 256],
        check: vec![0; 256],
        classes: None,
    }
}

fn sound() -> BlobProfile {
    let packed = PolicyDb { dfa: tables(), ..PolicyDb::default() };
    let table = PolicyDb {
        perms: Some(vec![Perms::default(); 2]),
        perms_version: Some(3),
        dfa: tables(),
        start: None,
        transitions: vec![b"target".to_vec()],
    };
    BlobProfile {
        version: 7,
        name: b"p".to_vec(),
        xmatch: Some(Xmatch { dfa: tables(), len: 0 }),
        policydb: Some(packed),
        file: Some(table),
        ..BlobProfile::default()
    }
}

fn fault(change: impl FnOnce(&mut BlobProfile)) -> (Option<Automaton>, Fault) {
    let mut profile = sound();
    change(&mut profile);
    let error = verify(&[sound(), profile]).unwrap_err();
    assert_eq!(error.index, 1);
    (error.automaton, error.fault)
}

fn file_fault(change: impl FnOnce(&mut PolicyDb)) -> Fault {
    let (automaton, fault) = fault(|profile| change(profile.file.as_mut().unwrap()));
    assert_eq!(automaton, Some(Automaton::File));
    fault
}

fn entry_fault(change: impl FnOnce(&mut Perms)) -> &'static str {
    match file_fault(|file| change(&mut file.perms.as_mut().unwrap()[1])) {
        Fault::Perms { index: 1, why } => why,
        other => panic!("{other}"),
    }
}

#[test]
fn the_sound_profile_is_sound() {
    verify(&[sound()]).unwrap();
}

#[test]
fn fields() {
    assert_eq!(fault(|profile| profile.version = 10), (None, Fault::Version(10)));
    assert_eq!(fault(|profile| profile.mode = 5), (None, Fault::Mode(5)));
    assert_eq!(fault(|profile| profile.kill = Some(0)), (None, Fault::KillSignal(0)));
    assert_eq!(fault(|profile| profile.kill = Some(36)), (None, Fault::KillSignal(36)));
    for name in ["", " ", ":ns:", ":ns://"] {
        assert_eq!(fault(|profile| profile.name = name.into()), (None, Fault::EmptyName), "{name}");
    }
    assert_eq!(fault(|profile| profile.namespace = Some(Vec::new())), (None, Fault::EmptyNamespace));
}

#[test]
fn one_write_goes_to_one_namespace() {
    let inside = |namespace: &str| BlobProfile { namespace: Some(namespace.into()), ..sound() };
    verify(&[sound(), inside("a"), sound(), inside("a")]).unwrap();
    let error = verify(&[inside("a"), sound(), inside("b")]).unwrap_err();
    assert_eq!((error.index, error.fault), (2, Fault::NamespaceChange));
}

#[test]
fn table_shapes() {
    for change in [
        |dfa: &mut Tables| dfa.accept.truncate(2),
        |dfa: &mut Tables| dfa.default.push(0),
        |dfa: &mut Tables| dfa.accept2 = Some(vec![0; 2]),
        |dfa: &mut Tables| dfa.check.push(0),
        |dfa: &mut Tables| {
            *dfa = Tables { base: vec![0], accept: vec![0], default: vec![0], accept2: Some(vec![0]), ..tables() }
        },
    ] {
        assert!(matches!(file_fault(|file| change(&mut file.dfa)), Fault::Tables(_)));
    }
}

#[test]
fn table_values() {
    let table_fault = |change: fn(&mut Tables)| match file_fault(|file| change(&mut file.dfa)) {
        Fault::Tables(error) => error,
        other => panic!("{other}"),
    };
    assert_eq!(table_fault(|dfa| dfa.default[1] = 3), TableError::DefaultOutOfBounds(1));
    assert_eq!(table_fault(|dfa| dfa.next[9] = 3), TableError::CellOutOfBounds(9));
    assert_eq!(table_fault(|dfa| dfa.check[9] = 3), TableError::CellOutOfBounds(9));
    assert_eq!(table_fault(|dfa| dfa.base[2] = 1 << 24), TableError::UnknownFlag(2));
    assert_eq!(table_fault(|dfa| dfa.base[2] = 1), TableError::BaseOutOfBounds(2));
    assert_eq!(table_fault(|dfa| dfa.base[1] = BASE_OUT_OF_BAND), TableError::OutOfBandWithoutCell(1));
    assert_eq!(file_fault(|file| file.start = Some(3)), Fault::Start(3));
}

#[test]
fn loops_of_diff_encoded_states() {
    let with = |defaults: [u32; 3]| {
        let mut profile = sound();
        let dfa = &mut profile.file.as_mut().unwrap().dfa;
        dfa.base = vec![0, BASE_DIFF_ENCODED, BASE_DIFF_ENCODED];
        dfa.default = defaults.to_vec();
        verify(&[profile]).map_err(|error| error.fault)
    };
    assert!(matches!(with([0, 2, 1]), Err(Fault::Tables(TableError::DiffLoop(_)))));
    assert!(matches!(with([0, 0, 2]), Err(Fault::Tables(TableError::DiffLoop(2)))));
    assert_eq!(with([0, 0, 1]), Ok(()));
}

#[test]
fn second_accept_tables() {
    assert_eq!(file_fault(|file| file.dfa.accept2 = None), Fault::Accept2(true));
    assert_eq!(file_fault(|file| file.perms_version = None), Fault::Accept2(false));
    assert_eq!(file_fault(|file| file.perms_version = Some(2)), Fault::Accept2(false));
    assert_eq!(file_fault(|file| (file.perms, file.dfa.accept2) = (None, None)), Fault::Accept2(true));
    let xmatch = fault(|profile| profile.xmatch.as_mut().unwrap().dfa.accept2 = None);
    assert_eq!(xmatch, (Some(Automaton::Xmatch), Fault::Accept2(true)));
}

#[test]
fn permission_indices_stay_in_the_table() {
    assert_eq!(file_fault(|file| file.dfa.accept[2] = 2), Fault::Accept(2));
    // An owner-conditional state needs the entry after its own, too.
    assert_eq!(
        file_fault(|file| {
            file.dfa.accept[2] = 1;
            file.dfa.accept2 = Some(vec![0, 0, 1]);
        }),
        Fault::Accept(2)
    );
    let word = |word: u32| {
        fault(|profile| {
            let dfa = Tables { accept: vec![0, 0, word], ..tables() };
            profile.file = Some(PolicyDb { dfa, transitions: vec![b"one".to_vec()], ..PolicyDb::default() });
        })
        .1
    };
    assert_eq!(word(5 << 10), Fault::Transition(2));
    assert_eq!(word(5 << 24), Fault::Transition(2));
}

#[test]
fn permission_entries() {
    assert_eq!(entry_fault(|entry| (entry.allow, entry.deny) = (1, 1)), "allow and deny overlap");
    assert_eq!(entry_fault(|entry| entry.subtree = 1), "subtree is not part of allow");
    assert_eq!(entry_fault(|entry| (entry.cond, entry.deny) = (1, 1)), "cond overlaps allow or deny");
    assert_eq!(entry_fault(|entry| (entry.complain, entry.allow) = (1, 1)), "complain overlaps allow or deny");
    assert_eq!(entry_fault(|entry| (entry.prompt, entry.allow) = (1, 1)), "prompt overlaps allow or deny");
    assert_eq!(entry_fault(|entry| (entry.kill, entry.allow) = (1, 1)), "kill and allow overlap");
    assert_eq!(entry_fault(|entry| (entry.hide, entry.allow) = (1, 1)), "hide and allow overlap");
    assert_eq!(entry_fault(|entry| (entry.complain, entry.prompt) = (1, 1)), "complain and prompt overlap");
    assert_eq!(entry_fault(|entry| entry.xindex = 0x0800_0001), "its exec transition is outside of the table");
    assert_eq!(entry_fault(|entry| entry.tag = 1), "its tag does not exist");
    assert_eq!(entry_fault(|entry| entry.label = 1), "its label is outside of the transition table");
}

#[test]
fn transition_strings() {
    for target in [&b" a"[..], b"\0a", b":", b":\0a", b"a\0b", b":ns\0a\0b"] {
        assert_eq!(file_fault(|file| file.transitions[0] = target.to_vec()), Fault::Target(0), "{target:?}");
    }
    for target in [&b""[..], b"a", b"&a", b":ns\0a", b":ns:a", b":a"] {
        let mut profile = sound();
        profile.file.as_mut().unwrap().transitions[0] = target.to_vec();
        verify(&[profile]).unwrap();
    }
}
