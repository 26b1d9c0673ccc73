//! Facts about a program, each with the place that it is known from, before anything is written.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::ast::{CapabilityRule, NetworkRule, Rule};
use crate::diagnostic::{Escaped, bounded};
use crate::vocab::{AddressFamily, Capability, ExecMode, FilePermissions, SocketType};

/// The most facts of one profile.
pub(super) const MAX_FACTS: usize = 600;

/// The most remarks of one profile.
const MAX_REMARKS: usize = 200;

/// All that is known of a program.
#[derive(Clone, Debug, Default)]
pub(super) struct ProgramFacts {
    /// Abstractions: the first that the tree has is included.
    pub(super) abstractions: Vec<(&'static [&'static str], String)>,
    pub(super) facts: Vec<ProgramFact>,
    /// Sentences that no rule stands for.
    pub(super) remarks: Vec<String>,
}

/// Something that is allowed or denied, and its origin.
#[derive(Clone, Debug)]
pub(super) struct ProgramFact {
    pub(super) origin: String,
    /// Codes of lint rules that warn of how the path is written.
    pub(super) allowed: BTreeSet<&'static str>,
    pub(super) kind: FactKind,
}

#[derive(Clone, Debug)]
pub(super) enum FactKind {
    /// A rule about files.
    File(FileFact),
    /// Any other rule.
    Rule(Box<Rule>),
}

/// Files by their literal path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileFact {
    /// The path; for a directory without a slash at its end.
    pub(super) path: Vec<u8>,
    pub(super) extent: PathExtent,
    pub(super) permissions: FilePermissions,
    pub(super) exec: Option<ExecMode>,
    /// Whether it is denied.
    pub(super) deny: bool,
    /// Whether the program cannot start without it.
    pub(super) essential: bool,
}

/// The files that a path stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathExtent {
    /// The file.
    File,
    /// The directory itself.
    Directory,
    /// Everything below the directory.
    Below,
    /// A program of this name in one of the usual directories.
    Command,
    /// A library whose version is written in this many bytes at the end of its path: further versions are meant as well.
    Versions(usize),
}

impl FileFact {
    pub(super) fn new(path: &[u8], extent: PathExtent, permissions: FilePermissions) -> FileFact {
        FileFact { path: path.to_vec(), extent, permissions, exec: None, deny: false, essential: false }
    }

    /// A file without which the program cannot start.
    pub(super) fn essential(path: &[u8], permissions: FilePermissions) -> FileFact {
        FileFact { essential: true, ..FileFact::new(path, PathExtent::File, permissions) }
    }
}

/// `r`
pub(super) const READ: FilePermissions = FilePermissions::READ;

/// `mr`
pub(super) fn map_read() -> FilePermissions {
    FilePermissions::READ | FilePermissions::MMAP
}

/// `rw`
pub(super) fn read_write() -> FilePermissions {
    FilePermissions::READ | FilePermissions::WRITE
}

/// `rwk`
pub(super) fn read_write_lock() -> FilePermissions {
    read_write() | FilePermissions::LOCK
}

impl ProgramFacts {
    pub(super) fn file(&mut self, origin: impl Into<String>, file: FileFact) {
        let known = |fact: &ProgramFact| matches!(&fact.kind, FactKind::File(known) if *known == file);
        if !self.facts.iter().any(known) {
            self.push(origin.into(), FactKind::File(file));
        }
    }

    /// A directory and everything below it.
    pub(super) fn tree(&mut self, origin: &str, path: &[u8], permissions: FilePermissions) {
        // Directories are not locked.
        let own = if permissions.contains(FilePermissions::WRITE) { read_write() } else { READ };
        self.file(origin, FileFact::new(path, PathExtent::Directory, own));
        self.file(origin, FileFact::new(path, PathExtent::Below, permissions));
    }

    /// Whether a fact is about a path, a directory that it is in, or something below it.
    pub(super) fn allows_near(&self, path: &[u8]) -> bool {
        let is_below = |path: &[u8], directory: &[u8]| {
            path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        self.facts.iter().any(|fact| match &fact.kind {
            FactKind::File(file) if !file.deny => is_below(path, &file.path) || is_below(&file.path, path),
            _ => false,
        })
    }

    pub(super) fn rule(&mut self, origin: impl Into<String>, rule: impl Into<Rule>) {
        let rule = rule.into();
        if !self.facts.iter().any(|fact| matches!(&fact.kind, FactKind::Rule(known) if **known == rule)) {
            self.push(origin.into(), FactKind::Rule(Box::new(rule)));
        }
    }

    fn push(&mut self, origin: String, kind: FactKind) {
        if self.facts.len() < MAX_FACTS {
            self.facts.push(ProgramFact { origin, allowed: BTreeSet::new(), kind });
        } else if self.facts.len() == MAX_FACTS {
            self.remark(format!("only the first {MAX_FACTS} rules are written"));
        }
    }

    pub(super) fn abstraction(&mut self, alternatives: &'static [&'static str], origin: impl Into<String>) {
        if !self.abstractions.iter().any(|(known, _)| *known == alternatives) {
            self.abstractions.push((alternatives, origin.into()));
        }
    }

    pub(super) fn remark(&mut self, text: impl Into<String>) {
        let text = text.into();
        if self.remarks.len() < MAX_REMARKS && !self.remarks.contains(&text) {
            self.remarks.push(text);
        }
    }

    /// A capability by the name that other programs give it, such as `CAP_CHOWN` or `chown`.
    pub(super) fn capability(&mut self, origin: &str, name: &str) {
        match capability(name) {
            Some(capability) => self.rule(origin, CapabilityRule::new(capability)),
            None => self.remark(format!("{origin} names the unknown capability {}", quoted(name.as_bytes()))),
        }
    }

    /// Sockets of the internet, both families.
    pub(super) fn internet(&mut self, origin: &str, kind: SocketType) {
        for family in [AddressFamily::Inet, AddressFamily::Inet6] {
            self.rule(origin, NetworkRule::new().family(family).kind(kind));
        }
    }
}

/// A capability by the name that other programs give it.
pub(super) fn capability(name: &str) -> Option<Capability> {
    let name = name.to_ascii_lowercase();
    name.strip_prefix("cap_").unwrap_or(&name).parse().ok()
}

/// Text of others for a sentence: on one line, bounded, and no part of it can be taken for a comment that steers the linter.
pub(super) fn shown(text: &[u8]) -> String {
    let text = Escaped::line(text).to_string().replace('#', r"\x23");
    bounded(&text, 200).into_owned()
}

/// The same between backticks.
pub(super) fn quoted(text: &[u8]) -> String {
    format!("`{}`", shown(text))
}

/// The profile that the facts are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DraftSubject {
    /// The name that something else knows the profile by.
    pub(super) name: Option<Vec<u8>>,
    /// The default name, where it has neither such a name nor a program.
    pub(super) default_name: Option<Vec<u8>>,
    /// The program, links followed.
    pub(super) program: Option<PathBuf>,
    /// Whether the profile attaches to the program; otherwise it is asked for by its name.
    pub(super) attaches: bool,
    /// Whether it is for a container.
    pub(super) container: bool,
}
