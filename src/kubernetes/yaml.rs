//! Parses YAML text into bounded trees with places.

use std::collections::BTreeMap;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, SourceId, Span, Spanned};

/// The largest YAML file that is read, in bytes. The API server takes objects of about 1 MiB; a file may hold many.
pub const MAX_LEN: usize = 16 << 20;

/// The most scalars, sequences and mappings of one file.
pub const MAX_NODES: usize = 1_000_000;

/// The deepest nesting. A pod's deepest field lies about ten deep.
pub const MAX_DEPTH: usize = 100;

/// The maximum number of merge keys (`<<`) that are followed, in a chain or in a list.
const MAX_MERGES: usize = 16;

/// A value with its place.
#[derive(Debug)]
pub(crate) struct YamlNode {
    pub(crate) kind: YamlKind,
    /// A mapping's ends with its last value; a block scalar's begins with its text, after the indentation.
    pub(crate) span: Span,
}

/// The kind of a node; the values of aliases are shared, not copied.
#[derive(Debug)]
pub(crate) enum YamlKind {
    Scalar(Scalar),
    Sequence(Vec<Arc<YamlNode>>),
    Mapping(Mapping),
}

/// Keys and values in order; scalar keys are found by their text, since one huge mapping may be looked at a thousand times.
#[derive(Debug, Default)]
pub(crate) struct Mapping {
    entries: Vec<(Arc<YamlNode>, Arc<YamlNode>)>,
    index: BTreeMap<String, usize>,
}

#[derive(Debug)]
pub(crate) struct Scalar {
    pub(crate) value: String,
    pub(crate) style: ScalarStyle,
    /// Whether it stands between brackets or braces.
    pub(crate) flow: bool,
}

impl YamlNode {
    /// The value of a key; keys that are merged in by `<<` are found after those that are written.
    pub(crate) fn get(&self, key: &str) -> Option<&YamlNode> {
        self.lookup(key, MAX_MERGES)
    }

    fn lookup(&self, key: &str, merges: usize) -> Option<&YamlNode> {
        let YamlKind::Mapping(mapping) = &self.kind else { return None };
        let written = |key: &str| mapping.index.get(key).and_then(|&index| mapping.entries.get(index));
        if let Some((_, value)) = written(key) {
            return Some(value);
        }
        let (_, merged) = written("<<").filter(|_| merges > 0)?;
        match &merged.kind {
            YamlKind::Mapping(_) => merged.lookup(key, merges - 1),
            YamlKind::Sequence(list) => list.iter().take(MAX_MERGES).find_map(|merged| merged.lookup(key, 0)),
            YamlKind::Scalar(_) => None,
        }
    }

    /// The keys and values of a mapping as written.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&YamlNode, &YamlNode)> {
        let entries = match &self.kind {
            YamlKind::Mapping(mapping) => mapping.entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|(key, value)| (&**key, &**value))
    }

    pub(crate) fn is_mapping(&self) -> bool {
        matches!(self.kind, YamlKind::Mapping(_))
    }

    /// The elements of a sequence.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &YamlNode> {
        let elements = match &self.kind {
            YamlKind::Sequence(elements) => elements.as_slice(),
            _ => &[],
        };
        elements.iter().map(|element| &**element)
    }

    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            YamlKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<Spanned<String>> {
        self.scalar().map(|scalar| Spanned::new(scalar.value.clone(), self.span))
    }

    /// Whether nothing is written: `key:`, `key: null`, `key: ~`.
    pub(crate) fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| {
            scalar.style == ScalarStyle::Plain && matches!(scalar.value.as_str(), "" | "~" | "null" | "Null" | "NULL")
        })
    }
}

/// The documents of a file, and what is wrong with it.
pub(crate) fn read(source: &Source, id: SourceId) -> (Vec<Arc<YamlNode>>, Vec<Diagnostic>) {
    let whole = Span::new(id, 0, 0);
    if source.text().len() > MAX_LEN {
        let message = format!("YAML file of more than {} MiB", MAX_LEN >> 20);
        return (Vec::new(), vec![Diagnostic::new(Code::YamlLimit, message, whole).with_help("split the file")]);
    }
    let text = match std::str::from_utf8(source.text()) {
        Ok(text) => text,
        Err(error) => {
            let at = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
            let diagnostic =
                Diagnostic::new(Code::YamlSyntax, "invalid UTF-8 in a YAML file", Span::new(id, at, at + 1));
            return (Vec::new(), vec![diagnostic]);
        }
    };
    let mut builder = YamlBuilder {
        text,
        offsets: Offsets::of(text),
        id,
        documents: Vec::new(),
        diagnostics: Vec::new(),
        open: Vec::new(),
        anchors: BTreeMap::new(),
        nodes: 0,
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let result = match event {
            Ok((event, span)) => builder.event(event, span),
            Err(error) => {
                let at = builder.offsets.byte(error.marker());
                Err(Diagnostic::new(Code::YamlSyntax, format!("invalid YAML: {}", error.info()), Span::new(id, at, at)))
            }
        };
        if let Err(diagnostic) = result {
            builder.diagnostics.push(diagnostic);
            break;
        }
    }
    (builder.documents, builder.diagnostics)
}

/// Converts the parser's places, which count characters, to bytes.
struct Offsets {
    /// Byte offset of each character; empty where all are ASCII, and both the same.
    characters: Vec<u32>,
    len: u32,
}

