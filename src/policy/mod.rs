//! The resolved policy: profiles with their rules, every variable, include, conditional and alias gone.
//!
//! Rules keep the place they were written at. Patterns are text still: globs in *stored* form (see
//! [`stored`](crate::syntax::word::stored)) with variables replaced by alternations; `encode` turns them into automata.

mod capability;
mod change_profile;
mod dbus;
mod file;
mod io_uring;
mod merged;
mod mount;
mod mqueue;
pub mod names;
mod network;
mod pivot_root;
mod ptrace;
mod same;
mod signal;
pub mod slashes;
mod unix;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::features::Features;
use crate::source::{DirEntry, FileKind, SourceId, Span, Spanned, Text};
use crate::vocab::{Errno, Signal};

pub use crate::syntax::ast::{Owner, RuleMode, Safety};
pub use crate::vocab::{ExecFallback, ExecKind, IpAddress, MountOperation, MqueueKind, ProfileMode};
pub use capability::CapabilityRule;
pub use change_profile::ChangeProfileRule;
pub use dbus::DbusRule;
pub use file::{Exec, ExecTarget, FileRule, LinkTarget};
pub use io_uring::IoUringRule;
pub(crate) use merged::merged;
pub use mount::{MountOptions, MountRule};
pub use mqueue::MqueueRule;
pub use network::{FamilySelection, NetworkConditions, NetworkRule};
pub use pivot_root::PivotRootRule;
pub use ptrace::PtraceRule;
pub use signal::SignalRule;
pub use unix::{UnixAddress, UnixRule};

/// A glob in stored form, variables expanded, with the place of the word it comes from.
pub type Glob = Spanned<Text>;

/// Every profile of one input file.
#[derive(Clone, Debug, Serialize)]
pub struct Policy {
    /// Top-level profiles: those without namespace first, then by namespace, then by name as written, all by bytes.
    pub profiles: Vec<Profile>,
    /// The features that the policy is written for: those of the first `abi` rule, else what the caller pinned or the default.
    #[serde(skip)]
    pub features: Arc<Features>,
    /// The files and paths that were examined, in that order and each once: while none of them changes, the policy is the same.
    #[serde(skip)]
    pub dependencies: Vec<Dependency>,
}

impl Policy {
    /// Every profile, each followed by its hats and child profiles: the order in which they stand in a blob.
    pub fn all_profiles(&self) -> impl Iterator<Item = &Profile> {
        let mut open = vec![self.profiles.iter()];
        std::iter::from_fn(move || {
            while let Some(siblings) = open.last_mut() {
                if let Some(profile) = siblings.next() {
                    open.push(profile.children.iter());
                    return Some(profile);
                }
                open.pop();
            }
            None
        })
    }
}

/// Something of the file system that a policy depends on.
#[derive(Clone, Debug)]
pub enum Dependency {
    /// The kind of file that a path led to; `None` where nothing was found.
    Kind {
        /// The path that was looked at.
        path: PathBuf,
        /// The kind of file.
        kind: Option<FileKind>,
    },
    /// An included file.
    File {
        /// Its path.
        path: PathBuf,
        /// Its text.
        source: SourceId,
    },
    /// An abi file.
    Features {
        /// Its path.
        path: PathBuf,
        /// Its features.
        features: Arc<Features>,
    },
    /// An included directory.
    Directory {
        /// Its path.
        path: PathBuf,
        /// Its entries.
        entries: Arc<[DirEntry]>,
    },
}

impl Dependency {
    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Dependency::Kind { path, .. }
            | Dependency::File { path, .. }
            | Dependency::Features { path, .. }
            | Dependency::Directory { path, .. } => path,
        }
    }
}

