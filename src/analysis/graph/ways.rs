//! Shortest ways from one node to another.

use std::collections::VecDeque;
use std::fmt;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::{Edge, EdgeClass, EdgeKind, Graph, NodeKind};

/// The most ways that are listed.
const MAX_WAYS: usize = 8;

/// The shortest ways from one node to another.
///
/// Printed, each begins with the node that it starts at, and every step has a line with its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShortestPaths {
    /// The name of the first node.
    pub from: String,
    /// The name of the last one.
    pub to: String,
    /// The ways, all of one length; at most eight of them.
    pub ways: Vec<Vec<PathStep>>,
    /// Whether there are more ways of this length.
    pub more: bool,
}

/// A step of a way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PathStep {
    /// The name of the node that it leads to.
    pub to: String,
    /// Its class.
    pub class: EdgeClass,
    /// Its kind.
    pub kind: EdgeKind,
    /// A shortest path that is executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The rules that allow it, each with its place.
    pub rules: Vec<String>,
}

impl Graph {
    /// The shortest ways from one node to another by edges of some classes; `None` if there is none.
    ///
    /// A step that both sides have to allow counts only if they do. Stacked targets are no step: the profile goes on to confine.
    #[must_use]
    pub fn ways(&self, from: usize, to: usize, classes: &[EdgeClass]) -> Option<ShortestPaths> {
        // For each node that is met, its distance and the edges by which it is met first.
        let mut met: FxHashMap<usize, (usize, Vec<usize>)> = FxHashMap::from_iter([(from, (0, Vec::new()))]);
        let outgoing = self.outgoing();
        let mut waiting = VecDeque::from([from]);
        while let Some(node) = waiting.pop_front() {
            let distance = met.get(&node).map_or(0, |(distance, _)| *distance) + 1;
            if met.get(&to).is_some_and(|(end, _)| *end < distance) {
                break;
            }
            for &number in outgoing.get(node).into_iter().flatten() {
                let Some(edge) = self.edges.get(number).filter(|edge| classes.contains(&edge.class)) else { continue };
                if edge.kind == EdgeKind::Stack {
                    continue;
                }
                for next in self.targets(edge) {
                    let entry = met.entry(next).or_insert_with(|| {
                        waiting.push_back(next);
                        (distance, Vec::new())
                    });
                    if entry.0 == distance {
                        entry.1.push(number);
                    }
                }
            }
        }
        met.get(&to)?;
        let (mut ways, mut more) = (Vec::new(), false);
        let mut partial: Vec<(usize, Vec<(usize, usize)>)> = vec![(to, Vec::new())];
        while let Some((node, steps)) = partial.pop() {
            if node == from {
                more |= ways.len() == MAX_WAYS;
                if more {
                    break;
                }
                ways.push(steps.iter().rev().filter_map(|&(edge, to)| self.step(edge, to)).collect());
                continue;
            }
            for &number in met.get(&node).into_iter().flat_map(|(_, edges)| edges).rev() {
                let Some(edge) = self.edges.get(number) else { continue };
                partial.push((edge.from, [&steps[..], &[(number, node)]].concat()));
            }
        }
        Some(ShortestPaths { from: self.name(from).to_owned(), to: self.name(to).to_owned(), ways, more })
    }

    /// The numbers of the edges that begin at each node.
    fn outgoing(&self) -> Vec<Vec<usize>> {
        let mut outgoing = vec![Vec::new(); self.nodes.len()];
        for (number, edge) in self.edges.iter().enumerate() {
            outgoing.get_mut(edge.from).into_iter().for_each(|edges| edges.push(number));
        }
        outgoing
    }

    /// The nodes that an edge leads to, where the other side allows it.
    pub(super) fn targets<'a>(&'a self, edge: &'a Edge) -> Box<dyn Iterator<Item = usize> + 'a> {
        match edge.to {
            Some(to) => Box::new(edge.accepted.then_some(to).into_iter()),
            None => Box::new(self.nodes.iter().enumerate().filter_map(move |(node, described)| {
                let there = described.kind != NodeKind::Missing && node != edge.from && !edge.except.contains(&node);
                (there && self.accepted.accepts(edge.class, edge.from, node)).then_some(node)
            })),
        }
    }

    fn step(&self, edge: usize, to: usize) -> Option<PathStep> {
        let edge = self.edges.get(edge)?;
        let rules = edge.rules.iter().filter_map(|&rule| self.rules.get(rule));
        Some(PathStep {
            to: self.name(to).to_owned(),
            class: edge.class,
            kind: edge.kind,
            path: edge.path.clone(),
            rules: rules.map(|rule| format!("{}  {}", rule.place(), rule.text)).collect(),
        })
    }

    /// Marks the nodes that an unconfined task comes under by executing programs, and by what rules allow from there.
    pub(super) fn mark_reachable(&mut self) {
        const BY: [EdgeClass; 3] = [EdgeClass::Exec, EdgeClass::Hat, EdgeClass::ChangeProfile];
        let outgoing = self.outgoing();
        let starts = self.nodes.iter().enumerate().filter(|(_, node)| node.kind == NodeKind::Unconfined);
        let mut waiting: Vec<usize> = starts.map(|(node, _)| node).collect();
        let mut reached = vec![false; self.nodes.len()];
        while let Some(node) = waiting.pop() {
            let Some(known) = reached.get_mut(node).filter(|known| !**known) else { continue };
            *known = true;
            let edges = outgoing.get(node).into_iter().flatten().filter_map(|&edge| self.edges.get(edge));
            waiting.extend(edges.filter(|edge| BY.contains(&edge.class)).flat_map(|edge| self.targets(edge)));
        }
        for (node, reached) in self.nodes.iter_mut().zip(reached) {
            node.reachable = reached && node.kind != NodeKind::Missing;
        }
    }
}

impl fmt::Display for ShortestPaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, way) in self.ways.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            writeln!(f, "{}", self.from)?;
            for step in way {
                write!(f, "  {step}")?;
                match &step.rules[..] {
                    [] => writeln!(f)?,
                    [one] => writeln!(f, "  {one}")?,
                    several => {
                        writeln!(f)?;
                        several.iter().try_for_each(|rule| writeln!(f, "    {rule}"))?;
                    }
                }
            }
        }
        if self.more {
            writeln!(f, "\nthere are more ways of this length")?;
        }
        Ok(())
    }
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PathStep { to, class, kind, path, .. } = self;
        let path = path.as_deref().unwrap_or_default();
        match (class, kind) {
            (EdgeClass::Exec, EdgeKind::Attachment) => write!(f, "exec {path}, which {to} attaches to"),
            (EdgeClass::Exec, EdgeKind::ChildAttachment) => write!(f, "exec {path}, which the child {to} attaches to"),
            (EdgeClass::Exec, EdgeKind::Unconfined) => write!(f, "exec {path}, unconfined by rule"),
            (EdgeClass::Exec, EdgeKind::Fallback) => write!(f, "exec {path}, unconfined because no profile is found"),
            (EdgeClass::Exec, _) => write!(f, "exec {path}"),
            (EdgeClass::ChangeProfile, EdgeKind::AtExec) => f.write_str("change_profile at the next exec"),
            (class, EdgeKind::Unmediated) => write!(f, "{} without mediation", class.name()),
            (class, _) => f.write_str(class.name()),
        }?;
        write!(f, " → {to}")
    }
}
