//! The words of the language that may stand at a cursor.

mod arguments;
#[cfg(test)]
mod tests;

use super::construct::{Construct, KEYWORDS};
use super::context::{CursorContext, CursorSlot, EnclosingElement};
use super::visit::WordRole;
use super::words;

pub(crate) use super::suggest::{Completion as Candidate, CompletionKind as CandidateKind};

/// Collects candidates.
struct Candidates<'c, 't> {
    context: &'c CursorContext<'t>,
    found: Vec<Candidate>,
}

/// The words of the language that may stand at the cursor, in the order in which to show them. The part of a word before the
/// cursor is not compared with them: an editor does that.
pub(crate) fn keywords(context: &CursorContext<'_>) -> Vec<Candidate> {
    let mut candidates = Candidates { context, found: Vec::new() };
    match context.inside {
        EnclosingElement::Comment | EnclosingElement::Quotes | EnclosingElement::Variable { boolean: true, .. } => {}
        EnclosingElement::Variable { boolean: false, .. } => {
            candidates.list(WordRole::Variable, CandidateKind::Variable, &[]);
        }
        EnclosingElement::Code => candidates.slot(),
    }
    candidates.found
}

/// The first sentence of a description, without Markdown.
fn summary(text: &str) -> String {
    let end = text.find(". ").or_else(|| text.find(": ")).unwrap_or(text.len());
    let first = text.get(..end).unwrap_or(text).trim_end_matches('.');
    first.replace(['`', '*'], "")
}

impl Candidates<'_, '_> {
    fn add(&mut self, label: &str, kind: CandidateKind, text: &str, insert: Option<String>) {
        self.found.push(Candidate {
            label: label.to_owned(),
            kind,
            detail: summary(text),
            documentation: text.to_owned(),
            insert,
            replaces: self.context.replaced(),
        });
    }

    /// Every word of a role but those that are there already.
    fn list(&mut self, role: WordRole, kind: CandidateKind, written: &[&[u8]]) {
        for (word, text) in words::list(role) {
            if !written.contains(&word.as_bytes()) {
                self.add(word, kind, text, None);
            }
        }
    }

    /// Keywords, by name.
    fn keyword(&mut self, word: &str) {
        let text = words::list(WordRole::Keyword).find(|(name, _)| *name == word).map_or("", |(_, text)| text);
        self.add(word, CandidateKind::Keyword, text, None);
    }

    fn keywords(&mut self, words: &[&str]) {
        words.iter().for_each(|word| self.keyword(word));
    }

    fn statements(&mut self, words: &[&str]) {
        words.iter().for_each(|word| self.statement(word));
    }

    fn slot(&mut self) {
        let context = self.context;
        match &context.slot {
            CursorSlot::Start => self.start(),
            CursorSlot::Header => self.header(),
            CursorSlot::Else => self.keyword("if"),
            CursorSlot::Expression { operand } => self.expression(*operand),
            CursorSlot::List => match context.construct {
                Some(Construct::Profile | Construct::Hat) => self.flags(),
                Some(construct) => self.permissions(construct),
                None => {}
            },
            CursorSlot::ConditionValue { name, .. } => self.condition_value(&name.clone()),
            CursorSlot::GroupName { group } => self.group_names(&group.clone()),
            CursorSlot::GroupValue { name, .. } => self.condition_value(&name.clone()),
            CursorSlot::IncludePath => self.include(),
            CursorSlot::Argument | CursorSlot::Target => self.argument(),
            CursorSlot::Name | CursorSlot::Value | CursorSlot::Done | CursorSlot::Priority => {}
        }
    }

    /// Suggests words that begin an item or follow a prefix.
    fn start(&mut self) {
        let context = self.context;
        if context.partial().first().is_some_and(|byte| !byte.is_ascii_alphabetic()) {
            return;
        }
        if context.may_else && context.prefix.is_empty() {
            self.keyword("else");
        }
        let top = context.at_top();
        let whole = top && has_profile(context.text);
        if context.prefix.is_empty() {
            if top {
                self.statements(&["abi", "include", "include if exists", "alias", "profile", "if"]);
            } else {
                self.statements(&["include", "include if exists"]);
            }
        }
        if whole {
            return;
        }
        self.prefixes();
        let owner = [&b"owner"[..], b"user", b"other"].iter().any(|word| context.has_prefix(word));
        let mut last = None;
        for &(word, construct) in KEYWORDS {
            // The canonical word of each construct; an `else` needs its `if`.
            if last.replace(construct) == Some(construct) && construct != Construct::File
                || construct == Construct::Else
            {
                continue;
            }
            let fits = if context.prefix.is_empty() {
                match construct {
                    // Offered above, where they may stand.
                    Construct::Abi | Construct::Alias | Construct::Include => false,
                    Construct::Profile | Construct::If => !top,
                    _ => true,
                }
            } else {
                construct.takes_prefix() && (construct.takes_owner() || !owner)
            };
            if fits {
                self.statement(word);
            }
        }
    }

