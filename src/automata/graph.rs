//! The transitions of a deterministic automaton, without what its states mean.

#![expect(clippy::indexing_slicing, reason = "state ids are minted by the stages that build the graph")]

use super::ids::{Id, IdVec};
use super::{StateId, Symbol};

/// A symbol as a number: bytes are themselves, and the out-of-band symbol comes after them.
pub(super) type SymbolId = u16;
/// The out-of-band symbol.
pub(super) const OUT_OF_BAND: SymbolId = 256;
/// The last byte.
pub(super) const LAST_BYTE: SymbolId = 255;

/// The number of a state of some automaton.
pub(super) trait State: Id {
    /// The state from which no input matches any more.
    const TRAP: Self;
}

impl State for StateId {
    const TRAP: Self = Self::TRAP;
}

impl From<Symbol> for SymbolId {
    fn from(symbol: Symbol) -> Self {
        match symbol {
            Symbol::Byte(byte) => byte.into(),
            Symbol::OutOfBand => OUT_OF_BAND,
        }
    }
}

/// A run of symbols that lead to one state, which is not the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge<S = StateId> {
    pub(super) first: SymbolId,
    pub(super) last: SymbolId,
    pub(super) target: S,
}

impl<S> Edge<S> {
    /// The number of bytes in the run. The out-of-band symbol weighs nothing: no default stands for it.
    pub(super) fn weight(&self) -> u32 {
        if self.first == OUT_OF_BAND { 0 } else { u32::from(self.last - self.first) + 1 }
    }

    /// The bytes of the run.
    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> + use<S> {
        (self.first..=self.last).filter_map(|symbol| u8::try_from(symbol).ok())
    }

    /// The symbol of the run that is the nicest to show to a person.
    pub(super) fn representative(&self) -> Symbol {
        self.bytes().map(Symbol::Byte).min_by_key(|&symbol| niceness(symbol)).unwrap_or(Symbol::OutOfBand)
    }
}

/// The rank of a symbol in examples for people: the lower, the easier to read.
pub(super) fn niceness(symbol: Symbol) -> u8 {
    match symbol {
        Symbol::Byte(b'a'..=b'z') => 0,
        Symbol::Byte(b'0'..=b'9') => 1,
        Symbol::Byte(b'!'..=b'~') => 2,
        Symbol::Byte(b' ') => 3,
        Symbol::Byte(_) => 4,
        Symbol::OutOfBand => 5,
    }
}

/// A row of the transition table: where each symbol leads from one state.
///
/// Every byte leads to `default` except those of `edges`, which are sorted. The out-of-band symbol has no default: without an
/// edge it leads to the trap. Rows in a graph are *normalised*, so that rows that say the same are equal: the default is where
/// the last byte leads (hardly any pattern names it, so that it stands for "everything else"), edges are as long as possible,
/// and none leads where its symbols lead without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row<'a, S = StateId> {
    pub(super) default: S,
    pub(super) edges: &'a [Edge<S>],
}

impl<'a, S: State> Row<'a, S> {
    pub(super) fn target(&self, symbol: SymbolId) -> S {
        match self.edges.get(self.edges.partition_point(|edge| edge.last < symbol)) {
            Some(edge) if edge.first <= symbol => edge.target,
            _ if symbol == OUT_OF_BAND => S::TRAP,
            _ => self.default,
        }
    }

