//! The data of a diagnostic's sentence.

use serde::{Deserialize, Serialize};

use super::Diagnostic;
use crate::source::Text;

/// The data that the message of a [`Diagnostic`] puts into words, for programs: none of them reads the message.
///
/// ```
/// use armorer::{Compiler, Input};
/// use armorer::diagnostic::Detail;
///
/// let compiler = Compiler::new(armorer::Features::builtin("linux-6.12").unwrap());
/// let text = "abi <kernel>,\nprofile p { capability chwon, }\n";
/// let found = compiler.check(Input::text("p", text))?;
/// let found = found.diagnostics();
/// let Some(Detail::UnknownWord { word, nearest }) = found[0].detail.as_deref() else { panic!("a word") };
/// assert_eq!((word.as_bytes(), nearest.as_deref()), (&b"chwon"[..], Some("chown")));
/// assert_eq!(found[0].profile.as_ref().unwrap().as_bytes(), b"p");
/// # Ok::<(), armorer::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Detail {
    /// A file that does not exist.
    NotFound {
        /// Its path as the rule has it, without brackets or quotes.
        path: String,
        /// The path of the file that is probably meant, in the same form.
        nearest: Option<String>,
    },
    /// A file that exists, or may exist, but cannot be read.
    Unreadable {
        /// Its path.
        path: String,
    },
    /// A variable that is not declared.
    Undeclared {
        /// Its name without `@{}`.
        variable: Text,
        /// The name of the declared variable that is probably meant.
        nearest: Option<String>,
    },
    /// A word that a vocabulary does not have.
    UnknownWord {
        /// The word.
        word: Text,
        /// The word of the vocabulary that is probably meant.
        nearest: Option<String>,
    },
    /// A profile that is defined twice.
    DuplicateProfile {
        /// Its name as written.
        name: Text,
    },
    /// Rules with conflicting exec transitions.
    ExecConflict {
        /// The path that all of them have, variables expanded; `None` where different patterns overlap.
        path: Option<Text>,
    },
}

impl Diagnostic {
    /// Gives the data of the message.
    #[must_use]
    pub fn with_detail(mut self, detail: Detail) -> Self {
        self.detail = Some(Box::new(detail));
        self
    }

    /// Describes an unknown word, with the known one that is probably meant; where none is near, `otherwise` is the help.
    #[must_use]
    pub(crate) fn with_nearest(self, word: &[u8], nearest: Option<&str>, otherwise: impl FnOnce() -> String) -> Self {
        let help = nearest.map_or_else(otherwise, |near| format!("did you mean `{near}`?"));
        self.with_help(help).with_detail(Detail::unknown_word(word, nearest))
    }
}

impl Detail {
    pub(crate) fn unknown_word(word: &[u8], nearest: Option<&str>) -> Detail {
        Detail::UnknownWord { word: word.into(), nearest: nearest.map(str::to_owned) }
    }

    /// The written word, and the word that is probably meant in its place.
    #[cfg(feature = "lsp")]
    pub(crate) fn correction(&self) -> Option<(&[u8], &str)> {
        match self {
            Detail::NotFound { path, nearest: Some(nearest) } => Some((path.as_bytes(), nearest)),
            Detail::UnknownWord { word, nearest: Some(nearest) } => Some((word, nearest)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::Memory;
    use crate::{Compiler, Features, Input};

    /// The details of the errors of a text, as JSON, each after the profile concerned.
    fn details(text: &str) -> Vec<(Option<String>, serde_json::Value)> {
        let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap())
            .base("/base")
            .loader(Memory::new().with("/base/abstractions/base", "").with("/base/abstractions/var", "/@{X} r,\n"));
        let found = match compiler.compile(Input::text("f", format!("abi <kernel>,\n{text}"))) {
            Ok(policy) => policy.diagnosis().diagnostics().to_vec(),
            Err(crate::CompileError::Rejected(diagnosis)) => diagnosis.diagnostics().to_vec(),
            Err(other) => panic!("{other}"),
        };
        let errors = found.iter().filter(|diagnostic| diagnostic.is_error());
        errors
            .map(|error| {
                let json = serde_json::to_value(error).unwrap();
                assert_eq!(&serde_json::from_value::<Diagnostic>(json.clone()).unwrap(), error);
                (error.profile.as_ref().map(ToString::to_string), json["detail"].clone())
            })
            .collect()
    }

    #[test]
    fn data_of_messages() {
        for (text, profile, expected) in [
            (
                "include <abstractions/bse>\n",
                None,
                r#"{"kind":"not-found","path":"abstractions/bse","nearest":"abstractions/base"}"#,
            ),
            ("abi <gone>,\n", None, r#"{"kind":"not-found","path":"gone","nearest":null}"#),
            (
                "@{HOME}=/home\nprofile p { ^h { @{HOEM}/x r, } }\n",
                Some("h"),
                r#"{"kind":"undeclared","variable":"HOEM","nearest":"HOME"}"#,
            ),
            (
                "profile p { include <abstractions/var> }\n",
                Some("p"),
                r#"{"kind":"undeclared","variable":"X","nearest":null}"#,
            ),
            ("@{A}=@{B}\nprofile p { /@{A} r, }\n", Some("p"), r#"{"kind":"undeclared","variable":"B","nearest":"A"}"#),
            ("@{A}+=x\n", None, r#"{"kind":"undeclared","variable":"A","nearest":null}"#),
            (
                "profile p { signal (send, recieve), }\n",
                Some("p"),
                r#"{"kind":"unknown-word","word":"recieve","nearest":"receive"}"#,
            ),
            (
                "profile p flags=(error=EPREM) { }\n",
                Some("p"),
                r#"{"kind":"unknown-word","word":"error=EPREM","nearest":"error=EPERM"}"#,
            ),
            ("profile p { singal, }\n", None, r#"{"kind":"unknown-word","word":"singal","nearest":"signal"}"#),
            ("profile p { }\nprofile p { }\n", Some("p"), r#"{"kind":"duplicate-profile","name":"p"}"#),
            ("@{D}=/d\nprofile p { @{D}/a px, /d/a ix, }\n", Some("p"), r#"{"kind":"exec-conflict","path":"/d/a"}"#),
            ("profile p { /a* px, /*b ix, }\n", Some("p"), r#"{"kind":"exec-conflict","path":null}"#),
        ] {
            let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
            assert_eq!(details(text), [(profile.map(str::to_owned), expected)], "{text}");
        }
    }

    #[test]
    fn what_has_no_data_has_no_keys() {
        let json = serde_json::to_string(&Diagnostic::new(Code::Io, "x", crate::source::Span::NONE)).unwrap();
        assert!(!json.contains("detail") && !json.contains("profile"), "{json}");
    }
}
