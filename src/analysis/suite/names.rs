//! Names of profiles in tests, which may be patterns.

use crate::analysis::query::Subject;
use crate::automata::{Pattern, Symbol};
use crate::encode;

/// The name of a profile, or a pattern of names in the language of profiles; `*` alone is every profile.
#[derive(Clone, Debug)]
pub(crate) struct NamePattern {
    text: String,
    kind: NameForm,
}

#[derive(Clone, Debug)]
enum NameForm {
    Every,
    /// A pattern, unless a profile has exactly this name.
    Pattern(Pattern),
    Name,
}

impl NamePattern {
    /// `None` where it is a pattern that means nothing.
    pub(crate) fn parse(text: &str) -> Option<NamePattern> {
        let kind = match text {
            "*" => NameForm::Every,
            _ if text.contains(['*', '?', '[', '{']) => NameForm::Pattern(encode::name_pattern(text.as_bytes())?),
            _ => NameForm::Name,
        };
        Some(NamePattern { text: text.to_owned(), kind })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The names of the profiles that it is about; the text itself where it is no pattern, whether there is such a profile or not.
    pub(super) fn among(&self, subject: &Subject) -> Vec<Vec<u8>> {
        let own = || vec![self.text.clone().into_bytes()];
        match &self.kind {
            NameForm::Every => subject.full_names().collect(),
            NameForm::Name => own(),
            NameForm::Pattern(_) if subject.full_names().any(|name| name == self.text.as_bytes()) => own(),
            NameForm::Pattern(pattern) => subject.full_names().filter(|name| matches(pattern, name)).collect(),
        }
    }

    /// Whether a profile is meant.
    pub(crate) fn is_about(&self, subject: &Subject, name: &[u8]) -> bool {
        match &self.kind {
            NameForm::Every => true,
            _ => self.among(subject).iter().any(|meant| meant == name),
        }
    }

    /// Whether no profile is meant.
    pub(super) fn is_about_none(&self, subject: &Subject) -> bool {
        !subject.full_names().any(|name| self.is_about(subject, &name))
    }
}

fn matches(pattern: &Pattern, name: &[u8]) -> bool {
    pattern.matches(&name.iter().copied().map(Symbol::Byte).collect::<Vec<_>>())
}