    /// All runs in order, those of the default among them; the out-of-band symbol only if it has an edge.
    pub(super) fn runs(self) -> impl Iterator<Item = Edge<S>> + use<'a, S> {
        let mut edges = self.edges.iter().copied().peekable();
        let (mut at, default) = (0, self.default);
        std::iter::from_fn(move || {
            let edge = match edges.peek() {
                Some(edge) if edge.first == at || at > LAST_BYTE => edges.next()?,
                Some(edge) => Edge { first: at, last: LAST_BYTE.min(edge.first - 1), target: default },
                None if at > LAST_BYTE => return None,
                None => Edge { first: at, last: LAST_BYTE, target: default },
            };
            at = edge.last + 1;
            Some(edge)
        })
    }

    /// The states where the row leads, in the order of their first symbols; the trap is left out, others may come repeatedly.
    pub(super) fn successors(&self) -> impl Iterator<Item = S> {
        let mut before = S::TRAP;
        self.runs()
            .map(|run| run.target)
            .filter(move |&target| target != S::TRAP && std::mem::replace(&mut before, target) != target)
    }

    /// Appends the [`Self::successors`] to a list: the same, without a look at where the runs of the default are.
    pub(super) fn append_successors(&self, list: &mut Vec<S>) {
        let mut before = S::TRAP;
        let mut push = |target| {
            if target != S::TRAP && std::mem::replace(&mut before, target) != target {
                list.push(target);
            }
        };
        let mut at = 0;
        for edge in self.edges {
            if at < edge.first && at <= LAST_BYTE {
                push(self.default);
            }
            push(edge.target);
            at = edge.last + 1;
        }
        if at <= LAST_BYTE {
            push(self.default);
        }
    }

    /// The states where the row leads, in any order; the trap is left out, others may come repeatedly.
    pub(super) fn targets(&self) -> impl Iterator<Item = S> {
        let mut before = S::TRAP;
        let targets = std::iter::once(self.default).chain(self.edges.iter().map(|edge| edge.target));
        targets.filter(move |&target| target != S::TRAP && std::mem::replace(&mut before, target) != target)
    }

    /// The row as a list of words, with other numbers for states: rows that say the same are equal lists.
    pub(super) fn write_renamed(&self, rename: impl Fn(S) -> u32, words: &mut Vec<u32>) {
        let default = rename(self.default);
        words.push(default);
        let mut before = OUT_OF_BAND;
        for edge in self.edges {
            let target = rename(edge.target);
            let out_of_band = edge.first == OUT_OF_BAND;
            if target == if out_of_band { 0 } else { default } {
                continue;
            }
            match words[..] {
                [.., ref mut run, same] if same == target && before + 1 == edge.first && !out_of_band => {
                    *run = *run & !0xffff | u32::from(edge.last);
                }
                // Not as an array, which a call would copy.
                _ => {
                    words.push(u32::from(edge.first) << 16 | u32::from(edge.last));
                    words.push(target);
                }
            }
            before = edge.last;
        }
    }

    /// The target of most bytes, the lowest on a tie, and how many bytes lead elsewhere.
    pub(super) fn heaviest(&self) -> (S, u32) {
        let elsewhere: u32 = self.edges.iter().map(Edge::weight).sum();
        if elsewhere < 128 {
            return (self.default, elsewhere);
        }
        let mut weights: Vec<(S, u32)> = self.runs().map(|run| (run.target, run.weight())).collect();
        weights.sort_unstable();
        let totals = weights.chunk_by(|a, b| a.0 == b.0).map(|runs| {
            let weight: u32 = runs.iter().map(|&(_, weight)| weight).sum();
            (256 - weight, runs[0].0)
        });
        totals.min().map_or((self.default, elsewhere), |(elsewhere, target)| (target, elsewhere))
    }

    /// Returns the pairs of states that this row and another one lead to for the same symbols; the same pair may come repeatedly.
    pub(super) fn pairs<T: State>(self, other: Row<'a, T>) -> impl Iterator<Item = (S, T)> + use<'a, S, T> {
        let out_of_band = (self.target(OUT_OF_BAND), other.target(OUT_OF_BAND));
        let (mut left, mut right) = (self.runs().peekable(), other.runs().peekable());
        std::iter::once(out_of_band).chain(std::iter::from_fn(move || {
            let (&a, &b) = (left.peek()?, right.peek()?);
            if a.last > LAST_BYTE || b.last > LAST_BYTE {
                return None;
            }
            if a.last <= b.last {
                left.next();
            }
            if b.last <= a.last {
                right.next();
            }
            Some((a.target, b.target))
        }))
    }

    /// The runs of bytes that this row and another one send to different states, with this row's targets.
    pub(super) fn differences(&self, other: Row<'_, S>) -> impl Iterator<Item = Edge<S>> {
        // The rest of each row, and the run that the next byte is in.
        let (mut left, mut right) = (self.edges, other.edges);
        let (left_default, right_default) = (self.default, other.default);
        let next = |edges: &mut &[Edge<S>], at: SymbolId, default: S| match **edges {
            [edge, ref rest @ ..] if edge.first == at => {
                *edges = rest;
                (edge.target, edge.last)
            }
            [edge, ..] => (default, LAST_BYTE.min(edge.first - 1)),
            [] => (default, LAST_BYTE),
        };
        let mut at = 0;
        let (mut left_run, mut right_run) = (next(&mut left, at, left_default), next(&mut right, at, right_default));
        std::iter::from_fn(move || {
            while at <= LAST_BYTE {
                let (target, other) = (left_run.0, right_run.0);
                let run = Edge { first: at, last: left_run.1.min(right_run.1), target };
                at = run.last + 1;
                if at > LAST_BYTE {
                    return (target != other).then_some(run);
                }
                if left_run.1 < at {
                    left_run = next(&mut left, at, left_default);
                }
                if right_run.1 < at {
                    right_run = next(&mut right, at, right_default);
                }
                if target != other {
                    return Some(run);
                }
            }
            None
        })
    }
}

