//! All profiles of a run together.

use crate::automata::{Pattern, Symbol};
use crate::features::Features;
use crate::policy::{ExecFallback, ExecKind, ExecTarget, FileRule, Profile, ProfileMode, RuleKind, RuleMode, slashes};
use crate::source::{Span, Text};
use crate::vocab::{FilePermissions, PtracePermissions, Signal, SignalPermissions};

use super::paths::PathPatterns;

/// The facts known about one profile after all files have been read.
#[derive(Clone, Debug)]
pub(super) struct SetProfile {
    /// The full name, children with those of their parents.
    pub(super) name: Text,
    pub(super) namespace: Option<Text>,
    pub(super) span: Span,
    /// Whether it is at the top level, and not a hat.
    pub(super) top: bool,
    /// The attachments, with aliases applied.
    pub(super) attachments: Vec<Text>,
    /// Whether extended attributes are asked for, too.
    pub(super) xattrs: bool,
    /// Profiles that it names where they must exist: those that exec, `change_profile` and peers lead to.
    pub(super) named: Vec<NamedProfile>,
    /// Paths without fall-back that must have a profile attached to them.
    pub(super) executed: Vec<(Text, Span)>,
    /// Whether violations are refused, and not only logged.
    pub(super) enforces: bool,
    /// Whether it confines anything.
    pub(super) confines: bool,
    /// The classes that the kernel asks it about.
    pub(super) mediates: Mediates,
    /// The actions that it allows on other processes, and that it allows others on its own.
    pub(super) between: Vec<ProcessRule>,
    /// Whether a rule lets it out of confinement.
    pub(super) leaves: bool,
    /// Paths that it may write.
    pub(super) written: Vec<(Text, Span)>,
    /// Paths that it executes without less freedom than it has itself.
    pub(super) runs: Vec<(Text, Span)>,
    /// Paths that it may not write, or not execute.
    pub(super) denied: Vec<Text>,
}

impl SetProfile {
    /// Whether its tasks are held to its rules, and none leads out of confinement.
    pub(super) fn is_strict(&self) -> bool {
        self.confines && self.enforces && !self.leaves
    }
}

/// The classes whose accesses the kernel asks both sides about, as far as the target and the policy's features have them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mediates {
    pub(super) signal: bool,
    pub(super) ptrace: bool,
}

impl Mediates {
    pub(super) fn of(kernel: &Features, policy: &Features) -> Mediates {
        let both = |class: &str| kernel.supports(class) && policy.supports(class);
        Mediates { signal: both("signal"), ptrace: both("ptrace") }
    }
}

/// A rule about other processes that allows something.
#[derive(Clone, Debug)]
pub(super) struct ProcessRule {
    pub(super) kind: ProcessRuleKind,
    /// The peer, a pattern; `None` for any.
    pub(super) peer: Option<Text>,
    pub(super) span: Span,
}

/// The kind of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ProcessRuleKind {
    /// With the signals; none is all.
    Signal(SignalPermissions, Vec<Signal>),
    Ptrace(PtracePermissions),
}

/// A profile that another one names.
#[derive(Clone, Debug)]
pub(super) struct NamedProfile {
    pub(super) name: Text,
    pub(super) span: Span,
    pub(super) by: NamingRule,
}

/// The kind of the rule that names a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamingRule {
    Exec,
    ChangeProfile,
    Peer,
}

/// All profiles of a run.
pub(super) struct SetView<'a> {
    pub(super) members: &'a [SetProfile],
    /// Whether the run was given all the policy there is, so that what is not in it does not exist.
    pub(super) complete: bool,
    pub(super) patterns: &'a PathPatterns,
}

impl SetView<'_> {
    /// Whether some profile has a name that the pattern (or name) matches.
    pub(super) fn has(&self, name: &Text) -> bool {
        if self.members.iter().any(|member| member.name == *name) {
            return true;
        }
        let Some(pattern) = self.pattern(name) else { return true };
        self.members.iter().any(|member| pattern.matches(&collapsed(&member.name)))
    }

    /// The pattern of a path.
    pub(super) fn pattern(&self, path: &Text) -> Option<std::sync::Arc<Pattern>> {
        self.patterns.get(path).pattern.clone()
    }
}

/// A name as patterns of paths see it: with runs of slashes collapsed.
pub(super) fn collapsed(name: &Text) -> Vec<Symbol> {
    super::paths::symbols(slashes::filter(name))
}

