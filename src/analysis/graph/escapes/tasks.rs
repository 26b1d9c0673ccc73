//! Tasks of less confined profiles that a profile may trace or send signals to.

use std::collections::BTreeMap;

use super::super::nodes::Nodes;
use super::super::peers;
use super::super::rules::{RuleTable, deciding};
use super::super::{EdgeClass, Graph};
use super::{Escape, EscapeKind, MAX_ASKED};
use crate::analysis::query::{RuleUse, Subject};
use crate::blob::Automaton;

impl Graph {
    /// Tasks that profiles reach which may not leave confinement. Profiles that the same ones reach are one escape.
    pub(super) fn reached_tasks(&self, subject: &Subject, loose: &[bool], table: &mut RuleTable) -> Vec<Escape> {
        let is_loose = |node: usize| loose.get(node).copied().unwrap_or(true);
        let mut all = Vec::new();
        for (kind, class) in [(EscapeKind::Trace, EdgeClass::Ptrace), (EscapeKind::Signal, EdgeClass::Signal)] {
            // For each profile that is reached, the edges that lead there.
            let mut reached: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            let edges = self.edges.iter().enumerate().filter(|(_, edge)| edge.class == class && !is_loose(edge.from));
            for (number, edge) in edges {
                for to in self.targets(edge).filter(|&to| is_loose(to)) {
                    reached.entry(to).or_default().push(number);
                }
            }
            let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
            for (to, edges) in reached {
                groups.entry(edges).or_default().push(to);
            }
            let nodes = Nodes::new(subject);
            for (edges, others) in groups {
                let edges = edges.iter().filter_map(|&number| self.edges.get(number));
                let mut actors: Vec<usize> = edges.clone().map(|edge| edge.from).collect();
                actors.dedup();
                let mut rules: Vec<usize> = edges.flat_map(|edge| &edge.rules).copied().collect();
                rules.sort_unstable();
                rules.dedup();
                let accepting = |&other: &usize| {
                    let actor = actors.first().copied().unwrap_or_default();
                    accepting(&nodes, subject, class, (actor, other))
                };
                let other_rules = others.iter().take(MAX_ASKED).flat_map(accepting).collect();
                let other_rules = table.enter(other_rules);
                all.push(Escape { kind, path: None, actors, others, rules, other_rules });
            }
        }
        all
    }
}

/// The rules of a profile that let another one reach its tasks.
fn accepting(nodes: &Nodes<'_>, subject: &Subject, class: EdgeClass, (actor, other): (usize, usize)) -> Vec<RuleUse> {
    let Some(entry) = subject.entries.get(other) else { return Vec::new() };
    let Some((strings, permissions)) = peers::accepting(&entry.profile, class, &nodes.label(&entry.profile, actor))
    else {
        return Vec::new();
    };
    strings.iter().flat_map(|string| deciding(entry, Automaton::Policydb, string, permissions)).collect()
}