/// A profile, hat or child profile.
#[derive(Clone, Debug, Serialize)]
pub struct Profile {
    /// The name with those of its parents (`parent//child`), expanded, without namespace.
    pub name: Text,
    /// The name as written, not expanded: profiles are ordered by it.
    pub written_name: Text,
    /// The namespace; children have that of their parent.
    pub namespace: Option<Text>,
    /// Whether it is a hat (for `change_hat`).
    pub hat: bool,
    /// The name in its header.
    pub span: Span,
    /// The attachment: what is written, or a name that begins with a slash (its part after the last `//`). Slashes filtered.
    pub attachment: Option<Glob>,
    /// The part of the name after the last `//`, as a glob. It must be valid, and attaches a profile where the name is a pattern.
    pub name_glob: Glob,
    /// Further attachments that aliases make of the attachment (or of the name).
    pub alias_attachments: Vec<Glob>,
    /// Extended attributes in source order, each with the glob of its value (`None`: any).
    pub xattrs: Vec<(Text, Option<Glob>)>,
    /// `+identities`
    pub identities: Vec<Text>,
    /// Flags.
    pub flags: Flags,
    /// Resource limits, index = Linux generic RLIMIT number.
    pub rlimits: [Option<u64>; 16],
    /// Rules in source order: includes spliced in, blocks dissolved, branches of conditionals taken, `all` expanded,
    /// copies made by aliases after their original, implied rules last. Rules that are written twice are there twice, each with its place.
    pub rules: Vec<Rule>,
    /// Hats and child profiles, in the order of [`Policy::profiles`].
    pub children: Vec<Profile>,
}

/// Flags of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Flags {
    /// The treatment of violations.
    pub mode: ProfileMode,
    /// Log every access.
    pub audit: bool,
    /// `debug`
    pub debug: bool,
    /// `interruptible`
    pub interruptible: bool,
    /// The path flags; `None` where no path flag is written.
    pub path_flags: Option<u32>,
    /// `attach_disconnected.path=`, without trailing slashes.
    pub disconnected: Option<Text>,
    /// `attach_disconnected.ipc=`, without trailing slashes.
    pub disconnected_ipc: Option<Text>,
    /// `kill.signal=`: the signal that a violation sends.
    pub kill_signal: Option<Signal>,
    /// `error=`: the error that a violation returns.
    pub error: Option<Errno>,
}

/// A rule with its prefix.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Rule {
    /// Its prefix, those of the blocks around it worked in.
    pub prefix: Prefix,
    /// The contents of the rule.
    pub kind: RuleKind,
    /// The place where it is written; for others, the place of what they come from.
    pub span: Span,
    /// Its origin.
    pub origin: RuleOrigin,
}

/// The origin of a rule of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RuleOrigin {
    /// It is written, here or in an included file.
    #[default]
    Written,
    /// It is written as `file,`, without path and permissions.
    File,
    /// It is one of those that `all,` stands for.
    All,
    /// An alias made it of another rule.
    Alias,
    /// Changing profile or hat needs it (`/proc/PID/attr`).
    Implied,
    /// It is the part of a `network` rule that is about unix sockets.
    Derived,
}

/// The prefix of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Prefix {
    /// −1000 to 1000 by `priority=`; the expansion of `all` uses −2.
    pub priority: i32,
    /// `audit`
    pub audit: bool,
    /// `allow`, `deny`, `prompt`; `None` where nothing is written, which allows.
    pub mode: Option<RuleMode>,
    /// `owner`, `other`; `None` means both.
    pub owner: Option<Owner>,
}

/// Every kind of resolved rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// File and link rules.
    File(FileRule),
    /// `change_profile`
    ChangeProfile(ChangeProfileRule),
    /// `capability`
    Capability(CapabilityRule),
    // Boxed: it is much larger than the others, and rare.
    /// `network`
    Network(Box<NetworkRule>),
    /// `unix`
    Unix(UnixRule),
    /// `dbus`
    Dbus(DbusRule),
    /// `signal`
    Signal(SignalRule),
    /// `ptrace`
    Ptrace(PtraceRule),
    /// `mount`, `remount`, `umount`
    Mount(MountRule),
    /// `pivot_root`
    PivotRoot(PivotRootRule),
    /// `mqueue`
    Mqueue(MqueueRule),
    /// `userns`: creation is the only permission.
    Userns,
    /// `io_uring`
    IoUring(IoUringRule),
}

