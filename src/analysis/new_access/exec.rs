//! Comparison of exec transitions: does one lead to no more than another?

use super::NewAccessKind;
use super::pairs::PairedPolicies;
use crate::analysis::perms::{ExecTransition, TransitionTarget};

/// Outcome of a comparison: what is wrong, and the pairs of profiles on which it rests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ExecComparison {
    pub(super) wrong: Option<(NewAccessKind, &'static str)>,
    pub(super) obligation: Option<(usize, usize)>,
}

impl ExecComparison {
    fn wrong(kind: NewAccessKind, reason: &'static str) -> Self {
        ExecComparison { wrong: Some((kind, reason)), obligation: None }
    }

    fn pair(base: usize, new: usize) -> Self {
        ExecComparison { wrong: None, obligation: Some((base, new)) }
    }
}

/// The profile in which an exec ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ExecEnd {
    Fails,
    Unconfined,
    Profile(usize),
    Unknown,
}

/// Compares the transitions of two profiles that both allow the exec.
pub(super) fn compare(
    pairing: &PairedPolicies<'_>,
    (base, new): (usize, usize),
    old: &ExecTransition,
    fresh: &ExecTransition,
) -> ExecComparison {
    let fine = ExecComparison::default();
    let (Some(in_base), Some(in_new)) = (pairing.base.get(base), pairing.new.get(new)) else { return fine };
    let falls_back = fresh.inherit || fresh.unconfined;
    if fresh.target != TransitionTarget::None || old.target != TransitionTarget::None {
        // `ux` in BASE leads to more than any fallback.
        let was_unconfined = old.unconfined;
        if fresh.unconfined && !was_unconfined {
            return ExecComparison::wrong(NewAccessKind::NewAccess, "the exec may become unconfined");
        }
        let has_target = fresh.target != TransitionTarget::None;
        if has_target && fresh.inherit && !old.inherit && !was_unconfined {
            return ExecComparison::wrong(
                NewAccessKind::NotProven,
                "without the target, the exec stays in the profile",
            );
        }
    }
    if old.target == fresh.target && old.child == fresh.child && old.target != TransitionTarget::None {
        let TransitionTarget::Named(name) = &fresh.target else {
            let moved = pairing.attachments_removed && fresh.target == TransitionTarget::Attachment;
            let reason = "profiles that attach to programs are missing in NEW";
            return if moved { ExecComparison::wrong(NewAccessKind::NotProven, reason) } else { fine };
        };
        return match (pairing.in_base(in_base, name), pairing.in_new(in_new, name)) {
            (Some(old), Some(fresh)) => ExecComparison::pair(old, fresh),
            (Some(_), None) if falls_back => {
                ExecComparison::wrong(NewAccessKind::NotProven, "NEW lacks the target of the exec")
            }
            (None, Some(_)) if pairing.renames() => {
                ExecComparison::wrong(NewAccessKind::NotProven, "BASE lacks the target of the exec")
            }
            _ => fine,
        };
    }
    let end = |exec: &ExecTransition, own: usize, find: &dyn Fn(&[u8]) -> Option<usize>| match &exec.target {
        TransitionTarget::None if exec.unconfined => ExecEnd::Unconfined,
        TransitionTarget::None if exec.inherit => ExecEnd::Profile(own),
        TransitionTarget::None => ExecEnd::Fails,
        TransitionTarget::Named(name) => find(name).map_or(ExecEnd::Unknown, ExecEnd::Profile),
        TransitionTarget::Attachment | TransitionTarget::Missing(_) | TransitionTarget::Reserved(_) => ExecEnd::Unknown,
    };
    let was = end(old, base, &|name| pairing.in_base(in_base, name));
    let is = end(fresh, new, &|name| pairing.in_new(in_new, name));
    match (was, is) {
        (_, ExecEnd::Fails) | (ExecEnd::Unconfined, _) => fine,
        (_, ExecEnd::Unconfined) => ExecComparison::wrong(NewAccessKind::NewAccess, "the exec becomes unconfined"),
        (ExecEnd::Profile(old), ExecEnd::Profile(fresh)) => ExecComparison::pair(old, fresh),
        _ => ExecComparison::wrong(NewAccessKind::NotProven, "the targets of the exec cannot be compared"),
    }
}
