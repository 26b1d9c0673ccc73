//! The constructs of the language that an item can be, by the word they begin with.

use crate::syntax::ast::{ItemKind, RuleKind};
use crate::vocab::MountOperation;

/// The kind of an item, or of the beginning of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Construct {
    /// `abi <abi/4.0>,`
    Abi,
    /// `include <abstractions/base>`
    Include,
    /// `alias /a/ -> /b/,`
    Alias,
    /// `@{X} = a b`
    SetVariable,
    /// `$X = true`
    BoolVariable,
    /// `profile p /x {`, and `/x {`
    Profile,
    /// `hat h {` and `^h {`
    Hat,
    /// `if … {`
    If,
    /// `else {`
    Else,
    /// `audit deny {`
    Block,
    /// `set rlimit nofile <= 1024,`
    Rlimit,
    /// `/path rw,`; also the beginning of a profile without keyword
    File,
    /// `link /a -> /b,`
    Link,
    /// `change_profile -> p,`
    ChangeProfile,
    /// `capability chown,`
    Capability,
    /// `network inet stream,`
    Network,
    /// `unix type=stream,`
    Unix,
    /// `dbus send,`
    Dbus,
    /// `signal send,`
    Signal,
    /// `ptrace read,`
    Ptrace,
    /// `mount /a -> /b,`
    Mount,
    /// `remount /b,`
    Remount,
    /// `umount /b,`
    Umount,
    /// `pivot_root /new,`
    PivotRoot,
    /// `mqueue r /q,`
    Mqueue,
    /// `userns create,`
    Userns,
    /// `io_uring sqpoll,`
    IoUring,
    /// `all,`
    All,
}

/// Every word that begins a construct, with what it begins; of words for the same construct the canonical one stands first.
pub(crate) const KEYWORDS: &[(&str, Construct)] = &[
    ("abi", Construct::Abi),
    ("include", Construct::Include),
    ("alias", Construct::Alias),
    ("rewrite", Construct::Alias),
    ("profile", Construct::Profile),
    ("hat", Construct::Hat),
    ("if", Construct::If),
    ("else", Construct::Else),
    ("set", Construct::Rlimit),
    ("file", Construct::File),
    ("safe", Construct::File),
    ("unsafe", Construct::File),
    ("link", Construct::Link),
    ("change_profile", Construct::ChangeProfile),
    ("capability", Construct::Capability),
    ("network", Construct::Network),
    ("unix", Construct::Unix),
    ("dbus", Construct::Dbus),
    ("signal", Construct::Signal),
    ("ptrace", Construct::Ptrace),
    ("mount", Construct::Mount),
    ("remount", Construct::Remount),
    ("umount", Construct::Umount),
    ("unmount", Construct::Umount),
    ("pivot_root", Construct::PivotRoot),
    ("mqueue", Construct::Mqueue),
    ("userns", Construct::Userns),
    ("io_uring", Construct::IoUring),
    ("all", Construct::All),
];

/// The words that may stand before a rule or block.
pub(crate) const PREFIXES: &[&str] = &["priority", "audit", "allow", "deny", "prompt", "owner", "user", "other"];

impl Construct {
    /// Returns the construct that a word begins.
    pub(crate) fn of(word: &[u8]) -> Option<Construct> {
        KEYWORDS.iter().find(|(name, _)| name.as_bytes() == word).map(|&(_, construct)| construct)
    }

    /// Returns the construct of an item.
    pub(crate) fn of_item(item: &ItemKind) -> Construct {
        match item {
            ItemKind::Abi(_) => Construct::Abi,
            ItemKind::Include(_) => Construct::Include,
            ItemKind::Alias(_) => Construct::Alias,
            ItemKind::SetVariable(_) => Construct::SetVariable,
            ItemKind::BoolVariable(_) => Construct::BoolVariable,
            ItemKind::Profile(profile) => match profile.keyword {
                crate::syntax::ast::ProfileKeyword::Hat | crate::syntax::ast::ProfileKeyword::Caret => Construct::Hat,
                _ => Construct::Profile,
            },
            ItemKind::Conditional(_) => Construct::If,
            ItemKind::Block(_) => Construct::Block,
            ItemKind::Rlimit(_) => Construct::Rlimit,
            ItemKind::Rule(rule) => Construct::of_rule(&rule.kind),
        }
    }

    /// Returns the construct of a rule.
    fn of_rule(rule: &RuleKind) -> Construct {
        match rule {
            RuleKind::File(_) => Construct::File,
            RuleKind::Link(_) => Construct::Link,
            RuleKind::ChangeProfile(_) => Construct::ChangeProfile,
            RuleKind::Capability(_) => Construct::Capability,
            RuleKind::Network(_) => Construct::Network,
            RuleKind::Unix(_) => Construct::Unix,
            RuleKind::Dbus(_) => Construct::Dbus,
            RuleKind::Signal(_) => Construct::Signal,
            RuleKind::Ptrace(_) => Construct::Ptrace,
            RuleKind::Mount(mount) => Construct::of_mount(mount.operation),
            RuleKind::PivotRoot(_) => Construct::PivotRoot,
            RuleKind::Mqueue(_) => Construct::Mqueue,
            RuleKind::Userns(_) => Construct::Userns,
            RuleKind::IoUring(_) => Construct::IoUring,
            RuleKind::All(_) => Construct::All,
        }
    }

    /// Returns the construct of a mount operation.
    pub(crate) fn of_mount(operation: MountOperation) -> Construct {
        match operation {
            MountOperation::Mount => Construct::Mount,
            MountOperation::Remount => Construct::Remount,
            MountOperation::Umount => Construct::Umount,
        }
    }

    /// Whether it may stand after a prefix (`audit deny owner …`).
    pub(crate) fn takes_prefix(self) -> bool {
        !matches!(
            self,
            Construct::Abi
                | Construct::Include
                | Construct::Alias
                | Construct::SetVariable
                | Construct::BoolVariable
                | Construct::Profile
                | Construct::Hat
                | Construct::If
                | Construct::Else
                | Construct::Rlimit
        )
    }

    /// Whether it may be limited to files of the owner or of others.
    pub(crate) fn takes_owner(self) -> bool {
        matches!(self, Construct::File | Construct::Link | Construct::Block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_that_rules_begin_with() {
        let known = KEYWORDS.iter().map(|&(word, _)| word).chain(PREFIXES.iter().copied());
        // These go on with what another word began, or are keywords only with something after them.
        for word in known.filter(|word| !matches!(*word, "else" | "safe" | "unsafe" | "priority")) {
            assert!(crate::syntax::parser::starts_item(word.as_bytes()), "{word}");
        }
    }
}