impl SetProfile {
    /// Takes what the set needs out of a file rule.
    fn take(&mut self, file: &FileRule, span: Span, deny: bool) {
        let path = || file.path.value.clone();
        let writes = file.access.intersects(FilePermissions::WRITE);
        if deny {
            self.denied.extend((writes || file.exec.is_some()).then(path));
            return;
        }
        self.written.extend(writes.then(|| (path(), span)));
        if let Some(exec) = &file.exec {
            let unconfined = exec.mode.kind() == ExecKind::Unconfined;
            self.leaves |= unconfined || exec.mode.fallback() == ExecFallback::Unconfined;
            self.runs.extend((unconfined || exec.mode.kind() == ExecKind::Inherit).then(|| (path(), span)));
        }
    }
}

/// Whether a target of `change_profile` is, or matches, what is unconfined.
fn is_unconfined(target: &Text) -> bool {
    matches!(target.as_bytes(), b"unconfined" | b":unconfined:unconfined" | b"**")
}

/// Takes what the set needs out of a profile and its children.
pub(super) fn members(profile: &Profile, top: bool, mediates: Mediates, out: &mut Vec<SetProfile>) {
    let attachment = profile.attachment.as_ref().or_else(|| {
        let glob = &profile.name_glob;
        (top && glob.value.first() == Some(&b'/')).then_some(glob)
    });
    let attachments = attachment.into_iter().chain(&profile.alias_attachments).map(|glob| glob.value.clone());
    let mut member = SetProfile {
        name: profile.name.clone(),
        namespace: profile.namespace.clone(),
        span: profile.span,
        top: top && !profile.hat,
        attachments: attachments.collect(),
        xattrs: !profile.xattrs.is_empty(),
        named: Vec::new(),
        executed: Vec::new(),
        enforces: matches!(profile.flags.mode, ProfileMode::Enforce | ProfileMode::Kill),
        confines: !matches!(profile.flags.mode, ProfileMode::Unconfined | ProfileMode::DefaultAllow),
        mediates,
        between: Vec::new(),
        leaves: false,
        written: Vec::new(),
        runs: Vec::new(),
        denied: Vec::new(),
    };
    for rule in &profile.rules {
        let deny = rule.prefix.mode == Some(RuleMode::Deny);
        if let RuleKind::File(file) = &rule.kind {
            member.take(file, rule.span, deny);
        }
        if deny {
            continue;
        }
        let between = match &rule.kind {
            RuleKind::Signal(signal) => {
                Some((ProcessRuleKind::Signal(signal.permissions, signal.signals.clone()), &signal.peer))
            }
            RuleKind::Ptrace(ptrace) => Some((ProcessRuleKind::Ptrace(ptrace.permissions), &ptrace.peer)),
            _ => None,
        };
        member.between.extend(between.map(|(kind, peer)| {
            let peer = peer.as_ref().map(|glob| glob.value.clone());
            ProcessRule { kind, peer, span: rule.span }
        }));
        let (name, by) = match &rule.kind {
            RuleKind::File(file) => {
                let Some(exec) = &file.exec else { continue };
                match (&exec.target, exec.mode.kind()) {
                    (Some(ExecTarget::Named(name)), _) => (Some(name), NamingRule::Exec),
                    (None, ExecKind::Profile) if exec.mode.fallback() == ExecFallback::None => {
                        member.executed.push((file.path.value.clone(), rule.span));
                        continue;
                    }
                    _ => continue,
                }
            }
            RuleKind::ChangeProfile(change) if change.target.as_ref().is_none_or(|glob| is_unconfined(&glob.value)) => {
                member.leaves = true;
                continue;
            }
            RuleKind::ChangeProfile(change) => {
                (change.target.as_ref().map(|glob| &glob.value), NamingRule::ChangeProfile)
            }
            RuleKind::Signal(signal) => (signal.peer.as_ref().map(|glob| &glob.value), NamingRule::Peer),
            RuleKind::Ptrace(ptrace) => (ptrace.peer.as_ref().map(|glob| &glob.value), NamingRule::Peer),
            RuleKind::Unix(unix) => (unix.peer_label.as_ref().map(|glob| &glob.value), NamingRule::Peer),
            RuleKind::Dbus(dbus) => (dbus.label.as_ref().map(|glob| &glob.value), NamingRule::Peer),
            _ => continue,
        };
        if let Some(name) = name {
            member.named.push(NamedProfile { name: name.clone(), span: rule.span, by });
        }
    }
    out.push(member);
    for child in &profile.children {
        members(child, false, mediates, out);
    }
}
