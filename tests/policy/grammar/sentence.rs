//! Makes sentences of a grammar.

use std::collections::{BTreeMap, BTreeSet};

use crate::grammar::ebnf::{Grammar, Node};

/// After these a line may end and a comment may stand.
const LAYOUT: [&str; 4] = ["end", "open", "close", "include"];

/// The depth of rules at which the generator takes the shortest way out.
const DEEP: usize = 20;

/// From here on repetitions are short, so that sentences do not grow without end.
const LONG: usize = 9;

/// A rule that no text is found for within this height does not end.
const ENDLESS: usize = 1000;

/// Generates sentences; remembers which ways it went.
pub(crate) struct Generator<'g> {
    grammar: &'g Grammar,
    /// The least depth of a text of each rule.
    heights: BTreeMap<&'g str, usize>,
    /// The number of times that each way of each choice was taken.
    pub(crate) taken: Vec<Vec<usize>>,
    state: u64,
    /// Whether comments and blank lines are strewn in.
    pub(crate) comments: bool,
    /// The number of comments in the last sentence.
    pub(crate) comment_count: usize,
}

impl<'g> Generator<'g> {
    pub(crate) fn new(grammar: &'g Grammar, seed: u64) -> Self {
        let mut generator = Generator {
            grammar,
            heights: grammar.rules.keys().map(|name| (name.as_str(), ENDLESS)).collect(),
            taken: grammar.choices.iter().map(|&ways| vec![0; ways]).collect(),
            state: seed,
            comments: true,
            comment_count: 0,
        };
        loop {
            let heights: BTreeMap<_, _> =
                grammar.rules.iter().map(|(name, rule)| (name.as_str(), generator.height(&rule.node) + 1)).collect();
            if heights == generator.heights {
                return generator;
            }
            generator.heights = heights;
        }
    }

    fn height(&self, node: &Node) -> usize {
        match node {
            Node::Sequence(nodes) => nodes.iter().map(|node| self.height(node)).max().unwrap_or(0),
            Node::Choice(_, nodes) => nodes.iter().map(|node| self.height(node)).min().unwrap_or(0),
            Node::Optional(..) | Node::Repeat(..) | Node::Literal(_) | Node::Class(_) => 0,
            Node::Except(node, _) => self.height(node),
            Node::Rule(rule) => self.heights[rule.as_str()].min(ENDLESS),
        }
    }

    /// A text of the rule.
    pub(crate) fn sentence(&mut self, rule: &str) -> Vec<u8> {
        let mut out = Vec::new();
        self.comment_count = 0;
        self.rule(rule, 0, false, &mut out);
        out
    }

    /// A number below `bound` (splitmix64).
    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }

    /// The choices and rules that a text of the rule may meet.
    pub(crate) fn reachable(&self, rule: &'g str) -> (BTreeSet<usize>, BTreeSet<&'g str>) {
        let mut choices = BTreeSet::new();
        let mut rules = BTreeSet::from([rule]);
        let mut open = vec![&self.grammar.rules[rule].node];
        while let Some(node) = open.pop() {
            match node {
                Node::Sequence(nodes) => open.extend(nodes),
                Node::Choice(id, nodes) => {
                    choices.insert(*id);
                    open.extend(nodes);
                }
                Node::Optional(id, inner) | Node::Repeat(id, inner) => {
                    choices.insert(*id);
                    open.push(inner);
                }
                Node::Except(inner, _) => open.push(inner),
                Node::Literal(_) | Node::Class(_) => {}
                Node::Rule(name) => {
                    if rules.insert(name) {
                        open.push(&self.grammar.rules[name].node);
                    }
                }
            }
        }
        (choices, rules)
    }

    fn rule(&mut self, name: &str, depth: usize, in_token: bool, out: &mut Vec<u8>) {
        let grammar = self.grammar;
        let rule = &grammar.rules[name];
        if rule.token && !in_token {
            space(out);
        }
        self.node(&rule.node, depth + 1, rule.token, out);
        if self.comments && name == "line_end" && self.below(8) == 0 {
            out.pop();
            self.comment(out);
        }
        if LAYOUT.contains(&name) {
            self.layout(out);
        }
    }

    fn node(&mut self, node: &'g Node, depth: usize, token: bool, out: &mut Vec<u8>) {
        match node {
            Node::Sequence(nodes) => nodes.iter().for_each(|node| self.node(node, depth, token, out)),
            Node::Choice(id, nodes) => {
                let way = if depth > DEEP {
                    (0..nodes.len()).min_by_key(|&way| self.height(&nodes[way])).unwrap()
                } else if let Some(way) = self.taken[*id].iter().position(|&times| times == 0) {
                    way
                } else {
                    self.below(nodes.len())
                };
                self.taken[*id][way] += 1;
                self.node(&nodes[way], depth, token, out);
            }
            Node::Optional(id, inner) => {
                let way = if depth > DEEP { 0 } else { self.below(2) };
                self.taken[*id][way] += 1;
                if way == 1 {
                    self.node(inner, depth, token, out);
                }
            }
            Node::Repeat(id, inner) => {
                let times = if depth > DEEP { 0 } else { self.below(if depth > LONG { 2 } else { 4 }) };
                self.taken[*id][times.min(1)] += 1;
                for _ in 0..times {
                    self.node(inner, depth, token, out);
                }
            }
            Node::Except(inner, but) => {
                let start = out.len();
                loop {
                    self.node(inner, depth, token, out);
                    let text = &out[start..];
                    if !self.grammar.matches(but, text).contains(&text.len()) {
                        break;
                    }
                    out.truncate(start);
                }
            }
            Node::Literal(literal) => {
                if !token {
                    space(out);
                }
                out.extend_from_slice(literal.as_bytes());
            }
            Node::Class(bytes) => {
                let byte = bytes[self.below(bytes.len())];
                out.push(byte);
            }
            Node::Rule(name) => self.rule(name, depth, token, out),
        }
    }

    /// Writes the white space that is allowed where a line may end: a blank, a line end, comments.
    fn layout(&mut self, out: &mut Vec<u8>) {
        if !self.comments {
            return out.push(b'\n');
        }
        match self.below(8) {
            0 => self.comment(out),
            1 => {
                out.extend_from_slice(b"\n\n\n");
                self.comment(out);
            }
            2 => {
                out.push(b'\n');
                self.comment(out);
                out.push(b'\n');
                self.comment(out);
            }
            3 => out.extend_from_slice(b" \t\n \n"),
            _ => out.push(b'\n'),
        }
    }

    fn comment(&mut self, out: &mut Vec<u8>) {
        out.push(b' ');
        self.rule("comment", 0, true, out);
        out.push(b'\n');
        self.comment_count += 1;
    }
}

/// One blank between tokens.
fn space(out: &mut Vec<u8>) {
    if out.last().is_some_and(|&byte| byte != b'\n') {
        out.push(b' ');
    }
}
