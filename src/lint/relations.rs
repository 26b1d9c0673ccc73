//! The relation between the languages of two patterns, decided on their automaton.

use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::automata::{Builder, Config, LabelId, Pattern, Symbol};

/// The largest automaton that is built to compare patterns. What takes more is not compared.
const LIMITS: Config = Config { max_states: 1 << 14, max_words: 1 << 21 };

/// The relation between two languages.
#[derive(Clone, Debug, Default)]
pub(super) struct LanguageRelation {
    /// Whether every string of the first is one of the second.
    pub(super) included: bool,
    /// A shortest string of both.
    pub(super) common: Option<Arc<[Symbol]>>,
}

/// The facts known about a pattern.
#[derive(Debug)]
pub(super) struct PatternFacts {
    /// Equal patterns have equal numbers.
    id: u32,
    /// Strings that it matches; `None` where it matches nothing, or only very long ones.
    samples: Option<[Vec<Symbol>; 2]>,
    /// The prefixes of matches; each match begins with one of them.
    prefixes: Vec<Box<[u8]>>,
    /// Whether it is about pairs of paths.
    pub(super) is_pair: bool,
}

impl PatternFacts {
    /// Returns the common prefix of all matches.
    pub(super) fn common_prefix(&self) -> &[u8] {
        let Some((first, rest)) = self.prefixes.split_first() else { return &[] };
        let common = |other: &[u8]| first.iter().zip(other).take_while(|(a, b)| a == b).count();
        let len = rest.iter().map(|other| common(other)).min().unwrap_or(first.len());
        first.get(..len).unwrap_or_default()
    }

    /// Whether a match of the one may be a match of the other, as far as their beginnings tell.
    pub(super) fn may_meet(&self, other: &PatternFacts) -> bool {
        self.prefixes.iter().any(|mine| other.prefixes.iter().any(|theirs| may_meet(mine, theirs)))
    }
}

/// The patterns and pairs met so far; threads share them.
#[derive(Debug, Default)]
pub(super) struct Relations {
    facts: RwLock<FxHashMap<Pattern, Arc<PatternFacts>>>,
    known: RwLock<FxHashMap<(u32, u32), LanguageRelation>>,
}

impl Relations {
    /// Returns their number.
    pub(super) fn len(&self) -> usize {
        let facts = self.facts.read().unwrap_or_else(PoisonError::into_inner).len();
        facts + self.known.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Returns the facts known about a pattern.
    pub(super) fn facts(&self, pattern: &Pattern) -> Arc<PatternFacts> {
        if let Some(facts) = self.facts.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
            return Arc::clone(facts);
        }
        let samples = samples(pattern);
        let is_pair = samples.as_ref().is_some_and(|[string, _]| string.contains(&Symbol::Byte(0)));
        let prefixes = prefixes(pattern);
        let mut known = self.facts.write().unwrap_or_else(PoisonError::into_inner);
        let id = u32::try_from(known.len()).unwrap_or(u32::MAX);
        Arc::clone(
            known.entry(pattern.clone()).or_insert_with(|| Arc::new(PatternFacts { id, samples, prefixes, is_pair })),
        )
    }

    /// Returns the relation of `a` to `b`.
    pub(super) fn of(&self, a: (&Pattern, &PatternFacts), b: (&Pattern, &PatternFacts)) -> LanguageRelation {
        let key = (a.1.id, b.1.id);
        if let Some(relation) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return relation.clone();
        }
        let relation = if a.1.may_meet(b.1) { compare(a.0, b.0) } else { LanguageRelation::default() };
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(key, relation.clone());
        relation
    }

    /// Whether every string of `a` is one of `b`.
    pub(super) fn includes(&self, b: (&Pattern, &PatternFacts), a: (&Pattern, &PatternFacts)) -> bool {
        if a.1.id == b.1.id {
            return true;
        }
        if !a.1.may_meet(b.1) {
            return false;
        }
        let key = (a.1.id, b.1.id);
        if let Some(relation) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return relation.included;
        }
        let Some(samples) = &a.1.samples else { return false };
        samples.iter().all(|string| b.0.matches(string)) && self.of(a, b).included
    }
}

