//! The construction of a graph.

use rustc_hash::FxHashMap;

use super::attachments::JointAutomaton;
use super::nodes::{NodeTarget, Nodes};
use super::peers::{self, AcceptedPeers, MatchedNodes, NodeSelection, PEER_CLASSES, ReachedNodes};
use super::rules::{RuleTable, deciding};
use super::tree::StringTree;
use super::{Edge, EdgeClass, EdgeKind, Graph, GraphError, Node, NodeKind, exec};
use crate::analysis::perms::{CHANGE_PROFILE, EXEC};
use crate::analysis::query::{LoadedMode, RuleUse, Subject, SubjectProfile, decide};
use crate::automata::Pattern;
use crate::blob::{Automaton, BlobProfile};
use crate::parallel;
use crate::policy::RuleMode;

/// An edge whose rules and target have no indices yet.
struct PendingEdge {
    to: Option<NodeTarget>,
    except: Vec<usize>,
    class: EdgeClass,
    kind: EdgeKind,
    path: Option<String>,
    rules: Vec<RuleUse>,
}

impl PendingEdge {
    fn new(to: NodeTarget, class: EdgeClass, kind: EdgeKind) -> PendingEdge {
        PendingEdge { to: Some(to), except: Vec::new(), class, kind, path: None, rules: Vec::new() }
    }
}

pub(super) fn build(subject: &Subject) -> Result<Graph, GraphError> {
    let nodes = Nodes::new(subject);
    let mut namespaces: FxHashMap<Option<&[u8]>, Vec<(usize, &BlobProfile)>> = FxHashMap::default();
    namespaces.entry(None).or_default();
    let mut children: FxHashMap<usize, Vec<(usize, &BlobProfile)>> = FxHashMap::default();
    for (index, &profile) in nodes.profiles.iter().enumerate() {
        match nodes.parent(profile) {
            Some(parent) => children.entry(parent).or_default().push((index, profile)),
            None if profile.name.windows(2).any(|two| two == b"//") => {}
            None => namespaces.entry(profile.namespace.as_deref()).or_default().push((index, profile)),
        }
    }
    let mut attachments = FxHashMap::default();
    for (namespace, profiles) in namespaces {
        attachments.insert(namespace, JointAutomaton::new(&profiles).map_err(|_| GraphError::Attachments)?);
    }
    let mut labels = FxHashMap::default();
    for &profile in &nodes.profiles {
        labels.entry(profile.namespace.as_deref()).or_insert_with(|| nodes.labels(profile));
    }
    let numbers: Vec<usize> = (0..nodes.profiles.len()).collect();
    let drafts = parallel::map(&numbers, |&own| {
        let entry = subject.entries.get(own).ok_or(GraphError::Attachments)?;
        let attachments = attachments.get(&entry.profile.namespace.as_deref()).ok_or(GraphError::Attachments)?;
        let labels = labels.get(&entry.profile.namespace.as_deref()).ok_or(GraphError::Attachments)?;
        let of_children = children.get(&own).map(Vec::as_slice).unwrap_or_default();
        edges(&nodes, (own, entry), attachments, of_children, labels)
    });
    let mut all = Vec::new();
    let mut accepted = Vec::new();
    for result in drafts {
        let (edges, peers) = result?;
        all.push(edges);
        accepted.push(peers);
    }
    if let Some(attachments) = attachments.get(&None) {
        all.push(from_unconfined(subject, attachments));
    }
    Ok(assemble(nodes.nodes(), all, AcceptedPeers(accepted)))
}

/// The edges that begin at one profile, and the peers that it accepts.
fn edges(
    nodes: &Nodes<'_>,
    (own, entry): (usize, &SubjectProfile),
    attachments: &JointAutomaton,
    children: &[(usize, &BlobProfile)],
    labels: &StringTree,
) -> Result<(Vec<PendingEdge>, [NodeSelection; 4]), GraphError> {
    let profile = &entry.profile;
    let too_large = |_| GraphError::Profile(profile.name.escape_ascii().to_string());
    let of_children = JointAutomaton::new(children).map_err(too_large)?;
    let mut drafts = Vec::new();
    if decide::mode(profile) != LoadedMode::Unconfined {
        for (leads, path) in exec::edges(nodes, profile, attachments, &of_children).map_err(too_large)? {
            if leads.goal == NodeTarget::Node(own) {
                continue;
            }
            let rules = deciding(entry, Automaton::File, &path, EXEC);
            let path = Some(path.escape_ascii().to_string());
            drafts.push(PendingEdge { path, rules, ..PendingEdge::new(leads.goal, EdgeClass::Exec, leads.kind) });
        }
    }
    let hats = children.iter().filter(|(_, child)| Nodes::is_hat(child));
    drafts.extend(hats.map(|(hat, _)| PendingEdge::new(NodeTarget::Node(*hat), EdgeClass::Hat, EdgeKind::Hat)));
    let (reached, accepted) = peers::reached(labels, own, profile);
    for ReachedNodes { class, kind, to } in reached {
        let rules = |strings: &peers::PeerStrings| {
            let each = strings.strings.iter();
            each.flat_map(|string| deciding(entry, strings.automaton, string, strings.permissions)).collect()
        };
        match to {
            MatchedNodes::Any { except, strings } => {
                drafts.push(PendingEdge { to: None, except, class, kind, path: None, rules: rules(&strings) });
            }
            MatchedNodes::Each(each) => drafts.extend(each.iter().map(|(node, strings)| PendingEdge {
                rules: rules(strings),
                ..PendingEdge::new(NodeTarget::Node(*node), class, kind)
            })),
        }
    }
    drafts.extend(missing_targets(nodes, entry));
    Ok((drafts, accepted))
}

