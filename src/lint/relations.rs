//! How the languages of two patterns lie to each other, decided on their automaton.

use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::automata::{Builder, Config, LabelId, Pattern, Symbol};

/// The largest automaton that is built to compare patterns. What takes more is not compared.
const LIMITS: Config = Config { max_states: 1 << 14, max_words: 1 << 21 };

/// How two languages lie to each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Relation {
    /// Whether every string of the first is one of the second.
    pub(super) included: bool,
    /// A shortest string of both.
    pub(super) common: Option<Arc<[Symbol]>>,
}

/// The pairs compared so far; threads share them.
#[derive(Debug, Default)]
pub(super) struct Relations {
    known: RwLock<FxHashMap<Pattern, FxHashMap<Pattern, Relation>>>,
}

impl Relations {
    /// How `a` lies to `b`.
    pub(super) fn of(&self, a: &Pattern, b: &Pattern) -> Relation {
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(relation) = known.get(a).and_then(|others| others.get(b)) {
                return relation.clone();
            }
        }
        let relation = compare(a, b);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(a.clone()).or_default().insert(b.clone(), relation.clone());
        relation
    }
}

fn compare(a: &Pattern, b: &Pattern) -> Relation {
    let (first, second) = (LabelId(0), LabelId(1));
    let mut builder = Builder::new(LIMITS);
    builder.add(a, first);
    builder.add(b, second);
    let Ok(dfa) = builder.build() else { return Relation::default() };
    let mut relation = Relation { included: true, common: None };
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
    let label = |at: usize| LabelId(u32::try_from(at).unwrap_or(u32::MAX));
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
pub(super) fn samples(pattern: &Pattern) -> Option<[Vec<Symbol>; 2]> {
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
            let byte = if last { unusual } else { None }.or_else(|| set.iter().find(|byte| byte.is_ascii_graphic()));
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
            let relation = Relations::default().of(&pattern(a), &pattern(b));
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
