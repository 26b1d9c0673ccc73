//! Reads one rule of the tables, just well enough for them.

use crate::source::{SourceId, Span, Spanned, Text};
use crate::syntax::ast::*;
use crate::syntax::word::Word;
use crate::vocab::{dbus, io_uring, mqueue, network, ptrace, signals};

struct Reader<'a> {
    text: &'a [u8],
    id: SourceId,
    at: usize,
}

pub(super) fn item(text: &[u8], id: SourceId) -> Spanned<ItemKind> {
    let mut reader = Reader { text, id, at: 0 };
    let kind = if reader.keyword("set") {
        assert!(reader.keyword("rlimit"));
        let name = reader.word();
        assert!(reader.keyword("<="));
        let (value, unit) = (reader.word(), reader.more().then(|| reader.word()));
        ItemKind::Rlimit(Rlimit { name, value, unit })
    } else {
        let prefix = reader.prefix();
        let kind = reader.kind();
        ItemKind::Rule(Rule { prefix, kind })
    };
    reader.blanks();
    assert_eq!(&text[reader.at..], b",", "{}", text.escape_ascii());
    Spanned::new(kind, reader.span(0, text.len()))
}

impl Reader<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.id, u32::try_from(start).unwrap(), u32::try_from(end).unwrap())
    }

    fn blanks(&mut self) {
        while self.text.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
    }

    /// Whether anything stands before the comma that ends the rule.
    fn more(&mut self) -> bool {
        self.blanks();
        self.at + 1 < self.text.len()
    }

    fn rest(&mut self) -> &[u8] {
        self.blanks();
        &self.text[self.at..]
    }

    fn eat(&mut self, what: &str) -> bool {
        let found = self.rest().starts_with(what.as_bytes());
        self.at += if found { what.len() } else { 0 };
        found
    }

    fn keyword(&mut self, what: &str) -> bool {
        let behind = self.rest().strip_prefix(what.as_bytes()).and_then(|rest| rest.first());
        let found = behind.is_some_and(|byte| b" ,(".contains(byte));
        self.at += if found { what.len() } else { 0 };
        found
    }

    /// Bytes up to a blank or one of `ends`; a comma belongs to the word unless a blank or the end follows it.
    fn word_to(&mut self, ends: &[u8]) -> Word {
        self.blanks();
        let start = self.at;
        if self.text[start] == b'"' {
            self.at += 2 + self.text[start + 1..].iter().position(|&byte| byte == b'"').unwrap();
        } else {
            let ends_word = |at: usize| match self.text.get(at) {
                None | Some(b' ') => true,
                Some(b',') if !ends.contains(&b',') => self.text.get(at + 1).is_none_or(|&next| next == b' '),
                Some(b':') => ends.contains(&b'=') && self.text.get(at + 1) == Some(&b'='),
                Some(byte) => ends.contains(byte),
            };
            self.at = (start..).find(|&at| ends_word(at)).unwrap();
        }
        assert!(self.at > start, "{}", self.text.escape_ascii());
        Spanned::new(Text::from(&self.text[start..self.at]), self.span(start, self.at))
    }

    fn word(&mut self) -> Word {
        self.word_to(b"()")
    }

    fn list(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        loop {
            while self.eat(",") {}
            if self.eat(")") {
                return words;
            }
            words.push(self.word_to(b"(),"));
        }
    }

    fn prefix(&mut self) -> Spanned<Prefix> {
        let start = self.at;
        let mut end = start;
        let mut prefix = Prefix::default();
        if self.eat("priority=") {
            prefix.priority = Some(self.word());
            end = self.at;
        }
        if self.keyword("audit") {
            prefix.audit = true;
            end = self.at;
        }
        for (word, mode) in [("allow", RuleMode::Allow), ("deny", RuleMode::Deny), ("prompt", RuleMode::Prompt)] {
            if self.keyword(word) {
                prefix.mode = Some(mode);
                end = self.at;
            }
        }
        for (word, owner) in [("owner", Owner::Owner), ("other", Owner::Other)] {
            if self.keyword(word) {
                prefix.owner = Some(owner);
                end = self.at;
            }
        }
        Spanned::new(prefix, self.span(start, end))
    }

    fn permissions(&mut self, words: &[(&str, u32)]) -> Option<Spanned<Permissions>> {
        let start = {
            self.blanks();
            self.at
        };
        let (words, list) = if self.eat("(") {
            (self.list(), true)
        } else if words.iter().map(|&(word, _)| word).chain(["r", "w", "rw", "wr"]).any(|word| {
            let found = self.keyword(word);
            self.at = start;
            found
        }) {
            (vec![self.word()], false)
        } else {
            return None;
        };
        Some(Spanned::new(Permissions { words, list }, self.span(start, self.at)))
    }

    /// Whether a condition or group stands here.
    fn at_condition(&mut self) -> bool {
        let rest = self.rest();
        let name = rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap();
        let behind = rest[name..].trim_ascii_start();
        name > 0 && (behind[0] == b'=' || rest[name..].starts_with(b" in ("))
    }

    fn condition(&mut self) -> Spanned<Condition> {
        self.blanks();
        let start = self.at;
        let name = self.word_to(b"=()");
        let at = {
            self.blanks();
            self.at
        };
        let op = if self.eat(":=") {
            Some(ConditionOp::ColonEqual)
        } else if self.eat("=") {
            Some(ConditionOp::Equal)
        } else {
            self.eat("in (").then(|| {
                self.at -= 1;
                ConditionOp::In
            })
        };
        let value = op.map(|op| {
            let op = Spanned::new(op, self.span(at, at + if op == ConditionOp::Equal { 1 } else { 2 }));
            let values = if self.eat("(") { Values::List(self.list()) } else { Values::One(self.word()) };
            ConditionValue { op, values }
        });
        if value.is_none() {
            self.at = at;
        }
        Spanned::new(Condition { name, value }, self.span(start, self.at))
    }

    fn conditions(&mut self) -> Vec<Spanned<Condition>> {
        let mut conditions = Vec::new();
        while self.at_condition() && !self.rest().starts_with(b"peer=(") && !self.rest().starts_with(b"xattrs=(") {
            conditions.push(self.condition());
        }
        conditions
    }

    fn group(&mut self) -> Option<Spanned<Group>> {
        if !self.at_condition() {
            return None;
        }
        let start = self.at;
        let name = self.word_to(b"=");
        assert!(self.eat("=("));
        let mut conditions = Vec::new();
        while !self.eat(")") {
            conditions.push(self.condition());
        }
        Some(Spanned::new(Group { name, conditions }, self.span(start, self.at)))
    }

    fn kind(&mut self) -> RuleKind {
        if self.keyword("all") {
            RuleKind::All(All {})
        } else if self.keyword("userns") {
            RuleKind::Userns(UsernsRule { create: self.keyword("create") })
        } else if self.keyword("capability") {
            let mut names = Vec::new();
            while self.more() {
                names.push(self.word());
            }
            RuleKind::Capability(CapabilityRule { names })
        } else if self.keyword("change_profile") {
            let safety = self.safety();
            let exec = (self.more() && !self.rest().starts_with(b"->")).then(|| self.word());
            RuleKind::ChangeProfile(ChangeProfileRule { safety, exec, target: self.target() })
        } else if self.keyword("network") {
            let permissions = self.permissions(network::ALL);
            let mut sockets = Vec::new();
            while self.more() && !self.at_condition() {
                sockets.push(self.word());
            }
            RuleKind::Network(NetworkRule { permissions, sockets, conditions: self.conditions(), peer: self.group() })
        } else if self.keyword("unix") {
            let permissions = self.permissions(network::ALL);
            RuleKind::Unix(UnixRule { permissions, conditions: self.conditions(), peer: self.group() })
        } else if self.keyword("dbus") {
            let permissions = self.permissions(dbus::ALL);
            RuleKind::Dbus(DbusRule { permissions, conditions: self.conditions(), peer: self.group() })
        } else if self.keyword("signal") {
            let permissions = self.permissions(signals::PERMISSIONS);
            RuleKind::Signal(SignalRule { permissions, conditions: self.conditions() })
        } else if self.keyword("ptrace") {
            let permissions = self.permissions(ptrace::ALL);
            RuleKind::Ptrace(PtraceRule { permissions, conditions: self.conditions() })
        } else if self.keyword("io_uring") {
            let permissions = self.permissions(io_uring::ALL);
            RuleKind::IoUring(IoUringRule { permissions, conditions: self.conditions(), group: self.group() })
        } else if self.keyword("mqueue") {
            let permissions = self.permissions(mqueue::ALL);
            let conditions = self.conditions();
            RuleKind::Mqueue(MqueueRule { permissions, conditions, name: self.more().then(|| self.word()) })
        } else if self.keyword("pivot_root") {
            let conditions = self.conditions();
            let new_root = (self.more() && !self.rest().starts_with(b"->")).then(|| self.word());
            RuleKind::PivotRoot(PivotRootRule { conditions, new_root, target: self.target() })
        } else if self.keyword("link") {
            let (subset, link) = (self.keyword("subset"), self.word());
            RuleKind::Link(LinkRule { subset, link, target: self.target().unwrap() })
        } else if let Some(operation) = self.mount_operation() {
            let conditions = self.conditions();
            let word = (self.more() && !self.rest().starts_with(b"->")).then(|| self.word());
            let arrow = self.eat("->");
            let point_conditions = if arrow { self.conditions() } else { Vec::new() };
            let (source, point) = match operation {
                MountOperation::Mount => (word, arrow.then(|| self.word())),
                _ => (None, word),
            };
            RuleKind::Mount(MountRule { operation, conditions, source, point_conditions, point })
        } else {
            self.file()
        }
    }

    fn mount_operation(&mut self) -> Option<MountOperation> {
        let all = [
            ("mount", MountOperation::Mount),
            ("remount", MountOperation::Remount),
            ("umount", MountOperation::Umount),
        ];
        all.into_iter().find(|(word, _)| self.keyword(word)).map(|(_, operation)| operation)
    }

    fn safety(&mut self) -> Option<Safety> {
        match (self.keyword("safe"), self.keyword("unsafe")) {
            (true, _) => Some(Safety::Safe),
            (_, true) => Some(Safety::Unsafe),
            _ => None,
        }
    }

    fn target(&mut self) -> Option<Word> {
        self.eat("->").then(|| self.word())
    }

    fn file(&mut self) -> RuleKind {
        let keyword = self.keyword("file");
        let safety = self.safety();
        let body = if self.more() {
            let leading = !b"/@\"".contains(&self.rest()[0]);
            let first = self.word();
            let subset = self.keyword("subset");
            let second = self.word();
            let (path, permissions) = if leading { (second, first) } else { (first, second) };
            FileBody::Access { leading, subset, path, permissions, target: self.target() }
        } else {
            FileBody::All
        };
        RuleKind::File(FileRule { keyword, safety, body })
    }
}
