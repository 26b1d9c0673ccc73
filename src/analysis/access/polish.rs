//! Makes a witness the most readable one of those that lead to the same states.

use crate::automata::{Symbol, Tables};
use crate::blob::Automaton;
use crate::vocab::classes;

/// Replaces symbols, where another leads both automata to the same states, by the first such one that stands for something a
/// person would write there: a named signal, a family and type of sockets that exist.
pub(in crate::analysis) fn polish(automaton: Automaton, witness: &mut [Symbol], [a, b]: [(&Tables, u32); 2]) {
    let (mut at_a, mut at_b) = (a.1, b.1);
    for position in 0..witness.len() {
        let Some((before, [symbol, ..])) = witness.split_at_mut_checked(position) else { return };
        let step = |symbol| (a.0.step(at_a, symbol), b.0.step(at_b, symbol));
        let to = step(*symbol);
        let better = preferred(automaton, before).iter().map(|&byte| Symbol::Byte(byte));
        if let Some(better) = better.into_iter().find(|&better| step(better) == to)
            && *symbol != Symbol::OutOfBand
        {
            *symbol = better;
        }
        (at_a, at_b) = to;
    }
}

/// The bytes to prefer after a string, the best first.
fn preferred(automaton: Automaton, before: &[Symbol]) -> &'static [u8] {
    // Term, kill, hup, int, usr1, stop, cont, chld.
    const SIGNALS: &[u8] = &[15, 9, 1, 2, 10, 19, 18, 17];
    // inet, inet6, unix, netlink, packet.
    const FAMILIES: &[u8] = &[2, 10, 1, 16, 17];
    // stream, dgram, raw, seqpacket.
    const TYPES: &[u8] = &[1, 2, 3, 5];
    let &[Symbol::Byte(class), ..] = before else { return &[] };
    if automaton != Automaton::Policydb {
        return &[];
    }
    match (class, before.len()) {
        (classes::SIGNAL, 1) => SIGNALS,
        (classes::NETWORK_V7 | classes::NETWORK_V8 | classes::NETWORK_V9 | classes::NETWORK_V9_SKB, length) => {
            match length {
                2 => FAMILIES,
                4 => TYPES,
                1 | 3 | 5 | 6 => &[0],
                // Ports and addresses; names of unix sockets are bytes of their own.
                _ if before.get(1..3) == Some(&[Symbol::Byte(0), Symbol::Byte(1)]) => &[],
                _ => &[0, 1],
            }
        }
        (classes::SYSV_MQUEUE, 1..=4) => &[0],
        _ => &[],
    }
}
