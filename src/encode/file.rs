//! File and link rules.
//!
//! A rule grants its permissions on its path. Link permission needs more than that: the kernel looks the link's name up, steps over a
//! NUL, goes on with the target's name and wants link permission there as well, so such a rule also grants link on the *pair*.

use super::contribution::{Contribution, ContributionMode, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::glob::Nul;
use super::transitions::Transitions;
use crate::automata::ByteSet;
use crate::policy::{Exec, FileRule, LinkTarget, Owner, slashes};
use crate::source::Span;
use crate::vocab::{FilePermissions, file as bits};

/// Link permission of both halves.
const LINK: u32 = bits::LINK | bits::LINK << bits::OTHER;

/// The bit in the second half of a link pair: the target needs at least the permissions of the link. Only ever set in the owner's half,
/// as the reference compiler does.
const SUBSET: u32 = bits::LOCK;

/// The context that file rules depend on.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileContext<'a> {
    pub(super) transitions: &'a Transitions,
    /// Whether `r` grants `m`.
    pub(super) read_implies_mmap: bool,
}

/// Adds what a rule contributes; `None` where a pattern is bad.
pub(super) fn encode(
    rule: &FileRule,
    origin: ContributionOrigin,
    owner: Option<Owner>,
    surroundings: FileContext<'_>,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    let path = filtered(&rule.path.value, rule.path.span, reports)?;
    let exec = rule.exec.as_ref();
    let word = halves(access_word(rule.access, surroundings) | exec.map_or(0, Exec::word), owner);
    let granted = if origin.mode == ContributionMode::Deny { word & !LINK } else { word };
    let transition = exec.map_or(0, |exec| transition(exec, surroundings.transitions));
    if granted != 0 {
        out.push(Contribution { transition, ..origin.grant(path.clone(), granted) });
    }
    let link = word & LINK;
    if link != 0 {
        let (target, subset) = match &rule.link {
            LinkTarget::Any => (any_target(), true),
            LinkTarget::Path { target, subset } => (filtered(&target.value, target.span, reports)?, *subset),
        };
        let subset = if subset && link & bits::LINK != 0 { SUBSET } else { 0 };
        let pair = Expression::concat([path, Expression::nul(), target]);
        out.push(origin.grant_with(pair, link | subset, link));
    }
    Some(())
}

/// Returns the default target of links: `/[^/].*`.
fn any_target() -> Expression {
    let first = Expression::none_of(ByteSet::single(b'/'));
    Expression::concat([Expression::literal("/"), first, Expression::anything()])
}

fn filtered(path: &[u8], span: Span, reports: &mut DiagnosticCollector) -> Option<Expression> {
    reports.text(&slashes::filter(path), span, Nul::Excluded)
}

/// The owner's half for permissions.
fn access_word(access: FilePermissions, surroundings: FileContext<'_>) -> u32 {
    let implied = surroundings.read_implies_mmap && access.contains(FilePermissions::READ);
    if implied { (access | FilePermissions::MMAP).bits() } else { access.bits() }
}

fn transition(exec: &Exec, transitions: &Transitions) -> u16 {
    exec.table_target().map_or(0, |name| transitions.number(name))
}

/// The halves of a word that an owner prefix leaves.
fn halves(word: u32, owner: Option<Owner>) -> u32 {
    match owner {
        None => word | word << bits::OTHER,
        Some(Owner::Owner) => word,
        Some(Owner::Other) => word << bits::OTHER,
    }
}
