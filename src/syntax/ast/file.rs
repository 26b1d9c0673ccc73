//! File rules, in both orders.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::source::{Span, Spanned, Text};
use crate::syntax::Pattern;
use crate::vocab::{ExecMode, FilePermissions, Vocabulary};

/// Access to files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRule {
    /// Whether the keyword `file` is written.
    pub keyword: bool,
    /// `safe` or `unsafe`
    pub safety: Option<Safety>,
    /// The form of the rule.
    pub body: FileBody,
}

/// The forms of a file rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileBody {
    /// `file,`
    All,
    /// `/path rw -> target,` or, leading, `rw subset /path -> target,`
    Access {
        /// Whether the permissions stand before the path.
        leading: bool,
        /// `subset`; leading form only.
        subset: bool,
        /// The path.
        path: Spanned<Pattern>,
        /// The permissions.
        permissions: Spanned<FileLetters>,
        /// The exec target or link target.
        target: Option<Spanned<Pattern>>,
    },
}

/// Whether exec cleans the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Safety {
    /// It does.
    Safe,
    /// It does not.
    Unsafe,
}

/// The permissions of a file rule as written, letter by letter. In JSON they are the letters as written.
///
/// ```
/// use armorer::ast::{FileLetter, FileLetters};
/// use armorer::vocab::{ExecMode, FilePermissions};
///
/// let letters: FileLetters = "rPx".parse()?;
/// let meanings: Vec<_> = letters.letters().iter().map(|letter| letter.value).collect();
/// assert_eq!(meanings, [FileLetter::Permission(FilePermissions::READ), FileLetter::Exec(ExecMode::PROFILE)]);
/// # Ok::<(), armorer::vocab::UnknownWord>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLetters {
    text: Text,
    letters: Box<[Spanned<FileLetter>]>,
}

/// A letter of a file rule's permissions, or the letters of an exec permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileLetter {
    /// `r`, `w`, `a`, `l`, `k` or `m`
    Permission(FilePermissions),
    /// `x` with the letters before it.
    Exec(ExecMode),
}

impl FileLetters {
    /// Reads letters that begin at `span`; `None` where one of them is no permission.
    pub(crate) fn read(text: &[u8], span: Span) -> Option<FileLetters> {
        let mut letters = Vec::with_capacity(text.len());
        let mut rest = text;
        let mut at = span.start;
        while let Some(&first) = rest.first() {
            let (value, len) = match FilePermissions::from_letter(first.into()) {
                Some(permission) => (FileLetter::Permission(permission), 1),
                None => {
                    let len = rest.iter().take(3).position(|byte| byte.eq_ignore_ascii_case(&b'x'))? + 1;
                    (FileLetter::Exec(ExecMode::from_word(rest.get(..len)?)?), len)
                }
            };
            let end = at.saturating_add(u32::try_from(len).ok()?).min(span.end);
            letters.push(Spanned::new(value, Span { start: at, end, ..span }));
            at = end;
            rest = rest.get(len..)?;
        }
        (!letters.is_empty()).then(|| FileLetters { text: text.into(), letters: letters.into() })
    }

    /// Canonical letters.
    pub(crate) fn new(permissions: FilePermissions, exec: Option<ExecMode>) -> FileLetters {
        let permission = permissions.letters().map(|(one, letter)| (FileLetter::Permission(one), letter.to_string()));
        let exec = exec.map(|mode| (FileLetter::Exec(mode), mode.to_word().into_owned()));
        let (letters, text): (Vec<_>, String) =
            permission.chain(exec).map(|(letter, text)| (Spanned::bare(letter), text)).unzip();
        FileLetters { text: text.as_str().into(), letters: letters.into() }
    }

    /// Each letter with its place, in the order written.
    #[must_use]
    pub fn letters(&self) -> &[Spanned<FileLetter>] {
        &self.letters
    }

    /// The permissions, exec aside.
    #[must_use]
    pub fn permissions(&self) -> FilePermissions {
        self.letters
            .iter()
            .filter_map(|letter| match letter.value {
                FileLetter::Permission(one) => Some(one),
                FileLetter::Exec(_) => None,
            })
            .collect()
    }

    /// The exec permissions: none or one in a rule that is right.
    pub fn execs(&self) -> impl Iterator<Item = Spanned<ExecMode>> {
        self.letters.iter().filter_map(|letter| match letter.value {
            FileLetter::Exec(mode) => Some(Spanned::new(mode, letter.span)),
            FileLetter::Permission(_) => None,
        })
    }

    /// The letters as written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }
}

impl std::str::FromStr for FileLetters {
    type Err = crate::vocab::UnknownWord;

    fn from_str(letters: &str) -> Result<Self, Self::Err> {
        FileLetters::read(letters.as_bytes(), Span::NONE)
            .ok_or_else(|| crate::vocab::UnknownWord::new::<FilePermissions>(letters))
    }
}

impl AsRef<[u8]> for FileLetters {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

impl Serialize for FileLetters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FileLetters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        FileLetters::read(&text, Span::NONE).ok_or_else(|| D::Error::custom(format_args!("`{text}` are not file permissions")))
    }
}
