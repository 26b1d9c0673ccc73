//! Items with their comments and blank lines, and blocks of them.

use super::line::{PrintedRule, pad, separate};
use super::unit::{self, PrintedUnit};
use super::{
    abi, all, capability, change_profile, dbus, file, include, io_uring, link, mount, mqueue, network, pivot_root,
    prefix, ptrace, rlimit, signal, unix, userns, variable,
};
use crate::source::Span;
use crate::syntax::ast::{Block, Comment, File, Item, ItemKind, QualifierBlock, Rule, RuleKind, Trivia};

/// Blanks a level.
const STEP: usize = 2;

/// The text so far and how deep in blocks it is.
#[derive(Default)]
pub(super) struct Printer {
    out: Vec<u8>,
    indent: usize,
    units: Vec<PrintedUnit>,
    /// Whether a blank line was written last.
    after_blank: bool,
    /// The end of the item that is being written, or of the rest of it.
    end: u32,
}

impl Printer {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// The text, and where its lines come from.
    pub(super) fn into_units(self) -> (Vec<u8>, Vec<PrintedUnit>) {
        (self.out, self.units)
    }

    /// Marks the following text as written at `span`.
    pub(super) fn unit(&mut self, span: Span) {
        self.units.push(PrintedUnit { at: self.out.len(), blank: std::mem::take(&mut self.after_blank), span });
    }

    /// Writes a file.
    pub(super) fn file(&mut self, file: &File) {
        let mut blank = false;
        let indent = if file.items.iter().any(is_part_of_profile) { STEP } else { 0 };
        // Up to the first rule, what a blank line separates from the next item is about the file.
        let rule = file.items.iter().position(is_part_of_profile).map_or(file.items.len(), |first| first + 1);
        let (top, others) = file.items.split_at_checked(rule).unwrap_or_default();
        for item in top {
            let split = item.leading.iter().rposition(|piece| *piece == Trivia::Blank).unwrap_or(0);
            let (apart, leading) = item.leading.split_at_checked(split).unwrap_or_default();
            self.indent = 0;
            self.trivia(apart, 0, &mut blank);
            self.indent = indent;
            self.trivia(leading, 0, &mut blank);
            self.blank_line(0, &mut blank);
            self.line(item);
        }
        self.items(others, &[], 0, &mut blank);
        self.indent = 0;
        self.trivia(&file.tail, 0, &mut blank);
    }

    /// Writes items, a line each; `start` is where their file or block begins.
    fn items(&mut self, items: &[Item], tail: &[Trivia], start: usize, blank: &mut bool) {
        for item in items {
            self.trivia(&item.leading, start, blank);
            self.blank_line(start, blank);
            self.line(item);
        }
        self.trivia(tail, start, blank);
    }

    fn line(&mut self, item: &Item) {
        self.unit(unit::whole(item));
        self.end = unit::whole(item).end;
        self.item(&item.kind.value);
        self.trailing(item.trailing.as_ref());
        self.out.push(b'\n');
    }

    /// Writes comments; a blank line is written when something follows it.
    fn trivia(&mut self, trivia: &[Trivia], start: usize, blank: &mut bool) {
        for piece in trivia {
            match piece {
                Trivia::Blank => *blank = true,
                Trivia::Comment(comment) => {
                    self.blank_line(start, blank);
                    self.unit(comment.span);
                    pad(&mut self.out, self.indent);
                    self.out.extend_from_slice(comment);
                    self.out.push(b'\n');
                }
            }
        }
    }

    /// Writes a pending blank line, unless nothing stands before it in its file or block.
    fn blank_line(&mut self, start: usize, blank: &mut bool) {
        if std::mem::take(blank) && self.out.len() > start {
            self.out.push(b'\n');
            self.after_blank = true;
        }
    }

