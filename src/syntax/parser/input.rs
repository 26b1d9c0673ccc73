//! The located input of the parsers, and what is collected along the way.

use std::cell::{Cell, RefCell};

use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Needed};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Span, Spanned};
use crate::syntax::ast::Comment;

/// Blocks and expressions may nest this deep: far more than any policy needs, and little enough for the smallest stack.
pub(super) const NESTING_LIMIT: u32 = 200;

/// A file with more errors than this is not profile text; the rest of it is left unread.
const ERROR_LIMIT: usize = 500;

/// Result of a parser: `Err::Error` means "not this construct here", `Err::Failure` carries a diagnostic.
pub(super) type PResult<'a, T> = IResult<TokenInput<'a>, T, ParserError>;

/// Reasons why a parser did not succeed.
#[derive(Debug)]
pub(super) enum ParserError {
    /// Another parser may try.
    Mismatch,
    /// The diagnostic for the author.
    Reported(Box<Diagnostic>),
}

impl<'a> ParseError<TokenInput<'a>> for ParserError {
    fn from_error_kind(_: TokenInput<'a>, _: ErrorKind) -> Self {
        ParserError::Mismatch
    }

    fn append(_: TokenInput<'a>, _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// The state shared by the parsers of one text.
#[derive(Debug)]
pub(super) struct ParserState<'a> {
    text: &'a [u8],
    source: SourceId,
    diagnostics: RefCell<Vec<Diagnostic>>,
    /// Comments met inside items, in order.
    comments: RefCell<Vec<Comment>>,
    /// The end of the last of them, so that a second look at the same text adds none twice.
    comments_end: Cell<u32>,
    depth: Cell<u32>,
    stopped: Cell<bool>,
    unfinished: Cell<bool>,
    unclosed: Cell<bool>,
    /// Whether an item at the top was broken.
    broken: Cell<bool>,
}

impl<'a> ParserState<'a> {
    pub(super) fn new(text: &'a [u8], source: SourceId) -> Self {
        ParserState {
            text,
            source,
            diagnostics: RefCell::default(),
            comments: RefCell::default(),
            comments_end: Cell::new(0),
            depth: Cell::new(0),
            stopped: Cell::new(false),
            unfinished: Cell::new(false),
            unclosed: Cell::new(false),
            broken: Cell::new(false),
        }
    }

    pub(super) fn text(&self) -> &'a [u8] {
        self.text
    }

    pub(super) fn report(&self, mut diagnostic: Diagnostic) {
        let mut diagnostics = self.diagnostics.borrow_mut();
        if self.stopped.get() {
            return;
        }
        if diagnostics.len() + 1 >= ERROR_LIMIT {
            let end = format!("too many errors: the file is not read after the first {ERROR_LIMIT}");
            diagnostic.help = Some(diagnostic.help.map_or(end.clone(), |help| format!("{help}\n{end}")));
            self.stopped.set(true);
        }
        diagnostics.push(diagnostic);
    }

    /// Reports what leaves no sense in the rest of the text.
    pub(super) fn report_and_stop(&self, diagnostic: Diagnostic) {
        self.report(diagnostic);
        self.stopped.set(true);
    }

    /// Whether this is the first word about a last line without line end.
    pub(super) fn note_unfinished(&self) -> bool {
        !self.unfinished.replace(true)
    }

    /// Whether this is the first word about a block that is not closed.
    pub(super) fn note_unclosed(&self) -> bool {
        !self.unclosed.replace(true)
    }

    /// An item was broken; at the top, a closing brace may belong to it.
    pub(super) fn note_broken(&self) {
        if self.depth.get() == 0 {
            self.broken.set(true);
        }
    }

    /// Whether an item at the top was broken since this was asked last.
    pub(super) fn take_broken(&self) -> bool {
        self.broken.replace(false)
    }

    /// Whether the rest of the text is to be left unread.
    pub(super) fn stopped(&self) -> bool {
        self.stopped.get()
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics.into_inner()
    }

    /// Keeps a comment that stands inside an item.
    pub(super) fn keep_comment(&self, comment: Comment) {
        if comment.span.start >= self.comments_end.get() {
            self.comments_end.set(comment.span.end);
            self.comments.borrow_mut().push(comment);
        }
    }

    /// Returns the number of comments that are kept, and the end of the last one.
    pub(super) fn comment_mark(&self) -> (usize, u32) {
        (self.comments.borrow().len(), self.comments_end.get())
    }

    /// Forgets the comments after a mark: another parser will meet them.
    pub(super) fn reset_comments(&self, (count, end): (usize, u32)) {
        self.comments.borrow_mut().truncate(count);
        self.comments_end.set(end);
    }

