//! The findings of a comparison of two policies.

use std::fmt;

use serde::{Serialize, Serializer};

use super::access::Asked;
use super::rules::DecidingRules;
use crate::automata::Symbol;
use crate::blob::Automaton;

/// The differences between two policies, A and B, in the order of their profiles.
///
/// ```
/// use armorer::analysis::{DiffOptions, Side};
/// use armorer::{Compiler, Features, Input, diff};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
/// let old = compiler.compile(Input::text("old", "profile p {\n  /etc/p.conf r,\n}\n"))?;
/// let new = compiler.compile(Input::text("new", "profile p {\n  /etc/p.conf rw,\n}\n"))?;
/// let mut changes = diff(old.records(), new.records(), &DiffOptions::default())?;
/// assert!(!changes.is_empty());
/// changes.name_rules(Side::B, |profile| new.provenance(profile), new.diagnosis().sources());
/// assert_eq!(changes.differences[0].rules.b[0].to_string(), "new:2:3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Diff {
    /// The differences; empty if the policies mean the same.
    pub differences: Vec<Difference>,
    /// Whether there may be further differences, which the options left out.
    pub more: bool,
}

impl Diff {
    /// Whether the policies mean the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }
}

/// A line a difference, and one for each further example.
impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.differences.iter().try_for_each(|difference| writeln!(f, "{difference}"))
    }
}

/// One difference between two policies, A and B.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// Namespace of the profile, unprintable bytes escaped.
    pub namespace: Option<String>,
    /// Name of the profile, unprintable bytes escaped.
    pub profile: String,
    /// The index of the profile in A and in B, counted from 0.
    pub indices: [Option<usize>; 2],
    /// The part of the profile that differs.
    pub place: ProfilePart,
    /// The access that it is about, in the user's terms, if it is something that programs do.
    pub access: Option<Asked>,
    /// A shortest string on which the automata differ (serialised as numbers, `null` for the out-of-band symbol).
    #[serde(serialize_with = "symbols")]
    pub witness: Vec<Symbol>,
    /// The permissions of automata that differ, in the kernel's bits (`AA_MAY_…`).
    pub permissions: u32,
    /// The value in A.
    pub a: String,
    /// The value in B.
    pub b: String,
    /// Further strings on which A and B differ the same way.
    pub examples: Vec<Witness>,
    /// The rules that decide, where a policy is text: see [`Diff::name_rules`].
    pub rules: DecidingRules,
}

/// A string on which two automata differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Witness {
    /// The access that it is about.
    pub access: Asked,
    /// The string (serialised as numbers, `null` for the out-of-band symbol).
    #[serde(serialize_with = "symbols")]
    pub string: Vec<Symbol>,
}

/// The part of a profile that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ProfilePart {
    /// The profile as a whole: only one policy has it.
    Profile,
    /// A field.
    Field(&'static str),
    /// An automaton.
    Automaton(Automaton),
}

impl Difference {
    /// A difference of a profile that is not named yet.
    pub(super) fn new(place: ProfilePart, a: String, b: String) -> Self {
        Difference {
            namespace: None,
            profile: String::new(),
            indices: [None; 2],
            place,
            access: None,
            witness: Vec::new(),
            permissions: 0,
            a,
            b,
            examples: Vec::new(),
            rules: DecidingRules::default(),
        }
    }
}

/// `nginx: file "/etc/shadow": A allows r, B denies; rule at nginx:14:3`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, ":{namespace}:")?;
        }
        write!(f, "{}: ", self.profile)?;
        match (&self.access, self.place) {
            (Some(access), _) => write!(f, "{access}: ")?,
            (None, ProfilePart::Field(name)) => write!(f, "{name}: ")?,
            (None, ProfilePart::Profile | ProfilePart::Automaton(_)) => {}
        }
        write!(f, "A {}, B {}{}", self.a, self.b, self.rules)?;
        for example in &self.examples {
            write!(f, "\n    also {}", example.access)?;
        }
        Ok(())
    }
}

fn symbols<S: Serializer>(symbols: &[Symbol], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(symbols.iter().map(|symbol| match symbol {
        Symbol::Byte(byte) => Some(*byte),
        Symbol::OutOfBand => None,
    }))
}
