//! Properties of finished tables: the symbols that behave alike, the states that can be reached, the smallest possible size.
//!
//! Tables come from anywhere. Nothing here panics on nonsense; what cannot be reached in sound tables is not looked at.

use rustc_hash::FxHashMap;

use super::graph::{Edge, Graph, SymbolId, niceness};
use super::ids::IdVec;
use super::tables::{BASE_DIFF_ENCODED, BASE_OFFSET};
use super::{ClassifiedDfa, StateId, Symbol, Tables, ValueId};

/// The 256 bytes and the out-of-band symbol.
const SYMBOLS: usize = 257;
const OUT_OF_BAND: usize = 256;

/// The most symbols that sampled strings have together.
const MAX_SAMPLED_SYMBOLS: usize = 1 << 20;

/// A state that a search found.
struct Found {
    state: u32,
    /// The symbol that led there first, and the place of the state that it led from; none for the start.
    by: Option<(Symbol, usize)>,
}

/// A number for each symbol, such that symbols with equal numbers lead to the same state from every state.
///
/// The out-of-band symbol has one of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolClasses([u32; SYMBOLS]);

impl SymbolClasses {
    /// The number of a symbol.
    #[must_use]
    pub fn of(&self, symbol: Symbol) -> u32 {
        let at = match symbol {
            Symbol::Byte(byte) => usize::from(byte),
            Symbol::OutOfBand => OUT_OF_BAND,
        };
        self.0.get(at).copied().unwrap_or(u32::MAX)
    }
}

impl Tables {
    /// Returns the classes of symbols that behave alike.
    #[must_use]
    pub fn symbol_classes(&self) -> SymbolClasses {
        let mut columns = [0; SYMBOLS];
        self.refine(&mut columns);
        let mut symbols = columns;
        for byte in 0..=u8::MAX {
            let class = self.classes.as_ref().and_then(|classes| classes.get(usize::from(byte)));
            let column = columns.get(usize::from(class.copied().unwrap_or(byte))).copied();
            if let (Some(symbol), Some(column)) = (symbols.get_mut(usize::from(byte)), column) {
                *symbol = column;
            }
        }
        if let Some(symbol) = symbols.get_mut(OUT_OF_BAND) {
            *symbol = u32::MAX;
        }
        SymbolClasses(symbols)
    }

