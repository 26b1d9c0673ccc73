//! The cases in which the reference compiler understands a text otherwise than its documentation, or than this module.
//!
//! Nothing here changes the resolved policy: the rest of the module reads as if the reference were right, and asks at the places
//! that these functions are named after what is to be said about it.

mod merge;

use super::transitions::RuleOwner;
use super::{ResolveOptions, Resolver};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::{ExecKind, ExecTarget, Prefix, Profile, RuleMode};
use crate::source::{Span, Spanned, Text};

pub(super) use merge::merged;

/// The rules that `all` stands for.
pub(super) fn all(prefix: &Prefix, span: Span, diagnostics: &mut Diagnostics) {
    if prefix.mode == Some(RuleMode::Deny) {
        let message = "apparmor_parser applies this `deny all` only to files of the owner, and inverts what is logged";
        diagnostics.push(Diagnostic::new(Code::RefDenyAll, message, span));
    }
}

/// A hat or child profile.
pub(super) fn child(profile: &Profile, options: &ResolveOptions, diagnostics: &mut Diagnostics) {
    if let (Some(namespace), None) = (&profile.namespace, &options.namespace) {
        let message = format!("apparmor_parser does not put this profile into its parent's namespace `{namespace}`");
        diagnostics.push(Diagnostic::new(Code::RefNamespace, message, profile.span));
    }
}

/// `defined` with a boolean variable that is there.
pub(super) fn defined_boolean(word: &Spanned<Text>, diagnostics: &mut Diagnostics) {
    let message = format!("apparmor_parser evaluates `defined {}` as false", word.value);
    diagnostics.push(Diagnostic::new(Code::RefDefined, message, word.span));
}

/// Values that a variable gets after a condition compared it.
pub(super) fn added_after_comparison(name: &Spanned<Text>, diagnostics: &mut Diagnostics) {
    let message = format!("apparmor_parser ignores values added to `@{{{}}}` after a comparison", name.value);
    let diagnostic = Diagnostic::new(Code::RefVariable, message, name.span);
    diagnostics.push(diagnostic.with_help("move the comparison after the last `+=`"));
}

/// A variable that automatic ones take part in, whose values differ between profiles.
pub(super) fn differs_between_profiles(name: &Text, declared: Span, diagnostics: &mut Diagnostics) {
    let message = format!("apparmor_parser uses the values that `@{{{name}}}` has in one profile for all profiles");
    diagnostics.push(Diagnostic::new(Code::RefVariable, message, declared));
}

/// A file that a branch which is not taken includes before.
pub(super) fn included_by_untaken_branch(key: &str, span: Span, diagnostics: &mut Diagnostics) {
    let message = format!("apparmor_parser skips `{key}` because an earlier branch that is not taken includes it");
    diagnostics.push(Diagnostic::new(Code::RefInclude, message, span));
}

/// The target of an exec to a child of a profile that is a child itself.
pub(super) fn exec_target(
    kind: ExecKind,
    written: &Text,
    named: &ExecTarget,
    owner: &RuleOwner<'_>,
    span: Span,
    diagnostics: &mut Diagnostics,
) {
    let of_owner = matches!(named, ExecTarget::Named(name) if name.starts_with(owner.full_name));
    if kind == ExecKind::Child && of_owner && owner.full_name != owner.written_name {
        let name = Text::from(owner.written_name);
        let message = format!("apparmor_parser makes `{name}//{written}` the target, so that the exec fails");
        diagnostics.push(Diagnostic::new(Code::RefNestedChild, message, span));
    }
}

impl Resolver<'_> {
    /// The end of a block: there the reference empties its table of sockets, which kernels with no class for them get.
    pub(super) fn end_of_block(&mut self, span: Span) {
        let both = |path: &str| self.options.kernel.supports(path) && self.policy.supports(path);
        if self.sockets && both("network") && !both("network_v8") && !both("network_v9") {
            let message = "apparmor_parser drops all socket rules before the end of this block";
            self.diagnostics.push(Diagnostic::new(Code::RefNetworkTable, message, span));
        }
    }
}