/// Beginnings of which every match has one: the literal text at the front, alternatives at the front multiplied out as far as
/// they are few.
fn prefixes(pattern: &Pattern) -> Vec<Box<[u8]>> {
    /// Beginnings, each with whether it is all of a match so far, so that more may follow.
    type OpenBeginnings = Vec<(Vec<u8>, bool)>;
    const MOST: usize = 64;
    fn extend(pattern: &Pattern, before: OpenBeginnings) -> OpenBeginnings {
        let closed = |list: OpenBeginnings| list.into_iter().map(|(text, _)| (text, false)).collect();
        match pattern {
            Pattern::Empty => before,
            Pattern::Literal(bytes) => {
                let each = before.into_iter().map(|(mut text, open)| {
                    if open {
                        text.extend_from_slice(bytes);
                    }
                    (text, open)
                });
                each.collect()
            }
            Pattern::Concat(parts) => parts
                .iter()
                .fold(before, |list, part| if list.iter().any(|(_, open)| *open) { extend(part, list) } else { list }),
            Pattern::Alternation(alternatives) if before.len() * alternatives.len() <= MOST => {
                let (open, mut out): (OpenBeginnings, OpenBeginnings) = before.into_iter().partition(|(_, open)| *open);
                for alternative in alternatives.iter() {
                    out.extend(extend(alternative, open.clone()));
                }
                if out.len() > MOST { closed(open) } else { out }
            }
            _ => closed(before),
        }
    }
    extend(pattern, vec![(Vec::new(), true)]).into_iter().map(|(text, _)| text.into_boxed_slice()).collect()
}

fn compare(a: &Pattern, b: &Pattern) -> LanguageRelation {
    let (first, second) = (LabelId::new(0), LabelId::new(1));
    let mut builder = Builder::new(LIMITS);
    builder.add(a, first);
    builder.add(b, second);
    let Ok(dfa) = builder.build() else { return LanguageRelation::default() };
    let mut relation = LanguageRelation { included: true, common: None };
    for (id, labels) in dfa.label_sets() {
        match (labels.contains(&first), labels.contains(&second)) {
            (true, false) => relation.included = false,
            (true, true) if relation.common.is_none() => relation.common = dfa.witness(id).map(Into::into),
            _ => {}
        }
    }
    // A pattern that matches nothing lies in every other; nobody is helped by knowing that.
    relation.included &= relation.common.is_some();
    relation
}

/// A shortest string that matches all of `wanted` and none of `unwanted`; `None` where there is none, or it is too much to tell.
pub(super) fn escaping(wanted: &[&Pattern], unwanted: &[&Pattern]) -> Option<Vec<Symbol>> {
    let mut builder = Builder::new(LIMITS);
    let label = |at: usize| LabelId::new(at);
    for (at, pattern) in wanted.iter().enumerate() {
        builder.add(pattern, label(at));
    }
    for pattern in unwanted {
        builder.add(pattern, label(wanted.len()));
    }
    let dfa = builder.build().ok()?;
    let all: Vec<LabelId> = (0..wanted.len()).map(label).collect();
    let (id, _) = dfa.label_sets().find(|(_, labels)| *labels == all.as_slice())?;
    dfa.witness(id)
}

/// The bytes that every match begins with.
pub(super) fn prefix(pattern: &Pattern) -> &[u8] {
    match pattern {
        Pattern::Literal(bytes) => bytes,
        Pattern::Concat(parts) => parts.first().map_or(&[], prefix),
        _ => &[],
    }
}

/// Whether matches of both may begin alike.
pub(super) fn may_meet(a: &[u8], b: &[u8]) -> bool {
    a.iter().zip(b).all(|(x, y)| x == y)
}

/// Two strings that match: what a pattern has to match to include this one. The second takes the last of all alternatives, and
/// something unusual for every wildcard.
pub(crate) fn samples(pattern: &Pattern) -> Option<[Vec<Symbol>; 2]> {
    let sample = |last: bool| {
        let mut out = Vec::new();
        extend(pattern, last, &mut out).then_some(out)
    };
    Some([sample(false)?, sample(true)?])
}

