//! Lowering: a rule as written becomes a typed, checked [`policy::Rule`].
//!
//! One file a rule class, named as in [`syntax::ast`](crate::syntax::ast). A lowered rule means what is written and no more:
//! its globs are in stored form with their variables unexpanded. The stages around it do the rest: qualifier blocks fill in
//! prefixes before, [`for_each_glob`](policy::RuleKind::for_each_glob) leads the expansion of variables to every glob after that,
//! and [`finish`] then checks and normalises what only an expanded text shows.
//!
//! Every mistake in a rule is reported, not the first alone; a rule with a mistake lowers to nothing.

mod capability;
mod change_profile;
mod condition;
mod dbus;
mod file;
mod file_permissions;
mod io_uring;
mod link;
mod mount;
mod mqueue;
mod network;
mod network_conditions;
mod pivot_root;
mod prefix;
mod ptrace;
mod rlimit;
mod signal;
mod unix;

#[cfg(test)]
mod tests;

use crate::diagnostic::Diagnostics;
use crate::features::Features;
use crate::policy::{self, RuleKind};
use crate::source::{Span, Spanned};
use crate::syntax::ast;

/// The context that lowering uses besides the rule.
pub struct Context<'a> {
    /// Takes errors and warnings.
    pub diagnostics: &'a mut Diagnostics,
    /// The features of the target kernel.
    pub kernel: &'a Features,
    /// The features that the policy is written for.
    pub policy: &'a Features,
}

/// Lowers a rule that stands outside of blocks and checks it, prefix included.
///
/// `None`: errors were raised, or the rule is `all`, which the caller expands.
#[cfg(test)]
pub fn rule(rule: &ast::Rule, span: Span, context: &mut Context<'_>) -> Option<policy::Rule> {
    let prefix = prefix(&rule.prefix, context);
    let checked = prefix.filter(|prefix| check_prefix(&rule.kind, prefix, rule.prefix.span, context.diagnostics));
    let kind = kind(&rule.kind, &prefix.unwrap_or_default(), span, context);
    Some(policy::Rule { prefix: checked?, kind: kind?, span, origin: origin(&rule.kind) })
}

/// Returns the origin of a written rule.
pub fn origin(kind: &ast::RuleKind) -> policy::RuleOrigin {
    match kind {
        ast::RuleKind::File(ast::FileRule { body: ast::FileBody::All, .. }) => policy::RuleOrigin::File,
        _ => policy::RuleOrigin::Written,
    }
}

/// Lowers what stands after the prefix. `prefix` is the one in effect, with that of the blocks around the rule filled in: it
/// decides which exec permissions are right.
///
/// `None`: errors were raised, or the rule is `all`, which the caller expands.
pub fn kind(kind: &ast::RuleKind, prefix: &policy::Prefix, span: Span, context: &mut Context<'_>) -> Option<RuleKind> {
    Some(match kind {
        ast::RuleKind::File(rule) => RuleKind::File(file::lower(rule, prefix, span, context)?),
        ast::RuleKind::Link(rule) => RuleKind::File(link::lower(rule)),
        ast::RuleKind::ChangeProfile(rule) => RuleKind::ChangeProfile(change_profile::lower(rule, span, context)?),
        ast::RuleKind::Capability(rule) => RuleKind::Capability(capability::lower(rule, context)?),
        ast::RuleKind::Network(rule) => RuleKind::Network(Box::new(network::lower(rule, context)?)),
        ast::RuleKind::Unix(rule) => RuleKind::Unix(unix::lower(rule, context)?),
        ast::RuleKind::Dbus(rule) => RuleKind::Dbus(dbus::lower(rule, context)?),
        ast::RuleKind::Signal(rule) => RuleKind::Signal(signal::lower(rule, context)?),
        ast::RuleKind::Ptrace(rule) => RuleKind::Ptrace(ptrace::lower(rule, context)?),
        ast::RuleKind::Mount(rule) => RuleKind::Mount(mount::lower(rule, span, context)?),
        ast::RuleKind::PivotRoot(rule) => RuleKind::PivotRoot(pivot_root::lower(rule, context)?),
        ast::RuleKind::Mqueue(rule) => RuleKind::Mqueue(mqueue::lower(rule, context)?),
        // Creation is the only permission, so that the word for it changes nothing.
        ast::RuleKind::Userns(_) => RuleKind::Userns,
        ast::RuleKind::IoUring(rule) => RuleKind::IoUring(io_uring::lower(rule, context)?),
        ast::RuleKind::All(_) => return None,
    })
}

/// Lowers a resource limit to its generic Linux number and its value.
pub fn rlimit(rlimit: &ast::Rlimit, context: &mut Context<'_>) -> Option<(usize, u64)> {
    rlimit::lower(rlimit, context)
}

/// Lowers the prefix of a rule: the priority must be in range.
pub fn prefix(prefix: &Spanned<ast::Prefix>, context: &mut Context<'_>) -> Option<policy::Prefix> {
    prefix::prefix(prefix, context)
}

/// Lowers the prefix of a block, which takes no priority but 0.
pub fn block_prefix(prefix: &Spanned<ast::Prefix>, context: &mut Context<'_>) -> Option<policy::Prefix> {
    prefix::block(prefix, context)
}

/// Whether a kind of rule takes a prefix, written before it or filled in by a block; raises an error where it does not, and a
/// warning where the prefix has no effect. `span` is the prefix's.
pub fn check_prefix(kind: &ast::RuleKind, prefix: &policy::Prefix, span: Span, diagnostics: &mut Diagnostics) -> bool {
    prefix::check(kind, prefix, span, diagnostics)
}

/// Checks and normalises what only the expanded text shows. To be called once, when every glob of
/// [`for_each_glob`](policy::RuleKind::for_each_glob) is expanded and filtered; `false`: errors were raised.
///
/// Unix addresses lose their `@` and become what they are (`none` and `auto` may come from a variable).
pub fn finish(rule: &mut policy::Rule, diagnostics: &mut Diagnostics) -> bool {
    match &mut rule.kind {
        RuleKind::Unix(rule) => {
            let address = unix::finish(&mut rule.address, diagnostics);
            unix::finish(&mut rule.peer_address, diagnostics) && address
        }
        _ => true,
    }
}
