//! The transitions of a deterministic automaton, without what its states mean.

#![expect(clippy::indexing_slicing, reason = "state and class ids are minted by the stages that build the graph")]

use super::classes::{ByteClasses, ClassId};
use super::{StateId, Symbol};

/// One transition that differs from the default of its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) class: ClassId,
    pub(super) target: u32,
}

/// A row of the transition table: where each symbol leads from one state.
///
/// Every byte class leads to `default` except those of `edges`, which are sorted by class. The out-of-band symbol has no
/// default: without an edge it leads to the trap. Rows in a graph are *normalised*: the default is the state where most
/// bytes lead (the lowest of them on a tie), and no edge of a byte class leads there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row<'a> {
    pub(super) default: u32,
    pub(super) edges: &'a [Edge],
}

impl Row<'_> {
    pub(super) fn target(&self, class: ClassId, classes: &ByteClasses) -> u32 {
        match self.edges.binary_search_by_key(&class, |edge| edge.class) {
            Ok(i) => self.edges[i].target,
            Err(_) if class == classes.out_of_band() => 0,
            Err(_) => self.default,
        }
    }

    /// The distinct states where the row leads, the trap left out, in order of the classes; the default comes at the
    /// first class that has no edge.
    pub(super) fn successors(&self, into: &mut Vec<u32>) {
        let gap = self.edges.iter().enumerate().position(|(i, edge)| usize::from(edge.class) != i);
        let gap = gap.unwrap_or(self.edges.len());
        let targets = self.edges.iter().map(|edge| edge.target);
        into.clear();
        into.extend(targets.clone().take(gap));
        into.push(self.default);
        into.extend(targets.skip(gap));
        let mut kept = 0;
        for i in 0..into.len() {
            if into[i] != 0 && !into[..kept].contains(&into[i]) {
                into[kept] = into[i];
                kept += 1;
            }
        }
        into.truncate(kept);
    }
}

/// States with their rows. State 0 is the trap, state 1 the start.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    pub(super) classes: ByteClasses,
    defaults: Vec<u32>,
    /// Where the edges of each state end in `edges`; they begin where those of the state before end.
    ends: Vec<u32>,
    edges: Vec<Edge>,
    /// Scratch for [`Self::push_row`]: how many bytes lead to each state. All 0 in between.
    weights: Vec<u32>,
}

impl Graph {
    pub(super) fn new(classes: ByteClasses) -> Self {
        Self { classes, defaults: Vec::new(), ends: Vec::new(), edges: Vec::new(), weights: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.defaults.len()
    }

    pub(super) fn edge_count(&self) -> usize {
        self.edges.len()
    }

    pub(super) fn row(&self, state: u32) -> Row<'_> {
        let state = state as usize;
        let start = if state == 0 { 0 } else { self.ends[state - 1] };
        Row { default: self.defaults[state], edges: &self.edges[start as usize..self.ends[state] as usize] }
    }

    pub(super) fn step(&self, state: StateId, symbol: Symbol) -> StateId {
        StateId(self.row(state.0).target(self.classes.of(symbol), &self.classes))
    }

    /// Appends the row of the next state: the target of every class, the out-of-band symbol last.
    pub(super) fn push_row(&mut self, targets: &[u32]) {
        let default = heaviest(targets, &self.classes, &mut self.weights);
        for (class, &target) in targets.iter().enumerate() {
            let class = class as ClassId;
            if target != if class == self.classes.out_of_band() { 0 } else { default } {
                self.edges.push(Edge { class, target });
            }
        }
        self.defaults.push(default);
        self.ends.push(self.edges.len() as u32);
    }

    /// Writes the target of every class, the out-of-band symbol last.
    pub(super) fn expand(&self, state: u32, targets: &mut Vec<u32>) {
        let row = self.row(state);
        targets.clear();
        targets.resize(self.classes.len(), row.default);
        targets.push(0);
        for edge in row.edges {
            targets[usize::from(edge.class)] = edge.target;
        }
    }

    /// The same automaton with other state numbers: `order[i]` becomes state `i`. States that the order leaves out must
    /// not be reachable from those it names, except where `rename` says which state stands for them.
    pub(super) fn reorder(&self, order: &[u32], rename: impl Fn(u32) -> u32) -> Self {
        let mut graph = Self::new(self.classes.clone());
        let mut targets = Vec::new();
        for &state in order {
            self.expand(state, &mut targets);
            targets.iter_mut().for_each(|target| *target = rename(*target));
            graph.push_row(&targets);
        }
        graph
    }
}

/// The target of most bytes, the lowest on a tie. `weights` is scratch, all 0 before and after.
pub(super) fn heaviest(targets: &[u32], classes: &ByteClasses, weights: &mut Vec<u32>) -> u32 {
    let mut best = (0, 0);
    for (class, &target) in targets.iter().enumerate() {
        if weights.len() <= target as usize {
            weights.resize(target as usize + 1, 0);
        }
        let weight = &mut weights[target as usize];
        *weight += classes.weight(class as ClassId);
        if *weight > best.0 || (*weight == best.0 && target < best.1) {
            best = (*weight, target);
        }
    }
    for &target in targets {
        weights[target as usize] = 0;
    }
    best.1
}
