//! Words from closed vocabularies.

use std::borrow::Cow;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::source::Text;
use crate::syntax::word::stored;
use crate::vocab::Vocabulary;

/// A word from a closed vocabulary: the value that it names, and its spelling.
///
/// An unknown word is a node too, without a value: a text with a mistake still has a tree. Two such words are equal where their
/// spellings are. In JSON it is the word as written.
///
/// ```
/// use armorer::ast::Named;
/// use armorer::vocab::Capability;
///
/// let known = Named::from(Capability::Chown);
/// assert_eq!((known.value(), known.as_bytes()), (Some(&Capability::Chown), &b"chown"[..]));
/// let unknown: Named<Capability> = Named::parse("chwon");
/// assert_eq!(unknown.value(), None);
/// let quoted: Named<Capability> = Named::parse("\"chown\"");
/// assert_eq!((quoted.value(), quoted.stored()), (Some(&Capability::Chown), b"chown".to_vec()));
/// ```
#[derive(Clone, Debug)]
pub struct Named<T> {
    value: Option<T>,
    /// The word as written, where it is not the canonical one.
    spelling: Option<Text>,
}

impl<T: Vocabulary> Named<T> {
    /// Reads a word as it is written in a profile, with its quotes and escapes.
    pub fn parse(word: impl Into<Text>) -> Self {
        let word = word.into();
        let value = T::from_word(&stored(&word));
        Named::with_value(word, value)
    }

    /// A word whose place decides what it names.
    pub(crate) fn with_value(word: Text, value: Option<T>) -> Self {
        let canonical = value.as_ref().map(T::to_word);
        let is_canonical = matches!(canonical, Some(Cow::Borrowed(canonical)) if canonical.as_bytes() == &*word);
        Named { value, spelling: (!is_canonical).then_some(word) }
    }

    /// The value; `None` where the vocabulary does not have the word.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The word as written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match (&self.spelling, &self.value) {
            (Some(word), _) => word,
            // Only borrowed words are left out.
            (None, Some(value)) => match value.to_word() {
                Cow::Borrowed(word) => word.as_bytes(),
                Cow::Owned(_) => &[],
            },
            (None, None) => &[],
        }
    }

    /// The word without quotes and escapes, for messages and suggestions.
    #[must_use]
    pub fn stored(&self) -> Vec<u8> {
        stored(self.as_bytes())
    }
}

impl<T: Vocabulary> From<T> for Named<T> {
    fn from(value: T) -> Self {
        let spelling = match value.to_word() {
            Cow::Borrowed(_) => None,
            Cow::Owned(word) => Some(Text::from(word.as_str())),
        };
        Named { value: Some(value), spelling }
    }
}

impl<T: Vocabulary> AsRef<[u8]> for Named<T> {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// The word as written, lossily.
impl<T: Vocabulary> fmt::Display for Named<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.as_bytes()))
    }
}

impl<T: Vocabulary> PartialEq for Named<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.spelling == other.spelling
    }
}

impl<T: Vocabulary> Eq for Named<T> {}

impl<T: Vocabulary> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Text::from(self.as_bytes()).serialize(serializer)
    }
}

impl<'de, T: Vocabulary> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Text::deserialize(deserializer)?;
        if word.is_empty() {
            return Err(D::Error::custom("an empty word"));
        }
        Ok(Named::parse(word))
    }
}

#[cfg(feature = "schema")]
impl<T: Vocabulary> schemars::JsonSchema for Named<T> {
    fn schema_name() -> Cow<'static, str> {
        T::KIND.split([' ', '_']).map(capitalised).collect::<String>().into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "description": format!("The word of a {}.", T::KIND), "type": "string", "minLength": 1 })
    }
}

#[cfg(feature = "schema")]
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::Named;
    use crate::vocab::{Capability, Signal, SignalPermissions};

    #[test]
    fn spellings() {
        let word: Named<SignalPermissions> = Named::parse("w");
        assert_eq!((word.value(), word.as_bytes()), (Some(&SignalPermissions::SEND), &b"w"[..]));
        assert_ne!(word, Named::parse("send"));
        assert_eq!(Named::from(SignalPermissions::SEND), Named::parse("send"));
        let quoted: Named<Capability> = Named::parse("\"cho\\x77n\"");
        assert_eq!((quoted.value(), quoted.stored()), (Some(&Capability::Chown), b"chown".to_vec()));
        let real_time: Named<Signal> = Named::parse("rtmin+3");
        assert_eq!(
            (real_time.as_bytes(), Named::from(*real_time.value().unwrap())),
            (&b"rtmin+3"[..], real_time.clone())
        );
    }
}
