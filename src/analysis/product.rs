//! The product walk: two automata side by side, breadth first, until their states differ.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::automata::{Symbol, Tables};

fn index(state: u32) -> usize {
    usize::try_from(state).unwrap_or(usize::MAX)
}

/// One of the two automata.
pub(super) struct AutomatonSide<'a> {
    pub(super) dfa: &'a Tables,
    pub(super) start: u32,
    /// A number for the meaning of each state, comparable between the two sides.
    pub(super) meaning: Vec<u32>,
}

impl AutomatonSide<'_> {
    fn meaning(&self, state: u32) -> u32 {
        self.meaning.get(index(state)).copied().unwrap_or(0)
    }
}

/// Options of a walk.
pub(super) struct WalkOptions<'a> {
    /// Look for so many differences, each of another pair of meanings.
    pub(super) limit: usize,
    /// The number of strings to collect for each of them.
    pub(super) examples: usize,
    /// Give up after so many pairs of states.
    pub(super) max_pairs: usize,
    /// The meanings of the start states are not compared (those of all later visits are).
    pub(super) skip_start: bool,
    /// Whether the trap state differs from any other after this symbol, whatever they mean.
    pub(super) trap_counts: fn(Symbol) -> bool,
    /// The field of their string that the start states are in, for classes where that decides what the kernel asks for.
    pub(super) first_field: u8,
    /// The field after a symbol in a field.
    pub(super) field: fn(field: u8, symbol: Symbol) -> u8,
    /// Bytes that `field` tells apart.
    pub(super) marks: &'static [u8],
    /// Bytes to try before letters, because strings are made of numbers.
    pub(super) first: &'static [u8],
    /// Whether strings that lead the right automaton into its trap are of no interest.
    pub(super) within_right: bool,
    /// Whether two states with different meanings differ in what the kernel asks for in that field.
    pub(super) observable: &'a dyn Fn(u8, u32, u32) -> bool,
}

/// Strings that lead to states with different meanings, the same for all of them.
pub(super) struct StateDifference {
    /// A shortest one, and further ones, each to another pair of states.
    pub(super) witnesses: Vec<Vec<Symbol>>,
    /// The states of the first.
    pub(super) a: u32,
    pub(super) b: u32,
    /// One of the states is the trap and the other is not, and this is the difference.
    pub(super) trap: bool,
}

/// The outcome of a walk.
pub(super) struct WalkResult {
    pub(super) hits: Vec<StateDifference>,
    /// Whether there are no others.
    pub(super) complete: bool,
}

/// More pairs of states than allowed.
pub(super) struct OutOfBudget;

/// Walks both automata over all strings, shortest first, and returns strings on which they differ.
pub(super) fn walk(
    a: &AutomatonSide<'_>,
    b: &AutomatonSide<'_>,
    how: &WalkOptions<'_>,
) -> Result<WalkResult, OutOfBudget> {
    let symbols = representatives(a.dfa, b.dfa, how.marks, how.first);
    let mut walk = VisitedPairs::new(a.meaning.len());
    walk.add((a.start, b.start, how.first_field), 0, Symbol::OutOfBand);
    let mut found = DifferenceCollector { hits: Vec::new(), known: FxHashMap::default(), how, complete: true };
    let mut current = 0;
    while let Some(&(from_a, from_b, field)) = walk.pairs.get(current) {
        let meanings = (a.meaning(from_a), b.meaning(from_b));
        let compared = current != 0 || !how.skip_start;
        if compared && meanings.0 != meanings.1 && (how.observable)(field, from_a, from_b) {
            found.add(DifferenceKind::Meanings(field, meanings.0, meanings.1), (from_a, from_b), || {
                walk.witness(current, None)
            });
        }
        for &symbol in &symbols {
            if found.is_full() {
                return Ok(WalkResult { hits: found.hits, complete: false });
            }
            let to = (a.dfa.step(from_a, symbol), b.dfa.step(from_b, symbol));
            if (to.0 == 0) != (to.1 == 0) && (how.trap_counts)(symbol) {
                found.add(DifferenceKind::Trap(to.0 == 0), to, || walk.witness(current, Some(symbol)));
            }
            if how.within_right && to.1 == 0 {
                continue;
            }
            let to = (to.0, to.1, (how.field)(field, symbol));
            if walk.add(to, current, symbol) && walk.pairs.len() > how.max_pairs {
                return if found.hits.is_empty() {
                    Err(OutOfBudget)
                } else {
                    Ok(WalkResult { hits: found.hits, complete: false })
                };
            }
        }
        current += 1;
    }
    Ok(WalkResult { hits: found.hits, complete: found.complete })
}

