//! The context of a cursor in a text that need not parse: the open blocks, the words of the current statement, and what may
//! follow.
//!
//! The parser cannot say this: a statement without its end has no place in the tree. The scanner here goes through the text with
//! the parser's own word patterns and states, and takes what it does not understand for a word. It stops at the cursor.

mod scan;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::construct::Construct;
use super::visit::{WordRole, socket_role, value_role};
use crate::source::Span;
use crate::syntax::ast::FileLetters;
use crate::vocab::{NetworkPermissions, Vocabulary};

/// The kind of statement that opened a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    /// A profile or child profile.
    Profile,
    /// A hat.
    Hat,
    /// `audit deny {`
    Prefix,
    /// `if … {`
    If,
    /// `else {`
    Else,
}

/// A block around the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenBlock {
    /// The statement that opened it.
    pub(crate) kind: BlockKind,
    /// The name of a profile or hat.
    pub(crate) name: Option<Range<u32>>,
    /// Offset of its brace.
    pub(crate) brace: u32,
}

/// The kind of a piece of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// A word, quoted or not.
    Word,
    /// `=` or `:=` of a condition.
    Equal,
    /// `in` of a condition.
    In,
    /// `->`
    Arrow,
    /// The operator of an assignment.
    Assign,
    /// `(`
    Open,
    /// `)`
    Close,
    /// Any other sign: a comma in a list, a comparison, `<=`, `+`.
    Sign,
}

/// A piece of the statement before the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StatementPiece {
    /// Its kind.
    pub(crate) kind: PieceKind,
    /// The range in the text.
    pub(crate) range: Range<u32>,
}

/// The part of a statement that the cursor is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CursorSlot {
    /// At the beginning of an item, or after prefix words.
    Start,
    /// The name of a profile or hat.
    Name,
    /// After the name in a header.
    Header,
    /// After `else`.
    Else,
    /// In an expression; after an operator or at its beginning an operand is wanted.
    Expression {
        /// Whether an operand is wanted here.
        operand: bool,
    },
    /// After the operator of an assignment.
    Value,
    /// The path of an include or abi.
    IncludePath,
    /// After an arrow.
    Target,
    /// After `->` was its word: only the comma may follow.
    Done,
    /// Any other place of a rule.
    Argument,
    /// In the parentheses of permissions, or of flags in a header without `flags=`.
    List,
    /// After the operator of a condition.
    ConditionValue {
        /// The condition's name.
        name: Range<u32>,
        /// Whether in its parentheses.
        list: bool,
    },
    /// The name of a condition in a group.
    GroupName {
        /// The group's name.
        group: Range<u32>,
    },
    /// The value of a condition in a group.
    GroupValue {
        /// The group's name.
        group: Range<u32>,
        /// The condition's name.
        name: Range<u32>,
    },
    /// The number of `priority=`.
    Priority,
}

/// The lexical element that contains the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EnclosingElement {
    /// None of the others.
    Code,
    /// A comment.
    Comment,
    /// Quotes that are not closed before the cursor.
    Quotes,
    /// A reference to a variable.
    Variable {
        /// Whether it begins with `$`.
        boolean: bool,
        /// The name as far as it is written before the cursor.
        name: Range<u32>,
    },
}

/// Candidates that need more than the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CandidateQuery {
    /// Names of set variables, or of boolean ones.
    Variables {
        /// Whether boolean.
        boolean: bool,
    },
    /// Files to include.
    Includes {
        /// Whether in angle brackets, that is, below the include directories.
        angle: bool,
    },
    /// Feature files for `abi`.
    AbiFiles {
        /// Whether in angle brackets.
        angle: bool,
    },
    /// Names of profiles.
    Profiles,
    /// Names of hats and children of the profile around the cursor.
    Children,
    /// Paths of the machine.
    Paths,
}

/// The context of a cursor.
#[derive(Clone, Debug)]
pub(crate) struct CursorContext<'t> {
    /// The text, all of it.
    pub(crate) text: &'t [u8],
    /// The cursor.
    pub(crate) cursor: u32,
    /// The blocks around it, the outermost first.
    pub(crate) blocks: Vec<OpenBlock>,
    /// The prefix words of the statement (`audit deny owner`).
    pub(crate) prefix: Vec<Range<u32>>,
    /// The construct of the statement, as far as its first word after the prefix determines it.
    pub(crate) construct: Option<Construct>,
    /// The statement's pieces after the prefix, without the word at the cursor.
    pub(crate) pieces: Vec<StatementPiece>,
    /// The kind of text that may be written at the cursor.
    pub(crate) slot: CursorSlot,
    /// The part of a word that stands directly before the cursor; empty where there is none. Quotes and the `<` of an include
    /// are not part of it.
    pub(crate) word: Range<u32>,
    /// The lexical element that contains the cursor.
    pub(crate) inside: EnclosingElement,
    /// Whether the path of an include or abi is in angle brackets.
    pub(crate) angle: bool,
    /// Whether the block of an `if` stands directly before the statement.
    pub(crate) may_else: bool,
}

