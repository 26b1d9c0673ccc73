//! Exec permissions: which profile a program runs in, and how they are spelled (`apparmor.d(5)`, "Access Modes").

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Vocabulary;
use super::file;
use super::word::word_traits;

/// The kinds of change of profile at exec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExecKind {
    /// `x` alone: in deny rules, or after `unsafe`.
    Bare,
    /// `ix`
    Inherit,
    /// `px`
    Profile,
    /// `cx`
    Child,
    /// `ux`
    Unconfined,
}

/// The outcome of an exec whose target profile does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExecFallback {
    /// The exec fails.
    None,
    /// `pix`, `cix`
    Inherit,
    /// `pux`, `cux`
    Unconfined,
}

/// An exec permission without its target: kind, fallback, and whether the environment is kept.
///
/// ```
/// use armorer::vocab::{ExecFallback, ExecKind, ExecMode};
///
/// let mode: ExecMode = "Pix".parse()?;
/// assert_eq!((mode.kind(), mode.fallback()), (ExecKind::Profile, ExecFallback::Inherit));
/// assert!(!mode.keeps_environment());
/// assert_eq!(ExecMode::PROFILE.or_inherit(), mode);
/// assert_eq!(mode.with_environment(true).to_string(), "pix");
///
/// let risky = ExecMode::CHILD.or_unconfined();
/// assert!(risky.may_be_unconfined());
/// assert_eq!(risky.to_string(), "CUx");
/// # Ok::<(), armorer::vocab::UnknownWord>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExecMode {
    kind: ExecKind,
    fallback: ExecFallback,
    keeps_environment: bool,
}

const fn mode(kind: ExecKind) -> ExecMode {
    ExecMode { kind, fallback: ExecFallback::None, keeps_environment: false }
}

impl ExecMode {
    /// `x`: deny rules only.
    pub const BARE: ExecMode = mode(ExecKind::Bare);
    /// `ix`: in the same profile.
    pub const INHERIT: ExecMode = mode(ExecKind::Inherit);
    /// `Px`: in the profile that attaches to the program, with a scrubbed environment.
    pub const PROFILE: ExecMode = mode(ExecKind::Profile);
    /// `Cx`: in the child profile that attaches to the program, with a scrubbed environment.
    pub const CHILD: ExecMode = mode(ExecKind::Child);
    /// `Ux`: unconfined, with a scrubbed environment.
    pub const UNCONFINED: ExecMode = mode(ExecKind::Unconfined);

    /// The kind of change.
    #[must_use]
    pub const fn kind(self) -> ExecKind {
        self.kind
    }

    /// The outcome where no profile is found.
    #[must_use]
    pub const fn fallback(self) -> ExecFallback {
        self.fallback
    }

    /// Whether the environment is kept and not scrubbed.
    #[must_use]
    pub const fn keeps_environment(self) -> bool {
        self.keeps_environment
    }

    /// Whether the program may run unconfined: always, or where no profile is found.
    #[must_use]
    pub const fn may_be_unconfined(self) -> bool {
        matches!(self.kind, ExecKind::Unconfined) || matches!(self.fallback, ExecFallback::Unconfined)
    }

    /// The same with another choice about the environment.
    #[must_use]
    pub const fn with_environment(self, keep: bool) -> ExecMode {
        ExecMode { keeps_environment: keep, ..self }
    }

    /// The same, in the current profile where no other is found. No change for kinds that look for none.
    #[must_use]
    pub const fn or_inherit(self) -> ExecMode {
        self.with_fallback(ExecFallback::Inherit)
    }

    /// The same, unconfined where no profile is found. No change for kinds that look for none.
    #[must_use]
    pub const fn or_unconfined(self) -> ExecMode {
        self.with_fallback(ExecFallback::Unconfined)
    }

    const fn with_fallback(self, fallback: ExecFallback) -> ExecMode {
        match self.kind {
            ExecKind::Profile | ExecKind::Child => ExecMode { fallback, ..self },
            ExecKind::Bare | ExecKind::Inherit | ExecKind::Unconfined => self,
        }
    }

    /// The bits of the owner's half of a packed permission word, with the index that no target changes.
    #[must_use]
    pub(crate) fn word(self) -> u32 {
        let index = match self.kind {
            ExecKind::Bare | ExecKind::Inherit => 0,
            ExecKind::Profile => file::INDEX_NAME,
            ExecKind::Child => file::INDEX_CHILD,
            ExecKind::Unconfined => file::INDEX_UNCONFINED,
        };
        let fallback = match (self.fallback, self.kind) {
            (ExecFallback::Inherit, _) | (_, ExecKind::Inherit) => file::EXEC_INHERIT,
            (ExecFallback::Unconfined, _) => file::EXEC_UNCONFINED,
            (ExecFallback::None, _) => 0,
        };
        let environment = if self.keeps_environment { file::EXEC_UNSAFE } else { 0 };
        file::EXEC | index | fallback | environment
    }
}

