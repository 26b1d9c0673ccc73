//! File rules, in both orders.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::source::{Span, Spanned, Text};
use crate::syntax::Pattern;
use crate::vocab::{ExecMode, FilePermissions, Vocabulary};

/// Access to files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileBody {
    /// `file,`
    All,
    /// `/path rw -> target,` or, leading, `rw subset /path -> target,`
    Access {
        /// Whether the permissions are written before the path.
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

/// The treatment of the environment at exec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
/// assert_eq!(letters.permissions(), FilePermissions::READ);
/// assert!(letters.execs().map(|exec| exec.value).eq([ExecMode::PROFILE]));
/// assert_eq!(letters.as_bytes(), b"rPx");
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
                    let len = end_of_exec(rest)?;
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

    /// Each letter with its spelling, in the order written.
    pub(crate) fn spelled(&self) -> impl Iterator<Item = (FileLetter, &[u8])> {
        let mut rest: &[u8] = &self.text;
        self.letters.iter().map(move |letter| {
            let len = match letter.value {
                FileLetter::Permission(_) => 1,
                FileLetter::Exec(_) => end_of_exec(rest).unwrap_or(1),
            };
            let (spelling, behind) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            rest = behind;
            (letter.value, spelling)
        })
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

    /// Whether there is no letter but `l`.
    pub(crate) fn is_only_link(&self) -> bool {
        self.letters.iter().all(|letter| letter.value == FileLetter::Permission(FilePermissions::LINK))
    }

    /// Whether they link and do not execute, so that a target is that of the link.
    #[cfg(feature = "ide")]
    pub(crate) fn links(&self) -> bool {
        self.permissions().contains(FilePermissions::LINK) && self.execs().next().is_none()
    }

    /// The letters as written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }
}

/// The length of an exec permission that a text begins with.
fn end_of_exec(text: &[u8]) -> Option<usize> {
    text.iter().take(3).position(|byte| byte.eq_ignore_ascii_case(&b'x')).map(|at| at + 1)
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

#[cfg(feature = "schema")]
impl schemars::JsonSchema for FileLetters {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FileLetters".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "The letters of a file rule: `rwPx`.",
            "type": "string",
            "pattern": "^([rRwWalLkmMxX]|[pPcC][iIuU]?[xX]|[iIuU][xX])+$"
        })
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
        FileLetters::read(&text, Span::NONE)
            .ok_or_else(|| D::Error::custom(format_args!("invalid file permissions `{text}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::FileLetters;
    use crate::source::Span;
    use crate::syntax::parser::classes::is_mode;

    #[test]
    fn letters_are_those_of_the_scanner() {
        let alphabet = b"rRwWaAlLmMkKxXpPcCiIuU";
        let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
        for _ in 0..3 {
            let longer = |text: &Vec<u8>| alphabet.map(|letter| [text.as_slice(), &[letter]].concat());
            texts = texts.iter().flat_map(longer).collect();
            for text in &texts {
                let read = FileLetters::read(text, Span::NONE);
                assert_eq!(read.is_some(), is_mode(text), "{}", text.escape_ascii());
                let spelled = read.iter().flat_map(|letters| letters.spelled().flat_map(|(_, part)| part.to_vec()));
                assert!(read.is_none() || spelled.eq(text.iter().copied()), "{}", text.escape_ascii());
            }
        }
    }
}
