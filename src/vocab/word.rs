//! Closed vocabularies: types whose values a profile names by fixed words.

use std::borrow::Cow;
use std::ops::BitOr;

/// A type whose values profiles write as words from a fixed list.
///
/// ```
/// use armorer::vocab::{Capability, Vocabulary};
///
/// assert_eq!(Capability::from_word(b"sys_admin"), Some(Capability::SysAdmin));
/// assert_eq!(Capability::SysAdmin.to_word(), "sys_admin");
/// assert!(Capability::words().any(|word| word == "sys_admin"));
/// ```
pub trait Vocabulary: Sized + Clone + PartialEq {
    /// The name of such a value in a message: `capability`.
    const KIND: &'static str;

    /// The value that a word (without quotes, escapes replaced) names; `None` where it names none.
    fn from_word(word: &[u8]) -> Option<Self>;

    /// The canonical word of the value.
    fn to_word(&self) -> Cow<'static, str>;

    /// The words, for suggestions; none of a vocabulary without a fixed list.
    fn words() -> impl Iterator<Item = &'static str> {
        std::iter::empty()
    }
}

/// A set of permissions that rules name by words.
#[doc(hidden)]
pub trait PermissionSet: Vocabulary + Copy + Default + BitOr<Output = Self> {
    /// No permission.
    const NONE: Self;
    /// Every permission.
    const ALL: Self;

    /// The kernel's bits of the set.
    fn bits(self) -> u32;

    /// The set; every permission where it is empty, as a rule that names none has all.
    #[must_use]
    fn or_all(self) -> Self {
        if self == Self::NONE { Self::ALL } else { self }
    }
}

/// A word that names no value of its vocabulary.
///
/// ```
/// use armorer::vocab::Capability;
///
/// let error = "chwon".parse::<Capability>().unwrap_err();
/// assert_eq!((error.word(), error.to_string()), ("chwon", "unknown capability `chwon`".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {kind} `{word}`")]
pub struct UnknownWord {
    kind: &'static str,
    word: String,
}

impl UnknownWord {
    /// An error about a word of the vocabulary `V`.
    pub(crate) fn new<V: Vocabulary>(word: &str) -> Self {
        UnknownWord { kind: V::KIND, word: word.to_owned() }
    }

    /// The word.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.word
    }
}

/// Implements what every vocabulary has in Rust: parsing, printing, and serde as the word.
macro_rules! word_traits {
    ($name:ident) => {
        impl std::str::FromStr for $name {
            type Err = $crate::vocab::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                <Self as $crate::vocab::Vocabulary>::from_word(word.as_bytes())
                    .ok_or_else(|| $crate::vocab::UnknownWord::new::<Self>(word))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::vocab::Vocabulary::to_word(self))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                word.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// An enum whose variants have a number and one or more words each.
macro_rules! word_enum {
    (
        $(#[$meta:meta])*
        $name:ident: $repr:ty, $kind:literal;
        $($(#[$doc:meta])* $variant:ident = $number:expr, $word:literal $(| $synonym:literal)*;)*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* #[doc = concat!("`", $word, "`")] $variant,)*
        }

        impl $name {
            /// Every value, in the order of the numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The number that the kernel has for it.
            #[must_use]
            pub const fn number(self) -> $repr {
                match self {
                    $($name::$variant => $number,)*
                }
            }

            /// The value with this number.
            #[allow(dead_code, reason = "not every vocabulary is read from numbers")]
            pub(crate) fn from_number(number: $repr) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.number() == number)
            }

            /// The canonical word.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)*
                }
            }
        }

        impl $crate::vocab::Vocabulary for $name {
            const KIND: &'static str = $kind;

            fn from_word(word: &[u8]) -> Option<Self> {
                Some(match std::str::from_utf8(word).ok()? {
                    $($word $(| $synonym)* => $name::$variant,)*
                    _ => return None,
                })
            }

            fn to_word(&self) -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(self.name())
            }

            fn words() -> impl Iterator<Item = &'static str> {
                [$($word $(, $synonym)*),*].into_iter()
            }
        }

        $crate::vocab::word::word_traits!($name);

    };
}

