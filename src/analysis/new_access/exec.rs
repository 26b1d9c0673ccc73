//! Comparison of exec transitions: does one lead to no more than another?

use super::Kind;
use super::pairs::Pairing;
use crate::analysis::perms::{Exec, Target};

/// Outcome of a comparison: what is wrong, and the pairs of profiles on which it rests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) wrong: Option<(Kind, &'static str)>,
    pub(super) obligation: Option<(usize, usize)>,
}

impl Judged {
    fn wrong(kind: Kind, reason: &'static str) -> Self {
        Judged { wrong: Some((kind, reason)), obligation: None }
    }

    fn pair(base: usize, new: usize) -> Self {
        Judged { wrong: None, obligation: Some((base, new)) }
    }
}

/// Where an exec ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Fails,
    Unconfined,
    Profile(usize),
    Unknown,
}

/// Compares the transitions of two profiles that both allow the exec.
pub(super) fn compare(pairing: &Pairing<'_>, (base, new): (usize, usize), old: &Exec, fresh: &Exec) -> Judged {
    let fine = Judged::default();
    let (Some(in_base), Some(in_new)) = (pairing.base.get(base), pairing.new.get(new)) else { return fine };
    let falls_back = fresh.inherit || fresh.unconfined;
    if fresh.target != Target::None || old.target != Target::None {
        // `ux` in BASE leads to more than any fallback.
        let was_unconfined = old.unconfined;
        if fresh.unconfined && !was_unconfined {
            return Judged::wrong(Kind::NewAccess, "the exec may become unconfined");
        }
        let has_target = fresh.target != Target::None;
        if has_target && fresh.inherit && !old.inherit && !was_unconfined {
            return Judged::wrong(Kind::NotProven, "without the target, the exec stays in the profile");
        }
    }
    if old.target == fresh.target && old.child == fresh.child && old.target != Target::None {
        let Target::Named(name) = &fresh.target else {
            let moved = pairing.attachments_removed && fresh.target == Target::Attachment;
            let reason = "profiles that attach to programs are missing in NEW";
            return if moved { Judged::wrong(Kind::NotProven, reason) } else { fine };
        };
        return match (pairing.in_base(in_base, name), pairing.in_new(in_new, name)) {
            (Some(old), Some(fresh)) => Judged::pair(old, fresh),
            (Some(_), None) if falls_back => Judged::wrong(Kind::NotProven, "NEW lacks the target of the exec"),
            (None, Some(_)) if pairing.renames() => Judged::wrong(Kind::NotProven, "BASE lacks the target of the exec"),
            _ => fine,
        };
    }
    let end = |exec: &Exec, own: usize, find: &dyn Fn(&[u8]) -> Option<usize>| match &exec.target {
        Target::None if exec.unconfined => End::Unconfined,
        Target::None if exec.inherit => End::Profile(own),
        Target::None => End::Fails,
        Target::Named(name) => find(name).map_or(End::Unknown, End::Profile),
        Target::Attachment | Target::Missing(_) | Target::Reserved(_) => End::Unknown,
    };
    let was = end(old, base, &|name| pairing.in_base(in_base, name));
    let is = end(fresh, new, &|name| pairing.in_new(in_new, name));
    match (was, is) {
        (_, End::Fails) | (End::Unconfined, _) => fine,
        (_, End::Unconfined) => Judged::wrong(Kind::NewAccess, "the exec becomes unconfined"),
        (End::Profile(old), End::Profile(fresh)) => Judged::pair(old, fresh),
        _ => Judged::wrong(Kind::NotProven, "the targets of the exec cannot be compared"),
    }
}
