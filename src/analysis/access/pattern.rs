//! Accesses with patterns in their words: everything that an access may be about at once.
//!
//! A word with a pattern stands for a mark while the access is read. In the strings that a kernel looks up, the pattern takes the
//! place of the mark.

use std::fmt;

use serde::{Serialize, Serializer};

use super::words::write_word;
use super::{Access, AccessError};
use crate::automata::{ByteSet, Pattern};
use crate::encode::path_pattern;
use crate::source::Text;
use crate::vocab::{self, Vocabulary, classes};

/// The byte on both sides of a mark.
const MARK: u8 = 1;

/// An access in whose paths, names and labels there may be patterns of the profile language. In the place of a signal, `*` is any.
///
/// ```
/// use armorer::analysis::access::Question;
///
/// let question = Question::parse(&["file", "/etc/**", "w"])?;
/// assert!(question.is_pattern());
/// assert_eq!(question.to_string(), "file '/etc/**' w");
/// assert!(!Question::parse(&["file", "/etc/shadow", "r"])?.is_pattern());
/// # Ok::<(), armorer::analysis::AccessError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    words: Vec<Text>,
    access: Access,
    marks: Vec<(Vec<u8>, Pattern)>,
    any_signal: bool,
}

impl Question {
    /// Reads an access, a word each.
    ///
    /// # Errors
    /// When the words are none, or a pattern is not valid or stands where there can be none.
    pub fn parse<W: AsRef<[u8]>>(words: &[W]) -> Result<Question, AccessError> {
        let written: Vec<Text> = words.iter().map(|word| Text::from(word.as_ref())).collect();
        let mut words: Vec<Vec<u8>> = written.iter().map(|word| word.to_vec()).collect();
        let any_signal = take_signal(&mut words);
        let mut marks = Vec::new();
        for word in &mut words {
            let key = word.iter().position(|&byte| byte == b'=').map_or(0, |at| at + 1);
            let key = if word.iter().take(key).all(|byte| byte.is_ascii_lowercase() || b"-=".contains(byte)) {
                key
            } else {
                0
            };
            if word.windows(2).any(|two| two == b"@{") && is_pattern(word) {
                let shown = word.escape_ascii();
                let message = format!("`{shown}`: there are no variables here; write the values, as `{{a,b}}`");
                return Err(AccessError::new(message));
            }
            // What an address or a stack begins with is no part of a pattern.
            let key = key + usize::from(word.get(key).is_some_and(|byte| b"@&".contains(byte)));
            let value = word.split_off(key);
            if !is_pattern(&value) {
                word.extend(value);
                continue;
            }
            let mark = mark(&value, marks.len());
            word.extend(&mark);
            marks.push((mark, pattern(&value)?, value));
        }
        let access = Access::parse(&words).map_err(|error| {
            let shown = |bytes: &[u8]| bytes.escape_ascii().to_string();
            let message =
                marks.iter().fold(error.message, |text, (mark, _, value)| text.replace(&shown(mark), &shown(value)));
            AccessError { message, ..error }
        })?;
        let marks = marks.into_iter().map(|(mark, pattern, _)| (mark, pattern)).collect();
        Ok(Question { words: written, access, marks, any_signal })
    }

    /// Whether there is a pattern in it.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        self.any_signal || !self.marks.is_empty()
    }

    /// The access, with marks in the place of patterns.
    pub(in crate::analysis) fn access(&self) -> &Access {
        &self.access
    }

    /// The strings that a string of the access stands for; `None` where there is no mark in it.
    pub(in crate::analysis) fn pattern(&self, string: &[u8]) -> Option<Pattern> {
        let mut parts = Vec::new();
        let mut literal = Vec::new();
        let mut found = false;
        let mut rest = string;
        while let Some((&byte, behind)) = rest.split_first() {
            let at = string.len() - rest.len();
            if let Some((mark, pattern)) = self.marks.iter().find(|(mark, _)| rest.starts_with(mark)) {
                parts.extend([Pattern::literal(std::mem::take(&mut literal)), pattern.clone()]);
                found = true;
                rest = rest.get(mark.len()..).unwrap_or_default();
                continue;
            }
            if self.any_signal && at == 1 && string.first() == Some(&classes::SIGNAL) {
                parts.extend([Pattern::literal(std::mem::take(&mut literal)), Pattern::Set(signals())]);
                found = true;
            } else {
                literal.push(byte);
            }
            rest = behind;
        }
        parts.push(Pattern::literal(literal));
        found.then(|| Pattern::concat(parts))
    }
}

/// Puts a signal in the place of `*`, where another word names the peer.
fn take_signal(words: &mut [Vec<u8>]) -> bool {
    if words.first().is_none_or(|class| class != b"signal") {
        return false;
    }
    let Some(at) = words.iter().position(|word| word == b"*") else { return false };
    let named = words.len() > at + 1 || words.iter().any(|word| word.starts_with(b"peer="));
    match words.get_mut(at).filter(|_| named) {
        Some(word) => {
            *word = b"hup".to_vec();
            true
        }
        None => false,
    }
}

fn signals() -> ByteSet {
    let mut set = ByteSet::EMPTY;
    for signal in vocab::Signal::words().filter_map(|word| vocab::Signal::from_word(word.as_bytes())) {
        set.insert(signal.number());
    }
    set
}

fn is_pattern(word: &[u8]) -> bool {
    let mut escaped = false;
    word.iter().any(|byte| {
        let special = !escaped && b"*?[{".contains(byte);
        escaped = !escaped && *byte == b'\\';
        special
    })
}

/// A word that no other part of the access has, and that begins like the pattern: paths and namespaces are told by that.
fn mark(value: &[u8], number: usize) -> Vec<u8> {
    let first = value.first().copied().filter(|byte| b"/:".contains(byte));
    let number = number.to_string();
    first.into_iter().chain([MARK]).chain(number.bytes()).chain([MARK]).collect()
}

fn pattern(value: &[u8]) -> Result<Pattern, AccessError> {
    let shown = value.escape_ascii();
    if value.starts_with(b"(") {
        return Err(AccessError::new(format!(
            "`{shown}`: write a pattern as `peer=PATTERN`, `addr=PATTERN` and so on"
        )));
    }
    // A label, name or path is never empty.
    let any = |slash: bool| {
        let mut excluded = ByteSet::single(0);
        if slash {
            excluded.insert(b'/');
        }
        Pattern::plus(Pattern::Set(excluded.negate()))
    };
    match value {
        b"*" => Ok(any(true)),
        b"**" => Ok(any(false)),
        _ => path_pattern(value).ok_or_else(|| AccessError::new(format!("`{shown}` is not a valid pattern"))),
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, word) in self.words.iter().enumerate() {
            if at != 0 {
                f.write_str(" ")?;
            }
            write_word(f, word)?;
        }
        Ok(())
    }
}

impl Serialize for Question {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
