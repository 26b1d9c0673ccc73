//! Capabilities, signals, ptrace, D-Bus, message queues, io_uring, user namespaces.

use super::{EmptyList, bare, condition, list, peer, permissions, word, words};
use crate::syntax::Pattern;
use crate::syntax::ast::{
    CapabilityRule, DbusCondition, DbusRule, IoUringCondition, IoUringRule, MqueueCondition, MqueueRule,
    PtraceCondition, PtraceRule, SignalCondition, SignalRule, UsernsRule,
};
use crate::vocab::{
    Capability, DbusPermissions, IoUringPermissions, MqueueKind, MqueuePermissions, PtracePermissions, Signal,
    SignalPermissions,
};

impl CapabilityRule {
    /// One capability; [`CapabilityRule::and`] adds others.
    ///
    /// ```
    /// use armorer::ast::{CapabilityRule, Rule};
    /// use armorer::vocab::Capability;
    ///
    /// let rule = CapabilityRule::new(Capability::Chown).and(Capability::Kill);
    /// assert_eq!(Rule::from(rule).to_string(), "capability chown kill,");
    /// assert_eq!(Rule::from(CapabilityRule::all()).to_string(), "capability,");
    /// ```
    #[must_use]
    pub fn new(capability: Capability) -> CapabilityRule {
        CapabilityRule { names: vec![word(capability)] }
    }

    /// Every capability.
    #[must_use]
    pub fn all() -> CapabilityRule {
        CapabilityRule { names: Vec::new() }
    }

    /// The same rule with one more capability; no change for all.
    #[must_use]
    pub fn and(mut self, capability: Capability) -> CapabilityRule {
        if !self.names.is_empty() {
            self.names.push(word(capability));
        }
        self
    }
}

impl SignalRule {
    /// Every permission for every signal and peer.
    #[must_use]
    pub fn new() -> SignalRule {
        SignalRule { permissions: None, conditions: Vec::new() }
    }

    /// The same rule with these permissions alone.
    ///
    /// # Errors
    /// When there are none.
    pub fn permissions(self, set: SignalPermissions) -> Result<SignalRule, EmptyList> {
        Ok(SignalRule { permissions: permissions(set, set.iter())?, ..self })
    }

    /// The same rule for these signals alone.
    ///
    /// ```
    /// use armorer::ProfileName;
    /// use armorer::ast::{Rule, SignalRule};
    /// use armorer::vocab::SignalPermissions;
    ///
    /// let rule = SignalRule::new()
    ///     .permissions(SignalPermissions::SEND)?
    ///     .signals(["term".parse()?, "kill".parse()?])?
    ///     .peer(ProfileName::new("worker")?.to_pattern());
    /// assert_eq!(Rule::from(rule).to_string(), "signal send set=(term, kill) peer=worker,");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there are none.
    pub fn signals(mut self, signals: impl IntoIterator<Item = Signal>) -> Result<SignalRule, EmptyList> {
        self.conditions.push(list("set", SignalCondition::Set(words(signals, "signals")?)));
        Ok(self)
    }

    /// The same rule for tasks whose label matches.
    #[must_use]
    pub fn peer(mut self, label: Pattern) -> SignalRule {
        self.conditions.push(condition("peer", SignalCondition::Peer(bare(label))));
        self
    }
}

impl Default for SignalRule {
    fn default() -> Self {
        SignalRule::new()
    }
}

