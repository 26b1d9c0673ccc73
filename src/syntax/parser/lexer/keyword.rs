//! The keywords: they are recognised where a bare name is scanned between rules.

macro_rules! keywords {
    ($($name:ident = $($text:literal)|+;)*) => {
        /// A keyword of the state between rules.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in super::super) enum Keyword {
            $($name,)*
        }

        impl Keyword {
            /// The keyword that is written like this.
            pub(in super::super) fn of(text: &[u8]) -> Option<Keyword> {
                Some(match text {
                    $($($text)|+ => Keyword::$name,)*
                    _ => return None,
                })
            }
        }
    };
}

keywords! {
    Network = b"network";
    Unix = b"unix";
    Dbus = b"dbus";
    Signal = b"signal";
    Ptrace = b"ptrace";
    Userns = b"userns";
    Mqueue = b"mqueue";
    Abi = b"abi";
    ChangeProfile = b"change_profile";
    Mount = b"mount";
    Remount = b"remount";
    Umount = b"umount" | b"unmount";
    Rlimit = b"rlimit";
    If = b"if";
    Else = b"else";
    Capability = b"capability";
    Safe = b"safe";
    Unsafe = b"unsafe";
    Link = b"link";
    Owner = b"owner" | b"user";
    Other = b"other";
    Subset = b"subset";
    Audit = b"audit";
    Deny = b"deny";
    Allow = b"allow";
    Prompt = b"prompt";
    Set = b"set";
    Alias = b"alias" | b"rewrite";
    File = b"file";
    PivotRoot = b"pivot_root";
    IoUring = b"io_uring";
    All = b"all";
    OverrideCreds = b"override_creds";
    Sqpoll = b"sqpoll";
    // Keywords of other states: here they are good for nothing, but they are no names either.
    Reserved = b"not" | b"defined" | b"in" | b"priority" | b"and" | b"or" | b"send" | b"receive" | b"bind" | b"read"
        | b"write" | b"eavesdrop" | b"peer" | b"trace" | b"tracedby" | b"readby" | b"delete";
}

/// The words that an item may begin with, for suggestions and for finding the next item after an error.
pub(in super::super) const STARTERS: &[&str] = &[
    "abi",
    "alias",
    "all",
    "allow",
    "audit",
    "capability",
    "change_profile",
    "dbus",
    "deny",
    "file",
    "hat",
    "if",
    "include",
    "io_uring",
    "link",
    "mount",
    "mqueue",
    "network",
    "other",
    "owner",
    "pivot_root",
    "profile",
    "prompt",
    "ptrace",
    "remount",
    "rewrite",
    "set",
    "signal",
    "umount",
    "unix",
    "unmount",
    "user",
    "userns",
];

/// Whether an item may begin with this word.
pub(crate) fn starts_item(word: &[u8]) -> bool {
    std::str::from_utf8(word).is_ok_and(|word| STARTERS.binary_search(&word).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starters_are_sorted() {
        assert!(STARTERS.is_sorted());
    }
}