    /// Splits classes of columns until all columns of a class have the same cells in every state.
    fn refine(&self, columns: &mut [u32; SYMBOLS]) {
        // (state, column, successor) of every owned cell that says something else than the default.
        let mut cells: Vec<(u32, u8, u32)> = Vec::new();
        for ((cell, &state), &next) in self.check.iter().enumerate().zip(&self.next) {
            let base = self.base.get(index(state)).copied().unwrap_or(0);
            let column = cell.checked_sub(index(base & BASE_OFFSET)).and_then(|column| u8::try_from(column).ok());
            let plain = base & BASE_DIFF_ENCODED == 0 && self.default.get(index(state)) == Some(&next);
            if let Some(column) = column.filter(|_| !plain) {
                cells.push((state, column, next));
            }
        }
        cells.sort_unstable();
        let mut fresh = 0;
        let mut group: Vec<(u32, u32, u8)> = Vec::new();
        for of_state in cells.chunk_by(|a, b| a.0 == b.0) {
            group.clear();
            for &(_, column, next) in of_state {
                let class = columns.get(usize::from(column)).copied().unwrap_or(0);
                group.push((class, next, column));
            }
            group.sort_unstable();
            for alike in group.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
                fresh += 1;
                for &(_, _, column) in alike {
                    if let Some(class) = columns.get_mut(usize::from(column)) {
                        *class = fresh;
                    }
                }
            }
        }
    }

    /// One symbol of each class of those that behave alike, the out-of-band symbol last; and the runs of symbols of one class,
    /// with the place of its symbol in that list.
    fn representatives(&self) -> (Vec<Symbol>, Vec<(Edge, usize)>) {
        let classes = self.symbol_classes();
        let mut symbols: Vec<Symbol> = Vec::new();
        let mut places: FxHashMap<u32, usize> = FxHashMap::default();
        let mut runs: Vec<(Edge, usize)> = Vec::new();
        for symbol in (0..=u8::MAX).map(Symbol::Byte).chain([Symbol::OutOfBand]) {
            let place = *places.entry(classes.of(symbol)).or_insert(symbols.len());
            match symbols.get_mut(place) {
                Some(known) if niceness(symbol) < niceness(*known) => *known = symbol,
                Some(_) => {}
                None => symbols.push(symbol),
            }
            let id = SymbolId::from(symbol);
            match runs.last_mut() {
                Some((run, same)) if *same == place => run.last = id,
                _ => runs.push((Edge { first: id, last: id, target: StateId::TRAP }, place)),
            }
        }
        (symbols, runs)
    }

    /// The states that some string leads to from `start`, in the order of their shortest strings; the trap is not among them
    /// unless it is the start.
    #[must_use]
    pub fn reachable(&self, start: u32) -> Vec<u32> {
        let (symbols, _) = self.representatives();
        self.reach(start, &symbols).iter().map(|found| found.state).collect()
    }

    /// Shortest strings that lead from `start` to states of which `is_meant` is true: of at most `most` such states, evenly chosen.
    /// Long strings are left out where all of them have more than a million symbols.
    #[must_use]
    pub fn samples(&self, start: u32, most: usize, is_meant: impl Fn(u32) -> bool) -> Vec<Vec<Symbol>> {
        let (symbols, _) = self.representatives();
        let found = self.reach(start, &symbols);
        let meant: Vec<&Found> = found.iter().filter(|found| is_meant(found.state)).collect();
        let mut left = MAX_SAMPLED_SYMBOLS;
        let mut samples = Vec::new();
        for &end in meant.iter().step_by(meant.len().div_ceil(most.max(1)).max(1)) {
            let mut string = Vec::new();
            let mut at = end;
            while let Some((symbol, from)) = at.by.and_then(|(symbol, from)| Some((symbol, found.get(from)?))) {
                if string.len() == left {
                    return samples;
                }
                string.push(symbol);
                at = from;
            }
            left -= string.len();
            string.reverse();
            samples.push(string);
        }
        samples
    }

    /// The states that some string leads to from `start`, breadth-first.
    fn reach(&self, start: u32, symbols: &[Symbol]) -> Vec<Found> {
        let mut seen = vec![false; self.states()];
        if let Some(trap) = seen.first_mut() {
            *trap = true;
        }
        let mut order = Vec::new();
        let mut add = |state: u32, by, order: &mut Vec<Found>| {
            if seen.get_mut(index(state)).is_some_and(|seen| !std::mem::replace(seen, true)) {
                order.push(Found { state, by });
            }
        };
        add(start, None, &mut order);
        let mut next = 0;
        while let Some(&Found { state, .. }) = order.get(next) {
            for &symbol in symbols {
                add(self.step(state, symbol), Some((symbol, next)), &mut order);
            }
            next += 1;
        }
        if start == 0 { vec![Found { state: 0, by: None }] } else { order }
    }

    /// Returns the number of states, trap and start included, of the smallest automaton that leads every string from `start` to the same
    /// meaning. `meaning` gives a number for what each state means; what the trap means is nothing.
    ///
    /// States are counted as armorer makes them: the start is never merged with another one.
    #[must_use]
    pub fn minimal_states(&self, start: u32, meaning: impl Fn(u32) -> u32) -> usize {
        let (symbols, mut runs) = self.representatives();
        let order: Vec<u32> = self.reach(start, &symbols).iter().map(|found| found.state).collect();
        let mut numbers = vec![StateId::TRAP; self.states()];
        for (number, &state) in (1..).map(StateId::new).zip(&order) {
            if let Some(place) = numbers.get_mut(index(state)) {
                *place = number;
            }
        }
        let mut graph = Graph::default();
        for &state in [0].iter().chain(&order) {
            let targets = symbols.iter().map(|&symbol| self.step(state, symbol));
            let numbered: Vec<StateId> =
                targets.map(|to| numbers.get(index(to)).copied().unwrap_or(StateId::TRAP)).collect();
            for (run, place) in &mut runs {
                run.target = numbered.get(*place).copied().filter(|_| state != 0).unwrap_or(StateId::TRAP);
            }
            let row: Vec<Edge> = runs.iter().map(|&(run, _)| run).collect();
            graph.push_runs(&row);
        }
        let nothing = meaning(0);
        let mut values: IdVec<ValueId, Option<u32>> = IdVec::default();
        let mut known = FxHashMap::from_iter([(None, values.push(None))]);
        let trap = known.get(&None).copied();
        let of_order = order.iter().map(|&state| {
            let value = Some(meaning(state)).filter(|&value| value != nothing);
            *known.entry(value).or_insert_with(|| values.push(value))
        });
        let accept = trap.into_iter().chain(of_order).collect();
        ClassifiedDfa { graph, accept, values }.minimise().len()
    }

    /// Returns the number of cells that states own, of those that are there.
    #[must_use]
    pub fn used_cells(&self) -> usize {
        self.check.iter().filter(|&&state| state != 0).count()
    }

    /// Returns the number of states of the longest chain of diff-encoded states; 0 without such states. Loops count as endless: `None`.
    #[must_use]
    pub fn longest_chain(&self) -> Option<usize> {
        // The length of the chain that begins at each state, where it is known.
        let mut known: Vec<Option<usize>> = vec![None; self.states()];
        let mut longest = 0;
        let mut path = Vec::new();
        for start in 0..self.states() {
            let mut at = start;
            let mut length = 0;
            path.clear();
            while let Some(&base) = self.base.get(at)
                && base & BASE_DIFF_ENCODED != 0
            {
                if let Some(rest) = known.get(at).copied().flatten() {
                    length = rest;
                    break;
                }
                if path.len() > self.states() {
                    return None;
                }
                path.push(at);
                at = self.default.get(at).map_or(usize::MAX, |&next| index(next));
            }
            for &state in path.iter().rev() {
                length += 1;
                if let Some(place) = known.get_mut(state) {
                    *place = Some(length);
                }
            }
            longest = longest.max(length);
        }
        Some(longest)
    }
}