impl PtraceRule {
    /// Every permission for every peer.
    ///
    /// ```
    /// use armorer::ProfileName;
    /// use armorer::ast::{PtraceRule, Rule};
    /// use armorer::vocab::PtracePermissions;
    ///
    /// let debugger = ProfileName::new("debugger")?;
    /// let rule = PtraceRule::new().permissions(PtracePermissions::READBY)?.peer(debugger.to_pattern());
    /// assert_eq!(Rule::from(rule).to_string(), "ptrace readby peer=debugger,");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new() -> PtraceRule {
        PtraceRule { permissions: None, conditions: Vec::new() }
    }

    /// The same rule with these permissions alone.
    ///
    /// # Errors
    /// When there are none.
    pub fn permissions(self, set: PtracePermissions) -> Result<PtraceRule, EmptyList> {
        Ok(PtraceRule { permissions: permissions(set, set.iter())?, ..self })
    }

    /// The same rule for tasks whose label matches.
    #[must_use]
    pub fn peer(mut self, label: Pattern) -> PtraceRule {
        self.conditions.push(condition("peer", PtraceCondition::Peer(bare(label))));
        self
    }
}

impl Default for PtraceRule {
    fn default() -> Self {
        PtraceRule::new()
    }
}

impl DbusRule {
    /// Every permission that fits the conditions, on every bus.
    ///
    /// ```
    /// use armorer::Pattern;
    /// use armorer::ast::{DbusRule, Rule};
    /// use armorer::vocab::DbusPermissions;
    ///
    /// let rule = DbusRule::new()
    ///     .permissions(DbusPermissions::SEND)?
    ///     .bus(Pattern::literal("system")?)
    ///     .interface(Pattern::literal("org.freedesktop.login1.Manager")?)
    ///     .peer_name(Pattern::literal("org.freedesktop.login1")?);
    /// assert_eq!(
    ///     Rule::from(rule).to_string(),
    ///     "dbus send bus=system\n     interface=org.freedesktop.login1.Manager\n     peer=(name=org.freedesktop.login1),"
    /// );
    ///
    /// let own = DbusRule::new().permissions(DbusPermissions::BIND)?.name(Pattern::literal("com.example.Web")?);
    /// assert_eq!(Rule::from(own).to_string(), "dbus bind name=com.example.Web,");
    /// let reload = DbusRule::new()
    ///     .permissions(DbusPermissions::RECEIVE)?
    ///     .path(Pattern::literal("/com/example/Web")?)
    ///     .member(Pattern::literal("Reload")?)
    ///     .peer_label(Pattern::literal("admin")?);
    /// assert!(Rule::from(reload).to_string().ends_with("peer=(label=admin),"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new() -> DbusRule {
        DbusRule { permissions: None, conditions: Vec::new(), peer: None }
    }

    /// The same rule with these permissions alone.
    ///
    /// # Errors
    /// When there are none.
    pub fn permissions(self, set: DbusPermissions) -> Result<DbusRule, EmptyList> {
        // Without words the conditions decide, so that all are written out.
        let words = words(set.iter(), "permissions")?;
        let list = words.len() > 1;
        Ok(DbusRule { permissions: Some(bare(crate::syntax::ast::Permissions { words, list })), ..self })
    }

    /// The same rule for one bus.
    #[must_use]
    pub fn bus(self, bus: Pattern) -> DbusRule {
        self.with("bus", DbusCondition::Bus(bare(bus)))
    }

    /// The same rule for a path of objects.
    #[must_use]
    pub fn path(self, path: Pattern) -> DbusRule {
        self.with("path", DbusCondition::Path(bare(path)))
    }

    /// The same rule for an interface.
    #[must_use]
    pub fn interface(self, interface: Pattern) -> DbusRule {
        self.with("interface", DbusCondition::Interface(bare(interface)))
    }

    /// The same rule for a method or signal.
    #[must_use]
    pub fn member(self, member: Pattern) -> DbusRule {
        self.with("member", DbusCondition::Member(bare(member)))
    }

    /// The same rule for a name that the task owns (`bind`).
    #[must_use]
    pub fn name(self, name: Pattern) -> DbusRule {
        self.with("name", DbusCondition::Name(bare(name)))
    }

    /// The same rule for peers that own a name.
    #[must_use]
    pub fn peer_name(mut self, name: Pattern) -> DbusRule {
        peer(&mut self.peer, "name", DbusCondition::Name(bare(name)));
        self
    }

    /// The same rule for peers whose label matches.
    #[must_use]
    pub fn peer_label(mut self, label: Pattern) -> DbusRule {
        peer(&mut self.peer, "label", DbusCondition::Label(bare(label)));
        self
    }

    fn with(mut self, name: &str, value: DbusCondition) -> DbusRule {
        self.conditions.push(condition(name, value));
        self
    }
}

