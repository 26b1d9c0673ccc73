//! The profiles of a policy as a graph, whose edges are the transitions and accesses from one to another.
//!
//! A node is a profile, a hat, a child, what runs unconfined, or a target that the policy lacks. An edge says that a task under one
//! node may become another (exec, `change_hat`, `change_profile`), or reach a task that runs under it (ptrace, signals, D-Bus, unix
//! sockets). Edges are decided on the automata that the kernel walks: the paths that a profile may execute are intersected with what
//! every profile attaches to, and the names of all profiles are looked up as peers. A profile that may reach most others has one edge
//! to "any profile", with the exceptions.
//!
//! ```
//! use armorer::analysis::Subject;
//! use armorer::analysis::graph::{EdgeClass, Graph};
//! use armorer::{Compiler, Features, Input};
//!
//! let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
//! let text = "profile a /usr/bin/a {\n  /usr/bin/b Px,\n}\nprofile b /usr/bin/b {\n  /usr/bin/** Ux,\n}\n";
//! let graph = Graph::of(&Subject::from_compiled(compiler.compile(Input::text("p", text))?)?)?;
//! let (a, unconfined) = (graph.find("a").unwrap(), graph.find("unconfined").unwrap());
//! let ways = graph.ways(a, unconfined, &EdgeClass::BECOMES).unwrap();
//! assert_eq!(ways.to_string(), "\
//! a
//!   exec /usr/bin/b, which b attaches to → b  p:2:3  /usr/bin/b Px,
//!   exec /usr/bin/a, unconfined by rule → unconfined  p:5:3  /usr/bin/** Ux,
//! ");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attachments;
mod build;
mod escapes;
mod exec;
mod nodes;
mod peers;
mod places;
mod rules;
mod text;
mod tree;
mod ways;

use serde::Serialize;
use thiserror::Error;

use super::query::{LoadedMode, RuleUse, Subject};

pub use escapes::{Escape, EscapeKind};
pub use ways::{PathStep, ShortestPaths};

/// The name of the node for tasks that no profile confines.
const UNCONFINED: &str = "unconfined";

/// Profiles, and what leads from one to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Graph {
    /// The nodes: all profiles in the order of the policy, `unconfined`, and the targets that the policy lacks.
    pub nodes: Vec<Node>,
    /// The edges, by the node that they begin at.
    pub edges: Vec<Edge>,
    /// The rules that edges are made by.
    pub rules: Vec<RuleUse>,
    /// Escapes, once [`Graph::find_escapes`] has looked for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub escapes: Vec<Escape>,
    /// The nodes that each node accepts as peers.
    #[serde(skip)]
    accepted: peers::AcceptedPeers,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Node {
    /// The name with its namespace, unprintable bytes escaped.
    pub name: String,
    /// Its kind.
    pub kind: NodeKind,
    /// The mode of a profile.
    pub mode: Option<LoadedMode>,
    /// The flags of a profile other than its mode.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// Whether it attaches to programs that are started unconfined.
    pub attaches: bool,
    /// Whether an unconfined task comes under it by executing programs, or by what the rules of profiles on the way allow.
    pub reachable: bool,
    /// The number of different exec targets that a profile names. Linux 6.1 and the reference compiler allow 12 of them; with a
    /// permission table, newer kernels have no such limit.
    pub transitions: usize,
}

/// Kinds of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NodeKind {
    /// A profile.
    Profile,
    /// A hat.
    Hat,
    /// A child profile.
    Child,
    /// Tasks that no profile confines.
    Unconfined,
    /// A target that the policy lacks.
    Missing,
}

/// An edge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Edge {
    /// The index of the node that it begins at.
    pub from: usize,
    /// The index of the node that it leads to; `None`: to any profile, and `unconfined`.
    pub to: Option<usize>,
    /// The nodes that an edge to any profile does not lead to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<usize>,
    /// Its class.
    pub class: EdgeClass,
    /// Its kind.
    pub kind: EdgeKind,
    /// A shortest path that is executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Whether the profile on the other side allows its part of it; of an edge to any profile, whether no part of theirs is needed.
    pub accepted: bool,
    /// The rules that make it, as indices of [`Graph::rules`]; none where the policy is a blob.
    pub rules: Vec<usize>,
}

/// Classes of edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EdgeClass {
    /// Executes a program under the other profile.
    Exec,
    /// Changes to a hat.
    Hat,
    /// Changes the profile.
    ChangeProfile,
    /// Traces a process.
    Ptrace,
    /// Sends a signal.
    Signal,
    /// Sends D-Bus messages.
    Dbus,
    /// Connects or sends to a unix socket.
    Unix,
}

impl EdgeClass {
    /// All.
    pub const ALL: [EdgeClass; 7] = [
        EdgeClass::Exec,
        EdgeClass::Hat,
        EdgeClass::ChangeProfile,
        EdgeClass::Ptrace,
        EdgeClass::Signal,
        EdgeClass::Dbus,
        EdgeClass::Unix,
    ];
    /// The classes that let a task run under the other profile, or control one that does.
    pub const BECOMES: [EdgeClass; 4] = [EdgeClass::Exec, EdgeClass::Hat, EdgeClass::ChangeProfile, EdgeClass::Ptrace];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            EdgeClass::Exec => "exec",
            EdgeClass::Hat => "hat",
            EdgeClass::ChangeProfile => "change_profile",
            EdgeClass::Ptrace => "ptrace",
            EdgeClass::Signal => "signal",
            EdgeClass::Dbus => "dbus",
            EdgeClass::Unix => "unix",
        }
    }
}

/// Kinds of edges: how a rule leads to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EdgeKind {
    /// The rule names the target, or a pattern that it matches.
    Named,
    /// The target attaches to the program.
    Attachment,
    /// The target is a child that attaches to the program.
    ChildAttachment,
    /// The rule leaves confinement.
    Unconfined,
    /// No profile is found, so the exec leaves confinement.
    Fallback,
    /// The target is stacked on the profile, which goes on to confine.
    Stack,
    /// At the next exec.
    AtExec,
    /// The target is a hat of the profile.
    Hat,
    /// The profile does not mediate the class, or confines nothing.
    Unmediated,
}

/// Reasons why there is no graph.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GraphError {
    /// There are more states than memory is granted for.
    #[error("the attachments of the profiles are too large to be compared")]
    Attachments,
    /// The same, of one profile.
    #[error("what profile `{0}` may execute is too large to be compared with the attachments of the profiles")]
    Profile(String),
    /// There are too many paths to look for escapes.
    #[error("the rules name too many paths to be looked at")]
    Paths,
}

impl Graph {
    /// Builds the graph of a policy.
    ///
    /// # Errors
    /// When the automata are too large to be compared.
    pub fn of(subject: &Subject) -> Result<Graph, GraphError> {
        build::build(subject)
    }

    /// The index of a node, by its name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.name == name)
    }

    /// Keeps the edges of some classes.
    pub fn retain(&mut self, classes: &[EdgeClass]) {
        self.edges.retain(|edge| classes.contains(&edge.class));
    }

    fn name(&self, node: usize) -> &str {
        self.nodes.get(node).map_or("", |node| &node.name)
    }
}

#[cfg(test)]
mod tests;
