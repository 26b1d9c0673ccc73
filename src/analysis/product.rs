//! The product walk: two automata side by side, breadth first, until their states differ.

use rustc_hash::FxHashSet;

use crate::automata::tables::{BASE_DIFF_ENCODED, BASE_OFFSET};
use crate::automata::{Symbol, Tables};

/// The 256 bytes and the out-of-band symbol.
const SYMBOLS: usize = 257;
const OUT_OF_BAND: usize = 256;

/// What tables are made of, for finding symbols that behave alike.
#[derive(Clone, Copy)]
struct Cells<'a> {
    dfa: &'a Tables,
}

impl Cells<'_> {
    fn base(self, state: u32) -> u32 {
        self.dfa.base.get(index(state)).copied().unwrap_or(0)
    }

    fn column(self, byte: u8) -> u8 {
        self.dfa.classes.as_ref().and_then(|classes| classes.get(usize::from(byte)).copied()).unwrap_or(byte)
    }

    /// A number for each symbol, such that symbols with equal numbers lead to the same state from every state.
    ///
    /// The out-of-band symbol has one of its own.
    fn symbol_classes(self) -> [u32; SYMBOLS] {
        let mut columns = [0; SYMBOLS];
        self.refine(&mut columns);
        let mut symbols = columns;
        for byte in 0..=u8::MAX {
            let column = columns.get(usize::from(self.column(byte))).copied();
            if let (Some(symbol), Some(column)) = (symbols.get_mut(usize::from(byte)), column) {
                *symbol = column;
            }
        }
        if let Some(symbol) = symbols.get_mut(OUT_OF_BAND) {
            *symbol = u32::MAX;
        }
        symbols
    }

    /// Splits classes of columns until all columns of a class have the same cells in every state.
    fn refine(self, columns: &mut [u32; SYMBOLS]) {
        // (state, column, successor) of every owned cell that says something else than the default.
        let mut cells: Vec<(u32, u8, u32)> = Vec::new();
        for ((cell, &state), &next) in self.dfa.check.iter().enumerate().zip(&self.dfa.next) {
            let base = self.base(state);
            let column = cell.checked_sub(index(base & BASE_OFFSET)).and_then(|column| u8::try_from(column).ok());
            let plain = base & BASE_DIFF_ENCODED == 0 && self.dfa.default.get(index(state)) == Some(&next);
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
}

fn index(state: u32) -> usize {
    usize::try_from(state).unwrap_or(usize::MAX)
}

/// One of the two automata.
pub(super) struct Side<'a> {
    pub(super) dfa: &'a Tables,
    pub(super) start: u32,
    /// A number for the meaning of each state, comparable between the two sides.
    pub(super) meaning: Vec<u32>,
}

impl Side<'_> {
    fn meaning(&self, state: u32) -> u32 {
        self.meaning.get(index(state)).copied().unwrap_or(0)
    }
}

/// How to walk.
pub(super) struct Walk<'a> {
    /// Stop after so many differences, each of another pair of meanings.
    pub(super) limit: usize,
    /// Give up after so many pairs of states.
    pub(super) max_pairs: usize,
    /// The meanings of the start states are not compared (those of all later visits are).
    pub(super) skip_start: bool,
    /// Whether the trap state differs from any other after this symbol, whatever they mean.
    pub(super) trap_counts: fn(depth: Depth, symbol: Symbol) -> bool,
    /// Which field of its string a pair of states is in, for classes where that decides what the kernel asks for; else 0.
    pub(super) field: fn(field: u8, depth: Depth, symbol: Symbol) -> u8,
    /// Bytes that `field` tells apart.
    pub(super) marks: &'static [u8],
    /// Whether two states with different meanings differ in what the kernel asks for in that field.
    pub(super) observable: &'a dyn Fn(u8, u32, u32) -> bool,
}

/// Where in a string a symbol stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    First,
    Later,
}

/// A string that leads to states with different meanings.
pub(super) struct Hit {
    pub(super) witness: Vec<Symbol>,
    pub(super) a: u32,
    pub(super) b: u32,
    /// One of the states is the trap and the other is not, and this is the difference.
    pub(super) trap: bool,
}

/// More pairs of states than allowed.
pub(super) struct OutOfBudget;