impl Default for DbusRule {
    fn default() -> Self {
        DbusRule::new()
    }
}

impl MqueueRule {
    /// Every permission for every message queue.
    ///
    /// ```
    /// use armorer::Pattern;
    /// use armorer::ast::{MqueueRule, Rule};
    /// use armorer::vocab::{MqueueKind, MqueuePermissions};
    ///
    /// let rule = MqueueRule::new()
    ///     .permissions(MqueuePermissions::OPEN | MqueuePermissions::READ)?
    ///     .kind(MqueueKind::Posix)
    ///     .label(Pattern::literal("web")?)
    ///     .name(Pattern::literal("/jobs")?);
    /// assert_eq!(Rule::from(rule).to_string(), "mqueue (open, read) type=posix label=web /jobs,");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new() -> MqueueRule {
        MqueueRule { permissions: None, conditions: Vec::new(), name: None }
    }

    /// The same rule with these permissions alone.
    ///
    /// # Errors
    /// When there are none.
    pub fn permissions(self, set: MqueuePermissions) -> Result<MqueueRule, EmptyList> {
        Ok(MqueueRule { permissions: permissions(set, set.iter())?, ..self })
    }

    /// The same rule for one kind of queue.
    #[must_use]
    pub fn kind(mut self, kind: MqueueKind) -> MqueueRule {
        self.conditions.push(condition("type", MqueueCondition::Type(word(kind))));
        self
    }

    /// The same rule for queues whose label matches.
    #[must_use]
    pub fn label(mut self, label: Pattern) -> MqueueRule {
        self.conditions.push(condition("label", MqueueCondition::Label(bare(label))));
        self
    }

    /// The same rule for queues of this name: a path (POSIX) or a number (System V).
    #[must_use]
    pub fn name(self, name: Pattern) -> MqueueRule {
        MqueueRule { name: Some(bare(name)), ..self }
    }
}

impl Default for MqueueRule {
    fn default() -> Self {
        MqueueRule::new()
    }
}

impl IoUringRule {
    /// Every permission.
    ///
    /// ```
    /// use armorer::Pattern;
    /// use armorer::ast::{IoUringRule, Rule};
    /// use armorer::vocab::IoUringPermissions;
    ///
    /// let rule = IoUringRule::new().permissions(IoUringPermissions::OVERRIDE_CREDS)?.label(Pattern::literal("web")?);
    /// assert_eq!(Rule::from(rule).to_string(), "io_uring override_creds label=web,");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new() -> IoUringRule {
        IoUringRule { permissions: None, conditions: Vec::new(), group: None }
    }

    /// The same rule with these permissions alone.
    ///
    /// # Errors
    /// When there are none.
    pub fn permissions(self, set: IoUringPermissions) -> Result<IoUringRule, EmptyList> {
        Ok(IoUringRule { permissions: permissions(set, set.iter())?, ..self })
    }

    /// The same rule for tasks whose label matches.
    #[must_use]
    pub fn label(mut self, label: Pattern) -> IoUringRule {
        self.conditions.push(condition("label", IoUringCondition::Label(bare(label))));
        self
    }
}

impl Default for IoUringRule {
    fn default() -> Self {
        IoUringRule::new()
    }
}

impl UsernsRule {
    /// Creation of user namespaces.
    ///
    /// ```
    /// use armorer::ast::{Rule, UsernsRule};
    ///
    /// assert_eq!(Rule::deny(UsernsRule::new()).to_string(), "deny userns create,");
    /// ```
    #[must_use]
    pub fn new() -> UsernsRule {
        UsernsRule { create: true }
    }
}
