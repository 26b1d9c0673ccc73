//! The typed syntax tree: what is written, nothing resolved.
//!
//! Every node keeps its words as written and its place; comments and blank lines stay on the items they belong to. Equality
//! ignores places, so two trees are equal when they print the same. Every type is serialisable.
//!
//! The tree of an included file is the same [`File`]: its items may be those of a preamble or those of a profile's body,
//! and where it is included decides which of them are allowed.

mod abi;
mod all;
mod capability;
mod change_profile;
pub(crate) mod condition;
mod conditional;
mod dbus;
mod document;
mod file;
mod flag;
mod include;
mod io_uring;
mod link;
mod mount;
mod mqueue;
mod named;
mod network;
mod pivot_root;
mod profile;
mod ptrace;
mod rlimit;
mod signal;
mod unix;
mod userns;
mod variable;
mod walk;

use serde::{Deserialize, Serialize};

use crate::source::{Spanned, Text};
use crate::vocab::Priority;

pub use abi::Abi;
pub use all::All;
pub use capability::CapabilityRule;
pub use change_profile::ChangeProfileRule;
pub use condition::{Condition, ConditionOp, ConditionValue, Group, OtherCondition, Permissions};
pub use conditional::{Compare, Conditional, Else, Expr};
pub use dbus::{DbusCondition, DbusRule};
pub use document::{TreeDocument, TreeError};
pub use file::{FileBody, FileLetter, FileLetters, FileRule, Safety};
pub use flag::ProfileFlag;
pub use include::{Include, IncludePath, PathForm};
pub use io_uring::{IoUringCondition, IoUringRule};
pub use link::LinkRule;
pub use mount::{MountCondition, MountRule};
pub use mqueue::{MqueueCondition, MqueueRule};
pub use named::Named;
pub use network::{NetworkCondition, NetworkRule};
pub use pivot_root::{PivotRootCondition, PivotRootRule};
pub use profile::{Profile, ProfileKeyword};
pub use ptrace::{PtraceCondition, PtraceRule};
pub use rlimit::Rlimit;
pub use signal::{SignalCondition, SignalRule};
pub use unix::{UnixCondition, UnixRule};
pub use userns::UsernsRule;
pub use variable::{Alias, AssignOp, BoolVariable, SetVariable};

/// One file: a profile file, or a piece that others include.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct File {
    /// Preamble items and profiles in order; in included files also rules.
    pub items: Vec<Item>,
    /// Comments and blank lines after the last item.
    pub tail: Vec<Trivia>,
}

/// One item with the comments that belong to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Item {
    /// Comments and blank lines before it. Comments from inside the item stand here too, after those.
    pub leading: Vec<Trivia>,
    /// The item itself; the span covers it from its first token to its last (the comma, or the closing brace).
    pub kind: Spanned<ItemKind>,
    /// The comment after it on its last line.
    pub trailing: Option<Comment>,
}

/// A comment from `#` to the end of its line, without trailing blanks.
pub type Comment = Spanned<Text>;

/// The text between items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Trivia {
    /// One or more blank lines. There is none at the beginning or end of a file or block.
    Blank,
    /// A comment on a line of its own.
    Comment(Comment),
}

/// Every kind of item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ItemKind {
    /// `abi <abi/4.0>,`
    Abi(Abi),
    /// `include <abstractions/base>`
    Include(Include),
    /// `alias /a/ -> /b/,`
    Alias(Alias),
    /// `@{bin} = /bin /usr/bin`
    SetVariable(SetVariable),
    /// `$debug = true`
    BoolVariable(BoolVariable),
    /// A profile, hat or child profile.
    Profile(Box<Profile>),
    /// `if … { … } else { … }`
    Conditional(Box<Conditional>),
    /// `set rlimit nofile <= 1024,`
    Rlimit(Rlimit),
    /// `audit deny { … }`
    Block(QualifierBlock),
    /// Every other rule.
    Rule(Rule),
}

/// A block between braces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Block {
    /// The comment after the opening brace on its line.
    pub opening: Option<Comment>,
    /// The items in order.
    pub items: Vec<Item>,
    /// Comments and blank lines before the closing brace.
    pub tail: Vec<Trivia>,
}

/// A block of rules that share a prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QualifierBlock {
    /// The prefix; may be empty.
    pub prefix: Spanned<Prefix>,
    /// The rules.
    pub block: Block,
}

/// A rule with its prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rule {
    /// The prefix of the rule.
    pub prefix: Spanned<Prefix>,
    /// The rule itself.
    pub kind: RuleKind,
}

/// Qualifiers before a rule or block, in the order of the grammar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Prefix {
    /// The number of `priority=N`.
    pub priority: Option<Spanned<Named<Priority>>>,
    /// `audit`
    pub audit: bool,
    /// `allow`, `deny` or `prompt`
    pub mode: Option<RuleMode>,
    /// `owner` or `other`
    pub owner: Option<Owner>,
}

impl Prefix {
    /// Whether nothing is written.
    ///
    /// ```
    /// use armorer::ast::{CapabilityRule, Rule};
    ///
    /// let rule = Rule::from(CapabilityRule::all());
    /// assert!(rule.prefix.is_empty());
    /// assert!(!rule.audit().prefix.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Prefix::default()
    }
}

/// The effect of a rule on matching accesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RuleMode {
    /// Grants it.
    Allow,
    /// Refuses it, whatever else grants it.
    Deny,
    /// Asks user space.
    Prompt,
}

/// Whose objects a file rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Objects that the task owns; `user` is the same word.
    Owner,
    /// Objects of other owners.
    Other,
}

/// Every kind of rule that takes a prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RuleKind {
    /// `/etc/passwd r,`
    File(FileRule),
    /// `link /a -> /b,`
    Link(LinkRule),
    /// `change_profile -> p,`
    ChangeProfile(ChangeProfileRule),
    /// `capability chown,`
    Capability(CapabilityRule),
    // Boxed: it is twice as large as any other, and every item of a file has room for the largest.
    /// `network inet stream,`
    Network(Box<NetworkRule>),
    /// `unix (send, receive) type=stream,`
    Unix(UnixRule),
    /// `dbus send bus=system,`
    Dbus(DbusRule),
    /// `signal send set=term,`
    Signal(SignalRule),
    /// `ptrace read peer=p,`
    Ptrace(PtraceRule),
    /// `mount`, `remount` and `umount`
    Mount(MountRule),
    /// `pivot_root /new,`
    PivotRoot(PivotRootRule),
    /// `mqueue r /name,`
    Mqueue(MqueueRule),
    /// `userns create,`
    Userns(UsernsRule),
    /// `io_uring sqpoll,`
    IoUring(IoUringRule),
    /// `all,`
    All(All),
}
