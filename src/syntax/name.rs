//! Names of profiles, from code.

use std::fmt;

use super::Pattern;
use crate::source::Text;

/// The name of a profile, hat or child profile: plain text, neither a pattern nor a path.
///
/// ```
/// use armorer::ProfileName;
///
/// let worker = ProfileName::new("web-1")?.child("worker")?;
/// assert_eq!(worker.as_bytes(), b"web-1//worker");
/// assert_eq!(worker.to_pattern().literal_value().as_deref(), Some(worker.as_bytes()));
/// assert!(ProfileName::new("web { /** rwix, }").is_err());
/// # Ok::<(), armorer::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileName(Text);

/// Reasons why a text is no name of a profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// There is no name.
    #[error("a profile name cannot be empty")]
    Empty,
    /// A byte that a name cannot hold: NUL and other control characters, and those that make the name a pattern.
    #[error("a profile name cannot hold the byte `{}`", byte.escape_ascii())]
    Byte {
        /// The byte.
        byte: u8,
    },
    /// A first byte that makes something else of the name: `/` an attachment, `:` a namespace, `&` a stack.
    #[error("a profile name cannot begin with `{}`", byte.escape_ascii())]
    Start {
        /// The byte.
        byte: u8,
    },
    /// `//` stands between the names of a profile and its child: see [`ProfileName::child`].
    #[error("a profile name cannot contain `//`")]
    Separator,
}

impl ProfileName {
    /// A name that is exactly these bytes.
    ///
    /// # Errors
    /// When no profile can have that name.
    pub fn new(name: impl AsRef<[u8]>) -> Result<ProfileName, NameError> {
        let name = name.as_ref();
        let &first = name.first().ok_or(NameError::Empty)?;
        if matches!(first, b'/' | b':' | b'&') {
            return Err(NameError::Start { byte: first });
        }
        let refused = |byte: &&u8| byte.is_ascii_control() || br"*?[]{}^,\".contains(byte);
        if let Some(&byte) = name.iter().find(refused) {
            return Err(NameError::Byte { byte });
        }
        if name.windows(2).any(|pair| pair == b"//") || name.ends_with(b"/") {
            return Err(NameError::Separator);
        }
        Ok(ProfileName(name.into()))
    }

    /// The full name of a child of the profile with this name.
    ///
    /// # Errors
    /// When no profile can have that name.
    pub fn child(&self, name: impl AsRef<[u8]>) -> Result<ProfileName, NameError> {
        let child = ProfileName::new(name)?;
        Ok(ProfileName([&self.0[..], b"//", &child.0[..]].concat().into()))
    }

    /// The bytes of the name.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A pattern that matches a task under this profile, for `peer=` and `label=`.
    #[must_use]
    pub fn to_pattern(&self) -> Pattern {
        self.written()
    }

    /// The name as it is written in a header or after an arrow.
    pub(crate) fn written(&self) -> Pattern {
        Pattern::plain(&self.0)
    }
}

impl std::str::FromStr for ProfileName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        ProfileName::new(name)
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
