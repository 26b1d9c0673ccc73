//! Comparing what of a profile is not an automaton.

use super::compare::{Enforcement, FORCE_COMPLAIN, finding};
use super::{NewAccessFinding, NewAccessKind, NewAccessOptions};
use crate::analysis::access::{Asked, AskedCapability};
use crate::analysis::difference::{Difference, ProfilePart};
use crate::analysis::fields;
use crate::blob::BlobProfile;
use crate::vocab::{ProfileMode, flags};

/// Fields of which any difference counts: nobody has said which value allows more.
const INCOMPARABLE: [&str; 7] = ["version", "identity", "rename", "attach", "tags", "secmark", "data"];

pub(super) fn compare(a: &BlobProfile, b: &BlobProfile, options: &NewAccessOptions, found: &mut Vec<NewAccessFinding>) {
    let enforced = Enforcement::of(a);
    for difference in fields::compare(a, b, true) {
        let ProfilePart::Field(name) = difference.place else { continue };
        let judged = match name {
            "mode" => mode(a, b),
            "version" if (a.version ^ b.version) & !FORCE_COMPLAIN == 0 => {
                let gains = enforced == Enforcement::Rules && Enforcement::of(b) == Enforcement::Complain;
                gains.then_some((NewAccessKind::NewAccess, Some("the mode allows everything")))
            }
            "audit" => {
                (a.audit != 0 && b.audit == 0 && !options.ignore_audit).then_some((NewAccessKind::LessAudit, None))
            }
            "flags" => {
                let harmless = flags::DEBUG | flags::INTERRUPTIBLE;
                ((a.flags ^ b.flags) & !harmless != 0).then_some((NewAccessKind::NotProven, None))
            }
            "path_flags" => path_flags(a, b),
            "disconnected" => b.disconnected.is_some().then_some((NewAccessKind::NewAccess, None)),
            "disconnected_ipc" => b.disconnected_ipc.is_some().then_some((NewAccessKind::NewAccess, None)),
            "capsx" => {
                let mask = |profile: &BlobProfile| profile.foreign.capsx.unwrap_or(0);
                (mask(b) & !mask(a) != 0).then_some((NewAccessKind::NewAccess, None))
            }
            "net_allowed_af" if enforced == Enforcement::Rules => sockets(a, b, options),
            _ if name.starts_with("rlimit ") => {
                let index = fields::limit_index(name);
                // Higher is more, also of `nice` and `rtprio`, whose values are ceilings.
                let limit = |profile: &BlobProfile| index.and_then(|index| fields::limit(profile, index));
                let grows = limit(a).is_some_and(|old| limit(b).is_none_or(|new| new > old));
                grows.then_some((NewAccessKind::NewAccess, None))
            }
            _ if INCOMPARABLE.contains(&name) => {
                Some((NewAccessKind::NotProven, Some("the values cannot be compared")))
            }
            // Attachments and capabilities are compared apart; the signal of kill and the error number are no access.
            _ => None,
        };
        found.extend(judged.map(|(kind, reason)| finding(kind, reason, difference)));
    }
    if enforced == Enforcement::Rules {
        capabilities(a, b, options, found);
    }
}

type FieldResult = Option<(NewAccessKind, Option<&'static str>)>;

fn mode(a: &BlobProfile, b: &BlobProfile) -> FieldResult {
    let unlogged = matches!((Enforcement::of(a), Enforcement::of(b)), (Enforcement::Complain, Enforcement::Unconfined));
    let mode = ProfileMode::from_number(b.mode);
    match mode {
        Some(ProfileMode::Enforce | ProfileMode::Kill) => None,
        Some(ProfileMode::Complain) if Enforcement::of(a) != Enforcement::Rules => None,
        Some(ProfileMode::Prompt) if Enforcement::of(a) != Enforcement::Rules => None,
        Some(ProfileMode::Unconfined) if unlogged => {
            Some((NewAccessKind::NewAccess, Some("nothing is mediated any more")))
        }
        Some(ProfileMode::Complain | ProfileMode::Unconfined) => {
            Some((NewAccessKind::NewAccess, Some("the mode allows everything")))
        }
        Some(ProfileMode::Prompt) => Some((NewAccessKind::NewAccess, Some("user space may allow what is asked"))),
        _ => Some((NewAccessKind::NotProven, Some("the mode is unknown"))),
    }
}

/// Losing a flag that reaches disconnected paths is no access; any other change is one, or is not known to be none.
fn path_flags(a: &BlobProfile, b: &BlobProfile) -> FieldResult {
    let reaches = flags::ATTACH_DISCONNECTED | flags::ATTACH_DISCONNECTED_IPC;
    let (Some(a), Some(b)) = (a.path_flags, b.path_flags) else { return Some((NewAccessKind::NotProven, None)) };
    if b & !a & reaches != 0 {
        return Some((NewAccessKind::NewAccess, None));
    }
    ((a ^ b) & !reaches != 0).then_some((NewAccessKind::NotProven, None))
}

fn sockets(a: &BlobProfile, b: &BlobProfile, options: &NewAccessOptions) -> FieldResult {
    let (Some(a), Some(b)) = (&a.net_allowed_af, &b.net_allowed_af) else {
        return Some((NewAccessKind::NotProven, None));
    };
    let mut audit = false;
    for (family, [new, audited, quiet]) in b.iter().enumerate() {
        let [old, was_audited, was_quiet] = a.get(family).copied().unwrap_or_default();
        if new & !old != 0 {
            return Some((NewAccessKind::NewAccess, None));
        }
        audit |= new & was_audited & !audited != 0 || !new & !old & quiet & !was_quiet != 0;
    }
    (audit && !options.ignore_audit).then_some((NewAccessKind::LessAudit, None))
}

/// Capabilities, those together that are found for the same reason.
fn capabilities(a: &BlobProfile, b: &BlobProfile, options: &NewAccessOptions, found: &mut Vec<NewAccessFinding>) {
    let (old, new) = (a.capabilities, b.capabilities);
    let fresh = new.allow & !old.allow;
    let unlogged = old.audit & old.allow & new.allow & !new.audit;
    let silenced = new.quiet & !old.quiet & !new.allow & !old.allow;
    let mut note = |kind, mask: u64, a: &str, b: &str| {
        let numbers: Vec<u8> = (0..64).filter(|number| mask >> number & 1 == 1).collect();
        if !numbers.is_empty() {
            let place = ProfilePart::Field("capability");
            let access = Some(Asked::Capability(AskedCapability { numbers }));
            let difference = Difference { access, ..Difference::new(place, a.into(), b.into()) };
            found.push(finding(kind, None, difference));
        }
    };
    note(NewAccessKind::NewAccess, fresh, "denies", "allows");
    if !options.ignore_audit {
        note(NewAccessKind::LessAudit, unlogged, "allows (audit)", "allows");
        note(NewAccessKind::LessAudit, silenced, "denies", "denies (quiet)");
    }
}
