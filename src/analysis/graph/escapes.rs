//! Ways out that no single step shows: a profile writes what another one executes, or what the policy is made of.
//!
//! The paths that are looked at are those that rules name, and of a rule with a pattern a shortest one. Both profiles are asked about
//! each of them, so what is found is allowed; two patterns may still have other paths in common.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::peers::{any, steps};
use super::rules::{RuleTable, deciding};
use super::{Class, Graph, GraphError, Kind};
use crate::analysis::diff::index;
use crate::analysis::perms::{APPEND, EXEC, FilePerms, Target, WRITE};
use crate::analysis::query::decide::{file_automaton, mode};
use crate::analysis::query::{Entry, Mode, RuleUse, Subject};
use crate::automata::Pattern;
use crate::blob::{Automaton, Profile};
use crate::parallel;
use crate::policy::RuleMode;
use crate::vocab::Capability;

/// Directories of policy: what is below them is compiled or loaded.
const POLICY: [&str; 3] = ["/etc/apparmor.d/", "/etc/apparmor/", "/var/cache/apparmor/"];
/// The kernel's files of policy. Who writes there also needs a capability.
const KERNEL: &str = "/sys/kernel/security/apparmor/";
/// The files by which a task changes its own profile or hat.
const ATTRIBUTES: [&str; 4] =
    ["/proc/1/attr/current", "/proc/1/attr/exec", "/proc/1/attr/apparmor/current", "/proc/1/attr/apparmor/exec"];
/// The most paths that are looked at.
const MAX_PATHS: usize = 200_000;

/// A way out in two steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Escape {
    /// What is written.
    pub kind: EscapeKind,
    /// The path that is written.
    pub path: String,
    /// The indices of the profiles that write it.
    pub writers: Vec<usize>,
    /// The indices of the profiles that execute it, of a program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub executors: Vec<usize>,
    /// The rules that allow to write, as indices of [`Graph::rules`].
    pub write_rules: Vec<usize>,
    /// The rules that allow the second step: to execute, or to change the profile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_rules: Vec<usize>,
}

/// Kinds of things to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EscapeKind {
    /// A program that a profile executes which may leave confinement.
    Program,
    /// Policy.
    Policy,
    /// The task's own attributes, together with a rule for `change_profile` or a hat.
    Attributes,
}

/// Profiles at a path, each with the rules that allow it.
type Found = Vec<(usize, Vec<RuleUse>)>;

