//! Exec permissions: which profile a program runs in, and how they are spelled (`apparmor.d(5)`, "Access Modes").

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Vocabulary;
use super::file::{self, ExecForm};
use super::word::word_traits;

/// The kinds of change of profile at exec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
/// assert_eq!(ExecMode::CHILD.or_unconfined().to_string(), "CUx");
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

    fn from_form(form: &ExecForm) -> ExecMode {
        let kind = match form.word & file::EXEC_INDEX {
            file::INDEX_UNCONFINED => ExecKind::Unconfined,
            file::INDEX_NAME => ExecKind::Profile,
            file::INDEX_CHILD => ExecKind::Child,
            _ => ExecKind::Inherit,
        };
        let fallback = match kind {
            ExecKind::Inherit | ExecKind::Bare => ExecFallback::None,
            _ if form.word & file::EXEC_INHERIT != 0 => ExecFallback::Inherit,
            _ if form.word & file::EXEC_UNCONFINED != 0 => ExecFallback::Unconfined,
            _ => ExecFallback::None,
        };
        ExecMode { kind, fallback, keeps_environment: form.word & file::EXEC_UNSAFE != 0 }
    }
}

impl Vocabulary for ExecMode {
    const KIND: &'static str = "exec permission";

    fn from_word(word: &[u8]) -> Option<Self> {
        if word.eq_ignore_ascii_case(b"x") {
            return Some(ExecMode::BARE);
        }
        file::exec_form(word).map(ExecMode::from_form)
    }

    /// The letters; of `unsafe ix` and `unsafe x`, which have none of their own, those without the `unsafe`.
    fn to_word(&self) -> Cow<'static, str> {
        let without = |mode: ExecMode| file::exec_name(mode.word());
        without(*self).or_else(|| without(self.with_environment(false))).unwrap_or("x").into()
    }
}

word_traits!(ExecMode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_a_mode() {
        for form in file::EXEC_FORMS {
            let mode = ExecMode::from_word(form.name.as_bytes()).unwrap();
            assert_eq!((mode.to_word().as_ref(), mode.word()), (form.name, form.word));
        }
        assert_eq!(ExecMode::BARE.to_word(), "x");
        assert_eq!(ExecMode::INHERIT.with_environment(true).to_word(), "ix");
        assert_eq!(ExecMode::INHERIT.or_unconfined(), ExecMode::INHERIT);
    }
}