fn index(state: u32) -> usize {
    usize::try_from(state).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trap, start; `a` and `b` lead to states that both mean 1 and lead nowhere, and nothing leads to state 4.
    fn tables() -> Tables {
        let mut tables = Tables {
            accept: vec![0, 0, 1, 1, 1],
            base: vec![0; 5],
            default: vec![0; 5],
            next: vec![0; 256],
            check: vec![0; 256],
            ..Tables::default()
        };
        for (byte, state) in [(b'a', 2), (b'b', 3)] {
            tables.next[usize::from(byte)] = state;
            tables.check[usize::from(byte)] = 1;
        }
        tables
    }

    #[test]
    fn symbols_that_behave_alike() {
        let classes = tables().symbol_classes();
        assert_eq!(classes.of(Symbol::Byte(0)), classes.of(Symbol::Byte(b'c')));
        assert_ne!(classes.of(Symbol::Byte(b'a')), classes.of(Symbol::Byte(b'b')));
        assert_ne!(classes.of(Symbol::Byte(0)), classes.of(Symbol::OutOfBand));
    }

    #[test]
    fn sizes() {
        let tables = tables();
        assert_eq!(tables.reachable(1), [1, 2, 3]);
        assert_eq!(tables.reachable(0), [0]);
        assert_eq!(tables.used_cells(), 2);
        assert_eq!(tables.minimal_states(1, |state| tables.accept[state as usize]), 3);
        // With another meaning each they cannot be one state, and without any all is the trap.
        assert_eq!(tables.minimal_states(1, |state| state), 4);
        assert_eq!(tables.minimal_states(1, |_| 0), 2);
    }

    #[test]
    fn samples_are_shortest_strings() {
        let mut tables = tables();
        // `c` leads from 3 to 4.
        (tables.next[99], tables.check[99]) = (4, 3);
        let string = |text: &str| text.bytes().map(Symbol::Byte).collect::<Vec<_>>();
        let is_meant = |state: u32| state > 1;
        assert_eq!(tables.samples(1, 3, is_meant), [string("a"), string("b"), string("bc")]);
        assert_eq!(tables.samples(1, 2, is_meant), [string("a"), string("bc")]);
        assert_eq!(tables.samples(1, 9, |state| state == 4), [string("bc")]);
        assert!(tables.samples(1, 9, |_| false).is_empty());
        assert_eq!(tables.samples(0, 9, |_| true), [string("")]);
    }

    #[test]
    fn chains() {
        let mut tables = tables();
        assert_eq!(tables.longest_chain(), Some(0));
        tables.base[3] = BASE_DIFF_ENCODED;
        tables.default[3] = 2;
        assert_eq!(tables.longest_chain(), Some(1));
        tables.base[2] = BASE_DIFF_ENCODED;
        tables.base[4] = BASE_DIFF_ENCODED;
        tables.default[4] = 3;
        assert_eq!(tables.longest_chain(), Some(3));
        tables.default[2] = 4;
        assert_eq!(tables.longest_chain(), None);
    }
}
