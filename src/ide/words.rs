//! Meanings of the words of the language, in a sentence or two each. The tables follow the man pages `apparmor.d(5)`,
//! `capabilities(7)`, `signal(7)`, `mount(8)`, `socket(2)` and `getrlimit(2)`.

mod capabilities;
mod conditions;
mod file;
mod flags;
mod keywords;
mod limits;
mod mount;
mod network;
mod permissions;
mod signals;
#[cfg(test)]
mod tests;

use super::construct::Construct;
use super::visit::{self, WordRole};
use crate::source::Span;
use crate::syntax::ast;
use crate::syntax::variable_reference::bare_name;
use crate::syntax::word::unquoted;
use crate::vocab::{Signal, Vocabulary};

/// Words and what they mean.
type WordTable = &'static [(&'static str, &'static str)];

/// The meaning of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Description {
    /// The word.
    pub(crate) title: String,
    /// Its meaning, in Markdown.
    pub(crate) text: String,
}

/// Variables that the compiler sets in every profile.
const VARIABLES: WordTable = &[
    ("profile_name", "The profile's own name, children and hats joined with `//` (`p//child`); the compiler sets it."),
    ("attach_path", "The profile's attachment, a pattern; the compiler sets it in profiles that have one."),
    ("exec_path", "The profile's attachment, a pattern; the compiler sets it in profiles that have one."),
];

/// Returns the meaning of a word in a role; `None` for words that the author of the policy chose.
pub(crate) fn describe(role: WordRole, word: &[u8]) -> Option<Description> {
    let word = unquoted(word);
    if let WordRole::Permission(Construct::File) = role {
        return file::describe(word);
    }
    let key = match role {
        // `error=EPERM` is the flag `error`.
        WordRole::Flag => word.split(|&byte| byte == b'=').next().unwrap_or_default(),
        WordRole::Variable => bare_name(word).unwrap_or(word),
        _ => word,
    };
    let found = list(role).find(|(name, _)| name.as_bytes() == key);
    let text = match (found, role) {
        (Some((_, text)), _) => text.to_owned(),
        (None, WordRole::Signal) if Signal::from_word(word).is_some() => signals::REALTIME.to_owned(),
        (None, WordRole::Permission(construct)) => return letters(construct, word),
        _ => return None,
    };
    Some(Description { title: String::from_utf8_lossy(word).into_owned(), text })
}

/// A string of the letters `r` and `w`, in a list of permissions.
fn letters(construct: Construct, word: &[u8]) -> Option<Description> {
    let known = list(WordRole::Permission(construct));
    let found: Vec<_> =
        known.filter(|(name, _)| matches!(name.as_bytes(), [letter] if word.contains(letter))).collect();
    let all = word.iter().all(|letter| matches!(letter, b'r' | b'w'));
    if !all || found.is_empty() {
        return None;
    }
    let lines: Vec<_> = found.iter().map(|(name, text)| format!("- `{name}`: {text}")).collect();
    Some(Description { title: String::from_utf8_lossy(word).into_owned(), text: lines.join("\n") })
}

/// Every word of a role with what it means, in the order in which to offer them. Empty for roles without fixed words.
pub(crate) fn list(role: WordRole) -> Box<dyn Iterator<Item = (&'static str, &'static str)>> {
    let table: WordTable = match role {
        WordRole::Keyword => keywords::ALL,
        WordRole::Permission(Construct::File) => {
            return Box::new(file::LETTERS.iter().chain(file::EXEC).copied());
        }
        WordRole::Permission(construct) => match construct {
            Construct::Network | Construct::Unix => permissions::SOCKET,
            Construct::Dbus => permissions::DBUS,
            Construct::Signal => permissions::SIGNAL,
            Construct::Ptrace => permissions::PTRACE,
            Construct::Mqueue => permissions::MQUEUE,
            Construct::IoUring => permissions::IO_URING,
            Construct::Userns => permissions::USERNS,
            _ => &[],
        },
        WordRole::Capability => capabilities::ALL,
        WordRole::Signal => signals::ALL,
        WordRole::Rlimit => limits::ALL,
        WordRole::RlimitValue => limits::VALUES,
        WordRole::Unit => limits::UNITS,
        WordRole::Flag => flags::ALL,
        WordRole::MountOption => mount::OPTIONS,
        WordRole::Fstype => mount::TYPES,
        WordRole::Family => network::FAMILIES,
        WordRole::SocketType => return Box::new(network::TYPES.iter().chain(network::UNIX_TYPES).copied()),
        WordRole::Protocol => network::PROTOCOLS,
        WordRole::ConditionName(construct) => conditions::of(construct),
        WordRole::QueueType => conditions::QUEUE_TYPES,
        WordRole::Variable => VARIABLES,
        _ => &[],
    };
    Box::new(table.iter().copied())
}

/// Well-known values of a condition without a role of its own.
pub(crate) fn values(construct: Construct, name: &[u8]) -> impl Iterator<Item = (&'static str, &'static str)> {
    let table: WordTable = match (construct, name) {
        (Construct::Dbus, b"bus") => conditions::BUSES,
        (Construct::Unix, b"addr") => conditions::ADDRESSES,
        _ => &[],
    };
    table.iter().copied()
}

/// Returns the meaning and the place of the word at an offset: a word of the tree, a compiler variable in it, or a keyword
/// between the words.
pub(crate) fn describe_at(file: &ast::File, text: &[u8], offset: u32) -> Option<(Description, Span)> {
    let found = visit::at(file, offset)?;
    if let Some((role, word)) = found.word {
        for reference in visit::variable_references(role, word) {
            if (reference.span.start..=reference.span.end).contains(&offset) && !reference.boolean {
                return describe(WordRole::Variable, reference.name).map(|found| (found, reference.span));
            }
        }
        return describe(role, word.value).map(|found| (found, word.span));
    }
    let item = found.item.kind.span;
    let line = text.get(item.start as usize..item.end as usize)?;
    let at = (offset - item.start) as usize;
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let before = line.get(..at)?.iter().rev().take_while(is_word).count();
    let behind = line.get(at..)?.iter().take_while(is_word).count();
    let word = line.get(at - before..at + behind)?;
    let start = item.start + u32::try_from(at - before).ok()?;
    let span = Span::new(item.source, start, start + u32::try_from(word.len()).ok()?);
    let comment = file.comments().iter().any(|comment| comment.span.start <= start && start < comment.span.end);
    let construct = Construct::of_item(&found.item.kind.value);
    let description = describe(WordRole::Keyword, word).or_else(|| describe(WordRole::Permission(construct), word));
    description.filter(|_| !comment).map(|found| (found, span))
}