/// Appends normalised edges for runs in ascending order that cover all bytes, and perhaps the out-of-band symbol; returns the
/// default.
pub(super) fn push_runs<S: State>(edges: &mut Vec<Edge<S>>, runs: &[Edge<S>]) -> S {
    let start = edges.len();
    let default = runs.iter().find(|run| run.last == LAST_BYTE).map_or(S::TRAP, |run| run.target);
    for &run in runs {
        push_run(edges, start, default, run);
    }
    default
}

/// Appends a normalised edge to those from `start` on, for the next run that the default may not cover.
fn push_run<S: State>(edges: &mut Vec<Edge<S>>, start: usize, default: S, run: Edge<S>) {
    if run.target == if run.first == OUT_OF_BAND { S::TRAP } else { default } {
        return;
    }
    match edges.get_mut(start..).and_then(<[Edge<S>]>::last_mut) {
        Some(last) if last.last + 1 == run.first && last.target == run.target && run.first != OUT_OF_BAND => {
            last.last = run.last;
        }
        _ => edges.push(run),
    }
}

/// States with their rows. State 0 is the trap, state 1 the start.
#[derive(Clone, Debug)]
pub(super) struct Graph<S = StateId> {
    /// For each state, where its row leads by default and where its edges end in `edges`; they begin where those of the state
    /// before end.
    rows: IdVec<S, (S, u32)>,
    edges: Vec<Edge<S>>,
}

impl<S> Default for Graph<S> {
    fn default() -> Self {
        Self { rows: IdVec::default(), edges: Vec::new() }
    }
}

impl<S: State> Graph<S> {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Forgets all states, but keeps the memory that they took.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.edges.clear();
    }

    /// All states.
    pub(super) fn states(&self) -> impl DoubleEndedIterator<Item = S> + use<S> {
        self.rows.ids()
    }

    /// The state whose row is appended next.
    pub(super) fn next_state(&self) -> S {
        self.rows.next_id()
    }

    pub(super) fn edge_count(&self) -> usize {
        self.edges.len()
    }

    pub(super) fn row(&self, state: S) -> Row<'_, S> {
        let (default, end) = self.rows[state];
        let start = if state == S::TRAP { 0 } else { self.rows[S::new(state.index() - 1)].1 };
        Row { default, edges: &self.edges[start as usize..end as usize] }
    }

    /// Appends the row of the next state, made of runs in ascending order that cover all bytes.
    pub(super) fn push_runs(&mut self, runs: &[Edge<S>]) {
        let default = push_runs(&mut self.edges, runs);
        self.rows.push((default, self.edges.len() as u32));
    }

    /// Appends the row of the next state: another row with its targets renamed, in order of their symbols.
    pub(super) fn push_renamed<T: State>(&mut self, row: Row<'_, T>, mut rename: impl FnMut(T) -> S) {
        let start = self.edges.len();
        let default = rename(row.default);
        for &Edge { first, last, target } in row.edges {
            push_run(&mut self.edges, start, default, Edge { first, last, target: rename(target) });
        }
        self.rows.push((default, self.edges.len() as u32));
    }

    /// The same automaton with other state numbers: `order[i]` becomes state `i`. States that the order leaves out must
    /// not be reachable from those it names, except where `rename` says which state stands for them.
    pub(super) fn reorder(&self, order: &IdVec<S, S>, rename: impl Fn(S) -> S) -> Self {
        let mut graph = Self { rows: IdVec::with_capacity(order.len()), edges: Vec::with_capacity(self.edges.len()) };
        for &state in order.iter() {
            graph.push_renamed(self.row(state), &rename);
        }
        graph
    }
}

#[cfg(feature = "internals")]
impl Graph {
    pub(super) fn step(&self, state: StateId, symbol: Symbol) -> StateId {
        self.row(state).target(symbol.into())
    }
}