/// The kind of a difference; differences of one kind are reported together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum DifferenceKind {
    /// The field of their string, and their meanings.
    Meanings(u8, u32, u32),
    /// Whether it is the left automaton that is in the trap.
    Trap(bool),
}

/// The differences found so far.
struct DifferenceCollector<'a> {
    hits: Vec<StateDifference>,
    known: FxHashMap<DifferenceKind, usize>,
    how: &'a WalkOptions<'a>,
    /// Whether none was left out.
    complete: bool,
}

impl DifferenceCollector<'_> {
    fn add(&mut self, kind: DifferenceKind, (a, b): (u32, u32), witness: impl FnOnce() -> Vec<Symbol>) {
        if let Some(&at) = self.known.get(&kind) {
            if let Some(hit) = self.hits.get_mut(at).filter(|hit| hit.witnesses.len() < self.how.examples) {
                hit.witnesses.push(witness());
            }
        } else if self.hits.len() < self.how.limit {
            self.known.insert(kind, self.hits.len());
            self.hits.push(StateDifference {
                witnesses: vec![witness()],
                a,
                b,
                trap: matches!(kind, DifferenceKind::Trap(_)),
            });
        } else {
            self.complete = false;
        }
    }

    /// Whether nothing more is wanted.
    fn is_full(&self) -> bool {
        self.hits.len() >= self.how.limit && self.hits.iter().all(|hit| hit.witnesses.len() >= self.how.examples)
    }
}

/// A state of each automaton, and the field they are in.
type StatePair = (u32, u32, u8);

/// The pairs of states met so far, in the order of their discovery, each with the way to it.
struct VisitedPairs {
    pairs: Vec<StatePair>,
    from: Vec<(usize, Symbol)>,
    /// The first partner of each state of the left automaton in field 0: most states have only one.
    partner: Vec<u32>,
    /// All further pairs.
    more: FxHashSet<StatePair>,
}

impl VisitedPairs {
    fn new(states: usize) -> Self {
        Self { pairs: Vec::new(), from: Vec::new(), partner: vec![u32::MAX; states], more: FxHashSet::default() }
    }

    /// Adds a pair; `false` if it is known.
    fn add(&mut self, pair: StatePair, from: usize, symbol: Symbol) -> bool {
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

    /// The symbols that lead to pair number `at`, and `last` after them.
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

/// One symbol of each set of symbols that behave equally in both automata; letters first, so that witnesses are readable, but
/// for the bytes of `first`.
///
/// Each of `marks` stands for itself alone.
fn representatives(a: &Tables, b: &Tables, marks: &[u8], first: &[u8]) -> Vec<Symbol> {
    let (classes_a, classes_b) = (a.symbol_classes(), b.symbol_classes());
    let mut known = FxHashSet::default();
    let readable = (b'a'..=b'z').chain(b'A'..=b'Z').chain(b'0'..=b'9').chain(b"/".iter().copied()).chain(b'!'..=b'~');
    let bytes = first.iter().copied().chain(readable).chain(0..=u8::MAX).map(Symbol::Byte);
    let class = |symbol: Symbol| {
        let mark = marks.iter().position(|&mark| symbol == Symbol::Byte(mark));
        (classes_a.of(symbol), classes_b.of(symbol), mark)
    };
    bytes.chain([Symbol::OutOfBand]).filter(|&symbol| known.insert(class(symbol))).collect()
}
