//! Files by path, and hard links by two paths.

use std::fmt;

use serde::Serialize;

use super::AccessError;
use super::plan::{LookupPlace, LookupPlan, MatchStrings};
use super::reader::StringReader;
use super::words::{RemainingWords, each, write_word};
use crate::analysis::names::Quoted;
use crate::analysis::perms::{APPEND, EXEC, EXEC_MMAP, LINK, LOCK, READ, WRITE};
use crate::policy::Owner;
use crate::source::Text;

/// Letters of the profile language, with the word for each.
const LETTERS: [(u8, u32, &str); 7] = [
    (b'r', READ, "read"),
    (b'w', WRITE, "write"),
    (b'a', APPEND, "append"),
    (b'm', EXEC_MMAP, "map executable"),
    (b'k', LOCK, "lock"),
    (b'l', LINK, "link"),
    (b'x', EXEC, "exec"),
];

/// The words for permissions that the letters `w` and `r` include.
const WORDS: [(&str, u32); 14] = [
    ("read", READ),
    ("write", WRITE),
    ("append", APPEND),
    ("lock", LOCK),
    ("link", LINK),
    ("exec", EXEC),
    ("--exec", EXEC),
    ("create", 0x10),
    ("delete", 0x20),
    ("open", 0x40),
    ("setattr", 0x100),
    ("getattr", 0x200),
    ("chmod", 0x1000),
    ("chown", 0x2000),
];

/// An access to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileAccess {
    /// The path as the kernel sees it; that of a directory ends in a slash.
    pub path: Text,
    /// Permissions (`AA_MAY_…`).
    pub permissions: u32,
    /// The target of a hard link of the name `path`.
    pub link_target: Option<Text>,
    /// Whose files, where not both are asked.
    pub owner: Option<Owner>,
}

fn bits(word: &[u8]) -> Option<u32> {
    if let Some(&(_, bit)) = WORDS.iter().find(|(name, _)| name.as_bytes() == word) {
        return Some(bit);
    }
    let letter = |byte: &u8| LETTERS.iter().find(|(letter, ..)| letter == byte).map(|&(_, bit, _)| bit);
    (!word.is_empty()).then_some(())?;
    word.iter().try_fold(0, |all, byte| Some(all | letter(byte)?))
}

impl FileAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<FileAccess, AccessError> {
        let owner = if words.eat("owner") {
            Some(Owner::Owner)
        } else if words.eat("other") {
            Some(Owner::Other)
        } else {
            None
        };
        let mut permissions = words.permissions(bits);
        let path = match words.next() {
            Some(path) if path.starts_with(b"/") => Text::from(path),
            Some(word) => {
                let known = WORDS.iter().map(|&(name, _)| name);
                return Err(AccessError::unknown(word, "neither an absolute path nor a permission", known)
                    .or_else("permissions are letters of `rwamklx` or words like `create`".into()));
            }
            None => return Err(AccessError::new("the path is missing")),
        };
        permissions |= words.permissions(bits);
        let link_target = if words.eat("->") { Some(words.expect("what the link leads to")?) } else { None };
        if link_target.is_some() {
            if permissions & !LINK != 0 {
                return Err(AccessError::new("only a link (`l`) leads somewhere"));
            }
            permissions = LINK;
        }
        if let Some(word) = words.peek() {
            let known = WORDS.iter().map(|&(name, _)| name);
            return Err(AccessError::unknown(word, "no permission for files", known)
                .or_else("permissions are letters of `rwamklx` or words like `create`".into()));
        }
        if permissions == 0 {
            permissions = LETTERS.iter().fold(0, |all, (_, bit, _)| all | bit);
        }
        Ok(FileAccess { path, permissions, link_target, owner })
    }

    pub(super) fn plan(&self) -> LookupPlan {
        let mut plan = LookupPlan::default();
        if let Some(target) = &self.link_target {
            plan.check("link", LINK, LookupPlace::Link(AskedLink { link: self.path.clone(), target: target.clone() }));
            return plan;
        }
        let path = || AskedFile { path: self.path.clone() }.encode();
        let letters = LETTERS.iter().map(|&(_, bit, name)| (name, bit));
        let more = WORDS.iter().copied().filter(|(_, bit)| LETTERS.iter().all(|(_, letter, _)| letter != bit));
        for (name, bit) in letters.chain(more).filter(|(_, bit)| self.permissions & bit != 0) {
            let way =
                if bit == EXEC { LookupPlace::Exec(path()) } else { LookupPlace::File(MatchStrings::one(path())) };
            plan.check(name, bit, way);
        }
        if self.permissions & LINK != 0 {
            let note = "whether a link may be made depends on what it leads to, too: ask for";
            plan.notes.push(format!("{note} `file PATH l -> TARGET`"));
        }
        plan
    }

    pub(super) fn to_directory(&self) -> Option<FileAccess> {
        // Directories are neither executed nor linked.
        let may_be = self.permissions & (EXEC | LINK | EXEC_MMAP) == 0 && !self.path.ends_with(b"/");
        may_be.then(|| FileAccess { path: [&*self.path, b"/"].concat().into(), ..self.clone() })
    }
}

impl fmt::Display for FileAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("file ")?;
        match self.owner {
            Some(Owner::Owner) => f.write_str("owner ")?,
            Some(Owner::Other) => f.write_str("other ")?,
            None => {}
        }
        write_word(f, &self.path)?;
        if let Some(target) = &self.link_target {
            f.write_str(" l -> ")?;
            return write_word(f, target);
        }
        let letters: String = LETTERS
            .iter()
            .filter(|(_, bit, _)| self.permissions & bit != 0)
            .map(|&(letter, ..)| char::from(letter))
            .collect();
        if !letters.is_empty() {
            write!(f, " {letters}")?;
        }
        let known = LETTERS.iter().fold(0, |all, (_, bit, _)| all | bit);
        each(self.permissions & !known, WORDS).try_for_each(|(name, _)| write!(f, " {name}"))
    }
}

/// A file, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedFile {
    /// Its path.
    pub path: Text,
}

/// A hard link, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedLink {
    /// Its name.
    pub link: Text,
    /// The file it is a name for.
    pub target: Text,
}

impl AskedFile {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        AskedFile { path: Text::from(bytes) }
    }

    fn encode(&self) -> Vec<u8> {
        self.path.to_vec()
    }
}

impl AskedLink {
    /// A NUL stands between the two.
    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut reader = StringReader::new(bytes);
        let link = Text::from(reader.field().unwrap_or_default());
        AskedLink { link, target: Text::from(reader.rest()) }
    }

    pub(in crate::analysis) fn encode(&self) -> Vec<u8> {
        [&*self.link, b"\0", &*self.target].concat()
    }
}

impl fmt::Display for AskedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file {}", Quoted(&self.path))
    }
}

impl fmt::Display for AskedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "link {} to {}", Quoted(&self.link), Quoted(&self.target))
    }
}
