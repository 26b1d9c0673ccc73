//! Lowers `pivot_root` rules.

use super::Context;
use super::condition::{Reader, glob, name, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::PivotRootRule;
use crate::syntax::ast;

pub(super) fn lower(rule: &ast::PivotRootRule, context: &mut Context<'_>) -> Option<PivotRootRule> {
    let mut reader = Reader::new("pivot_root", context.diagnostics);
    let mut old_root = None;
    // Only the last condition counts, and its first value; both `=` and `in` will do.
    if let Some((last, before)) = rule.conditions.split_last() {
        for condition in before {
            let message = format!("`{}` has no effect: only the last condition counts", shown(&name(condition)));
            reader.warn(Diagnostic::new(Code::CondIgnored, message, condition.span).with_help("remove it"));
        }
        let values = last.value.value.as_ref().map(|value| value.values.words()).unwrap_or_default();
        match (&*name(last), values) {
            (b"oldroot", [value, rest @ ..]) => {
                old_root = Some(glob(value));
                for word in rest {
                    let message = "only the first value of `oldroot` counts";
                    reader.warn(Diagnostic::new(Code::CondIgnored, message, word.span).with_help("remove it"));
                }
            }
            (b"oldroot", []) => {
                let error = Diagnostic::new(Code::CondOp, "`oldroot` needs a value", last.name.span);
                reader.error(error.with_help("write `oldroot=/path`"));
            }
            (other, _) => {
                let message = format!("`pivot_root` rules have no condition `{}`", shown(other));
                let error = Diagnostic::new(Code::PivotCond, message, last.name.span);
                reader.error(error.with_help("the only condition is `oldroot`"));
            }
        }
    }
    if let Some(target) = &rule.target {
        let message = "the profile behind the arrow of `pivot_root` has no effect";
        reader.warn(Diagnostic::new(Code::PivotTarget, message, target.span).with_help("remove `-> profile`"));
    }
    reader.finish(PivotRootRule { old_root, new_root: rule.new_root.as_ref().map(glob) })
}
