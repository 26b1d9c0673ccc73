//! Names that a file declares and uses.

use std::path::PathBuf;

use super::visit::{WordRole, variable_references, words};
use crate::source::{Source, Span, Text};
use crate::syntax::ast::{AssignOp, Conditional, Else, File, FileBody, Item, ItemKind, PathForm, Rule, RuleKind};
use crate::syntax::word::stored;
use crate::vocab::ExecKind;

/// A range of bytes of the text that holds the file: of a profile in a manifest, the manifest.
pub(super) type Range = std::ops::Range<u32>;

/// The names in a file.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    /// The manifest that holds it.
    pub(super) document: Option<PathBuf>,
    pub(super) includes: Vec<IncludeUse>,
    pub(super) variables: Vec<VariableSymbol>,
    /// Parents before their children.
    pub(super) profiles: Vec<ProfileSymbol>,
    pub(super) uses: Vec<NameUse>,
}

/// An `include` or `abi` rule.
#[derive(Debug)]
pub(super) struct IncludeUse {
    pub(super) form: PathForm,
    /// The path in stored form.
    pub(super) text: String,
    pub(super) range: Range,
}

/// An assignment.
#[derive(Debug)]
pub(super) struct VariableSymbol {
    pub(super) name: Text,
    pub(super) boolean: bool,
    pub(super) op: AssignOp,
    /// The name, without the signs around it.
    pub(super) range: Range,
}

/// A profile, hat or child profile.
#[derive(Debug)]
pub(super) struct ProfileSymbol {
    /// The name with those of its parents: `parent//child`.
    pub(super) name: Text,
    /// The last part of the name, without quotes, as it is written.
    pub(super) range: Range,
}

/// The entity that a name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum NameKind {
    /// `@{name}`
    Variable,
    /// `$name`
    Boolean,
    Profile,
}

/// A use of a name.
#[derive(Debug)]
pub(super) struct NameUse {
    pub(super) kind: NameKind,
    pub(super) name: Text,
    /// The name alone, without signs and quotes.
    pub(super) range: Range,
    /// The profile that it is used in.
    pub(super) inside: Option<Text>,
    /// Whether only a child of that profile can be meant.
    pub(super) child: bool,
}

impl Symbols {
    /// Whether the file has no includes, declarations and uses of names.
    pub(super) fn is_empty(&self) -> bool {
        self.includes.is_empty() && self.variables.is_empty() && self.profiles.is_empty() && self.uses.is_empty()
    }

    /// Notes a use of a profile that stands in a manifest, or after `localhost/` there.
    pub(super) fn profile_use(&mut self, name: Text, span: Span, prefixed: bool) {
        let start = if prefixed { span.end.saturating_sub(u32::try_from(name.len()).unwrap_or(0)) } else { span.start };
        let range = start.max(span.start)..span.end;
        self.uses.push(NameUse { kind: NameKind::Profile, name, range, inside: None, child: false });
    }
}

/// Returns the names that a file declares and uses; `locate` maps its places to those of the text that contains it.
pub(super) fn symbols(file: &File, source: &Source, locate: &dyn Fn(Span) -> Span) -> Symbols {
    let mut collector = Collector { source, locate, symbols: Symbols::default(), parents: Vec::new() };
    collector.items(&file.items);
    collector.symbols
}

struct Collector<'a> {
    source: &'a Source,
    locate: &'a dyn Fn(Span) -> Span,
    symbols: Symbols,
    /// The full names of the profiles around.
    parents: Vec<Text>,
}

