//! Rules with their prefix.

use super::{bare, word};
use crate::syntax::ast::{
    All, CapabilityRule, ChangeProfileRule, DbusRule, FileRule, IoUringRule, Item, ItemKind, LinkRule, MountRule,
    MqueueRule, NetworkRule, Owner, PivotRootRule, Prefix, PtraceRule, Rule, RuleKind, RuleMode, SignalRule, UnixRule,
    UsernsRule,
};
use crate::vocab::Priority;

impl Rule {
    /// A rule that grants; the same as a conversion.
    #[must_use]
    pub fn allow(kind: impl Into<RuleKind>) -> Rule {
        Rule { prefix: bare(Prefix::default()), kind: kind.into() }
    }

    /// A rule that refuses, whatever others grant.
    ///
    /// ```
    /// use armorer::Pattern;
    /// use armorer::ast::{CapabilityRule, FileRule, Rule};
    /// use armorer::vocab::{Capability, Priority};
    ///
    /// let rule = Rule::deny(CapabilityRule::new(Capability::SysAdmin)).audit();
    /// assert_eq!(rule.to_string(), "audit deny capability sys_admin,");
    ///
    /// let logs = FileRule::new(Pattern::glob("/srv/logs/**")?, "w".parse()?);
    /// assert_eq!(Rule::allow(logs.clone()).owner().to_string(), "owner /srv/logs/** w,");
    /// let first = Rule::deny(logs).other().priority(Priority::MAX);
    /// assert_eq!(first.to_string(), "priority=1000 deny other /srv/logs/** w,");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn deny(kind: impl Into<RuleKind>) -> Rule {
        let mut rule = Rule::allow(kind);
        rule.prefix.value.mode = Some(RuleMode::Deny);
        rule
    }

    /// The same rule, with every match logged; of a deny rule, with every refusal logged.
    #[must_use]
    pub fn audit(mut self) -> Rule {
        self.prefix.value.audit = true;
        self
    }

    /// The same rule about files that the task owns; file and link rules only.
    #[must_use]
    pub fn owner(mut self) -> Rule {
        self.prefix.value.owner = Some(Owner::Owner);
        self
    }

    /// The same rule about files that the task does not own; file and link rules only.
    #[must_use]
    pub fn other(mut self) -> Rule {
        self.prefix.value.owner = Some(Owner::Other);
        self
    }

    /// The same rule with another priority.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Rule {
        self.prefix.value.priority = Some(word(priority));
        self
    }
}

/// The canonical text of the rule, on as many lines as it needs, without a line end.
impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = crate::syntax::printer::item_text(&ItemKind::Rule(self.clone()));
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

impl From<RuleKind> for Rule {
    fn from(kind: RuleKind) -> Self {
        Rule::allow(kind)
    }
}

impl From<ItemKind> for Item {
    /// The item without comments.
    fn from(kind: ItemKind) -> Self {
        Item { leading: Vec::new(), kind: bare(kind), trailing: None }
    }
}

impl From<Rule> for ItemKind {
    fn from(rule: Rule) -> Self {
        ItemKind::Rule(rule)
    }
}

macro_rules! rule_kinds {
    ($($variant:ident($class:ty)),* $(,)?) => {
        $(
            impl From<$class> for RuleKind {
                fn from(rule: $class) -> Self {
                    RuleKind::$variant(rule.into())
                }
            }

            impl From<$class> for Rule {
                fn from(rule: $class) -> Self {
                    Rule::allow(rule)
                }
            }

            impl From<$class> for ItemKind {
                fn from(rule: $class) -> Self {
                    ItemKind::Rule(rule.into())
                }
            }
        )*
    };
}

rule_kinds! {
    File(FileRule),
    Link(LinkRule),
    ChangeProfile(ChangeProfileRule),
    Capability(CapabilityRule),
    Network(NetworkRule),
    Unix(UnixRule),
    Dbus(DbusRule),
    Signal(SignalRule),
    Ptrace(PtraceRule),
    Mount(MountRule),
    PivotRoot(PivotRootRule),
    Mqueue(MqueueRule),
    Userns(UsernsRule),
    IoUring(IoUringRule),
    All(All),
}
