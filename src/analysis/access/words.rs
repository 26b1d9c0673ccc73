//! Reads the words of an access.

use std::fmt::{self, Write};

use super::AccessError;
use crate::source::Text;
use crate::vocab::PermissionSet;

/// Words that are not read yet.
pub(super) struct RemainingWords<'a> {
    rest: Vec<&'a [u8]>,
}

impl<'a> RemainingWords<'a> {
    pub(super) fn new(words: &[&'a [u8]]) -> RemainingWords<'a> {
        RemainingWords { rest: words.to_vec() }
    }

    pub(super) fn peek(&self) -> Option<&'a [u8]> {
        self.rest.first().copied()
    }

    pub(super) fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() { None } else { Some(self.rest.remove(0)) }
    }

    /// The next word, which must be there.
    pub(super) fn expect(&mut self, what: &str) -> Result<Text, AccessError> {
        self.next().map(Text::from).ok_or_else(|| AccessError::new(format!("{what} is missing")))
    }

    /// Whether the next word is this one, which then is read.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let there = self.peek() == Some(word.as_bytes());
        if there {
            self.rest.remove(0);
        }
        there
    }

    /// The value of the first `KEY=VALUE`, wherever it stands.
    pub(super) fn value(&mut self, key: &str) -> Option<&'a [u8]> {
        let value = |word: &&'a [u8]| word.strip_prefix(key.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
        let at = self.rest.iter().position(|word| value(word).is_some())?;
        value(&self.rest.remove(at))
    }

    /// Replaces `KEY=(a=b c=d)` by `KEY-a=b` and `KEY-c=d` as far as one word holds it, and gives those.
    pub(super) fn group(&mut self, key: &str) -> Vec<(&'a [u8], &'a [u8])> {
        let mut found = Vec::new();
        let prefix = format!("{key}=(");
        let inner = |word: &&'a [u8]| word.strip_prefix(prefix.as_bytes()).and_then(|rest| rest.strip_suffix(b")"));
        if let Some(at) = self.rest.iter().position(|word| inner(word).is_some())
            && let Some(list) = inner(&self.rest.remove(at))
        {
            for pair in list.split(|&byte| byte == b' ' || byte == b',').filter(|pair| !pair.is_empty()) {
                let at = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
                let (name, value) = pair.split_at(at);
                found.push((name, value.get(1..).unwrap_or_default()));
            }
        }
        found
    }

    /// The permissions that come next: words of `bits`, several also with commas between them and parentheses around. 0 for none.
    pub(super) fn permissions(&mut self, bits: impl Fn(&[u8]) -> Option<u32>) -> u32 {
        let mut all = 0;
        while let Some(word) = self.peek() {
            let word = word.strip_prefix(b"(").unwrap_or(word);
            let word = word.strip_suffix(b")").unwrap_or(word);
            let word = word.strip_suffix(b",").unwrap_or(word);
            let each = word.split(|&byte| byte == b',').map(&bits).try_fold(0, |all, bits| Some(all | bits?));
            let Some(more) = each else { break };
            all |= more;
            self.next();
        }
        all
    }

    /// The permissions of a set that come next, several also with commas between them and parentheses around. 0 for none.
    pub(super) fn set<P: PermissionSet>(&mut self) -> u32 {
        self.permissions(|word| P::from_word(word).map(P::bits))
    }

    /// That nothing is left.
    pub(super) fn finish(&self) -> Result<(), AccessError> {
        match self.peek() {
            None => Ok(()),
            Some(word) => Err(AccessError::new(format!("`{}` is one word too many", word.escape_ascii()))),
        }
    }
}

/// Writes a word as a shell takes it.
pub(super) fn write_word(f: &mut fmt::Formatter<'_>, word: &[u8]) -> fmt::Result {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+:,=@%^&".contains(byte);
    if !word.is_empty() && word.iter().all(plain) && !word.contains(&b'&') {
        return f.write_str(&String::from_utf8_lossy(word));
    }
    f.write_char('\'')?;
    for chunk in String::from_utf8_lossy(word).chars() {
        if chunk.is_control() { write!(f, "{}", chunk.escape_default())? } else { f.write_char(chunk)? }
    }
    f.write_char('\'')
}

/// Writes permissions by name; nothing for all of a class.
pub(super) fn write_permissions<P: PermissionSet>(f: &mut fmt::Formatter<'_>, bits: u32, all: u32) -> fmt::Result {
    if bits == all {
        return Ok(());
    }
    let names: Vec<&str> = each(bits, names::<P>()).map(|(name, _)| name).collect();
    write!(f, " {}", names.join(","))
}

/// The permissions of a word one by one, each by its first name.
pub(super) fn each<'a>(
    bits: u32,
    names: impl IntoIterator<Item = (&'a str, u32)>,
) -> impl Iterator<Item = (&'a str, u32)> {
    let mut seen = 0;
    names.into_iter().filter(move |&(_, bit)| {
        let fresh = bits & bit == bit && seen & bit == 0;
        seen |= if fresh { bit } else { 0 };
        fresh
    })
}

/// The words of a set with their bits.
pub(super) fn names<P: PermissionSet>() -> impl Iterator<Item = (&'static str, u32)> {
    P::words().filter_map(|word| Some((word, P::from_word(word.as_bytes())?.bits())))
}
