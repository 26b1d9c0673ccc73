//! Reads a grammar in the EBNF of `grammar/apparmor.ebnf`.

use std::collections::BTreeMap;

/// A node of the right side of a rule. Numbers are ids of places where a generator chooses.
#[derive(Debug)]
pub(crate) enum Node {
    /// `a , b`
    Sequence(Vec<Node>),
    /// `a | b`
    Choice(usize, Vec<Node>),
    /// `[ a ]`
    Optional(usize, Box<Node>),
    /// `{ a }`
    Repeat(usize, Box<Node>),
    /// `a - b`
    Except(Box<Node>, Box<Node>),
    /// `"text"`
    Literal(String),
    /// `? [a-z] ?`
    Class(Vec<u8>),
    /// The name of a rule.
    Rule(String),
}

#[derive(Debug)]
pub(crate) struct Rule {
    /// Whether its parts are joined without blanks (`::=`).
    pub(crate) token: bool,
    pub(crate) node: Node,
}

pub(crate) struct Grammar {
    pub(crate) rules: BTreeMap<String, Rule>,
    /// The number of ways at each choice; an option and a repetition have two: taken or not.
    pub(crate) choices: Vec<usize>,
}

impl Grammar {
    pub(crate) fn read(text: &str) -> Grammar {
        let mut reader = Reader { tokens: tokens(text), at: 0, choices: Vec::new() };
        let mut rules = BTreeMap::new();
        while reader.at < reader.tokens.len() {
            let name = reader.next();
            let token = match reader.next().as_str() {
                "=" => false,
                "::=" => true,
                other => panic!("{name}: = or ::= expected, not {other}"),
            };
            let node = reader.choice();
            assert_eq!(reader.next(), ";", "{name}");
            assert!(rules.insert(name.clone(), Rule { token, node }).is_none(), "{name} is defined twice");
        }
        let grammar = Grammar { rules, choices: reader.choices };
        for (name, rule) in &grammar.rules {
            grammar.check(name, &rule.node);
        }
        grammar
    }

    fn check(&self, name: &str, node: &Node) {
        match node {
            Node::Sequence(nodes) | Node::Choice(_, nodes) => nodes.iter().for_each(|node| self.check(name, node)),
            Node::Optional(_, node) | Node::Repeat(_, node) => self.check(name, node),
            Node::Except(node, but) => {
                self.check(name, node);
                self.check(name, but);
            }
            Node::Literal(_) | Node::Class(_) => {}
            Node::Rule(rule) => assert!(self.rules.contains_key(rule), "{name}: {rule} is not defined"),
        }
    }

    /// The lengths of the beginnings of `text` that a node matches; for tokens.
    pub(crate) fn matches(&self, node: &Node, text: &[u8]) -> Vec<usize> {
        let mut ends = match node {
            Node::Sequence(nodes) => nodes.iter().fold(vec![0], |ends, node| self.step(&ends, node, text)),
            Node::Choice(_, nodes) => nodes.iter().flat_map(|node| self.matches(node, text)).collect(),
            Node::Optional(_, node) => [vec![0], self.matches(node, text)].concat(),
            Node::Repeat(_, node) => {
                let (mut all, mut ends) = (vec![0], vec![0]);
                while !ends.is_empty() {
                    ends = self.step(&ends, node, text);
                    ends.retain(|end| !all.contains(end));
                    all.extend(&ends);
                }
                all
            }
            Node::Except(node, but) => {
                let not = self.matches(but, text);
                self.matches(node, text).into_iter().filter(|end| !not.contains(end)).collect()
            }
            Node::Literal(literal) if text.starts_with(literal.as_bytes()) => vec![literal.len()],
            Node::Class(class) if text.first().is_some_and(|byte| class.contains(byte)) => vec![1],
            Node::Literal(_) | Node::Class(_) => vec![],
            Node::Rule(rule) => self.matches(&self.rules[rule].node, text),
        };
        ends.sort_unstable();
        ends.dedup();
        ends
    }

    fn step(&self, ends: &[usize], node: &Node, text: &[u8]) -> Vec<usize> {
        ends.iter().flat_map(|&end| self.matches(node, &text[end..]).into_iter().map(move |len| end + len)).collect()
    }
}

struct Reader {
    tokens: Vec<String>,
    at: usize,
    choices: Vec<usize>,
}

impl Reader {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned().expect("the grammar ends inside a rule")
    }

    fn ways(&mut self, count: usize) -> usize {
        self.choices.push(count);
        self.choices.len() - 1
    }

    fn choice(&mut self) -> Node {
        let mut nodes = vec![self.sequence()];
        while self.peek() == "|" {
            self.at += 1;
            nodes.push(self.sequence());
        }
        if nodes.len() == 1 { nodes.remove(0) } else { Node::Choice(self.ways(nodes.len()), nodes) }
    }

    fn sequence(&mut self) -> Node {
        let mut nodes = vec![self.exception()];
        while self.peek() == "," {
            self.at += 1;
            nodes.push(self.exception());
        }
        if nodes.len() == 1 { nodes.remove(0) } else { Node::Sequence(nodes) }
    }

    fn exception(&mut self) -> Node {
        let mut node = self.part();
        while self.peek() == "-" {
            self.at += 1;
            node = Node::Except(Box::new(node), Box::new(self.part()));
        }
        node
    }

    fn part(&mut self) -> Node {
        let token = self.next();
        let close = |reader: &mut Reader, expected: &str| assert_eq!(reader.next(), expected);
        match token.as_str() {
            "(" => {
                let node = self.choice();
                close(self, ")");
                node
            }
            "[" => {
                let node = self.choice();
                close(self, "]");
                Node::Optional(self.ways(2), Box::new(node))
            }
            "{" => {
                let node = self.choice();
                close(self, "}");
                Node::Repeat(self.ways(2), Box::new(node))
            }
            _ => match token.as_bytes() {
                [b'"' | b'\'', .., _] => Node::Literal(token[1..token.len() - 1].to_owned()),
                [b'?', ..] => special(token[1..token.len() - 1].trim()),
                [first, ..] if first.is_ascii_lowercase() => Node::Rule(token),
                _ => panic!("{token} where a part of a rule is expected"),
            },
        }
    }
}

/// `LF`, or the bytes of a class.
fn special(text: &str) -> Node {
    if text == "LF" {
        return Node::Class(vec![b'\n']);
    }
    let class = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).expect("? [class] ?").as_bytes();
    let mut bytes = Vec::new();
    let mut at = 0;
    while at < class.len() {
        match class[at..] {
            [first, b'-', last, ..] => {
                assert!(first < last, "{text}");
                bytes.extend(first..=last);
                at += 3;
            }
            _ => {
                bytes.push(class[at]);
                at += 1;
            }
        }
    }
    Node::Class(bytes)
}

fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let until = |from: usize, mark: &str| rest[from..].find(mark).map(|at| from + at + mark.len()).expect("an end");
        let len = match first {
            _ if rest.starts_with("(*") => until(2, "*)"),
            _ if rest.starts_with("::=") => 3,
            '"' | '\'' => until(1, &first.to_string()),
            '?' => until(2, " ?"),
            'a'..='z' => rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len()),
            _ => 1,
        };
        if !rest.starts_with("(*") {
            tokens.push(rest[..len].to_owned());
        }
        rest = rest[len..].trim_start();
    }
    tokens
}