/// Walks both automata over all strings, shortest first, and returns strings on which they differ.
pub(super) fn walk(a: &Side<'_>, b: &Side<'_>, how: &Walk<'_>) -> Result<Vec<Hit>, OutOfBudget> {
    let symbols = representatives(a.dfa, b.dfa, how.marks);
    let mut walk = Pairs::new(a.meaning.len());
    walk.add((a.start, b.start, 0), 0, Symbol::OutOfBand);
    let mut hits = Vec::new();
    let mut known = FxHashSet::default();
    let mut current = 0;
    while let Some(&(from_a, from_b, field)) = walk.pairs.get(current) {
        let meanings = (a.meaning(from_a), b.meaning(from_b));
        let compared = current != 0 || !how.skip_start;
        let differ = compared && meanings.0 != meanings.1 && (how.observable)(field, from_a, from_b);
        if differ && known.insert(meanings) {
            hits.push(Hit { witness: walk.witness(current, None), a: from_a, b: from_b, trap: false });
            if hits.len() >= how.limit {
                return Ok(hits);
            }
        }
        let depth = if current == 0 { Depth::First } else { Depth::Later };
        for &symbol in &symbols {
            let to = (a.dfa.step(from_a, symbol), b.dfa.step(from_b, symbol));
            if (to.0 == 0) != (to.1 == 0) && (how.trap_counts)(depth, symbol) {
                hits.push(Hit { witness: walk.witness(current, Some(symbol)), a: to.0, b: to.1, trap: true });
                if hits.len() >= how.limit {
                    return Ok(hits);
                }
            }
            let to = (to.0, to.1, (how.field)(field, depth, symbol));
            if walk.add(to, current, symbol) && walk.pairs.len() > how.max_pairs {
                return Err(OutOfBudget);
            }
        }
        current += 1;
    }
    Ok(hits)
}

/// A state of each automaton, and the field they are in.
type Pair = (u32, u32, u8);

/// The pairs of states met so far, in the order of their discovery, each with the way to it.
struct Pairs {
    pairs: Vec<Pair>,
    from: Vec<(usize, Symbol)>,
    /// The first partner of each state of the left automaton in field 0: most states have only one.
    partner: Vec<u32>,
    /// All further pairs.
    more: FxHashSet<Pair>,
}

impl Pairs {
    fn new(states: usize) -> Self {
        Self { pairs: Vec::new(), from: Vec::new(), partner: vec![u32::MAX; states], more: FxHashSet::default() }
    }

    /// Adds a pair; `false` if it is known.
    fn add(&mut self, pair: Pair, from: usize, symbol: Symbol) -> bool {
        match self.partner.get_mut(index(pair.0)).filter(|_| pair.2 == 0) {
            Some(partner) if *partner == pair.1 => return false,
            Some(partner) if *partner == u32::MAX => *partner = pair.1,
            _ if !self.more.insert(pair) => return false,
            _ => {}
        }
        self.pairs.push(pair);
        self.from.push((from, symbol));
        true
    }

    /// The symbols that lead to pair number `at`, and `last` behind them.
    fn witness(&self, mut at: usize, last: Option<Symbol>) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = last.into_iter().collect();
        while at != 0
            && let Some(&(from, symbol)) = self.from.get(at)
        {
            symbols.push(symbol);
            at = from;
        }
        symbols.reverse();
        symbols
    }
}

/// One symbol of each set of symbols that behave equally in both automata; letters first, so that witnesses are readable.
///
/// Each of `marks` stands for itself alone.
fn representatives(a: &Tables, b: &Tables, marks: &[u8]) -> Vec<Symbol> {
    let classes_a = Cells { dfa: a }.symbol_classes();
    let classes_b = Cells { dfa: b }.symbol_classes();
    let mut known = FxHashSet::default();
    let readable = (b'a'..=b'z').chain(b'A'..=b'Z').chain(b'0'..=b'9').chain(b"/".iter().copied()).chain(b'!'..=b'~');
    let bytes = readable.chain(0..=u8::MAX).map(Symbol::Byte);
    let class = |symbol: Symbol| {
        let at = match symbol {
            Symbol::Byte(byte) => usize::from(byte),
            Symbol::OutOfBand => OUT_OF_BAND,
        };
        let mark = marks.iter().position(|&mark| symbol == Symbol::Byte(mark));
        (classes_a.get(at).copied(), classes_b.get(at).copied(), mark)
    };
    bytes.chain([Symbol::OutOfBand]).filter(|&symbol| known.insert(class(symbol))).collect()
}