/// The targets of rules for change_profile that the policy lacks, where rules name one and no pattern.
fn missing_targets(nodes: &Nodes<'_>, entry: &SubjectProfile) -> Vec<PendingEdge> {
    let Some(provenance) = &entry.provenance else { return Vec::new() };
    let mut drafts: Vec<PendingEdge> = Vec::new();
    let rules = provenance.patterns(Automaton::File, RuleMode::Allow);
    for (pattern, _) in rules.filter(|(_, rule)| rule.concerns(CHANGE_PROFILE)) {
        let Some(name) = literal(pattern) else { continue };
        if name.starts_with(b"&") || name.contains(&0) {
            continue;
        }
        let goal = nodes.goal(&entry.profile, &name);
        if matches!(goal, NodeTarget::Missing(_)) && drafts.iter().all(|draft| draft.to.as_ref() != Some(&goal)) {
            let rules = deciding(entry, Automaton::File, &name, CHANGE_PROFILE);
            if !rules.is_empty() {
                drafts.push(PendingEdge { rules, ..PendingEdge::new(goal, EdgeClass::ChangeProfile, EdgeKind::Named) });
            }
        }
    }
    drafts
}

/// The only string of a pattern.
fn literal(pattern: &Pattern) -> Option<Vec<u8>> {
    match pattern {
        Pattern::Empty => Some(Vec::new()),
        Pattern::Literal(bytes) => Some(bytes.to_vec()),
        Pattern::Concat(parts) => parts.iter().map(literal).collect::<Option<Vec<_>>>().map(|parts| parts.concat()),
        Pattern::Alternation(parts) => match &parts[..] {
            [only] => literal(only),
            _ => None,
        },
        Pattern::Set(_) | Pattern::OutOfBand | Pattern::Star(_) | Pattern::Plus(_) => None,
    }
}

/// The programs that profiles attach to where they are started unconfined.
fn from_unconfined(subject: &Subject, attachments: &JointAutomaton) -> Vec<PendingEdge> {
    let mut paths: Vec<(usize, Vec<u8>)> = exec::shortest_paths(attachments).into_iter().collect();
    paths.sort_unstable();
    let draft = |(node, path): (usize, Vec<u8>)| PendingEdge {
        rules: subject
            .entries
            .get(node)
            .map(|entry| deciding(entry, Automaton::Xmatch, &path, EXEC))
            .unwrap_or_default(),
        path: Some(path.escape_ascii().to_string()),
        ..PendingEdge::new(NodeTarget::Node(node), EdgeClass::Exec, EdgeKind::Attachment)
    };
    paths.into_iter().map(draft).collect()
}

/// Gives targets and rules their indices.
fn assemble(mut nodes: Vec<Node>, drafts: Vec<Vec<PendingEdge>>, accepted: AcceptedPeers) -> Graph {
    let mut table = RuleTable::default();
    let mut missing: FxHashMap<String, usize> = FxHashMap::default();
    let mut edges = Vec::new();
    for (from, drafts) in drafts.into_iter().enumerate() {
        for PendingEdge { to, except, class, kind, path, rules } in drafts {
            let to = to.map(|goal| match goal {
                NodeTarget::Node(node) => node,
                NodeTarget::Missing(name) => *missing.entry(name).or_insert_with_key(|name| {
                    let kind = NodeKind::Missing;
                    let (name, attaches, reachable) = (name.clone(), false, false);
                    nodes.push(Node { name, kind, mode: None, flags: Vec::new(), attaches, reachable, transitions: 0 });
                    nodes.len() - 1
                }),
            });
            let accepted = match to {
                Some(to) => accepted.accepts(class, from, to),
                None => !PEER_CLASSES.contains(&class),
            };
            edges.push(Edge { from, to, except, class, kind, path, accepted, rules: table.enter(rules) });
        }
    }
    let mut graph = Graph { nodes, edges, rules: table.rules, escapes: Vec::new(), accepted };
    graph.mark_reachable();
    graph
}