    /// A word that begins an item, with the words that always follow it.
    fn statement(&mut self, word: &str) {
        match word {
            "set" => {
                let text =
                    words::list(WordRole::Keyword).find(|(name, _)| *name == "rlimit").map_or("", |(_, text)| text);
                self.add("set rlimit", CandidateKind::Keyword, text, None);
            }
            "include if exists" => {
                let text = "Puts the contents of another file here, if there is one.";
                self.add(word, CandidateKind::Keyword, text, None);
            }
            _ => self.keyword(word),
        }
    }

    /// The prefix words that may follow those that are there: `priority=`, `audit`, the mode, the owner.
    fn prefixes(&mut self) {
        let has = |words: &[&str]| words.iter().any(|word| self.context.has_prefix(word.as_bytes()));
        let owner = has(&["owner", "user", "other"]);
        let mode = owner || has(&["allow", "deny", "prompt"]);
        let audit = mode || has(&["audit"]);
        let priority = audit || has(&["priority"]);
        if !priority {
            let text =
                words::list(WordRole::Keyword).find(|(name, _)| *name == "priority").map_or("", |(_, text)| text);
            self.add("priority=", CandidateKind::Keyword, text, None);
        }
        if !audit {
            self.keyword("audit");
        }
        if !mode {
            self.keywords(&["allow", "deny", "prompt"]);
        }
        if !owner {
            self.keywords(&["owner", "other"]);
        }
    }

    /// Suggests the parts of a header after the name.
    fn header(&mut self) {
        let written = self.context.conditions();
        for (word, text) in words::list(WordRole::ConditionName(Construct::Profile)) {
            if written.contains(&word.as_bytes()) || word == "identities" {
                continue;
            }
            self.add(&format!("{word}="), CandidateKind::Condition, text, Some(format!("{word}=(")));
        }
    }

    /// Words of `flags=(…)` that neither are there nor contradict those that are.
    fn flags(&mut self) {
        use crate::vocab::{ProfileMode, Vocabulary, flags};
        let written = self.context.listed();
        let has_mode = written.iter().any(|word| ProfileMode::from_word(word).is_some());
        for (word, text) in words::list(WordRole::Flag) {
            let opposite =
                flags::path_flag(word.as_bytes()).is_some_and(|flag| written.contains(&flag.opposite.as_bytes()));
            let mode = has_mode && ProfileMode::from_word(word.as_bytes()).is_some();
            if !written.contains(&word.as_bytes()) && !opposite && !mode {
                let valued = flags::VALUED.contains(&word) && word != "attach_disconnected.ipc";
                self.add(word, CandidateKind::Member, text, valued.then(|| format!("{word}=")));
            }
        }
    }

    /// Permission words that are not there.
    fn permissions(&mut self, construct: Construct) {
        let written = self.context.listed();
        for (word, text) in words::list(WordRole::Permission(construct)) {
            // The letters and old synonyms are for reading, not for writing.
            let synonym = text.starts_with("The same as") || word.len() <= 2;
            if !written.contains(&word.as_bytes()) && !synonym {
                self.add(word, CandidateKind::Permission, text, None);
            }
        }
    }

    fn expression(&mut self, operand: bool) {
        if operand {
            self.keywords(&["not", "defined"]);
            self.add("true", CandidateKind::Member, "Always holds.", None);
            self.add("false", CandidateKind::Member, "Never holds.", None);
        } else {
            self.keywords(&["and", "or", "in"]);
            for (sign, text) in [
                ("==", "Both sides have the same values."),
                ("!=", "The sides have different values."),
                ("<", "The left side is less: by number, or in the order of bytes."),
                ("<=", "The left side is less or equal: by number, or in the order of bytes."),
                (">", "The left side is greater: by number, or in the order of bytes."),
                (">=", "The left side is greater or equal: by number, or in the order of bytes."),
            ] {
                self.add(sign, CandidateKind::Operator, text, None);
            }
        }
    }

    /// After `include`.
    fn include(&mut self) {
        if self.context.construct == Some(Construct::Include) && self.context.pieces.len() == 1 && !self.context.angle {
            self.keyword("if exists");
        }
    }
}

/// Whether a text has a profile at its top level, so that no rule may stand there: else it may be a file that others include.
fn has_profile(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n').any(|line| {
        let named = line.starts_with(b"profile ") || matches!(line, [b'/', ..] | [b'"', b'/', ..]);
        named && line.trim_ascii_end().ends_with(b"{")
    })
}
