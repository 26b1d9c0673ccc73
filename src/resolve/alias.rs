//! Aliases: copies of file rules and attachments under another prefix.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::{FileRule, Glob, LinkTarget, Rule, RuleKind, RuleOrigin};
use crate::source::{Span, Text};

use super::variables::Variables;

/// Every alias. A prefix is compared byte by byte, so `/a` is one of `/ab`, too.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    /// The aliases by length and text of the prefix, so that a path is looked up once for each length there is.
    by_length: BTreeMap<usize, FxHashMap<Text, Vec<AliasTarget>>>,
}

#[derive(Debug)]
struct AliasTarget {
    to: Text,
    span: Span,
}

impl Aliases {
    pub(super) fn add(&mut self, from: Text, to: Text, span: Span, diagnostics: &mut Diagnostics) {
        let targets = self.by_length.entry(from.len()).or_default().entry(from.clone()).or_default();
        match targets.binary_search_by(|target| target.to.cmp(&to)) {
            Ok(at) => {
                let message = format!("`{from}` is already an alias of `{to}`");
                let mut diagnostic = Diagnostic::new(Code::DuplicateAlias, message, span);
                if let Some(before) = targets.get(at) {
                    diagnostic = diagnostic.and_label(before.span, "first given here");
                }
                diagnostics.push(diagnostic);
            }
            Err(at) => targets.insert(at, AliasTarget { to, span }),
        }
    }

    fn is_empty(&self) -> bool {
        self.by_length.is_empty()
    }

    /// Pairs of a prefix of `path` and what may stand in its place.
    fn pairs<'a>(&'a self, path: &'a [u8]) -> impl Iterator<Item = (&'a Text, &'a Text)> {
        let tables = self.by_length.range(..=path.len());
        let known = tables.filter_map(|(&length, table)| table.get_key_value(path.get(..length)?));
        known.flat_map(|(from, targets)| targets.iter().map(move |target| (from, &target.to)))
    }

    /// Applies aliases to an attachment.
    pub(super) fn attachments(&self, attachment: &Glob) -> Vec<Glob> {
        let mut pairs: Vec<_> = self.pairs(&attachment.value).collect();
        pairs.sort_unstable();
        pairs.into_iter().filter_map(|(from, to)| replaced(attachment, from, to)).collect()
    }

    /// Adds a copy of each file and link rule after it for each alias of its path or link target. A copy is not copied again.
    pub(super) fn copy_rules(
        &self,
        rules: Vec<Rule>,
        variables: &mut Variables,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Rule> {
        if self.is_empty() {
            return rules;
        }
        let mut out = Vec::with_capacity(rules.len());
        for rule in rules {
            let RuleKind::File(file) = &rule.kind else {
                out.push(rule);
                continue;
            };
            let target = match &file.link {
                LinkTarget::Path { target, .. } => Some(target),
                LinkTarget::Any => None,
            };
            let mut pairs: Vec<_> = self.pairs(&file.path.value).collect();
            pairs.extend(target.into_iter().flat_map(|target| self.pairs(&target.value)));
            pairs.sort_unstable();
            pairs.dedup();
            let copies: Vec<Rule> = pairs
                .into_iter()
                .map(|(from, to)| Rule {
                    kind: RuleKind::File(copy(file, from, to)),
                    origin: RuleOrigin::Alias,
                    ..rule.clone()
                })
                .collect();
            let length = file.path.value.len() + target.map_or(0, |target| target.value.len()) + size_of::<Rule>();
            let text = length.saturating_mul(copies.len());
            let fits = variables.charge(text, rule.span, diagnostics);
            out.push(rule);
            if fits {
                out.extend(copies);
            }
        }
        out
    }
}

/// The glob with its prefix replaced, if it has that prefix.
fn replaced(glob: &Glob, from: &[u8], to: &[u8]) -> Option<Glob> {
    let rest = glob.value.strip_prefix(from)?;
    Some(Glob::new([to, rest].concat().into(), glob.span))
}

fn copy(file: &FileRule, from: &[u8], to: &[u8]) -> FileRule {
    let mut copy = file.clone();
    if let Some(path) = replaced(&copy.path, from, to) {
        copy.path = path;
    }
    if let LinkTarget::Path { target, .. } = &mut copy.link
        && let Some(replaced) = replaced(target, from, to)
    {
        *target = replaced;
    }
    copy
}
