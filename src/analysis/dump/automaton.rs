//! Figures of an automaton.

use serde::Serialize;

use crate::automata::tables::{BASE_DIFF_ENCODED, BASE_OUT_OF_BAND};
use crate::automata::{Symbol, Tables, WalkCosts};
use crate::blob::AutomatonLayout;

/// Figures of an automaton and of its tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AutomatonDump {
    /// Its place in the blob, and the shapes of its tables.
    pub layout: AutomatonLayout,
    /// The start state.
    pub start: u32,
    /// The number of states, including the trap.
    pub states: usize,
    /// The number of states that some string leads to, including the trap; `None` for tables that no kernel takes.
    pub reachable: Option<usize>,
    /// The number of states of the smallest automaton with the same meaning; `None` for tables that no kernel takes.
    pub minimal: Option<usize>,
    /// Cells of `next` and `check`.
    pub cells: usize,
    /// Cells that belong to a state.
    pub used_cells: usize,
    /// States that are encoded as differences from another.
    pub diff_encoded: usize,
    /// The longest chain of such states: how many lookups a byte may need besides the first. `None` where it is endless.
    pub longest_chain: Option<usize>,
    /// States with an out-of-band transition.
    pub out_of_band: usize,
    /// The number of equivalence classes of bytes, where there is a table of them.
    pub byte_classes: Option<usize>,
    /// The costs of walks through the tables, over shortest strings that mean something, each followed by the same name; `None` for
    /// tables that no kernel takes.
    pub walks: Option<WalkCosts>,
    /// The fault of the tables, if no kernel takes them.
    pub fault: Option<String>,
}

/// The most strings that are walked.
const WALKS: usize = 256;
/// The end of each: a name that loops like `**` take and nothing else does. Without it no walk would meet what a state leaves to its
/// default or to the state that it is encoded against.
const NAME: &[u8] = b"/node-12.4/x86_64";

/// Figures of tables; `meaning` gives a number for what a state means.
pub(super) fn describe(
    tables: &Tables,
    start: u32,
    layout: &AutomatonLayout,
    meaning: impl Fn(u32) -> u32,
) -> AutomatonDump {
    let fault = tables.verify().err();
    let sound = fault.is_none();
    let with = |bit: u32| tables.base.iter().filter(|&base| base & bit != 0).count();
    let trap = usize::from(start != 0);
    AutomatonDump {
        layout: layout.clone(),
        start,
        states: tables.states(),
        reachable: sound.then(|| tables.reachable(start).len() + trap),
        minimal: sound.then(|| tables.minimal_states(start, &meaning)),
        cells: tables.next.len(),
        used_cells: tables.used_cells(),
        diff_encoded: with(BASE_DIFF_ENCODED),
        longest_chain: tables.longest_chain(),
        out_of_band: with(BASE_OUT_OF_BAND),
        byte_classes: tables.classes.as_ref().map(|classes| {
            let mut used: Vec<u8> = classes.to_vec();
            used.sort_unstable();
            used.dedup();
            used.len()
        }),
        walks: sound.then(|| {
            let width = layout.width("next").map_or(4, |bits| bits / 8);
            let nothing = meaning(0);
            let mut costs = WalkCosts::default();
            for string in tables.samples(start, WALKS, |state| meaning(state) != nothing) {
                costs.add(tables, start, width, string.into_iter().chain(NAME.iter().copied().map(Symbol::Byte)));
            }
            costs
        }),
        fault: fault.map(|fault| fault.to_string()),
    }
}
