//! `change_profile` rules, which live in the file automaton.
//!
//! The kernel looks up the target's name for a change at once; for a change at the next exec the path of the executable, then NUL and
//! the target's name. Deny takes all of it away, and nothing is logged for `audit`: the reference compiler's meaning. Priority and
//! `prompt` count, as from its version 6.0 on.

use super::contribution::{Contribution, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::glob::Nul;
use super::support::Support;
use crate::automata::ByteSet;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{ChangeProfileRule, Glob, Safety};
use crate::vocab::file as bits;

/// Adds what a rule contributes; `None` where a pattern is bad.
pub(super) fn encode(
    rule: &ChangeProfileRule,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    let origin = ContributionOrigin { marked: false, ..origin };
    let target = match &rule.target {
        Some(target) => self::target(target, support, reports)?,
        None => Expression::any_field(),
    };
    let exec = match &rule.exec {
        Some(exec) => reports.glob(exec, Nul::Excluded)?,
        None => any_executable(),
    };
    let both = |bits: u32| bits | bits << bits::OTHER;
    let at_exec = bits::ON_EXEC
        | if rule.exec.is_some() { both(bits::EXEC) } else { 0 }
        | if rule.safety == Some(Safety::Unsafe) { both(bits::EXEC_UNSAFE) } else { 0 };
    out.push(origin.grant(target.clone(), bits::CHANGE_PROFILE | bits::ON_EXEC));
    out.push(origin.grant(exec.clone(), bits::ON_EXEC));
    out.push(origin.grant(Expression::concat([exec, Expression::nul(), target]), at_exec));
    Some(())
}

/// `/**`: any absolute path.
fn any_executable() -> Expression {
    let first = Expression::none_of([0, b'/'].into_iter().collect::<ByteSet>());
    Expression::concat([Expression::literal("/"), first, Expression::any_field()])
}

/// A target as the kernel asks for it: kernels that do not stack want NUL after the namespace.
fn target(target: &Glob, support: &Support, reports: &mut DiagnosticCollector) -> Option<Expression> {
    let text: &[u8] = &target.value;
    if support.stack {
        return reports.glob(target, Nul::Excluded);
    }
    if text.starts_with(b"&") {
        let message = format!("`{}` needs profile stacking, which the target kernel does not support", target.value);
        reports.push(Diagnostic::new(Code::StackUnsupported, message, target.span));
        return None;
    }
    let Some(rest) = text.strip_prefix(b":") else { return reports.glob(target, Nul::Excluded) };
    let colon = rest.iter().position(|&byte| byte == b':');
    let parts = colon.and_then(|at| Some((rest.get(..at)?, rest.get(at + 1..)?)));
    let Some((namespace, name)) = parts else {
        let message = format!("missing colon after the namespace of `{}`", target.value);
        reports.push(Diagnostic::new(Code::NsUnterminated, message, target.span));
        return None;
    };
    let name = name.strip_prefix(b"//").unwrap_or(name);
    let empty = match (namespace, name) {
        ([], _) => Some((Code::NsEmpty, "namespace")),
        (_, []) => Some((Code::NameEmpty, "name")),
        _ => None,
    };
    if let Some((code, part)) = empty {
        reports.push(Diagnostic::new(code, format!("empty {part} in `{}`", target.value), target.span));
        return None;
    }
    let namespace = reports.text(namespace, target.span, Nul::Excluded)?;
    let name = reports.text(name, target.span, Nul::Excluded)?;
    Some(Expression::concat([namespace, Expression::nul(), name]))
}
