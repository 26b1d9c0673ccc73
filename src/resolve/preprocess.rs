//! Writes a file and everything it includes as one text.

use std::path::Path;

use crate::source::{FileKind, SourceId, Span};
use crate::syntax::ast::{Conditional, Else, Include, Item, ItemKind, PathForm};

use super::include::{SearchOutcome, is_skipped};
use super::{ResolveOptions, Resolver, Session};

/// Replaces every `include` by what it names, in the form in which the reference compiler does it (`##included <path>` before the
/// text); all else stays as it is. The result means the same as the file, and needs no other.
///
/// Errors of the text are not reported here; [`resolve`](super::resolve()) does that. What a branch of a conditional includes counts as
/// included in the branch only, taken or not.
#[must_use]
pub fn preprocess(session: &Session, input: SourceId, options: &ResolveOptions) -> Vec<u8> {
    let mut resolver = Resolver::new(session, options);
    let mut out = Vec::new();
    resolver.copy(input, &session.tree(input).file.items, &mut out);
    out
}

/// A text on its way to the output.
struct TextCopy<'a> {
    text: &'a [u8],
    /// The offset up to which the text is copied.
    done: usize,
}

impl TextCopy<'_> {
    /// Copies what stands before `end`.
    fn until(&mut self, end: u32, out: &mut Vec<u8>) {
        let end = end as usize;
        out.extend_from_slice(self.text.get(self.done..end).unwrap_or_default());
        self.done = self.done.max(end);
    }
}

impl Resolver<'_> {
    fn copy(&mut self, source: SourceId, items: &[Item], out: &mut Vec<u8>) {
        let source = self.session.sources.get(source);
        let mut copy = TextCopy { text: source.text(), done: 0 };
        self.copy_items(items, &mut copy, out);
        out.extend_from_slice(copy.text.get(copy.done..).unwrap_or_default());
    }

    fn copy_items(&mut self, items: &[Item], copy: &mut TextCopy<'_>, out: &mut Vec<u8>) {
        for item in items {
            match &item.kind.value {
                ItemKind::Include(include) => {
                    copy.until(item.kind.span.start, out);
                    copy.done = item.kind.span.end as usize;
                    self.copy_include(include, item.kind.span, out);
                }
                ItemKind::Profile(profile) => {
                    let once = std::mem::take(&mut self.once);
                    self.copy_items(&profile.body.items, copy, out);
                    self.once = once;
                }
                ItemKind::Block(block) => self.copy_items(&block.block.items, copy, out),
                ItemKind::Conditional(conditional) => self.copy_branches(conditional, copy, out),
                _ => {}
            }
        }
    }

    fn copy_branches(&mut self, conditional: &Conditional, copy: &mut TextCopy<'_>, out: &mut Vec<u8>) {
        let before = self.once.clone();
        self.copy_items(&conditional.then.items, copy, out);
        self.once.clone_from(&before);
        match &conditional.otherwise {
            Some(Else::Block(block)) => self.copy_items(&block.items, copy, out),
            Some(Else::If(inner)) => self.copy_branches(&inner.value, copy, out),
            None => {}
        }
        self.once = before;
    }

    fn copy_include(&mut self, include: &Include, span: Span, out: &mut Vec<u8>) {
        let path = include.path.text();
        let shown = match include.path.form {
            PathForm::Angle => format!("<{path}>"),
            PathForm::Plain => format!("\"{path}\""),
        };
        let found = match self.search(&include.path) {
            SearchOutcome::Found(found) => found,
            SearchOutcome::Before => {
                out.extend_from_slice(format!("\n\n##skipped duplicate include <{path}>\n").as_bytes());
                return;
            }
            SearchOutcome::Missing(_) => {
                out.extend_from_slice(format!("\n\n##failed include {shown}\n").as_bytes());
                return;
            }
        };
        out.extend_from_slice(format!("\n\n##included {shown}\n").as_bytes());
        self.once.insert(&found.key, false);
        match found.kind {
            FileKind::File => self.copy_file(&found.key, &found.path, span, out),
            FileKind::Directory => {
                let mut names: Vec<String> = match self.session.entries(&found.path) {
                    Ok(entries) => entries
                        .iter()
                        .filter(|entry| entry.kind == Ok(FileKind::File) && !is_skipped(&entry.name))
                        .map(|entry| entry.name.clone())
                        .collect(),
                    Err(_) => Vec::new(),
                };
                names.sort_unstable_by(|a, b| b.cmp(a));
                // All are taken in before the first is read, as when they are resolved.
                names.retain(|name| self.once.insert(&format!("{}/{name}", found.key), false));
                for name in names {
                    self.copy_file(&format!("{}/{name}", found.key), &found.path.join(&name), span, out);
                }
            }
            FileKind::Other => {}
        }
    }

    fn copy_file(&mut self, key: &str, path: &Path, span: Span, out: &mut Vec<u8>) {
        if self.limited {
            return;
        }
        let Ok(included) = self.session.included(path, key) else { return };
        if self.count_included(included.len).is_err() {
            return;
        }
        self.deeper(span, crate::diagnostic::Code::IncludeLimit, |this| {
            this.copy(included.source, &included.file.items, out);
        });
        // What follows is not part of a comment on the last line.
        if out.last().is_some_and(|&byte| byte != b'\n') {
            out.push(b'\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::features::Features;
    use crate::source::Memory;

    fn preprocessed(tree: Memory, text: &str) -> String {
        let session = Session::new(tree);
        let input = session.sources.add("demo", text.as_bytes()).unwrap();
        let options =
            ResolveOptions { base: "/base".into(), ..ResolveOptions::new(Arc::new(Features::default_policy())) };
        String::from_utf8(preprocess(&session, input, &options)).unwrap()
    }

    #[test]
    fn every_form() {
        let tree = Memory::new()
            .with("/base/abs/one", "  /a1 r,\n")
            .with("/base/dirinc/a", "  /d1 r,\n")
            .with("/base/dirinc/b", "  /d2 r, # no line end");
        let text = "# c1\n@{V}=a b # tail\ninclude if exists <none>\nprofile p @{V} { # open\n  include <abs/one>\n  include <abs/one>\n  #include <dirinc>\n  /x rw, # end\n}\n";
        let expected = "# c1\n@{V}=a b # tail\n\n\n##failed include <none>\n\nprofile p @{V} { # open\n  \n\n##included <abs/one>\n  /a1 r,\n\n  \n\n##skipped duplicate include <abs/one>\n\n  \n\n##included <dirinc>\n  /d2 r, # no line end\n  /d1 r,\n\n  /x rw, # end\n}\n";
        assert_eq!(preprocessed(tree, text), expected);
    }

    #[test]
    fn scopes() {
        let tree = Memory::new().with("/base/a", "/a r,\n").with("/base/outer", "include <a>\n/o r,\n");
        let text = "profile p {\n  if defined @{X} { include <a> } else { include <outer> }\n  include <a>\n  ^h { include <a> }\n  deny { include <a> }\n}\n";
        let result = preprocessed(tree, text);
        assert_eq!(result.matches("##included <a>").count(), 4, "{result}");
        assert_eq!(result.matches("##skipped duplicate include <a>").count(), 1, "{result}");
    }
}
