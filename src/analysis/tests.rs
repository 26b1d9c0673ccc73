//! Tests of the comparison: it must see each single change, and nothing else.

mod diff;
mod perms;

use crate::automata::{Symbol, Tables};
use crate::blob::{BlobProfile, Perms, PolicyDb, Xmatch};

const DIFF: u32 = 1 << 31;
const OUT_OF_BAND: u32 = 1 << 29;

/// Tables that give the strings their accept words and all others 0; `true` numbers the states the other way round.
fn trie(strings: &[(&[Symbol], u32, u32)], backwards: bool) -> Tables {
    // Rows of 257 successors, out-of-band first.
    let mut rows = vec![[0_usize; 257]; 2];
    let mut accept = vec![(0, 0); 2];
    for &(string, first, second) in strings {
        let mut state = 1;
        for symbol in string {
            let column = match symbol {
                Symbol::Byte(byte) => usize::from(*byte) + 1,
                Symbol::OutOfBand => 0,
            };
            if rows[state][column] == 0 {
                rows[state][column] = rows.len();
                rows.push([0; 257]);
                accept.push((0, 0));
            }
            state = rows[state][column];
        }
        accept[state] = (first, second);
    }
    let states = rows.len();
    let number = |state: usize| if backwards && state > 1 { states + 1 - state } else { state };
    let word = |value: usize| u32::try_from(value).unwrap();
    let mut tables = Tables {
        accept: vec![0; states],
        accept2: Some(vec![0; states]),
        base: vec![0; states],
        default: vec![0; states],
        next: vec![0; states * 257],
        check: vec![0; states * 257],
        classes: None,
    };
    for (state, row) in rows.iter().enumerate() {
        let own = number(state);
        tables.accept[own] = accept[state].0;
        tables.accept2.as_mut().unwrap()[own] = accept[state].1;
        tables.base[own] = word(own * 257 + 1) | if row[0] == 0 { 0 } else { OUT_OF_BAND };
        for (column, &to) in row.iter().enumerate() {
            if to != 0 {
                tables.next[own * 257 + column] = word(number(to));
                tables.check[own * 257 + column] = word(own);
            }
        }
    }
    // The trap needs no cells of its own.
    tables.base[0] = 0;
    tables
}

fn bytes(text: &[u8]) -> Vec<Symbol> {
    text.iter().map(|&byte| Symbol::Byte(byte)).collect()
}

/// Packed words for strings.
fn packed(strings: &[(&[u8], u32, u32)], transitions: &[&str]) -> PolicyDb {
    let strings: Vec<_> = strings.iter().map(|&(string, first, second)| (bytes(string), first, second)).collect();
    let strings: Vec<_> = strings.iter().map(|(string, first, second)| (string.as_slice(), *first, *second)).collect();
    PolicyDb { dfa: trie(&strings, false), transitions: owned(transitions), ..PolicyDb::default() }
}

/// A permission table of `(owner, other)` pairs for strings, states numbered the other way round.
fn indexed(strings: &[(&[u8], Perms, Perms)], transitions: &[&str]) -> PolicyDb {
    let none = Perms { allow: 0x200, ..Perms::default() };
    let mut perms = vec![none, none];
    let mut entries = Vec::new();
    for &(string, owner, other) in strings {
        entries.push((bytes(string), u32::try_from(perms.len()).unwrap(), 1));
        perms.extend([owner, other]);
    }
    let entries: Vec<_> = entries.iter().map(|(string, first, second)| (string.as_slice(), *first, *second)).collect();
    PolicyDb {
        perms: Some(perms),
        perms_version: Some(3),
        dfa: trie(&entries, true),
        start: None,
        transitions: owned(transitions),
    }
}

fn owned(strings: &[&str]) -> Vec<Vec<u8>> {
    strings.iter().map(|string| string.as_bytes().to_vec()).collect()
}

fn xmatch(strings: &[&[Symbol]]) -> Xmatch {
    let strings: Vec<_> = strings.iter().map(|&string| (string, 1, 0)).collect();
    Xmatch { dfa: trie(&strings, false), len: 4 }
}

fn named(name: &str) -> BlobProfile {
    BlobProfile { version: 0x20_2007, name: name.into(), ..BlobProfile::default() }
}
