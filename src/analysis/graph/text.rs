//! A graph in words, and for other programs to draw.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{EdgeClass, EscapeKind, Graph, NodeKind};
use crate::encode::PACKED_LIMIT;

/// The most names that the summary lists of one kind.
const MAX_NAMES: usize = 20;
/// The number of named exec targets that a profile that is close to the limit may still name.
const CLOSE: usize = 2;

impl Graph {
    /// A summary: profiles, edges by class, the profiles that nothing leads to, and the targets that the policy lacks.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut text = String::new();
        let count = |kind| self.nodes.iter().filter(|node| node.kind == kind).count();
        let (profiles, children, hats) = (count(NodeKind::Profile), count(NodeKind::Child), count(NodeKind::Hat));
        let plural = |count| if count == 1 { "" } else { "s" };
        _ = writeln!(
            text,
            "{profiles} profile{}, {children} child{}, {hats} hat{}; {} edge{}",
            plural(profiles),
            if children == 1 { "" } else { "ren" },
            plural(hats),
            self.edges.len(),
            plural(self.edges.len()),
        );
        let mut classes: BTreeMap<EdgeClass, [usize; 3]> = BTreeMap::new();
        for edge in &self.edges {
            let [all, any, refused] = classes.entry(edge.class).or_default();
            *all += 1;
            *any += usize::from(edge.to.is_none());
            *refused += usize::from(edge.to.is_some() && !edge.accepted);
        }
        for (class, [all, any, refused]) in classes {
            _ = write!(text, "  {:<15}{all:>6}", class.name());
            if any > 0 {
                _ = write!(text, ", {any} to any profile");
            }
            if refused > 0 {
                _ = write!(text, ", {refused} not allowed by the other side");
            }
            text.push('\n');
        }
        let unreachable = self.nodes.iter().filter(|node| !node.reachable && node.kind != NodeKind::Missing);
        let unreachable: Vec<String> = unreachable.map(|node| node.name.clone()).collect();
        list(&mut text, "not reachable by exec from unconfined", &unreachable);
        let missing = self.nodes.iter().enumerate().filter(|(_, node)| node.kind == NodeKind::Missing);
        let missing = missing.map(|(number, node)| {
            let edges = self.edges.iter().filter(|edge| edge.to == Some(number));
            let rules = edges.flat_map(|edge| &edge.rules).filter_map(|&rule| self.rules.get(rule));
            let mut places: Vec<String> = rules.map(super::RuleUse::place).collect();
            places.sort_unstable();
            places.dedup();
            match &places[..] {
                [] => node.name.clone(),
                [one] => format!("{}  {one}", node.name),
                [first, rest @ ..] => format!("{}  {first} and {} more", node.name, rest.len()),
            }
        });
        list(&mut text, "missing targets", &missing.collect::<Vec<_>>());
        let close = self.nodes.iter().filter(|node| node.transitions + CLOSE >= PACKED_LIMIT);
        let close: Vec<String> = close.map(|node| format!("{}  {}", node.name, node.transitions)).collect();
        let least = PACKED_LIMIT - CLOSE;
        let limit = format!(
            "at least {least} exec targets by name, of which Linux 6.1 and apparmor_parser allow {PACKED_LIMIT}"
        );
        list(&mut text, &limit, &close);
        text
    }

    /// The escapes that have been looked for, each with the rules of both steps.
    #[must_use]
    pub fn escapes_text(&self) -> String {
        let mut text = String::new();
        for escape in &self.escapes {
            let of = |nodes: &[usize]| {
                let names: Vec<&str> = nodes.iter().take(MAX_NAMES).map(|&node| self.name(node)).collect();
                let more = nodes.len().saturating_sub(MAX_NAMES);
                let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
                names.join(", ") + &rest
            };
            let path = escape.path.as_deref().unwrap_or_default();
            let (actors, others) = (of(&escape.actors), of(&escape.others));
            _ = match escape.kind {
                EscapeKind::Program => writeln!(text, "{path}: written by {actors}; executed by {others}"),
                EscapeKind::Library => writeln!(text, "{path}: written by {actors}; mapped as code by {others}"),
                EscapeKind::Configuration => {
                    writeln!(text, "{path}: written by {actors}; read as configuration by {others}")
                }
                EscapeKind::Trace => writeln!(text, "tasks of {others}: traced by {actors}"),
                EscapeKind::Signal => writeln!(text, "tasks of {others}: signalled by {actors}"),
                EscapeKind::Policy => writeln!(text, "{path}: written by {actors}; part of the policy"),
                EscapeKind::Attributes => {
                    writeln!(text, "{path}: written by {actors}; changes the profile or hat of the task")
                }
            };
            let [first, second] = match escape.kind {
                EscapeKind::Trace => ["trace", "allow"],
                EscapeKind::Signal => ["send", "allow"],
                _ => ["write", "then"],
            };
            for (title, rules) in [(first, &escape.rules), (second, &escape.other_rules)] {
                for rule in rules.iter().take(MAX_NAMES).filter_map(|&rule| self.rules.get(rule)) {
                    _ = writeln!(text, "  {title:<6}{}  {}", rule.place(), rule.text);
                }
                if rules.len() > MAX_NAMES {
                    _ = writeln!(text, "  {title:<6}and {} more rules", rules.len() - MAX_NAMES);
                }
            }
        }
        text
    }

    /// The graph in the language of Graphviz.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let mut text = "digraph profiles {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
        for (number, node) in self.nodes.iter().enumerate() {
            let style = match node.kind {
                NodeKind::Unconfined => ", shape=octagon",
                NodeKind::Missing => ", style=dashed",
                _ => "",
            };
            _ = writeln!(text, "  n{number} [label=\"{}\"{style}];", dot(&node.name));
        }
        if self.edges.iter().any(|edge| edge.to.is_none()) {
            text.push_str("  any [label=\"any profile\", shape=octagon];\n");
        }
        for edge in &self.edges {
            let to = edge.to.map_or_else(|| "any".to_owned(), |to| format!("n{to}"));
            let style = if edge.accepted || edge.to.is_none() { "" } else { ", style=dotted" };
            let label = dot(&self.edge_label(edge));
            _ = writeln!(text, "  n{} -> {to} [label=\"{label}\"{style}];", edge.from);
        }
        text.push_str("}\n");
        text
    }

    /// The graph in the language of Mermaid.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        let mut text = "flowchart LR\n".to_owned();
        for (number, node) in self.nodes.iter().enumerate() {
            let (open, close) = match node.kind {
                NodeKind::Unconfined => ("{{", "}}"),
                NodeKind::Missing => ("([", "])"),
                _ => ("[", "]"),
            };
            _ = writeln!(text, "  n{number}{open}\"{}\"{close}", mermaid(&node.name));
        }
        if self.edges.iter().any(|edge| edge.to.is_none()) {
            text.push_str("  any{{\"any profile\"}}\n");
        }
        for edge in &self.edges {
            let to = edge.to.map_or_else(|| "any".to_owned(), |to| format!("n{to}"));
            let arrow = if edge.accepted || edge.to.is_none() { "-->" } else { "-.->" };
            _ = writeln!(text, "  n{} {arrow}|\"{}\"| {to}", edge.from, mermaid(&self.edge_label(edge)));
        }
        text
    }

    fn edge_label(&self, edge: &super::Edge) -> String {
        match &edge.path {
            Some(path) => format!("{} {path}", edge.class.name()),
            None => edge.class.name().to_owned(),
        }
    }
}

fn list(text: &mut String, title: &str, names: &[String]) {
    if names.is_empty() {
        return;
    }
    _ = writeln!(text, "{title}: {}", names.len());
    for name in names.iter().take(MAX_NAMES) {
        _ = writeln!(text, "  {name}");
    }
    if names.len() > MAX_NAMES {
        _ = writeln!(text, "  and {} more", names.len() - MAX_NAMES);
    }
}

/// Text in a quoted string of Graphviz.
fn dot(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Text in a quoted string of Mermaid, whose escapes are numbers of characters. Letters and a few marks stand for themselves.
fn mermaid(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '/' | '.' | '-' | '_' | ' ' | ':' => escaped.push(c),
            _ => _ = write!(escaped, "#{};", u32::from(c)),
        }
    }
    escaped
}