    /// Writes an item without its line end.
    pub(super) fn item(&mut self, kind: &ItemKind) {
        let mut line = PrintedRule::new();
        let mut end: &[u8] = b",";
        match kind {
            ItemKind::Abi(abi) => abi::print(abi, &mut line),
            ItemKind::Include(include) => {
                include::print(include, &mut line);
                end = b"";
            }
            ItemKind::Alias(alias) => variable::print_alias(alias, &mut line),
            ItemKind::SetVariable(variable) => {
                variable::print_set(variable, &mut line);
                end = b"";
            }
            ItemKind::BoolVariable(variable) => {
                variable::print_bool(variable, &mut line);
                end = b"";
            }
            ItemKind::Rlimit(rlimit) => rlimit::print(rlimit, &mut line),
            ItemKind::Rule(rule) => print_rule(rule, &mut line),
            ItemKind::Profile(profile) => return self.profile(profile),
            ItemKind::Conditional(conditional) => return self.conditional(conditional),
            ItemKind::Block(block) => return self.qualifier_block(block),
        }
        line.write(&mut self.out, self.indent, end);
    }

    fn qualifier_block(&mut self, block: &QualifierBlock) {
        let mut line = PrintedRule::new();
        prefix::print(&block.prefix, &mut line);
        self.header(&line);
        if !block.prefix.is_empty() {
            self.out.push(b' ');
        }
        self.block(&block.block);
    }

    /// Writes the line of a block up to its brace.
    pub(super) fn header(&mut self, line: &PrintedRule) {
        line.write(&mut self.out, self.indent, b"");
    }

    /// Writes bytes on the current line, apart from the word before.
    pub(super) fn append(&mut self, text: &[u8]) {
        separate(&mut self.out, text);
    }

    /// Writes braces and what stands between them; the cursor is where the opening brace goes.
    pub(super) fn block(&mut self, block: &Block) {
        self.out.push(b'{');
        self.trailing(block.opening.as_ref());
        self.out.push(b'\n');
        let (first, last, end) = (unit::first(block), unit::last(block), self.end);
        // What was begun, a header or `} else {`, ends where the first thing in the block begins.
        if let (Some(begun), Some(first)) = (self.units.last_mut(), first) {
            begun.span.end = first.max(begun.span.start);
        }
        self.indent += STEP;
        self.items(&block.items, &block.tail, self.out.len(), &mut false);
        self.indent -= STEP;
        if let Some(begun) = self.units.last().filter(|_| first.is_some()) {
            self.unit(Span { start: last.unwrap_or(end), end, ..begun.span });
        }
        self.end = end;
        pad(&mut self.out, self.indent);
        self.out.push(b'}');
    }

    fn trailing(&mut self, comment: Option<&Comment>) {
        if let Some(comment) = comment {
            separate(&mut self.out, b" ");
            self.out.extend_from_slice(comment);
        }
    }
}

/// Whether an item stands only in profiles.
fn is_part_of_profile(item: &Item) -> bool {
    matches!(item.kind.value, ItemKind::Rule(_) | ItemKind::Rlimit(_) | ItemKind::Block(_) | ItemKind::Conditional(_))
}

fn print_rule(rule: &Rule, line: &mut PrintedRule) {
    prefix::print(&rule.prefix, line);
    match &rule.kind {
        RuleKind::File(rule) => file::print(rule, line),
        RuleKind::Link(rule) => link::print(rule, line),
        RuleKind::ChangeProfile(rule) => change_profile::print(rule, line),
        RuleKind::Capability(rule) => capability::print(rule, line),
        RuleKind::Network(rule) => network::print(rule, line),
        RuleKind::Unix(rule) => unix::print(rule, line),
        RuleKind::Dbus(rule) => dbus::print(rule, line),
        RuleKind::Signal(rule) => signal::print(rule, line),
        RuleKind::Ptrace(rule) => ptrace::print(rule, line),
        RuleKind::Mount(rule) => mount::print(rule, line),
        RuleKind::PivotRoot(rule) => pivot_root::print(rule, line),
        RuleKind::Mqueue(rule) => mqueue::print(rule, line),
        RuleKind::Userns(rule) => userns::print(rule, line),
        RuleKind::IoUring(rule) => io_uring::print(rule, line),
        RuleKind::All(rule) => all::print(rule, line),
    }
}