/// A set of permissions as bits; a word may stand for several of them (`rw`).
macro_rules! permission_set {
    (
        $(#[$meta:meta])*
        $name:ident, $kind:literal $(, letters($read:ident, $write:ident))?;
        $($(#[$doc:meta])* $constant:ident = $bit:literal, $word:literal $(| $synonym:literal)*;)*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u32);

        impl $name {
            $($(#[$doc])* #[doc = concat!("`", $word, "`")] pub const $constant: $name = $name($bit);)*

            /// Every permission: what a rule that names none has.
            pub const ALL: $name = $name(0 $(| $bit)*);

            /// Each permission with its words, in the order that rules are written in; the canonical word is the first.
            pub(crate) const WORDS: &'static [($name, &'static [&'static str])] =
                &[$(($name::$constant, &[$word $(, $synonym)*])),*];

            /// The word of one permission; `None` for none or several.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                Self::WORDS.iter().find(|(one, _)| *one == self).and_then(|(_, words)| words.first()).copied()
            }
        }

        $crate::vocab::word::set_operations!($name);

        impl $crate::vocab::PermissionSet for $name {
            const NONE: Self = $name::NONE;
            const ALL: Self = $name::ALL;

            fn bits(self) -> u32 {
                self.0
            }
        }

        impl $crate::vocab::Vocabulary for $name {
            const KIND: &'static str = $kind;

            fn from_word(word: &[u8]) -> Option<Self> {
                let found = Self::WORDS.iter().find(|(_, words)| words.iter().any(|one| one.as_bytes() == word));
                $(if found.is_none() {
                    return $crate::vocab::word::letters(word, $name::$read.0, $name::$write.0).map($name);
                })?
                found.map(|&(set, _)| set)
            }

            fn to_word(&self) -> std::borrow::Cow<'static, str> {
                match self.name() {
                    Some(word) => std::borrow::Cow::Borrowed(word),
                    $(None if *self == $name::$read | $name::$write => std::borrow::Cow::Borrowed("rw"),)?
                    None => std::borrow::Cow::Owned(self.iter().filter_map($name::name).collect::<Vec<_>>().join(", ")),
                }
            }

            fn words() -> impl Iterator<Item = &'static str> {
                let canonical = Self::WORDS.iter().filter_map(|(_, words)| words.first());
                canonical.chain(Self::WORDS.iter().flat_map(|(_, words)| words.iter().skip(1))).copied()
            }
        }

        $crate::vocab::word::set_traits!($name);
    };
}

/// Operations that every set of bits has.
macro_rules! set_operations {
    ($name:ident) => {
        impl $name {
            /// No permission.
            pub const NONE: $name = $name(0);

            /// The kernel's bits of the set.
            pub(crate) const fn bits(self) -> u32 {
                self.0
            }

            /// Whether nothing is in the set.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Whether everything in `other` is in this set.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether something in `other` is in this set.
            #[must_use]
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// Each permission of the set, alone, in the order that rules are written in.
            pub fn iter(self) -> impl Iterator<Item = Self> {
                Self::WORDS.iter().map(|&(one, _)| one).filter(move |&one| self.contains(one))
            }
        }

        impl std::ops::BitOr for $name {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                $name(self.0 | other.0)
            }
        }

        impl std::ops::BitOrAssign for $name {
            fn bitor_assign(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }

        impl std::ops::BitAnd for $name {
            type Output = Self;

            fn bitand(self, other: Self) -> Self {
                $name(self.0 & other.0)
            }
        }

        impl std::ops::Sub for $name {
            type Output = Self;

            fn sub(self, other: Self) -> Self {
                $name(self.0 & !other.0)
            }
        }

        impl FromIterator<$name> for $name {
            fn from_iter<I: IntoIterator<Item = $name>>(sets: I) -> Self {
                sets.into_iter().fold(Self::NONE, |all, one| all | one)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

/// Parsing and printing of permission sets as a list of words (`send, receive`), and serde as an array of words.
macro_rules! set_traits {
    ($name:ident) => {
        impl std::str::FromStr for $name {
            type Err = $crate::vocab::UnknownWord;

            fn from_str(list: &str) -> Result<Self, Self::Err> {
                let words = list.split(|c: char| c == ',' || c.is_ascii_whitespace()).filter(|word| !word.is_empty());
                words
                    .map(|word| {
                        <Self as $crate::vocab::Vocabulary>::from_word(word.as_bytes())
                            .ok_or_else(|| $crate::vocab::UnknownWord::new::<Self>(word))
                    })
                    .collect()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                for (i, word) in self.iter().filter_map(Self::name).enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    f.write_str(word)?;
                }
                Ok(())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.iter().filter_map(Self::name))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let words = <Vec<String>>::deserialize(deserializer)?;
                words.iter().map(|word| word.parse::<Self>().map_err(serde::de::Error::custom)).collect()
            }
        }
    };
}

pub(super) use {permission_set, set_operations, set_traits, word_enum, word_traits};

/// The bits of a string of the letters `r` and `w`, which stand for permission words in most rules (`rw`, `wr`, `r`). Upper case
/// means the same and is obsolete.
pub(super) fn letters(word: &[u8], read: u32, write: u32) -> Option<u32> {
    if word.is_empty() {
        return None;
    }
    word.iter().try_fold(0, |bits, letter| match letter {
        b'r' | b'R' => Some(bits | read),
        b'w' | b'W' => Some(bits | write),
        _ => None,
    })
}
