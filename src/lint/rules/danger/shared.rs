//! Exec letters, capabilities and broad paths, which several rules of the family look at.

use crate::lint::check::{Access, ItemView, ProfileView, Reporter};
use crate::lint::rules::{AllowedFile, file_rule};
use crate::source::Span;
use crate::syntax::ast;
use crate::vocab::capabilities;

/// The exec letters of a file rule that allows something, with their place.
pub(super) fn exec_letters<'a>(view: &ItemView<'a>) -> Option<(&'a [u8], Span)> {
    let AllowedFile { permissions, target, .. } = file_rule(view)?;
    // With a target it is that profile that counts.
    let letters = permissions.as_bytes();
    let exec = |byte: &u8| matches!(byte.to_ascii_lowercase(), b'p' | b'c' | b'u' | b'i' | b'x');
    let start = letters.iter().position(exec)?;
    let len = letters.get(start..)?.iter().take_while(|byte| exec(byte)).count();
    let part = letters.get(start..start + len)?;
    if target.is_some() && !part.to_ascii_lowercase().contains(&b'u') {
        return None;
    }
    let at = permissions.span.start.saturating_add(u32::try_from(start).ok()?);
    Some((part, Span::new(permissions.span.source, at, at.saturating_add(u32::try_from(len).ok()?))))
}

/// The path of a file rule as it is written.
pub(super) fn path_text(view: &ItemView<'_>) -> String {
    file_rule(view).map_or_else(String::new, |rule| rule.path.value.to_string())
}

/// Reports rules that allow an access to (nearly) every file.
pub(super) fn report_broad(view: &ProfileView<'_>, access: Access, reporter: &mut Reporter<'_>) {
    for (rule, file) in view.allowed_files() {
        if access.is_in(file) && view.is_broad(file) && !view.is_file_all(rule) {
            let whose = if rule.prefix.owner.is_some() { " of the program's user" } else { "" };
            let verb = if access == Access::Write { "written" } else { "read" };
            reporter.report(rule.span, format!("every file{whose} may be {verb}"));
        }
    }
}

/// The bit of a capability in a mask; 0 for an unknown name.
pub(super) fn capability_bit(name: &str) -> u64 {
    capabilities::number(name.as_bytes()).and_then(|number| 1_u64.checked_shl(number.into())).unwrap_or(0)
}

/// Reports rules that name one of the capabilities. Those that allow all have a finding of their own.
pub(super) fn report_capabilities(view: &ProfileView<'_>, names: &[&str], what: &str, reporter: &mut Reporter<'_>) {
    for (rule, mask) in view.capabilities() {
        if let Some(name) = names.iter().find(|name| mask != u64::MAX && mask & capability_bit(name) != 0) {
            reporter.report(rule.span, format!("`{name}` {what}"));
        }
    }
}

/// The rule that an item is, unless it denies.
pub(super) fn allowed_kind<'a>(view: &ItemView<'a>) -> Option<&'a ast::RuleKind> {
    let rule = view.rule()?;
    (rule.prefix.mode != Some(ast::RuleMode::Deny)).then_some(&rule.kind)
}