impl Offsets {
    fn of(text: &str) -> Offsets {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let characters =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| number(at)).collect() };
        Offsets { characters, len: number(text.len()) }
    }

    fn byte(&self, marker: &Marker) -> u32 {
        if self.characters.is_empty() {
            u32::try_from(marker.index()).unwrap_or(u32::MAX).min(self.len)
        } else {
            self.characters.get(marker.index()).copied().unwrap_or(self.len)
        }
    }
}

/// The tree in the making.
struct YamlBuilder<'a> {
    text: &'a str,
    offsets: Offsets,
    id: SourceId,
    documents: Vec<Arc<YamlNode>>,
    diagnostics: Vec<Diagnostic>,
    /// Sequences and mappings that are open, outermost first.
    open: Vec<OpenNode>,
    anchors: BTreeMap<usize, Arc<YamlNode>>,
    nodes: usize,
}

struct OpenNode {
    anchor: usize,
    span: Span,
    flow: bool,
    children: Children,
}

enum Children {
    Sequence(Vec<Arc<YamlNode>>),
    /// The entries so far, and the key that waits for its value.
    Mapping(Mapping, Option<Arc<YamlNode>>),
}

impl YamlBuilder<'_> {
    fn event(&mut self, event: Event<'_>, span: saphyr_parser::Span) -> Result<(), Diagnostic> {
        let span = Span::new(self.id, self.offsets.byte(&span.start), self.offsets.byte(&span.end));
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    let message = "YAML alias inside the value that it refers to";
                    return Err(Diagnostic::new(Code::YamlSyntax, message, span));
                };
                self.count(span)?;
                self.place(node)
            }
            Event::Scalar(value, style, anchor, _) => {
                self.count(span)?;
                let span = match style {
                    ScalarStyle::SingleQuoted => self.quoted(span, '\''),
                    ScalarStyle::DoubleQuoted => self.quoted(span, '"'),
                    _ => span,
                };
                let flow = self.open.last().is_some_and(|open| open.flow);
                let scalar = Scalar { value: value.into_owned(), style, flow };
                self.finish(anchor, YamlNode { kind: YamlKind::Scalar(scalar), span })
            }
            Event::SequenceStart(anchor, _) => self.begin(anchor, span, Children::Sequence(Vec::new())),
            Event::MappingStart(anchor, _) => self.begin(anchor, span, Children::Mapping(Mapping::default(), None)),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let (kind, last) = match open.children {
                    Children::Sequence(list) => {
                        let last = list.last().map(|node| node.span.end);
                        (YamlKind::Sequence(list), last)
                    }
                    Children::Mapping(mapping, _) => {
                        let last = mapping.entries.last().map(|(key, value)| value.span.end.max(key.span.end));
                        (YamlKind::Mapping(mapping), last)
                    }
                };
                // The end of a block collection is told where the next token begins, much later.
                let end = if open.flow { span.end } else { last.unwrap_or(open.span.end) };
                let span = Span { end: end.max(open.span.start), ..open.span };
                self.finish(open.anchor, YamlNode { kind, span })
            }
        }
    }

    /// The parser counts the comment after a quoted scalar in: this ends with the quote.
    fn quoted(&self, span: Span, quote: char) -> Span {
        let raw = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let mut characters = raw.char_indices().skip(1).peekable();
        while let Some((at, character)) = characters.next() {
            if character == '\\' && quote == '"' {
                characters.next();
            } else if character == quote && (quote == '"' || characters.next_if(|&(_, next)| next == quote).is_none()) {
                // The quote is one byte.
                return Span { end: span.start.saturating_add(u32::try_from(at + 1).unwrap_or(u32::MAX)), ..span };
            }
        }
        span
    }

    fn count(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("more than {MAX_NODES} YAML values in one file");
            return Err(Diagnostic::new(Code::YamlLimit, message, span).with_help("split the file"));
        }
        Ok(())
    }

    fn begin(&mut self, anchor: usize, span: Span, children: Children) -> Result<(), Diagnostic> {
        self.count(span)?;
        if self.open.len() >= MAX_DEPTH {
            let message = format!("YAML values are nested more than {MAX_DEPTH} deep");
            return Err(Diagnostic::new(Code::YamlLimit, message, span));
        }
        // `[` and `{` have a span, the beginning of a block collection has none.
        let flow = span.end > span.start || self.open.last().is_some_and(|open| open.flow);
        self.open.push(OpenNode { anchor, span, flow, children });
        Ok(())
    }

    fn finish(&mut self, anchor: usize, node: YamlNode) -> Result<(), Diagnostic> {
        let node = Arc::new(node);
        if anchor > 0 {
            self.anchors.insert(anchor, Arc::clone(&node));
        }
        self.place(node)
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, node: Arc<YamlNode>) -> Result<(), Diagnostic> {
        match self.open.last_mut().map(|open| &mut open.children) {
            None => self.documents.push(node),
            Some(Children::Sequence(list)) => list.push(node),
            Some(Children::Mapping(mapping, key)) => match key.take() {
                Some(key) => mapping.entries.push((key, node)),
                None => {
                    if let Some(scalar) = node.scalar()
                        && mapping.index.insert(scalar.value.clone(), mapping.entries.len()).is_some()
                    {
                        let message = format!("duplicate key `{}`", scalar.value);
                        let diagnostic = Diagnostic::new(Code::YamlDuplicateKey, message, node.span);
                        return Err(
                            diagnostic.with_help("remove one of the two: YAML readers disagree on which one applies")
                        );
                    }
                    *key = Some(node);
                }
            },
        }
        Ok(())
    }
}