/// The treatment of runs of slashes in a glob after its variables are expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slashes {
    /// They stay: labels and names; file paths, too, which aliases look at before.
    Keep,
    /// They are collapsed.
    Filter,
}

/// The name of a profile in the kernel's list: in a namespace `:namespace:name`.
pub(crate) fn listed_name(namespace: Option<&Text>, name: &Text) -> Text {
    match namespace {
        Some(namespace) => [b":", &**namespace, b":", name].concat().into(),
        None => name.clone(),
    }
}

#[cfg(any(feature = "cli", feature = "log", feature = "suite"))]
impl Profile {
    /// The name in the kernel's list.
    pub(crate) fn listed_name(&self) -> Text {
        listed_name(self.namespace.as_ref(), &self.name)
    }
}

impl RuleKind {
    /// The keyword of the rule's class; `mount` for `remount` and `umount`, too.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        match self {
            RuleKind::File(_) => "file",
            RuleKind::ChangeProfile(_) => "change_profile",
            RuleKind::Capability(_) => "capability",
            RuleKind::Network(_) => "network",
            RuleKind::Unix(_) => "unix",
            RuleKind::Dbus(_) => "dbus",
            RuleKind::Signal(_) => "signal",
            RuleKind::Ptrace(_) => "ptrace",
            RuleKind::Mount(_) => "mount",
            RuleKind::PivotRoot(_) => "pivot_root",
            RuleKind::Mqueue(_) => "mqueue",
            RuleKind::Userns => "userns",
            RuleKind::IoUring(_) => "io_uring",
        }
    }

    /// Visits every glob in which variables are expanded, and says what becomes of its slashes.
    ///
    /// Not among them: exec targets, and the conditions of `network` and `io_uring`, where no variable is expanded.
    pub fn for_each_glob(&mut self, f: &mut dyn FnMut(&mut Glob, Slashes)) {
        fn each<'a>(
            globs: impl IntoIterator<Item = &'a mut Glob>,
            slashes: Slashes,
            f: &mut dyn FnMut(&mut Glob, Slashes),
        ) {
            globs.into_iter().for_each(|glob| f(glob, slashes));
        }
        match self {
            RuleKind::File(rule) => {
                f(&mut rule.path, Slashes::Keep);
                if let LinkTarget::Path { target, .. } = &mut rule.link {
                    f(target, Slashes::Keep);
                }
            }
            RuleKind::ChangeProfile(rule) => each(rule.exec.iter_mut().chain(&mut rule.target), Slashes::Keep, f),
            RuleKind::Capability(_) | RuleKind::Userns | RuleKind::IoUring(_) => {}
            // The reference expands no label here, and stops dead where it needs one with a variable.
            RuleKind::Network(rule) => each(rule.local.label.iter_mut().chain(&mut rule.peer.label), Slashes::Keep, f),
            RuleKind::Unix(rule) => {
                for address in rule.address.iter_mut().chain(&mut rule.peer_address) {
                    if let UnixAddress::Abstract(name) = address {
                        f(name, Slashes::Filter);
                    }
                }
                each(&mut rule.peer_label, Slashes::Keep, f);
            }
            RuleKind::Dbus(rule) => {
                each([&mut rule.bus, &mut rule.name, &mut rule.label].into_iter().flatten(), Slashes::Keep, f);
                each(&mut rule.path, Slashes::Filter, f);
                each([&mut rule.interface, &mut rule.member].into_iter().flatten(), Slashes::Keep, f);
            }
            RuleKind::Signal(rule) => each(&mut rule.peer, Slashes::Keep, f),
            RuleKind::Ptrace(rule) => each(&mut rule.peer, Slashes::Keep, f),
            RuleKind::Mount(rule) => {
                each(&mut rule.fstypes, Slashes::Keep, f);
                each(rule.source.iter_mut().chain(&mut rule.point), Slashes::Filter, f);
            }
            RuleKind::PivotRoot(rule) => each(rule.old_root.iter_mut().chain(&mut rule.new_root), Slashes::Filter, f),
            RuleKind::Mqueue(rule) => each(rule.label.iter_mut().chain(&mut rule.name), Slashes::Keep, f),
        }
    }
}
