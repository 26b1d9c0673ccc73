//! Comparing rules about sockets that are of two generations.
//!
//! Kernels look at class `network_v9`, and at `network_v8` where a profile lacks the first. A policy for one kernel and one for
//! another may so say the same in two classes. Only unix sockets, which the new class mediates by address and label, are not
//! comparable.

use super::access::Asked;
use super::classes;
use super::describe;
use super::diff::AutomatonDifference;
use super::difference::Witness;
use super::perms::{self, ClassPerms};
use super::product::AutomatonSide;
use crate::automata::Symbol;
use crate::blob::PolicyDb;
use crate::vocab::classes::{NETWORK_V7, NETWORK_V8, NETWORK_V9, NETWORK_V9_SKB};
use crate::vocab::{SocketType, families};

/// The classes whose strings are numbers first.
pub(super) const CLASSES: [u8; 4] = [NETWORK_V7, NETWORK_V8, NETWORK_V9, NETWORK_V9_SKB];

/// The class that each side mediates sockets with.
#[derive(Clone, Copy)]
pub(super) struct SocketClasses {
    classes: [u8; 2],
    /// The states after the class.
    states: [u32; 2],
}

/// The classes of both sides, where one has the new class, and the other the old one only.
pub(super) fn generations(sides: [(&AutomatonSide<'_>, u32); 2]) -> Option<SocketClasses> {
    let class = |(side, start): (&AutomatonSide<'_>, u32)| {
        let behind = |class| (class, side.dfa.step(start, Symbol::Byte(class)));
        [NETWORK_V9, NETWORK_V8].map(behind).into_iter().find(|(_, state)| *state != 0)
    };
    let [(a, in_a), (b, in_b)] = [class(sides[0])?, class(sides[1])?];
    (a != b).then_some(SocketClasses { classes: [a, b], states: [in_a, in_b] })
}

/// The differences, family by family and type by type; those that are alike together, with so many examples.
pub(super) fn compare(
    generations: SocketClasses,
    dbs: [(&PolicyDb, u32); 2],
    examples: usize,
) -> Vec<AutomatonDifference> {
    let SocketClasses { classes: [class_a, class_b], states } = generations;
    let say = |class: u8| match class {
        NETWORK_V9 => "mediates addresses and labels".to_owned(),
        _ => "mediates family and type".to_owned(),
    };
    let unix = [&[class_a][..], &families::UNIX.to_be_bytes()].concat();
    let unix: Vec<Symbol> = unix.into_iter().map(Symbol::Byte).collect();
    let mut found = vec![AutomatonDifference {
        witnesses: vec![Witness { access: Asked::of_class(&unix, 0), string: unix }],
        a: say(class_a),
        b: say(class_b),
        permissions: 0,
    }];
    let types = || SocketType::ALL.iter().filter(|kind| kind.is_of_network_rules()).map(|kind| kind.number());
    for family in (0..families::COUNT).filter(|&family| family != families::UNIX) {
        for kind in types() {
            let rest: Vec<u8> = [family.to_be_bytes(), kind.to_be_bytes()].concat();
            let of = |(db, version): (&PolicyDb, u32), from: u32| {
                let state = rest.iter().fold(from, |state, &byte| db.dfa.step(state, Symbol::Byte(byte)));
                ClassPerms::of_state(db, version, usize::try_from(state).unwrap_or(usize::MAX))
            };
            let (in_a, in_b) = (of(dbs[0], states[0]), of(dbs[1], states[1]));
            if in_a == in_b {
                continue;
            }
            let string: Vec<Symbol> = [&[class_a][..], &rest].concat().into_iter().map(Symbol::Byte).collect();
            let (a, b) = (describe::class(&in_a, &string), describe::class(&in_b, &string));
            let permissions = perms::class_difference(&in_a, &in_b) & !classes::unasked(class_a);
            let witness = Witness { access: Asked::of_class(&string, permissions), string };
            match found.iter_mut().find(|known| (&known.a, &known.b) == (&a, &b)) {
                Some(known) if known.witnesses.len() < examples => known.witnesses.push(witness),
                Some(_) => {}
                None => found.push(AutomatonDifference { witnesses: vec![witness], a, b, permissions }),
            }
        }
    }
    found
}