/// The braces of every block of a text that is closed, opening and closing one, the inner ones first.
pub(crate) fn closed_blocks(text: &[u8]) -> Vec<(u32, u32)> {
    scan::scan(text).closed
}

impl<'t> CursorContext<'t> {
    /// Returns the context of `cursor`, which may be at any offset.
    pub(crate) fn new(text: &'t [u8], cursor: u32) -> CursorContext<'t> {
        let cursor = cursor.min(u32::try_from(text.len()).unwrap_or(u32::MAX));
        let before = text.get(..cursor as usize).unwrap_or_default();
        scan::scan(before).into_context(text, cursor)
    }

    /// The bytes of a range.
    pub(crate) fn slice(&self, range: &Range<u32>) -> &'t [u8] {
        self.text.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// The part of a word before the cursor.
    pub(crate) fn partial(&self) -> &'t [u8] {
        self.slice(&self.word)
    }

    /// The text of a piece.
    pub(crate) fn piece(&self, piece: &StatementPiece) -> &'t [u8] {
        self.slice(&piece.range)
    }

    /// The range that a candidate replaces: the part of a word before the cursor, and the letters that go on after it.
    pub(crate) fn replaced(&self) -> Range<u32> {
        let behind = self.text.get(self.cursor as usize..).unwrap_or_default();
        let more = behind.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let start = match &self.inside {
            EnclosingElement::Variable { name, .. } => name.start,
            _ => self.word.start,
        };
        start..self.cursor.saturating_add(u32::try_from(more).unwrap_or(0))
    }

    /// Whether a word stands among the prefix words.
    pub(crate) fn has_prefix(&self, word: &[u8]) -> bool {
        self.prefix.iter().any(|range| self.slice(range) == word)
    }

    /// Whether the cursor is at the top level: outside of all profiles and blocks but `if`.
    pub(crate) fn at_top(&self) -> bool {
        self.blocks.iter().all(|block| matches!(block.kind, BlockKind::If | BlockKind::Else))
    }

    /// The words of the statement after its keyword, outside of conditions, lists and what stands after an arrow.
    pub(crate) fn arguments(&self) -> Vec<&StatementPiece> {
        let mut depth = 0_u32;
        let mut arguments = Vec::new();
        let mut value = false;
        for (index, piece) in self.pieces.iter().enumerate().skip(1) {
            match piece.kind {
                PieceKind::Open => depth += 1,
                PieceKind::Close => depth = depth.saturating_sub(1),
                PieceKind::Word if depth == 0 && !value && !self.is_condition(index) => arguments.push(piece),
                PieceKind::Arrow => break,
                _ => {}
            }
            value = matches!(piece.kind, PieceKind::Equal);
        }
        arguments
    }

    /// The arguments of a network rule, but for its permissions: family, type.
    pub(crate) fn sockets(&self) -> Vec<&'t [u8]> {
        let words = self.arguments().into_iter().map(|word| self.piece(word));
        words.filter(|word| NetworkPermissions::from_word(word).is_none()).collect()
    }

    /// Whether the piece at an index is the name of a condition: its operator follows.
    fn is_condition(&self, index: usize) -> bool {
        self.pieces.get(index + 1).is_some_and(|next| matches!(next.kind, PieceKind::Equal | PieceKind::In))
    }

    /// The names of the conditions that the statement has outside of groups.
    pub(crate) fn conditions(&self) -> Vec<&'t [u8]> {
        let mut depth = 0_u32;
        let mut names = Vec::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            match piece.kind {
                PieceKind::Open => depth += 1,
                PieceKind::Close => depth = depth.saturating_sub(1),
                PieceKind::Word if depth == 0 && self.is_condition(index) => names.push(self.piece(piece)),
                _ => {}
            }
        }
        names
    }

    /// The words of the parentheses that are open at the cursor.
    pub(crate) fn listed(&self) -> Vec<&'t [u8]> {
        let mut words: Vec<_> = (self.pieces.iter().rev())
            .take_while(|piece| piece.kind != PieceKind::Open)
            .filter(|piece| piece.kind == PieceKind::Word)
            .map(|piece| self.piece(piece))
            .collect();
        words.reverse();
        words
    }

    /// Whether an arrow stands in the statement.
    pub(crate) fn has_arrow(&self) -> bool {
        self.pieces.iter().any(|piece| piece.kind == PieceKind::Arrow)
    }

    /// Returns the role of a word at the cursor, if the slot determines it.
    pub(crate) fn role(&self) -> Option<WordRole> {
        let construct = self.construct?;
        Some(match &self.slot {
            CursorSlot::Name => WordRole::ProfileName,
            CursorSlot::IncludePath if construct == Construct::Abi => WordRole::AbiPath,
            CursorSlot::IncludePath => WordRole::IncludePath,
            CursorSlot::Value => WordRole::VariableValue,
            CursorSlot::List if matches!(construct, Construct::Profile | Construct::Hat) => WordRole::Flag,
            CursorSlot::List => WordRole::Permission(construct),
            CursorSlot::ConditionValue { name, .. } if matches!(construct, Construct::Profile | Construct::Hat) => {
                match self.slice(name) {
                    b"flags" => WordRole::Flag,
                    _ => WordRole::Identity,
                }
            }
            CursorSlot::ConditionValue { name, .. } => value_role(construct, self.slice(name)),
            CursorSlot::GroupName { .. } => WordRole::ConditionName(construct),
            CursorSlot::GroupValue { name, .. } => value_role(construct, self.slice(name)),
            CursorSlot::Target => match construct {
                Construct::Link => WordRole::LinkTarget,
                Construct::Alias => WordRole::AliasTo,
                Construct::Mount => WordRole::MountPoint,
                Construct::ChangeProfile | Construct::PivotRoot => WordRole::ChangeProfileTarget,
                _ if self.links() => WordRole::LinkTarget,
                _ => WordRole::ExecTarget,
            },
            CursorSlot::Argument => match construct {
                Construct::Capability => WordRole::Capability,
                Construct::Network => socket_role(self.sockets().len(), self.partial()),
                Construct::Rlimit => match self.pieces.len() {
                    0 | 1 => WordRole::Keyword,
                    2 => WordRole::Rlimit,
                    3 => WordRole::Keyword,
                    4 => WordRole::RlimitValue,
                    _ => WordRole::Unit,
                },
                Construct::Mount => WordRole::MountSource,
                Construct::Remount | Construct::Umount => WordRole::MountPoint,
                Construct::Mqueue => WordRole::QueueName,
                Construct::Alias => WordRole::AliasFrom,
                _ => WordRole::Path,
            },
            _ => return None,
        })
    }

    /// Whether the permissions of a file rule link and do not execute.
    fn links(&self) -> bool {
        let arguments = self.pieces.iter().take_while(|piece| piece.kind != PieceKind::Arrow);
        arguments.filter_map(|piece| self.letters(piece)).last().is_some_and(|letters| letters.links())
    }

    /// The permissions of a file rule that a piece is.
    pub(crate) fn letters(&self, piece: &StatementPiece) -> Option<FileLetters> {
        FileLetters::read(self.piece(piece), Span::NONE)
    }

    /// The candidates that need more than the text.
    pub(crate) fn wanted(&self) -> Vec<CandidateQuery> {
        match self.inside {
            EnclosingElement::Comment => return Vec::new(),
            EnclosingElement::Variable { boolean, .. } => return vec![CandidateQuery::Variables { boolean }],
            EnclosingElement::Quotes | EnclosingElement::Code => {}
        }
        match (&self.slot, self.role()) {
            (CursorSlot::Start, _) if self.partial().starts_with(b"/") => vec![CandidateQuery::Paths],
            (CursorSlot::Header, _) => vec![CandidateQuery::Paths],
            (CursorSlot::Name, _) if self.partial().starts_with(b"/") => vec![CandidateQuery::Paths],
            (CursorSlot::Name | CursorSlot::Start, _) => Vec::new(),
            (CursorSlot::Expression { operand: true }, _) => {
                vec![CandidateQuery::Variables { boolean: false }, CandidateQuery::Variables { boolean: true }]
            }
            (_, Some(WordRole::IncludePath)) => vec![CandidateQuery::Includes { angle: self.angle }],
            (_, Some(WordRole::AbiPath)) => vec![CandidateQuery::AbiFiles { angle: self.angle }],
            (_, Some(WordRole::Label)) => vec![CandidateQuery::Profiles, CandidateQuery::Children],
            (_, Some(WordRole::ExecTarget | WordRole::ChangeProfileTarget)) => {
                vec![CandidateQuery::Profiles, CandidateQuery::Children]
            }
            (CursorSlot::Argument, Some(WordRole::Path)) => match self.construct {
                // Paths stand first in these; permissions follow.
                Some(Construct::File | Construct::Link | Construct::ChangeProfile | Construct::PivotRoot)
                    if !self.has_path() =>
                {
                    vec![CandidateQuery::Paths]
                }
                _ => Vec::new(),
            },
            (
                _,
                Some(
                    WordRole::MountSource
                    | WordRole::MountPoint
                    | WordRole::LinkTarget
                    | WordRole::AliasFrom
                    | WordRole::AliasTo
                    | WordRole::VariableValue
                    | WordRole::Path,
                ),
            ) => vec![CandidateQuery::Paths],
            _ => Vec::new(),
        }
    }

    /// Whether the statement has a path before the cursor.
    pub(crate) fn has_path(&self) -> bool {
        self.pieces.iter().any(|piece| {
            piece.kind == PieceKind::Word && matches!(self.piece(piece).first(), Some(b'/' | b'@' | b'"' | b'&' | b':'))
        })
    }
}
