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

/// The words that an item may begin with, for suggestions and for finding the next item behind an error.
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
pub(in super::super) fn starts_item(word: &[u8]) -> bool {
    std::str::from_utf8(word).is_ok_and(|word| STARTERS.binary_search(&word).is_ok())
}

/// The word an item may begin with that is most like this one, if any is near enough to be meant.
pub(in super::super) fn nearest(word: &[u8]) -> Option<&'static str> {
    // Keywords have at most 14 letters; a longer word is none with a slip of the finger.
    if word.len() > 20 {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let (distance, best) = STARTERS.iter().map(|starter| (distance(&lower, starter.as_bytes()), *starter)).min()?;
    (distance <= 1 + word.len() / 5 && distance < best.len()).then_some(best)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
fn distance(from: &[u8], to: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (i, &a) in from.iter().enumerate() {
        let mut row = Vec::with_capacity(above.len());
        let mut left = i + 1;
        row.push(left);
        for (j, (&b, corner)) in to.iter().zip(above.windows(2)).enumerate() {
            let [diagonal, up] = corner else { continue };
            let mut cost = (diagonal + usize::from(a != b)).min(up + 1).min(left + 1);
            let swapped = i
                .checked_sub(1)
                .zip(j.checked_sub(1))
                .is_some_and(|(i, j)| from.get(i) == Some(&b) && to.get(j) == Some(&a));
            if let Some(&swap) = before.get(j.wrapping_sub(1)).filter(|_| swapped) {
                cost = cost.min(swap + 1);
            }
            row.push(cost);
            left = cost;
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starters_are_sorted() {
        assert!(STARTERS.is_sorted());
    }

    #[test]
    fn near_words_are_suggested() {
        for (word, best) in [
            ("capabilty", Some("capability")),
            ("capabiltiy", Some("capability")),
            ("newtork", Some("network")),
            ("Network", Some("network")),
            ("incldue", Some("include")),
            ("prfile", Some("profile")),
            ("foo", None),
            ("x", None),
            ("quiet", None),
        ] {
            assert_eq!(nearest(word.as_bytes()), best, "{word}");
        }
    }
}