impl Graph {
    /// Finds ways out in two steps; `subject` is the policy that the graph was built of.
    ///
    /// A program counts if it is written by a profile in enforce mode that has no edge out of confinement, and executed by one that
    /// has: as its own program, without a change of profile, or unconfined.
    ///
    /// # Errors
    /// When there are too many paths to look at.
    ///
    /// ```
    /// use armorer::analysis::Subject;
    /// use armorer::analysis::graph::{EscapeKind, Graph};
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    /// let text = "profile a { /srv/job w, }\nprofile b { /srv/* Ux, }\n";
    /// let subject = Subject::from_compiled(compiler.compile(Input::text("p", text))?)?;
    /// let escapes = Graph::of(&subject)?.find_escapes(&subject)?.to_vec();
    /// assert_eq!((escapes[0].kind, &*escapes[0].path), (EscapeKind::Program, "/srv/job"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find_escapes(&mut self, subject: &Subject) -> Result<&[Escape], GraphError> {
        let mut table = RuleTable::of(std::mem::take(&mut self.rules));
        let loose = self.loose();
        let numbers: Vec<usize> = (0..subject.entries.len()).collect();
        let mut found = programs(subject, &loose, &mut table)?;
        let own = parallel::map(&numbers, |&number| {
            subject.entries.get(number).map(|entry| policy(number, entry)).unwrap_or_default()
        });
        let mut policies: BTreeMap<String, Found> = BTreeMap::new();
        for (path, number, rules) in own.into_iter().flatten() {
            policies.entry(path).or_default().push((number, rules));
        }
        found.extend(policies.into_iter().map(|(path, who)| {
            let (writers, write_rules) = split(who, &mut table);
            Escape {
                kind: EscapeKind::Policy,
                path,
                writers,
                executors: Vec::new(),
                write_rules,
                other_rules: Vec::new(),
            }
        }));
        found.extend(self.attributes(subject, &mut table));
        self.rules = table.rules;
        self.escapes = found;
        Ok(&self.escapes)
    }

    /// The profiles that are not enforced, or that a rule lets out of confinement.
    fn loose(&self) -> Vec<bool> {
        let unconfined = self.find(super::UNCONFINED);
        let mut loose: Vec<bool> =
            self.nodes.iter().map(|node| !matches!(node.mode, Some(Mode::Enforce | Mode::Kill))).collect();
        for edge in &self.edges {
            let out = matches!(edge.class, Class::Exec | Class::ChangeProfile)
                && edge.kind != Kind::Stack
                && (edge.to == unconfined
                    || edge.to.is_none() && unconfined.is_none_or(|node| !edge.except.contains(&node)));
            if out {
                loose.get_mut(edge.from).into_iter().for_each(|loose| *loose = true);
            }
        }
        loose
    }

    /// The profiles that may change their profile or hat, and write the files to do so.
    fn attributes(&self, subject: &Subject, table: &mut RuleTable) -> Vec<Escape> {
        let mut all: BTreeMap<&str, (Found, BTreeSet<usize>)> = BTreeMap::new();
        for (number, entry) in subject.entries.iter().enumerate() {
            let changes = self
                .edges
                .iter()
                .filter(|edge| edge.from == number && matches!(edge.class, Class::ChangeProfile | Class::Hat));
            let changes: Vec<_> = changes.collect();
            if changes.is_empty() || mode(&entry.profile) == Mode::Unconfined {
                continue;
            }
            for path in ATTRIBUTES.iter().filter(|path| writes(&entry.profile, path.as_bytes())) {
                let rules = deciding(entry, Automaton::File, path.as_bytes(), WRITE | APPEND);
                let (who, others) = all.entry(path).or_default();
                who.push((number, rules));
                others.extend(changes.iter().flat_map(|edge| &edge.rules));
            }
        }
        let escape = |(path, (who, others)): (&str, (Found, BTreeSet<usize>))| {
            let (writers, write_rules) = split(who, table);
            let other_rules = others.into_iter().collect();
            let path = path.to_owned();
            Escape { kind: EscapeKind::Attributes, path, writers, executors: Vec::new(), write_rules, other_rules }
        };
        all.into_iter().map(escape).collect()
    }
}

fn split(found: Found, table: &mut RuleTable) -> (Vec<usize>, Vec<usize>) {
    let (numbers, rules): (Vec<usize>, Vec<_>) = found.into_iter().unzip();
    (numbers, table.enter(rules.into_iter().flatten().collect()))
}

fn perms(profile: &Profile, path: &[u8]) -> FilePerms {
    file_automaton(profile)
        .map_or_else(FilePerms::none, |(db, start)| FilePerms::of_state(db, index(db.dfa.walk(start, path))))
}

fn writes(profile: &Profile, path: &[u8]) -> bool {
    let perms = perms(profile, path);
    (perms.owner.allow | perms.other.allow) & (WRITE | APPEND) != 0
}

/// Whether a profile runs a program without less freedom than it has itself.
fn runs(profile: &Profile, path: &[u8]) -> bool {
    let perms = perms(profile, path);
    [perms.owner, perms.other].into_iter().any(|half| {
        let exec = half.exec.filter(|_| half.allow & EXEC != 0);
        exec.is_some_and(|exec| exec.target == Target::None && (exec.inherit || exec.unconfined))
    })
}