/// Every permission with its canonical word.
const WORDS: &[(&str, ExecMode)] = &[
    ("x", ExecMode::BARE),
    ("ix", ExecMode::INHERIT),
    ("px", ExecMode::PROFILE.with_environment(true)),
    ("Px", ExecMode::PROFILE),
    ("cx", ExecMode::CHILD.with_environment(true)),
    ("Cx", ExecMode::CHILD),
    ("ux", ExecMode::UNCONFINED.with_environment(true)),
    ("Ux", ExecMode::UNCONFINED),
    ("pix", ExecMode::PROFILE.or_inherit().with_environment(true)),
    ("Pix", ExecMode::PROFILE.or_inherit()),
    ("cix", ExecMode::CHILD.or_inherit().with_environment(true)),
    ("Cix", ExecMode::CHILD.or_inherit()),
    ("pux", ExecMode::PROFILE.or_unconfined().with_environment(true)),
    ("PUx", ExecMode::PROFILE.or_unconfined()),
    ("cux", ExecMode::CHILD.or_unconfined().with_environment(true)),
    ("CUx", ExecMode::CHILD.or_unconfined()),
];

impl Vocabulary for ExecMode {
    const KIND: &'static str = "exec permission";

    /// Only the case of a first `p`, `c` or `u` matters.
    fn from_word(word: &[u8]) -> Option<Self> {
        let (first, rest) = word.split_first()?;
        let base = match first {
            b'x' | b'X' => return rest.is_empty().then_some(ExecMode::BARE),
            b'i' | b'I' => ExecMode::INHERIT,
            b'p' | b'P' => ExecMode::PROFILE,
            b'c' | b'C' => ExecMode::CHILD,
            b'u' | b'U' => ExecMode::UNCONFINED,
            _ => return None,
        };
        let has_fallback = matches!(base.kind, ExecKind::Profile | ExecKind::Child);
        let mode = match rest {
            b"x" | b"X" => base,
            [b'i' | b'I', b'x' | b'X'] if has_fallback => base.or_inherit(),
            [b'u' | b'U', b'x' | b'X'] if has_fallback => base.or_unconfined(),
            _ => return None,
        };
        Some(mode.with_environment(first.is_ascii_lowercase() && base.kind != ExecKind::Inherit))
    }

    /// The letters; of `unsafe ix` and `unsafe x`, which have none of their own, those without the `unsafe`.
    fn to_word(&self) -> Cow<'static, str> {
        let has_letters = !matches!(self.kind, ExecKind::Bare | ExecKind::Inherit);
        let written = self.with_environment(self.keeps_environment && has_letters);
        WORDS.iter().find(|&&(_, mode)| mode == written).map_or("x", |&(word, _)| word).into()
    }

    fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|&(word, _)| word)
    }
}

word_traits!(ExecMode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_the_modes() {
        for (word, bits) in [
            ("x", 0x1),
            ("ix", 0x201),
            ("px", 0x901),
            ("Px", 0x801),
            ("cx", 0xd01),
            ("Cx", 0xc01),
            ("ux", 0x501),
            ("Ux", 0x401),
            ("pix", 0xb01),
            ("Pix", 0xa01),
            ("cix", 0xf01),
            ("Cix", 0xe01),
            ("pux", 0x981),
            ("PUx", 0x881),
            ("cux", 0xd81),
            ("CUx", 0xc81),
        ] {
            let mode: ExecMode = word.parse().unwrap();
            assert_eq!((mode.word(), &*mode.to_word()), (bits, word));
        }
        assert_eq!(ExecMode::INHERIT.with_environment(true).to_word(), "ix");
        assert_eq!(ExecMode::INHERIT.or_unconfined(), ExecMode::INHERIT);
    }

    #[test]
    fn spellings() {
        for (spelling, word) in [
            ("PIX", "Pix"),
            ("pIX", "pix"),
            ("UX", "Ux"),
            ("IX", "ix"),
            ("cUX", "cux"),
            ("pUx", "pux"),
            ("Pux", "PUx"),
            ("X", "x"),
        ] {
            assert_eq!(spelling.parse::<ExecMode>().unwrap().to_word(), word);
        }
        for spelling in ["", "uix", "iux", "pcx", "pp", "p", "xx", "iix"] {
            assert_eq!(ExecMode::from_word(spelling.as_bytes()), None, "{spelling}");
        }
    }
}
