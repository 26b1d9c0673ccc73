//! Labels as the kernel writes them: `NAME (MODE)`.

use std::fmt;

use serde::Serialize;

/// The mode of a profile, or of a label of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Mode {
    /// Violations are refused.
    Enforce,
    /// Violations are logged.
    Complain,
    /// Violations kill the task.
    Kill,
    /// Everything is allowed, but the label stays.
    Unconfined,
    /// Violations are passed to the user for a decision (`user` in the kernel's words, `prompt` in profiles).
    Prompt,
    /// The profiles of a stack have different modes.
    Mixed,
}

impl Mode {
    /// Every mode with the kernel's word for it (`security/apparmor/policy.c`: `aa_profile_mode_names`; `label.c`).
    const ALL: [(&'static str, Mode); 6] = [
        ("enforce", Mode::Enforce),
        ("complain", Mode::Complain),
        ("kill", Mode::Kill),
        ("unconfined", Mode::Unconfined),
        ("user", Mode::Prompt),
        ("mixed", Mode::Mixed),
    ];

    /// The mode with this word of the kernel's.
    #[must_use]
    pub fn from_word(word: &[u8]) -> Option<Mode> {
        Mode::ALL.into_iter().find(|(name, _)| name.as_bytes() == word).map(|(_, mode)| mode)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Mode::ALL.into_iter().find(|(_, mode)| mode == self).map_or("", |(name, _)| name))
    }
}

/// The label that confines a task.
///
/// ```
/// use armorer::kernel::{TaskLabel, Mode};
///
/// let label = TaskLabel::parse(b"parent//child (complain)\n");
/// assert_eq!((&label.name[..], label.mode), (&b"parent//child"[..], Some(Mode::Complain)));
/// assert!(TaskLabel::parse(b"unconfined\n").is_unconfined());
/// assert!(!TaskLabel::parse(b"unconfined (enforce)\n").is_unconfined());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskLabel {
    /// The profile's full name, `:ns:name` in a namespace, several joined by `//&` in a stack.
    pub name: Vec<u8>,
    /// Its mode; `None` for a task without profile.
    pub mode: Option<Mode>,
}

impl TaskLabel {
    /// Reads what the kernel writes. Blanks and parentheses in names are not escaped, so the mode is what stands last.
    #[must_use]
    pub fn parse(text: &[u8]) -> TaskLabel {
        let text = text.strip_suffix(b"\0").unwrap_or(text);
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let split = text.strip_suffix(b")").and_then(|text| {
            let at = memchr::memmem::rfind(text, b" (")?;
            let mode = Mode::from_word(text.get(at + 2..)?)?;
            Some((text.get(..at)?, mode))
        });
        match split {
            Some((name, mode)) => TaskLabel { name: name.to_vec(), mode: Some(mode) },
            None => TaskLabel { name: text.to_vec(), mode: None },
        }
    }

    /// Whether it confines nothing: the `unconfined` of a namespace, which no profile is.
    #[must_use]
    pub fn is_unconfined(&self) -> bool {
        self.mode.is_none()
    }

    /// The profiles of a stack; one for all other labels.
    pub fn profiles(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = Some(&self.name[..]);
        std::iter::from_fn(move || {
            let text = rest?;
            let split = memchr::memmem::find(text, b"//&").and_then(|at| Some((text.get(..at)?, text.get(at + 3..)?)));
            rest = split.map(|(_, after)| after);
            Some(split.map_or(text, |(first, _)| first))
        })
    }
}

impl fmt::Display for TaskLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.name))?;
        self.mode.map_or(Ok(()), |mode| write!(f, " ({mode})"))
    }
}

impl Serialize for TaskLabel {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Label", 2)?;
        fields.serialize_field("name", &String::from_utf8_lossy(&self.name))?;
        fields.serialize_field("mode", &self.mode)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_hold_anything() {
        for (text, name, mode) in [
            ("a (b) (enforce)\n", "a (b)", Some(Mode::Enforce)),
            ("a (b)\n", "a (b)", None),
            ("x//&:ns:y (mixed)", "x//&:ns:y", Some(Mode::Mixed)),
            ("p (user)\n", "p", Some(Mode::Prompt)),
            (" (kill)", "", Some(Mode::Kill)),
            ("", "", None),
        ] {
            assert_eq!(TaskLabel::parse(text.as_bytes()), TaskLabel { name: name.into(), mode }, "{text}");
        }
    }

    #[test]
    fn stacks_have_several_profiles() {
        let label = TaskLabel::parse(b"a//b//&:ns:c//&unconfined (enforce)");
        assert!(label.profiles().eq([&b"a//b"[..], b":ns:c", b"unconfined"]));
        assert!(TaskLabel::parse(b"a (enforce)").profiles().eq([&b"a"[..]]));
    }
}
