//! What a comparison of two policies finds.

use std::fmt;

use serde::{Serialize, Serializer};

use super::classes;
use crate::automata::Symbol;
use crate::blob::Automaton;

/// The differences between two policies, A and B, in the order of their profiles.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Diff {
    /// What differs; nothing if the policies mean the same.
    pub differences: Vec<Difference>,
}

impl Diff {
    /// Whether the policies mean the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }
}

/// One line a difference.
impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.differences.iter().try_for_each(|difference| writeln!(f, "{difference}"))
    }
}

/// One difference between two policies, A and B.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Namespace of the profile, unprintable bytes escaped.
    pub namespace: Option<String>,
    /// Name of the profile, unprintable bytes escaped.
    pub profile: String,
    /// What of it differs.
    pub place: Place,
    /// For automata: a shortest string on which they differ (serialised as numbers, `null` for the out-of-band symbol).
    #[serde(serialize_with = "symbols")]
    pub witness: Vec<Symbol>,
    /// What A has there.
    pub a: String,
    /// What B has there.
    pub b: String,
}

/// What of a profile differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Place {
    /// The profile as a whole: only one policy has it.
    Profile,
    /// A field.
    Field(&'static str),
    /// An automaton.
    Automaton(Automaton),
}

/// `nginx: file "/etc/shadow": A allows r, B denies`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, ":{namespace}:")?;
        }
        write!(f, "{}: ", self.profile)?;
        match self.place {
            Place::Profile => {}
            Place::Field(name) => write!(f, "{name}: ")?,
            Place::Automaton(Automaton::Policydb) => match self.witness.split_first() {
                Some((&Symbol::Byte(class), rest)) => {
                    write!(f, "{}", classes::name(class))?;
                    if !rest.is_empty() {
                        write!(f, " \"{}\"", Text(rest))?;
                    }
                    write!(f, ": ")?;
                }
                _ => write!(f, "policydb \"{}\": ", Text(&self.witness))?,
            },
            Place::Automaton(automaton) => write!(f, "{automaton} \"{}\": ", Text(&self.witness))?,
        }
        write!(f, "A {}, B {}", self.a, self.b)
    }
}

/// A string of symbols as text: bytes outside of ASCII escaped, `<oob>` for the out-of-band symbol.
struct Text<'a>(&'a [Symbol]);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|symbol| match symbol {
            Symbol::Byte(byte) => write!(f, "{}", byte.escape_ascii()),
            Symbol::OutOfBand => f.write_str("<oob>"),
        })
    }
}

fn symbols<S: Serializer>(symbols: &[Symbol], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(symbols.iter().map(|symbol| match symbol {
        Symbol::Byte(byte) => Some(*byte),
        Symbol::OutOfBand => None,
    }))
}
