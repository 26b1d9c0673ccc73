//! The rules that make a difference, where a policy was compiled from text.

use std::fmt;

use serde::Serialize;

use super::access::Asked;
use super::difference::{Diff, Difference, ProfilePart};
use crate::encode::provenance::{Provenance, RuleMatch};
use crate::source::{SourceMap, Span};

/// The rules of both policies that decide about a difference. Empty where no rule matches, and where the policy is no text.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct DecidingRules {
    /// The rules of A.
    pub a: Vec<RulePlace>,
    /// The rules of B.
    pub b: Vec<RulePlace>,
}

/// The place where a rule is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct RulePlace {
    /// The file, as it was named or included.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in bytes, counted from 1.
    pub column: u32,
}

/// One of the two policies of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

impl Diff {
    /// Names the rules of a policy that was compiled from text after each difference in what is allowed.
    ///
    /// `provenance` gives that of a profile by its index, `sources` are those of the compiler.
    pub fn name_rules<'a>(
        &mut self,
        side: Side,
        provenance: impl Fn(usize) -> Option<&'a Provenance>,
        sources: &SourceMap,
    ) {
        for difference in &mut self.differences {
            difference.name_rules(side, &provenance, sources);
        }
    }
}

impl Difference {
    /// Names the rules of one of the policies.
    pub(super) fn name_rules<'a>(
        &mut self,
        side: Side,
        provenance: impl Fn(usize) -> Option<&'a Provenance>,
        sources: &SourceMap,
    ) {
        let [a, b] = self.indices;
        let index = match side {
            Side::A => a,
            Side::B => b,
        };
        let Some(provenance) = index.and_then(provenance) else { return };
        let mut places: Vec<RulePlace> = spans(self, provenance).into_iter().map(|span| place(span, sources)).collect();
        places.sort();
        places.dedup();
        match side {
            Side::A => self.rules.a = places,
            Side::B => self.rules.b = places,
        }
    }
}

/// The rules that decide about what differs; if none does, those that say something about it.
fn spans(difference: &Difference, provenance: &Provenance) -> Vec<Span> {
    let (rules, permissions) = match (difference.place, &difference.access) {
        (ProfilePart::Automaton(automaton), _) if difference.permissions != 0 => {
            (provenance.rules(automaton, &difference.witness), difference.permissions)
        }
        (ProfilePart::Field(_), Some(Asked::Capability(capability))) => {
            (capability.numbers.iter().flat_map(|&number| provenance.capability(number)).collect(), 1)
        }
        _ => return Vec::new(),
    };
    let spans = |chosen: &dyn Fn(&RuleMatch) -> bool| -> Vec<Span> {
        rules.iter().filter(|rule| chosen(rule)).map(|rule| rule.span).filter(|span| *span != Span::NONE).collect()
    };
    let deciding = spans(&|rule| rule.decides(permissions));
    if deciding.is_empty() { spans(&|rule| rule.concerns(permissions)) } else { deciding }
}

/// The place of a span.
pub(super) fn place(span: Span, sources: &SourceMap) -> RulePlace {
    let source = sources.get(span.source);
    let (line, column) = source.line_column(span.start);
    RulePlace { file: source.name().to_owned(), line, column }
}

/// `; rule at nginx:14:3`; with `A:` or `B:` where both have rules.
impl fmt::Display for DecidingRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let both = !self.a.is_empty() && !self.b.is_empty();
        for (name, rules) in [("A", &self.a), ("B", &self.b)] {
            if rules.is_empty() {
                continue;
            }
            f.write_str("; ")?;
            if both {
                write!(f, "{name}: ")?;
            }
            let places: Vec<String> = rules.iter().map(ToString::to_string).collect();
            write!(f, "{} at {}", if rules.len() == 1 { "rule" } else { "rules" }, places.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for RulePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
