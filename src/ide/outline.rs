//! The outline of a file: profiles, hats, variables and aliases, as they are nested.

use crate::source::{Span, Spanned};
use crate::syntax::ast::{Else, File, Item, ItemKind, Profile, ProfileKeyword};

/// The kind of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SymbolKind {
    /// A profile or child profile.
    Profile,
    /// A hat.
    Hat,
    /// A set variable.
    Variable,
    /// A boolean variable.
    Boolean,
    /// An alias.
    Alias,
}

/// A symbol of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutlineItem {
    /// Its name: a profile's as written, a variable's with its sigil.
    pub(crate) name: String,
    /// Its kind.
    pub(crate) kind: SymbolKind,
    /// Attachment and flags, or the values.
    pub(crate) detail: String,
    /// The place of its name.
    pub(crate) name_span: Span,
    /// The place of all of it.
    pub(crate) span: Span,
    /// The symbols inside it.
    pub(crate) children: Vec<OutlineItem>,
}

/// Details are cut at this length: a variable may have a thousand values.
const DETAIL: usize = 120;

/// The symbols of a file in the order of the text. What stands in an `if` or a block of rules belongs to what is around it.
pub(crate) fn symbols(file: &File) -> Vec<OutlineItem> {
    let mut found = Vec::new();
    collect(&file.items, &mut found);
    found
}

/// The parser bounds the depth of blocks, so that this recursion is bounded, too.
fn collect(items: &[Item], found: &mut Vec<OutlineItem>) {
    for item in items {
        let span = item.kind.span;
        match &item.kind.value {
            ItemKind::Profile(profile) => {
                let mut children = Vec::new();
                collect(&profile.body.items, &mut children);
                let hat = matches!(profile.keyword, ProfileKeyword::Hat | ProfileKeyword::Caret);
                let kind = if hat { SymbolKind::Hat } else { SymbolKind::Profile };
                let (name, detail) = (profile.name.to_str_lossy().into_owned(), header(profile));
                found.push(OutlineItem { name, kind, detail, name_span: profile.name.span, span, children });
            }
            ItemKind::SetVariable(variable) => found.push(OutlineItem {
                name: format!("@{{{}}}", variable.name.value),
                kind: SymbolKind::Variable,
                detail: cut(&format!("{} {}", variable.op.value.as_str(), joined(&variable.values))),
                name_span: variable.name.span,
                span,
                children: Vec::new(),
            }),
            ItemKind::BoolVariable(variable) => found.push(OutlineItem {
                name: format!("${{{}}}", variable.name.value),
                kind: SymbolKind::Boolean,
                detail: String::new(),
                name_span: variable.name.span,
                span,
                children: Vec::new(),
            }),
            ItemKind::Alias(alias) => found.push(OutlineItem {
                name: alias.from.to_str_lossy().into_owned(),
                kind: SymbolKind::Alias,
                detail: cut(&format!("-> {}", alias.to.value)),
                name_span: alias.from.span,
                span,
                children: Vec::new(),
            }),
            ItemKind::Block(block) => collect(&block.block.items, found),
            ItemKind::Conditional(conditional) => {
                for conditional in super::visit::chain(conditional) {
                    collect(&conditional.then.items, found);
                    if let Some(Else::Block(block)) = &conditional.otherwise {
                        collect(&block.items, found);
                    }
                }
            }
            _ => {}
        }
    }
}

fn header(profile: &Profile) -> String {
    let attachment = profile.attachment.iter().map(|word| word.to_str_lossy().into_owned());
    let flags = profile.flags.iter().map(|flags| format!("({})", joined(&flags.value)));
    cut(&attachment.chain(flags).collect::<Vec<_>>().join(" "))
}

fn joined<T: AsRef<[u8]>>(words: &[Spanned<T>]) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&String::from_utf8_lossy(word.value.as_ref()));
        if text.len() > DETAIL {
            break;
        }
    }
    text
}

fn cut(text: &str) -> String {
    if text.chars().count() <= DETAIL {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(DETAIL).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_as_written() {
        let text = "@{X} += a b\n$Y = true\nalias /a/ -> /b/,\nprofile p /x flags=(complain, audit) {\n  ^h {\n  }\n  \
                    if $Y {\n    profile c {\n    }\n  } else {\n    hat d {\n    }\n  }\n}\n/bin/y {\n}\n";
        let symbols = symbols(&crate::parse(text.as_bytes()).unwrap());
        let shown = |list: &[OutlineItem]| {
            list.iter().map(|it| format!("{:?} {} {}", it.kind, it.name, it.detail)).collect::<Vec<_>>()
        };
        let expected = ["Variable @{X} += a b", "Boolean ${Y} ", "Alias /a/ -> /b/", "Profile p /x (complain audit)"];
        assert_eq!(shown(&symbols)[..4], expected);
        assert_eq!(shown(&symbols)[4..], ["Profile /bin/y "]);
        assert_eq!(shown(&symbols[3].children), ["Hat h ", "Profile c ", "Hat d "]);
        for symbol in &symbols {
            assert!(symbol.span.start <= symbol.name_span.start && symbol.name_span.end <= symbol.span.end);
        }
    }

    #[test]
    fn long_details_are_cut() {
        let text = format!("@{{X}} = {}\n", "ä".repeat(500));
        let symbols = symbols(&crate::parse(text.as_bytes()).unwrap());
        assert!(symbols[0].detail.chars().count() <= DETAIL + 1);
    }
}