fn extend(pattern: &Pattern, last: bool, out: &mut Vec<Symbol>) -> bool {
    // Longer ones say nothing more.
    if out.len() > 4096 {
        return false;
    }
    match pattern {
        Pattern::Empty => true,
        Pattern::Literal(bytes) => {
            out.extend(bytes.iter().copied().map(Symbol::Byte));
            true
        }
        Pattern::OutOfBand => {
            out.push(Symbol::OutOfBand);
            true
        }
        Pattern::Set(set) => {
            let unusual = [0x01, 0x7f, b'~'].into_iter().find(|&byte| set.contains(byte));
            let plain = || Some(b'x').filter(|&byte| set.contains(byte));
            let byte = if last { unusual } else { plain() }.or_else(|| set.iter().find(u8::is_ascii_graphic));
            let Some(byte) = byte.or_else(|| set.iter().next()) else { return false };
            out.push(Symbol::Byte(byte));
            true
        }
        Pattern::Concat(parts) => parts.iter().all(|part| extend(part, last, out)),
        Pattern::Alternation(alternatives) => {
            let chosen = if last { alternatives.last() } else { alternatives.first() };
            chosen.is_some_and(|chosen| extend(chosen, last, out))
        }
        Pattern::Star(body) => !last || extend(body, last, out) && extend(body, last, out),
        Pattern::Plus(body) => extend(body, last, out),
    }
}

/// A string of an automaton as text: control characters escaped, the fields of a pair of paths with an arrow between them.
pub(super) fn shown(string: &[Symbol]) -> String {
    let bytes = string.iter().map(|symbol| match symbol {
        Symbol::Byte(byte) => *byte,
        Symbol::OutOfBand => 0,
    });
    let text: Vec<u8> = bytes.collect();
    let fields: Vec<String> = text.split(|&byte| byte == 0).map(|field| field.escape_ascii().to_string()).collect();
    fields.join(" -> ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::path_pattern;

    fn pattern(text: &str) -> Pattern {
        path_pattern(text.as_bytes()).unwrap()
    }

    #[test]
    fn inclusion_and_overlap() {
        for (a, b, included, overlap) in [
            ("/etc/passwd", "/etc/*", true, true),
            ("/etc/*", "/etc/passwd", false, true),
            ("/etc/*", "/{etc,usr}/**", true, true),
            ("/etc/", "/etc/*", false, false),
            ("/a[bc]", "/a{b,c}", true, true),
            ("/a*b", "/*c", false, false),
            ("/[^a]b", "/?b", false, true),
        ] {
            let (a_pattern, b_pattern) = (pattern(a), pattern(b));
            let relations = Relations::default();
            let (a_facts, b_facts) = (relations.facts(&a_pattern), relations.facts(&b_pattern));
            let relation = relations.of((&a_pattern, &a_facts), (&b_pattern, &b_facts));
            assert_eq!(relations.includes((&b_pattern, &b_facts), (&a_pattern, &a_facts)), included, "{a} in {b}");
            assert_eq!((relation.included, relation.common.is_some()), (included, overlap), "{a} in {b}");
        }
    }

    #[test]
    fn samples_match() {
        for text in ["/etc/*", "/{a,b*,[^c]}/**/x?", "/", "/a{,b}"] {
            let pattern = pattern(text);
            for sample in samples(&pattern).unwrap() {
                assert!(pattern.matches(&sample), "{text}: {}", shown(&sample));
                assert!(may_meet(prefix(&pattern), shown(&sample).as_bytes()));
            }
        }
    }

    #[test]
    fn what_escapes() {
        let [all, tmp, a] = ["/**", "/tmp/**", "/tmp/a"].map(pattern);
        assert_eq!(shown(&escaping(&[&all, &tmp], &[&a]).unwrap()).len(), "/tmp/x".len());
        assert_eq!(escaping(&[&a], &[&tmp]), None);
    }
}