/// The programs that profiles write which may not leave confinement, and that profiles run which may.
fn programs(subject: &Subject, loose: &[bool], table: &mut RuleTable) -> Result<Vec<Escape>, GraphError> {
    let is_loose = |number: usize| loose.get(number).copied().unwrap_or(true);
    let (strict, free): (Vec<_>, Vec<_>) =
        subject.entries.iter().enumerate().partition(|(number, _)| !is_loose(*number));
    let free: Vec<(usize, &Entry)> =
        free.into_iter().filter(|(_, entry)| mode(&entry.profile) != Mode::Unconfined).collect();
    let mut paths = BTreeSet::new();
    for (entries, permissions) in [(&strict, WRITE | APPEND), (&free, EXEC)] {
        for provenance in entries.iter().filter_map(|(_, entry)| entry.provenance.as_ref()) {
            let patterns = provenance.patterns(Automaton::File, permissions, RuleMode::Allow);
            paths.extend(patterns.filter_map(shortest).filter(|path| path.starts_with(b"/") && !path.contains(&0)));
            if paths.len() > MAX_PATHS {
                return Err(GraphError::Paths);
            }
        }
    }
    let paths: Vec<Vec<u8>> = paths.into_iter().collect();
    let found = parallel::map(&paths, |path| {
        let executors: Found = free
            .iter()
            .filter(|(_, entry)| runs(&entry.profile, path))
            .map(|(number, entry)| (*number, deciding(entry, Automaton::File, path, EXEC)))
            .collect();
        if executors.is_empty() {
            return None;
        }
        let writers = strict.iter().filter(|(_, entry)| writes(&entry.profile, path));
        let writers: Found =
            writers.map(|(number, entry)| (*number, deciding(entry, Automaton::File, path, WRITE | APPEND))).collect();
        (!writers.is_empty()).then_some((writers, executors))
    });
    let escapes = paths.iter().zip(found).filter_map(|(path, found)| {
        let (writers, executors) = found?;
        let (writers, write_rules) = split(writers, table);
        let (executors, other_rules) = split(executors, table);
        let path = path.escape_ascii().to_string();
        Some(Escape { kind: EscapeKind::Program, path, writers, executors, write_rules, other_rules })
    });
    Ok(escapes.collect())
}

/// The policy that a profile may write: a shortest path below each directory of it, with the rules.
fn policy(number: usize, entry: &Entry) -> Vec<(String, usize, Vec<RuleUse>)> {
    let profile = &entry.profile;
    let Some((db, start)) = file_automaton(profile).filter(|_| mode(profile) != Mode::Unconfined) else {
        return Vec::new();
    };
    let manages = profile.capabilities.allow >> Capability::MacAdmin.number() & 1 == 1;
    let kernel = [KERNEL].into_iter().filter(|_| manages);
    let below = |directory: &str| {
        let inside = any(&db.dfa, steps(&db.dfa, vec![(start, Vec::new())], directory.as_bytes()));
        let written = inside.into_iter().find(|(state, _)| {
            let perms = FilePerms::of_state(db, index(*state));
            (perms.owner.allow | perms.other.allow) & (WRITE | APPEND) != 0
        });
        let path = written.map(|(_, path)| path).filter(|path| path.len() > directory.len())?;
        let rules = deciding(entry, Automaton::File, &path, WRITE | APPEND);
        Some((path.escape_ascii().to_string(), number, rules))
    };
    POLICY.into_iter().chain(kernel).filter_map(below).collect()
}

/// A shortest string of a pattern, with readable bytes where there is a choice.
fn shortest(pattern: &Pattern) -> Option<Vec<u8>> {
    match pattern {
        Pattern::Empty | Pattern::Star(_) => Some(Vec::new()),
        Pattern::Literal(bytes) => Some(bytes.to_vec()),
        Pattern::Set(set) => super::attachments::readable().find(|&byte| set.contains(byte)).map(|byte| vec![byte]),
        Pattern::OutOfBand => None,
        Pattern::Concat(parts) => parts.iter().map(shortest).collect::<Option<Vec<_>>>().map(|parts| parts.concat()),
        Pattern::Alternation(parts) => parts.iter().filter_map(shortest).min_by_key(Vec::len),
        Pattern::Plus(body) => shortest(body),
    }
}
