//! Lowers `change_profile` rules.

use super::Context;
use super::condition::{ConditionReader, glob, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{ChangeProfileRule, Safety};
use crate::source::Span;
use crate::syntax::ast;

pub(super) fn lower(rule: &ast::ChangeProfileRule, span: Span, context: &mut Context<'_>) -> Option<ChangeProfileRule> {
    let stacks = context.kernel.supports("domain/stack") && context.policy.supports("domain/stack");
    let mut reader = ConditionReader::new("change_profile", context.diagnostics);
    let exec = rule.exec.as_ref().map(glob);
    match &exec {
        Some(exec) if !exec.starts_with(b"/") && !exec.starts_with(b"@{") => {
            let message = format!("exec condition `{}` does not begin with `/`", shown(exec));
            let name = shown(exec);
            let help = match rule.target {
                Some(_) => "write the path of an executable that begins with `/` or a variable".to_owned(),
                None => format!("to name the profile to change to, write `change_profile -> {name},`"),
            };
            reader.error(Diagnostic::new(Code::CpExecPath, message, exec.span).with_help(help));
        }
        None if rule.safety.is_some() => {
            let message = "`safe` and `unsafe` need an exec condition";
            let help = "add the path of the executable: `change_profile unsafe /usr/bin/x -> profile,`";
            reader.error(Diagnostic::new(Code::CpExecMissing, message, span).with_help(help));
        }
        _ => {}
    }
    if rule.safety == Some(Safety::Safe) && exec.is_some() && !stacks {
        let message = "`safe` has no effect: the target kernel or the `abi` does not support profile stacking";
        reader.warn(Diagnostic::new(Code::Downgraded, message, span));
    }
    let target = rule.target.as_ref().map(glob);
    reader.finish(ChangeProfileRule { safety: rule.safety, exec, target })
}
