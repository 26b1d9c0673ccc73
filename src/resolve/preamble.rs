//! The top level of a file: preamble, then profiles.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned, Text};
use crate::syntax::ast::{Item, ItemKind};
use crate::syntax::word::stored;

use super::Resolver;
use super::condition::Evaluator;

/// A word or pattern in stored form.
pub(super) fn stored_text<T: AsRef<[u8]>>(word: &Spanned<T>) -> Spanned<Text> {
    Spanned::new(stored(word.value.as_ref()).into(), word.span)
}

impl Resolver<'_> {
    /// The items of the input, or of a file that it includes at top level.
    pub(super) fn top_level(&mut self, items: &[Item]) {
        let mut misplaced = false;
        for item in items {
            let span = item.kind.span;
            match &item.kind.value {
                ItemKind::Abi(abi) => {
                    self.before_profiles("`abi` rules", span);
                    self.abi(abi, span, false);
                }
                ItemKind::Include(include) => self.include(include, span, &mut |this, items| this.top_level(items)),
                ItemKind::Alias(alias) => {
                    self.before_profiles("aliases", span);
                    let (from, to) = (stored_text(&alias.from), stored_text(&alias.to));
                    self.aliases.add(from.value, to.value, span, &mut self.diagnostics);
                }
                ItemKind::SetVariable(variable) => {
                    self.before_profiles("variables", span);
                    let values = variable.values.iter().map(stored_text);
                    self.variables.assign_set(&variable.name, variable.op.value, values, &mut self.diagnostics);
                }
                ItemKind::BoolVariable(variable) => {
                    self.before_profiles("variables", span);
                    let mut evaluator =
                        Evaluator { variables: &mut self.variables, diagnostics: &mut self.diagnostics };
                    let value = evaluator.evaluate(&variable.value);
                    self.variables.assign_bool(&variable.name, &variable.op, value, &mut self.diagnostics);
                }
                ItemKind::Profile(profile) => {
                    self.first_profile.get_or_insert(profile.name.span);
                    self.deeper(span, Code::NestingLimit, |this| this.top_level_profile(profile));
                }
                // One message for all the rules of a file that belongs into a profile.
                ItemKind::Conditional(_) | ItemKind::Rlimit(_) | ItemKind::Block(_) | ItemKind::Rule(_)
                    if misplaced => {}
                ItemKind::Conditional(_) | ItemKind::Rlimit(_) | ItemKind::Block(_) | ItemKind::Rule(_) => {
                    misplaced = true;
                    self.diagnostics.push(
                        Diagnostic::new(Code::MisplacedItem, "rule outside of a profile", span)
                            .with_help("move it, or the `include` that contains it, into the braces of a profile"),
                    );
                }
            }
        }
    }

    fn before_profiles(&mut self, what: &str, span: Span) {
        if let Some(profile) = self.first_profile {
            self.diagnostics.push(
                Diagnostic::new(Code::MisplacedItem, format!("{what} must be written before the first profile"), span)
                    .and_label(profile, "the first profile"),
            );
        }
    }
}
