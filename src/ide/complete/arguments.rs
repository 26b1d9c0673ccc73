//! Completions after the keyword of a rule.

use std::ops::Range;

use super::{CandidateKind, Candidates};
use crate::ide::construct::Construct;
use crate::ide::context::{CursorSlot, PieceKind};
use crate::ide::visit::WordRole;
use crate::ide::words;
use crate::syntax::parser::classes;
use crate::vocab::rlimits::RlimitUnit;
use crate::vocab::{AddressFamily, LimitUnit, Protocol, Resource, SocketType, Vocabulary};

impl Candidates<'_, '_> {
    /// After the keyword, outside of parentheses.
    pub(super) fn argument(&mut self) {
        let context = self.context;
        let Some(construct) = context.construct else { return };
        if context.slot == CursorSlot::Target {
            if matches!(context.role(), Some(WordRole::ChangeProfileTarget)) {
                self.unconfined();
            }
            return;
        }
        match construct {
            Construct::Include => self.keyword("exists"),
            Construct::Rlimit => self.rlimit(),
            Construct::Capability => {
                let written: Vec<_> = context.arguments().iter().map(|word| context.piece(word)).collect();
                self.list(WordRole::Capability, CandidateKind::Member, &written);
            }
            Construct::Userns if context.pieces.len() == 1 => self.permissions(construct),
            Construct::Network => {
                if context.pieces.len() == 1 {
                    self.permissions(construct);
                }
                self.sockets();
                self.conditions(construct);
            }
            Construct::Unix
            | Construct::Dbus
            | Construct::Signal
            | Construct::Ptrace
            | Construct::Mqueue
            | Construct::IoUring => {
                if context.pieces.len() == 1 {
                    self.permissions(construct);
                }
                self.conditions(construct);
            }
            Construct::Mount | Construct::Remount | Construct::Umount | Construct::PivotRoot => {
                if !context.has_path() {
                    self.conditions(construct);
                }
                let arrow = matches!(construct, Construct::Mount | Construct::PivotRoot);
                if arrow && !context.has_arrow() && !context.arguments().is_empty() {
                    self.arrow("Where it is mounted.");
                }
            }
            Construct::File => self.file(),
            Construct::Link | Construct::Alias => {
                let path = context.has_path();
                if construct == Construct::Link && context.pieces.len() == 1 {
                    self.keyword("subset");
                }
                if path && !context.has_arrow() {
                    self.arrow("The path of the target.");
                }
            }
            Construct::ChangeProfile => {
                if context.pieces.len() == 1 {
                    self.keywords(&["safe", "unsafe"]);
                }
                if !context.has_arrow() {
                    self.arrow("The profile to change to.");
                }
            }
            _ => {}
        }
    }

    fn arrow(&mut self, text: &str) {
        self.add("->", CandidateKind::Operator, text, Some("-> ".to_owned()));
    }

    fn unconfined(&mut self) {
        self.add("unconfined", CandidateKind::Member, "Tasks without a profile.", None);
    }

    /// The resource, `<=`, the value, the unit.
    fn rlimit(&mut self) {
        let context = self.context;
        match context.pieces.as_slice() {
            [] | [_] => self.keyword("rlimit"),
            [_, _] => self.list(WordRole::Rlimit, CandidateKind::Member, &[]),
            [_, _, _] => {
                self.add("<=", CandidateKind::Operator, "Lowers the limit to the value.", Some("<= ".to_owned()))
            }
            [_, _, _, _] => self.list(WordRole::RlimitValue, CandidateKind::Member, &[]),
            [_, _, name, _, _] => {
                let size = match Resource::from_word(context.piece(name)).map(Resource::unit) {
                    Some(RlimitUnit::Bytes) => true,
                    Some(RlimitUnit::Seconds | RlimitUnit::Microseconds) => false,
                    _ => return,
                };
                for (word, text) in words::list(WordRole::Unit) {
                    let short =
                        matches!(word, "KB" | "MB" | "GB" | "us" | "ms" | "s" | "min" | "hour" | "day" | "week");
                    let is_size = LimitUnit::from_word(word.as_bytes()).is_some_and(|unit| unit.bytes().is_some());
                    if short && is_size == size {
                        self.add(word, CandidateKind::Member, text, None);
                    }
                }
            }
            _ => {}
        }
    }

    /// The family of a network rule, then its type or protocol.
    fn sockets(&mut self) {
        let context = self.context;
        if !context.conditions().is_empty() {
            return;
        }
        match context.sockets().as_slice() {
            [] => {
                self.list(WordRole::Family, CandidateKind::Member, &[]);
                self.types(None);
            }
            [family] => self.types(AddressFamily::from_word(family)),
            _ => {}
        }
    }

    /// The types that a family may have, and its protocols.
    fn types(&mut self, family: Option<AddressFamily>) {
        for (word, text) in words::list(WordRole::SocketType) {
            // Alone, `packet` is the family.
            let family = family.is_none() && AddressFamily::from_word(word.as_bytes()).is_some();
            if SocketType::from_word(word.as_bytes()).is_some_and(SocketType::is_of_network_rules) && !family {
                self.add(word, CandidateKind::Member, text, None);
            }
        }
        for (word, text) in words::list(WordRole::Protocol) {
            let protocol = Protocol::from_word(word.as_bytes());
            if protocol.is_some_and(|protocol| family.is_none_or(|family| protocol.families.contains(&family))) {
                self.add(word, CandidateKind::Member, text, None);
            }
        }
    }

