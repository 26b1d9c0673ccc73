//! Lowers `pivot_root` rules.

use super::Context;
use super::condition::{ConditionReader, glob, name, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::PivotRootRule;
use crate::syntax::ast::{self, PivotRootCondition};

pub(super) fn lower(rule: &ast::PivotRootRule, context: &mut Context<'_>) -> Option<PivotRootRule> {
    let mut reader = ConditionReader::new("pivot_root", context.diagnostics);
    let mut old_root = None;
    // Only the last condition counts, and its first value; both `=` and `in` will do.
    if let Some((last, before)) = rule.conditions.split_last() {
        for condition in before {
            let message = format!("`{}` has no effect: only the last condition applies", shown(&name(condition)));
            reader.warn(Diagnostic::new(Code::CondIgnored, message, condition.span).with_help("remove the condition"));
        }
        match &last.value.value {
            PivotRootCondition::OldRoot(values) => {
                old_root = values.first().map(glob);
                for word in values.iter().skip(1) {
                    let message = "this value has no effect: only the first value of `oldroot` applies";
                    reader.warn(Diagnostic::new(Code::CondIgnored, message, word.span).with_help("remove the value"));
                }
            }
            PivotRootCondition::Unknown(_) if name(last) == b"oldroot" => {
                let error = Diagnostic::new(Code::CondOp, "`oldroot` needs a value", last.name.span);
                reader.error(error.with_help("write `oldroot=/path`"));
            }
            PivotRootCondition::Unknown(_) => {
                let message = format!("`pivot_root` rules do not have a condition `{}`", shown(&name(last)));
                let error = Diagnostic::new(Code::PivotCond, message, last.name.span);
                reader.error(error.with_help("write `oldroot`, the only condition"));
            }
        }
    }
    if let Some(target) = &rule.target {
        let message = "the target profile of `pivot_root` has no effect";
        reader.warn(Diagnostic::new(Code::PivotTarget, message, target.span).with_help("remove `-> profile`"));
    }
    reader.finish(PivotRootRule { old_root, new_root: rule.new_root.as_ref().map(glob) })
}
