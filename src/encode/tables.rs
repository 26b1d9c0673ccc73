//! Minimal automata → the packed tables of a blob, with permission tables where the target takes them.

use std::time::Instant;

use rustc_hash::FxHashMap;

use super::EncodeOptions;
use super::automaton;
use super::cache::AutomatonCache;
use super::compat;
use super::contribution::{Contribution, DiagnosticCollector};
use super::effort::{AutomatonEffort, since};
use super::permissions;
use super::resolution::{AutomatonKind, StatePermissions};
use super::support::Support;
use crate::automata::{MinimalDfa, PackOptions, StateId, Tables};
use crate::blob::{Automaton, Perms, PolicyDb, Xmatch};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Tables with 16-bit cells cannot number more states.
pub(super) const MAX_STATES_16: usize = u16::MAX as usize;
/// The array of a permission table counts with 16 bits.
const MAX_ENTRIES: usize = u16::MAX as usize;

/// The automaton of file rules or of the other classes. `None` where there is none to write, or after a report.
///
/// The kernel asks that of the other classes about files, too, if a confining profile has no rules for them: `asked_for_files`. No path
/// matches anything there, and what does not match must not even allow the lock that all other entries do, or a process could lock
/// files that it was handed open (seen on Linux 7.2).
pub(super) fn policy_db(
    contributions: &[Contribution],
    cache: &mut AutomatonCache,
    asked_for_files: bool,
    transitions: &[Vec<u8>],
    support: &Support,
    options: &EncodeOptions,
    reports: &mut DiagnosticCollector,
) -> Option<PolicyDb> {
    if contributions.is_empty() {
        return None;
    }
    let kind = cache.kind;
    let automaton = if kind == AutomatonKind::File { Automaton::File } else { Automaton::Policydb };
    let dfa = minimal(contributions, automaton, cache, support, options, reports)?;
    if cache.is_last {
        cache.forget();
    }
    let dfa = dfa.renumber_depth_first();
    let start = Instant::now();
    let span = contributions.first().map_or(Span::NONE, |contribution| contribution.span);
    compat::automata::rules(&dfa, contributions, support, reports);
    let mut entries = Entries::new(kind, asked_for_files);
    let version = support.table;
    let owner_flags = kind == AutomatonKind::File && version == Some(3);
    let pack_options = PackOptions { diff_encode: support.diff_encode, accept2: version.is_none() || owner_flags };
    // Neighbours mostly have the same permissions.
    let mut before = None;
    let packed = dfa.pack(pack_options, |state, permissions| match version {
        None => permissions::packed(permissions),
        // The start shares the trap's entry; the kernel never asks about the empty string.
        Some(_) if state <= StateId::START => (0, 0),
        Some(_) => match before {
            Some((known, words)) if known == *permissions => words,
            _ => {
                let words = (entries.index(permissions), u32::from(owner_flags));
                before = Some((*permissions, words));
                words
            }
        },
    });
    let dfa = packed.map_err(|error| reports.push(Diagnostic::new(Code::StateLimit, error.to_string(), span))).ok()?;
    packed_since(start, &dfa, cache);
    if entries.list.len() > MAX_ENTRIES {
        let message = format!("the rules need a permission table of more than {MAX_ENTRIES} entries");
        reports.push(Diagnostic::new(Code::SizeLimit, message, span));
        return None;
    }
    // Table-less policy automata of other classes than files never refer to transitions.
    let named = kind == AutomatonKind::File || version.is_some();
    Some(PolicyDb {
        perms: version.map(|_| entries.list),
        perms_version: owner_flags.then_some(3),
        dfa,
        start: None,
        transitions: if named { transitions.to_vec() } else { Vec::new() },
    })
}

/// The attachment automaton: never with a permission table, and never diff-encoded, because the kernel's attachment matcher
/// (`aa_dfa_leftmatch`) does not follow such states. It also compares state numbers to find loops: numbers must only descend
/// in real ones.
pub(super) fn xmatch(
    contributions: &[Contribution],
    length: u32,
    cache: &mut AutomatonCache,
    support: &Support,
    options: &EncodeOptions,
    reports: &mut DiagnosticCollector,
) -> Option<Xmatch> {
    let dfa = minimal(contributions, Automaton::Xmatch, cache, support, options, reports)?.renumber_reverse_postorder();
    let start = Instant::now();
    compat::automata::attachment(&dfa, contributions, support, reports);
    let pack_options = PackOptions { diff_encode: false, accept2: true };
    let packed: Result<Tables, _> = dfa.pack(pack_options, |_, permissions| permissions::packed(permissions));
    match packed {
        Ok(dfa) => {
            packed_since(start, &dfa, cache);
            Some(Xmatch { dfa, len: length })
        }
        Err(error) => {
            let span = contributions.first().map_or(Span::NONE, |contribution| contribution.span);
            reports.push(Diagnostic::new(Code::StateLimit, error.to_string(), span));
            None
        }
    }
}

/// Notes what laying out the automaton that was built last took.
fn packed_since(start: Instant, tables: &Tables, cache: &mut AutomatonCache) {
    if let Some(effort) = cache.efforts.last_mut() {
        effort.pack_us = since(start);
        effort.cells = tables.check.iter().filter(|&&owner| owner != 0).count();
    }
}

fn minimal(
    contributions: &[Contribution],
    automaton: Automaton,
    cache: &mut AutomatonCache,
    support: &Support,
    options: &EncodeOptions,
    reports: &mut DiagnosticCollector,
) -> Option<MinimalDfa<StatePermissions>> {
    let start = Instant::now();
    let dfa = automaton::build(contributions, cache, options, reports)?;
    let build_us = since(start);
    cache.efforts.push(AutomatonEffort {
        automaton,
        patterns: contributions.len(),
        states_before: options.count_states.then(|| cache.builds.states_before()),
        states: dfa.len(),
        cells: 0,
        build_us,
        pack_us: 0,
    });
    if dfa.len() > MAX_STATES_16 && !support.state32 {
        reports.push(automaton::too_many_states(dfa.len(), contributions, cache));
        return None;
    }
    compat::automata::size(&dfa, contributions, reports);
    Some(dfa)
}

/// The entries of a permission table, each set of permissions once. Entry 0 (files: and 1) is that of no match.
struct Entries {
    kind: AutomatonKind,
    list: Vec<Perms>,
    known: FxHashMap<[Perms; 2], u32>,
    /// The same by what the entries are made of: there is one for each state, and few that differ.
    of_permissions: FxHashMap<StatePermissions, u32>,
}

impl Entries {
    fn new(kind: AutomatonKind, asked_for_files: bool) -> Entries {
        let (list, known, of_permissions) = Default::default();
        let mut entries = Entries { kind, list, known, of_permissions };
        if asked_for_files {
            entries.list.push(Perms::default());
        } else {
            entries.index(&StatePermissions::default());
        }
        entries
    }

    /// The index of the permissions' entry; of a pair of entries, the first's.
    fn index(&mut self, permissions: &StatePermissions) -> u32 {
        if let Some(&index) = self.of_permissions.get(permissions) {
            return index;
        }
        let pair = match self.kind {
            AutomatonKind::File => permissions::file_entries(permissions),
            AutomatonKind::Policy => [permissions::policy_entry(permissions), Perms::default()],
        };
        let index = *self.known.entry(pair).or_insert_with(|| {
            let index = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
            let [first, second] = pair;
            self.list.push(first);
            if self.kind == AutomatonKind::File {
                self.list.push(second);
            }
            index
        });
        self.of_permissions.insert(*permissions, index);
        index
    }
}