    /// Conditions that are not there.
    fn conditions(&mut self, construct: Construct) {
        let written = self.context.conditions();
        for (word, text) in words::list(WordRole::ConditionName(construct)) {
            let grouped = word == "peer" && !matches!(construct, Construct::Signal | Construct::Ptrace);
            // The label of unix and D-Bus rules is the peer's, and stands in its group.
            let elsewhere = word == "label" && matches!(construct, Construct::Unix | Construct::Dbus);
            let synonym = matches!(word, "vfstype" | "option" | "protocol");
            if written.contains(&word.as_bytes()) || elsewhere || synonym {
                continue;
            }
            let list = grouped || matches!(word, "options" | "set");
            let insert = if list { format!("{word}=(") } else { format!("{word}=") };
            self.add(&format!("{word}="), CandidateKind::Condition, text, Some(insert));
        }
    }

    /// Conditions of a group that are not there.
    pub(super) fn group_names(&mut self, group: &Range<u32>) {
        let context = self.context;
        let (Some(construct), b"peer") = (context.construct, context.slice(group)) else { return };
        let names: &[&str] = match construct {
            Construct::Network => &["ip", "port", "label"],
            Construct::Unix => &["addr", "label"],
            Construct::Dbus => &["name", "label"],
            Construct::IoUring => &["label"],
            _ => &[],
        };
        let written = context.listed();
        for (word, text) in words::list(WordRole::ConditionName(construct)) {
            if names.contains(&word) && !written.contains(&word.as_bytes()) {
                self.add(&format!("{word}="), CandidateKind::Condition, text, Some(format!("{word}=")));
            }
        }
    }

    /// Values of a condition that are fixed words.
    pub(super) fn condition_value(&mut self, name: &Range<u32>) {
        let context = self.context;
        let Some(construct) = context.construct else { return };
        let written = match context.slot {
            CursorSlot::ConditionValue { list: true, .. } => context.listed(),
            _ => Vec::new(),
        };
        match context.role() {
            Some(WordRole::Flag) => self.flags(),
            Some(WordRole::Label) => self.unconfined(),
            Some(WordRole::ConditionValue(_)) => {
                for (word, text) in words::values(construct, context.slice(name)) {
                    self.add(word, CandidateKind::Member, text, None);
                }
            }
            Some(WordRole::MountOption) => {
                for (word, text) in words::list(WordRole::MountOption) {
                    if !text.starts_with("The same as") && !written.contains(&word.as_bytes()) {
                        self.add(word, CandidateKind::Member, text, None);
                    }
                }
            }
            Some(WordRole::Path) | None => {}
            Some(role) => self.list(role, CandidateKind::Member, &written),
        }
    }

    /// Permissions and the arrow of a file rule.
    fn file(&mut self) {
        let context = self.context;
        if context.has_arrow() {
            return;
        }
        let letters = context.pieces.iter().rev().find_map(|piece| context.letters(piece));
        if !context.has_path() {
            match context.pieces.last() {
                Some(last) if letters.is_none() && context.piece(last) == b"file" => {
                    self.keywords(&["safe", "unsafe"]);
                }
                Some(_) if letters.is_some_and(|letters| letters.is_only_link()) => self.keyword("subset"),
                _ => {}
            }
            return;
        }
        match letters {
            Some(letters) if letters.links() => self.arrow("The target of the link."),
            Some(letters) if letters.execs().next().is_some() => self.arrow("The profile to enter."),
            Some(_) => {}
            None if context.pieces.iter().all(|piece| piece.kind == PieceKind::Word) => self.modes(),
            None => {}
        }
    }

    /// Permissions that go on with the letters before the cursor.
    fn modes(&mut self) {
        let context = self.context;
        let written = String::from_utf8_lossy(context.partial()).into_owned();
        if !written.is_empty() && !classes::is_mode(written.as_bytes()) {
            // Part of an exec mode may be written: what stands before it stays.
            let exec = written.find(['p', 'P', 'c', 'C', 'u', 'U', 'i']).unwrap_or(written.len());
            let (letters, begun) = written.split_at_checked(exec).unwrap_or((&written, ""));
            for (word, text) in words::list(WordRole::Permission(Construct::File)) {
                if word.len() > 1 && word.to_ascii_lowercase().starts_with(&begun.to_ascii_lowercase()) {
                    self.add(&format!("{letters}{word}"), CandidateKind::Permission, text, None);
                }
            }
            return;
        }
        let denied = context.has_prefix(b"deny");
        for (word, text) in words::list(WordRole::Permission(Construct::File)) {
            let exec = word.contains('x');
            // An allowed exec needs a mode, a denied one may have none.
            let fits = if exec { !written.contains('x') && (word == "x") == denied } else { !written.contains(word) };
            let append = word == "a" && written.contains('w') || word == "w" && written.contains('a');
            if fits && !append {
                self.add(&format!("{written}{word}"), CandidateKind::Permission, text, None);
            }
        }
    }
}
