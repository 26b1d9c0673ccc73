//! Targets of exec rules: names for the transition table.

use super::compat;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::{ExecKind, ExecTarget, FileRule};
use crate::source::{Span, Text};

use crate::syntax::variable_reference::refers;

/// The names of the profile that a rule stands in.
pub(super) struct RuleOwner<'a> {
    /// The name with those of its parents, variables expanded.
    pub(super) full_name: &'a [u8],
    /// Its own, as written.
    pub(super) written_name: &'a [u8],
}

/// Turns the targets of a rule, still as written, into what the kernel gets. The path must not be expanded yet.
pub(super) fn resolve(rule: &mut FileRule, owner: &RuleOwner<'_>, span: Span, diagnostics: &mut Diagnostics) {
    let path = &rule.path.value;
    let exec = rule.exec.as_mut().map(|exec| (exec.mode.kind(), exec.target.as_mut()));
    let unused = rule.unused_target.as_mut().map(|target| (ExecKind::Bare, Some(target)));
    for (kind, target) in exec.into_iter().chain(unused) {
        let Some(target) = target else { continue };
        let ExecTarget::Named(written) = &*target else { continue };
        if refers(written) {
            let message = format!("variables are not expanded in the exec target `{written}`");
            diagnostics.push(
                Diagnostic::new(Code::VarNotExpanded, message, span)
                    .with_help("write the name instead of the variable"),
            );
        }
        let named = resolved(written, kind, path, owner);
        compat::exec_target(kind, written, &named, owner, span, diagnostics);
        *target = named;
    }
}

fn resolved(target: &[u8], kind: ExecKind, path: &[u8], owner: &RuleOwner<'_>) -> ExecTarget {
    if let Some((namespace, name)) = namespace(target) {
        // The kernel splits at a NUL in place of the second colon; after `&` it parses the label itself.
        return ExecTarget::Named(match target.first() {
            Some(b'&') => target.into(),
            _ => [b":", namespace, b"\0", name].concat().into(),
        });
    }
    if names_path(target, path, owner.written_name) || (kind == ExecKind::Child && target == path) {
        ExecTarget::ChildByPath
    } else if kind == ExecKind::Child {
        ExecTarget::Named([owner.full_name, b"//", target].concat().into())
    } else {
        ExecTarget::Named(Text::from(target))
    }
}

/// Splits `:namespace:name`, with or without `&` before it.
fn namespace(target: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = target.strip_prefix(b"&").unwrap_or(target).strip_prefix(b":")?;
    let at = rest.iter().position(|&byte| byte == b':')?;
    let (namespace, name) = rest.split_at_checked(at)?;
    let name = name.strip_prefix(b":")?;
    let bare = name.strip_prefix(b"//").unwrap_or(name);
    (!namespace.is_empty() && !bare.is_empty()).then_some((namespace, name))
}

/// Whether the target is `X//` and the rule's path, which the reference compiler takes for "the child of that name" whatever X
/// is. (It compares the profile's name with the wrong part of the target, which nearly always differs.)
fn names_path(target: &[u8], path: &[u8], name: &[u8]) -> bool {
    let Some(k) = target.windows(2).position(|pair| pair == b"//").filter(|&k| k > 0) else { return false };
    let first = |text: &[u8]| Text::from(text.get(..k).unwrap_or(text));
    let tail = target.get(k..).unwrap_or_default();
    tail.get(2..) == Some(path) && first(name) != first(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        use ExecKind::{Child, Profile};
        let named = |text: &str| ExecTarget::Named(text.into());
        for (target, kind, path, expected) in [
            ("bar", Profile, "/f", named("bar")),
            ("bar", Child, "/f", named("t//c//bar")),
            ("/f", Child, "/f", ExecTarget::ChildByPath),
            ("/f", Profile, "/f", named("/f")),
            ("X///f", Profile, "/f", ExecTarget::ChildByPath),
            ("X///g", Profile, "/f", named("X///g")),
            ("///f", Profile, "/f", named("///f")),
            ("&bar", Profile, "/f", named("&bar")),
            ("a//&b", Profile, "/f", named("a//&b")),
            ("&:ns:bar", Profile, "/f", named("&:ns:bar")),
            (":ns:bar", Child, "/f", named(":ns\0bar")),
            (":ns://bar", Profile, "/f", named(":ns\0//bar")),
            (":bar", Profile, "/f", named(":bar")),
            (":ns:", Profile, "/f", named(":ns:")),
            ("@{V}", Profile, "/f", named("@{V}")),
        ] {
            let owner = RuleOwner { full_name: b"t//c", written_name: b"c" };
            assert_eq!(resolved(target.as_bytes(), kind, path.as_bytes(), &owner), expected, "{target}");
        }
    }
}
