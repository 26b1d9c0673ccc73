//! The figures of the automata of a policy in a table.

use std::fmt::{self, Display, Formatter};

use super::{AutomatonDump, Dump, ProfileDump};
use crate::analysis::names::Quoted;

/// The automata of each profile, a row each. Its `Display` is what `armorer dump --statistics` prints.
pub struct Statistics<'a>(&'a Dump);

impl Dump {
    /// The figures of the automata alone.
    #[must_use]
    pub fn statistics(&self) -> Statistics<'_> {
        Statistics(self)
    }
}

impl Display for Statistics<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (number, profile) in self.0.profiles.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            writeln!(f, "profile {}, {} bytes", Quoted(&profile.name), profile.bytes)?;
            header(f)?;
            for (name, automaton) in automata(profile) {
                row(f, name, automaton)?;
            }
        }
        Ok(())
    }
}

fn automata(profile: &ProfileDump) -> impl Iterator<Item = (&'static str, &AutomatonDump)> {
    let attachment = profile.attachment.as_ref().map(|attachment| ("attachment", &attachment.automaton));
    let policydb = profile.policydb.as_ref().map(|section| ("policydb", &section.automaton));
    let file = profile.file.as_ref().map(|section| ("file rules", &section.automaton));
    [attachment, policydb, file].into_iter().flatten()
}

fn header(f: &mut Formatter<'_>) -> fmt::Result {
    let columns =
        ["states", "used cells", "cells", "diff-encoded", "bytes", "walks", "bytes/walk", "lines/walk", "probes/byte"];
    write!(f, "  {:10}", "")?;
    for column in columns {
        write!(f, " {column:>12}")?;
    }
    writeln!(f)
}

fn row(f: &mut Formatter<'_>, name: &str, automaton: &AutomatonDump) -> fmt::Result {
    write!(f, "  {name:10}")?;
    for figure in
        [automaton.states, automaton.used_cells, automaton.cells, automaton.diff_encoded, automaton.layout.bytes]
    {
        write!(f, " {figure:>12}")?;
    }
    match &automaton.walks {
        Some(costs) => {
            let length = costs.symbols_a_walk();
            let (lines, probes) = (costs.lines_a_walk(), costs.probes_a_symbol());
            writeln!(f, " {:>12} {length:>12.1} {lines:>12.2} {probes:>12.3}", costs.walks)
        }
        None => writeln!(f, " {:>12}", "refused"),
    }
}
