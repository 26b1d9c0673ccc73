//! The roles of words.

use crate::ide::construct::Construct;
use crate::source::{Spanned, Text};
use crate::syntax::ast::{
    ConditionValue, DbusCondition, IoUringCondition, MountCondition, MqueueCondition, NetworkCondition,
    PivotRootCondition, PtraceCondition, SignalCondition, UnixCondition,
};
use crate::syntax::word::stored;
use crate::vocab::{AddressFamily, SocketKind, Vocabulary};

/// The role of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum WordRole {
    /// A word of the language itself; the tree holds none of them as words.
    Keyword,
    /// A path of a file or link rule, or of `change_profile`, or of `pivot_root`.
    Path,
    /// The source of a mount rule: a device, a directory, or any word.
    MountSource,
    /// The mount point of a mount rule.
    MountPoint,
    /// The name of a message queue.
    QueueName,
    /// The name in a profile's or hat's header.
    ProfileName,
    /// The attachment of a profile.
    Attachment,
    /// A word of `flags=(…)`, with its value after `=`.
    Flag,
    /// The label of another task: a profile's name, or a pattern.
    Label,
    /// After the arrow of a file rule with exec permission.
    ExecTarget,
    /// After the arrow of a link rule, or of a file rule that links.
    LinkTarget,
    /// After the arrow of `change_profile` and `pivot_root`.
    ChangeProfileTarget,
    /// The path of an include.
    IncludePath,
    /// The path of an abi.
    AbiPath,
    /// The name of a set variable where it is assigned to, without `@{}`.
    VariableName,
    /// The name of a boolean variable where it is assigned to, without `$`.
    BoolName,
    /// A value of a set variable.
    VariableValue,
    /// A variable in an expression, as it is written there.
    Variable,
    /// Any other operand of an expression.
    Operand,
    /// Permissions of a rule: letters of a file rule, words of the others.
    Permission(Construct),
    /// A capability.
    Capability,
    /// A signal.
    Signal,
    /// The name of a resource limit.
    Rlimit,
    /// The value of a resource limit.
    RlimitValue,
    /// The unit of a resource limit.
    Unit,
    /// An address family.
    Family,
    /// A socket type.
    SocketType,
    /// A protocol.
    Protocol,
    /// A mount option.
    MountOption,
    /// The type of a file system.
    Fstype,
    /// The type of a message queue.
    QueueType,
    /// The name of a condition.
    ConditionName(Construct),
    /// Any other value of a condition.
    ConditionValue(Construct),
    /// The name of an extended attribute in a header.
    XattrName,
    /// Its value.
    XattrValue,
    /// A value of `+identities=(…)`.
    Identity,
    /// The number of `priority=`.
    Priority,
    /// The prefix of paths that an alias replaces.
    AliasFrom,
    /// The replacement of an alias.
    AliasTo,
}

/// Conditions that say what their values are.
pub(super) trait ValueRole: ConditionValue {
    /// The role of the values, where it is not just [`WordRole::ConditionValue`].
    fn role(&self) -> Option<WordRole>;
}

macro_rules! value_roles {
    ($($type:ident: $($variant:ident => $role:ident),*;)*) => {
        $(impl ValueRole for $type {
            fn role(&self) -> Option<WordRole> {
                match self {
                    $($type::$variant(_) => Some(WordRole::$role),)*
                    #[allow(unreachable_patterns, reason = "some classes have a role for each")]
                    _ => None,
                }
            }
        })*
    };
}

value_roles! {
    DbusCondition: Label => Label;
    IoUringCondition: Label => Label;
    MountCondition: Fstype => Fstype, Options => MountOption;
    MqueueCondition: Type => QueueType, Label => Label;
    NetworkCondition: Label => Label;
    PivotRootCondition: OldRoot => Path;
    PtraceCondition: Peer => Label;
    SignalCondition: Set => Signal, Peer => Label;
    UnixCondition: Type => SocketType, Label => Label;
}

/// The role of the values of a condition that is being written.
pub(crate) fn value_role(construct: Construct, name: &[u8]) -> WordRole {
    fn of<V: ValueRole>(name: &[u8]) -> Option<WordRole> {
        V::read(&stored(name), vec![Spanned::bare(Text::default())]).role()
    }
    let role = match construct {
        Construct::Dbus => of::<DbusCondition>(name),
        Construct::IoUring => of::<IoUringCondition>(name),
        Construct::Mount | Construct::Remount | Construct::Umount => of::<MountCondition>(name),
        Construct::Mqueue => of::<MqueueCondition>(name),
        Construct::Network => of::<NetworkCondition>(name),
        Construct::PivotRoot => of::<PivotRootCondition>(name),
        Construct::Ptrace => of::<PtraceCondition>(name),
        Construct::Signal => of::<SignalCondition>(name),
        Construct::Unix => of::<UnixCondition>(name),
        _ => None,
    };
    role.unwrap_or(WordRole::ConditionValue(construct))
}

/// The role of a word of a network rule that is being written: the first is a family if there is one of that name, else a type or
/// protocol.
pub(crate) fn socket_role(index: usize, word: &[u8]) -> WordRole {
    let word = stored(word);
    match SocketKind::from_word(&word) {
        _ if index == 0 && AddressFamily::from_word(&word).is_some() => WordRole::Family,
        Some(SocketKind::Protocol(_)) => WordRole::Protocol,
        Some(SocketKind::Type(_)) => WordRole::SocketType,
        None if index > 0 => WordRole::SocketType,
        None => WordRole::Family,
    }
}
