//! Escapes that no single step shows: a profile writes what a less confined one executes, maps or reads as configuration, traces
//! or signals its tasks, or writes what the policy is made of.

mod files;
mod policy;
mod tasks;

use serde::Serialize;

use super::rules::RuleTable;
use super::{EdgeClass, EdgeKind, Graph, GraphError};
use crate::analysis::perms::{APPEND, FilePermsHalf, WRITE};
use crate::analysis::query::{LoadedMode, RuleUse, Subject};

/// An escape: what one profile does, and what another one makes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Escape {
    /// Its kind.
    pub kind: EscapeKind,
    /// The path that is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The indices of the profiles that take the first step: they write, trace or send a signal.
    pub actors: Vec<usize>,
    /// The indices of the less confined profiles that execute, map or read what is written, or whose tasks are reached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<usize>,
    /// The rules that allow the first step, as indices of [`Graph::rules`]; of many actors, the rules of some.
    pub rules: Vec<usize>,
    /// The rules that allow the second step; of many profiles, the rules of some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_rules: Vec<usize>,
}

/// Kinds of escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EscapeKind {
    /// Writes a program that a less confined profile executes, as itself or unconfined.
    Program,
    /// Writes a file that a less confined profile may map as executable code.
    Library,
    /// Writes a file that a less confined profile reads, at a place of configuration or of scripts that are sourced.
    Configuration,
    /// Traces tasks of a less confined profile.
    Trace,
    /// Sends signals to tasks of a less confined profile.
    Signal,
    /// Writes policy.
    Policy,
    /// Writes the attributes of its task, and has a rule for `change_profile` or a hat.
    Attributes,
}

/// Profiles, each with the rules that allow what they do.
type ProfilesWithRules = Vec<(usize, Vec<RuleUse>)>;

/// The number of profiles, of those that do the same, whose rules are looked for.
const MAX_ASKED: usize = 8;

impl Graph {
    /// Finds escapes; `subject` is the policy that the graph was built of, and no edge has been left out.
    ///
    /// Those between two profiles count from a profile in enforce mode that has no edge out of confinement, to one that has such an
    /// edge or is not enforced.
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
    /// assert_eq!((escapes[0].kind, escapes[0].path.as_deref()), (EscapeKind::Program, Some("/srv/job")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find_escapes(&mut self, subject: &Subject) -> Result<&[Escape], GraphError> {
        let mut table = RuleTable::of(std::mem::take(&mut self.rules));
        let loose = self.loose();
        let mut found = files::escapes(subject, &loose, &mut table)?;
        found.extend(self.reached_tasks(subject, &loose, &mut table));
        found.extend(policy::written(subject, &mut table));
        found.extend(self.attributes(subject, &mut table));
        self.rules = table.rules;
        self.escapes = found;
        Ok(&self.escapes)
    }

    /// The profiles that are not enforced, or that a rule lets out of confinement; and what is unconfined.
    fn loose(&self) -> Vec<bool> {
        let unconfined = self.find(super::UNCONFINED);
        let mut loose: Vec<bool> =
            self.nodes.iter().map(|node| !matches!(node.mode, Some(LoadedMode::Enforce | LoadedMode::Kill))).collect();
        for edge in &self.edges {
            let out = matches!(edge.class, EdgeClass::Exec | EdgeClass::ChangeProfile)
                && edge.kind != EdgeKind::Stack
                && (edge.to == unconfined
                    || edge.to.is_none() && unconfined.is_none_or(|node| !edge.except.contains(&node)));
            if out {
                loose.get_mut(edge.from).into_iter().for_each(|loose| *loose = true);
            }
        }
        loose
    }
}

/// Splits profiles from their rules.
fn split(found: ProfilesWithRules, table: &mut RuleTable) -> (Vec<usize>, Vec<usize>) {
    let (numbers, rules): (Vec<usize>, Vec<_>) = found.into_iter().unzip();
    (numbers, table.enter(rules.into_iter().flatten().collect()))
}

fn writes(halves: [&FilePermsHalf; 2]) -> bool {
    halves.iter().any(|half| half.allow & (WRITE | APPEND) != 0)
}