    /// Takes the comments after a mark.
    pub(super) fn take_comments(&self, (count, _): (usize, u32)) -> Vec<Comment> {
        let mut comments = self.comments.borrow_mut();
        if comments.len() > count { comments.split_off(count) } else { Vec::new() }
    }
}

/// The rest of a text, its place, and the shared state.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenInput<'a> {
    rest: &'a [u8],
    at: u32,
    state: &'a ParserState<'a>,
}

impl<'a> TokenInput<'a> {
    /// The whole text of a state.
    pub(super) fn new(state: &'a ParserState<'a>) -> Self {
        TokenInput { rest: state.text, at: 0, state }
    }

    pub(super) fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn at(self) -> u32 {
        self.at
    }

    pub(super) fn state(self) -> &'a ParserState<'a> {
        self.state
    }

    /// The byte `index` places further on.
    pub(super) fn byte(self, index: usize) -> Option<u8> {
        self.rest.get(index).copied()
    }

    /// `count` bytes further on.
    pub(super) fn advance(self, count: usize) -> Self {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, &[]));
        TokenInput { rest, at: self.at + offset(taken.len()), ..self }
    }

    /// Another place of the same text.
    pub(super) fn seek(self, at: u32) -> Self {
        let rest = self.state.text.get(at as usize..).unwrap_or_default();
        TokenInput { rest, at: offset(self.state.text.len() - rest.len()), ..self }
    }

    /// Whether a line ends between here and `end`.
    pub(super) fn line_ends_before(self, end: TokenInput<'a>) -> bool {
        let len = end.at.saturating_sub(self.at) as usize;
        self.rest.get(..len).unwrap_or_default().contains(&b'\n')
    }

    /// The next `count` bytes as a span.
    pub(super) fn span(self, count: usize) -> Span {
        Span::new(self.state.source, self.at, self.at + offset(count.min(self.rest.len())))
    }

    /// Returns the span from here to the start of `end`.
    pub(super) fn span_to(self, end: TokenInput<'a>) -> Span {
        Span::new(self.state.source, self.at, end.at)
    }

    /// Runs `parser` one level deeper, unless that is too deep.
    pub(super) fn nested<T>(self, what: Span, parser: impl FnOnce(TokenInput<'a>) -> PResult<'a, T>) -> PResult<'a, T> {
        let depth = self.state.depth.get();
        if depth >= NESTING_LIMIT {
            let message = format!("more than {NESTING_LIMIT} nested blocks or expressions");
            let diagnostic = Diagnostic::new(Code::NestingLimit, message, what);
            self.state.report_and_stop(diagnostic.with_help("split the profile, or simplify the expression"));
            return Err(nom::Err::Error(ParserError::Mismatch));
        }
        self.state.depth.set(depth + 1);
        let result = parser(self);
        self.state.depth.set(depth);
        result
    }
}

/// Offsets fit: `SourceMap` takes no text that is larger, and a text that is (from nowhere) saturates.
fn offset(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// A word of the tree.
pub(super) fn word(text: &[u8], span: Span) -> crate::syntax::word::Word {
    Spanned::new(text.into(), span)
}

impl<'a> nom::Input for TokenInput<'a> {
    type Item = u8;
    type Iter = std::iter::Copied<std::slice::Iter<'a, u8>>;
    type IterIndices = std::iter::Enumerate<Self::Iter>;

    fn input_len(&self) -> usize {
        self.rest.len()
    }

    fn take(&self, index: usize) -> Self {
        TokenInput { rest: self.rest.get(..index).unwrap_or(self.rest), ..*self }
    }

    fn take_from(&self, index: usize) -> Self {
        self.advance(index)
    }

    fn take_split(&self, index: usize) -> (Self, Self) {
        (self.advance(index), self.take(index))
    }

    fn position<P: Fn(Self::Item) -> bool>(&self, predicate: P) -> Option<usize> {
        self.rest.iter().position(|&byte| predicate(byte))
    }

    fn iter_elements(&self) -> Self::Iter {
        self.rest.iter().copied()
    }

    fn iter_indices(&self) -> Self::IterIndices {
        self.iter_elements().enumerate()
    }

    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        if self.rest.len() >= count { Ok(count) } else { Err(Needed::new(count - self.rest.len())) }
    }
}

impl<'b> nom::Compare<&'b [u8]> for TokenInput<'_> {
    fn compare(&self, tag: &'b [u8]) -> nom::CompareResult {
        self.rest.compare(tag)
    }

    fn compare_no_case(&self, tag: &'b [u8]) -> nom::CompareResult {
        self.rest.compare_no_case(tag)
    }
}