impl Collector<'_> {
    fn range(&self, span: Span) -> Range {
        let span = (self.locate)(span);
        span.start..span.end
    }

    /// The span of a word without its quotes.
    fn unquoted(&self, span: Span) -> Span {
        match self.source.slice(span) {
            [b'"', .., b'"'] => Span::new(span.source, span.start + 1, span.end - 1),
            _ => span,
        }
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            self.item(item);
        }
    }

    fn item(&mut self, item: &Item) {
        words(item, &mut |role, word| {
            for reference in variable_references(role, word) {
                let kind = if reference.boolean { NameKind::Boolean } else { NameKind::Variable };
                self.push(kind, reference.name.into(), reference.name_span(), false);
            }
            let child = match role {
                WordRole::ExecTarget => leads_to_child(item),
                WordRole::Label | WordRole::ChangeProfileTarget => false,
                _ => return,
            };
            // `a//&b` is a stack of two.
            let span = self.unquoted(word.span);
            let text = self.source.slice(span).to_vec();
            let mut start = 0;
            for part in split(&text) {
                let at = |offset: usize| span.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
                let part_span = Span::new(span.source, at(start), at(start + part.len()));
                start += part.len() + STACK.len();
                let name = stored(part);
                let name = name.strip_prefix(b"&").unwrap_or(&name);
                if !name.is_empty() {
                    self.push(NameKind::Profile, name.into(), part_span, child);
                }
            }
        });
        match &item.kind.value {
            ItemKind::Include(include) => {
                let text = include.path.text();
                let range = self.range(include.path.path.span);
                self.symbols.includes.push(IncludeUse { form: include.path.form, text, range });
            }
            ItemKind::SetVariable(variable) => {
                self.variable(&variable.name.value, false, variable.op.value, variable.name.span);
            }
            ItemKind::BoolVariable(variable) => {
                self.variable(&variable.name.value, true, variable.op.value, variable.name.span);
            }
            ItemKind::Profile(profile) => {
                let last = profile.name.stored();
                let name = match self.parents.last() {
                    Some(parent) => Text::from([parent, &b"//"[..], &last].concat()),
                    None => Text::from(last.as_slice()),
                };
                let range = self.range(self.unquoted(profile.name.span));
                self.symbols.profiles.push(ProfileSymbol { name: name.clone(), range });
                self.parents.push(name);
                self.items(&profile.body.items);
                self.parents.pop();
            }
            ItemKind::Block(block) => self.items(&block.block.items),
            ItemKind::Conditional(conditional) => self.branches(conditional),
            _ => {}
        }
    }

    fn branches(&mut self, conditional: &Conditional) {
        self.items(&conditional.then.items);
        match &conditional.otherwise {
            Some(Else::Block(block)) => self.items(&block.items),
            Some(Else::If(inner)) => self.branches(&inner.value),
            None => {}
        }
    }

    fn push(&mut self, kind: NameKind, name: Text, span: Span, child: bool) {
        let range = self.range(span);
        self.symbols.uses.push(NameUse { kind, name, range, inside: self.parents.last().cloned(), child });
    }

    fn variable(&mut self, name: &Text, boolean: bool, op: AssignOp, span: Span) {
        // The span may cover the signs around the name.
        let written = self.source.slice(span);
        let before = written.iter().take_while(|byte| matches!(byte, b'@' | b'$' | b'{')).count();
        let start = span.start + u32::try_from(before).unwrap_or(0);
        let end = start.saturating_add(u32::try_from(name.len()).unwrap_or(0)).min(span.end);
        let range = self.range(Span::new(span.source, start, end));
        self.symbols.variables.push(VariableSymbol { name: name.clone(), boolean, op, range });
    }
}

/// Whether the target of an exec rule is a child of the profile.
fn leads_to_child(item: &Item) -> bool {
    let ItemKind::Rule(Rule { kind: RuleKind::File(file), .. }) = &item.kind.value else { return false };
    let FileBody::Access { permissions, .. } = &file.body else { return false };
    permissions.execs().any(|exec| exec.kind() == ExecKind::Child)
}

/// Between the names of a stack.
const STACK: &[u8] = b"//&";

/// The names of a stack.
fn split(text: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, STACK) {
        let (part, behind) = rest.split_at(at);
        parts.push(part);
        rest = behind.get(STACK.len()..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}
