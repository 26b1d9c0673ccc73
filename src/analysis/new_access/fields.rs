//! Comparing what of a profile is not an automaton.

use super::compare::{Enforcement, FORCE_COMPLAIN, finding};
use super::{Finding, Kind, Options};
use crate::analysis::access::{Asked, Capability};
use crate::analysis::difference::{Difference, Place};
use crate::analysis::fields;
use crate::blob::Profile;
use crate::vocab::{ProfileMode, flags};

/// Fields of which any difference counts: nobody has said which value allows more.
const INCOMPARABLE: [&str; 7] = ["version", "identity", "rename", "attach", "tags", "secmark", "data"];

pub(super) fn compare(a: &Profile, b: &Profile, options: &Options, found: &mut Vec<Finding>) {
    let enforced = Enforcement::of(a);
    for difference in fields::compare(a, b, true) {
        let Place::Field(name) = difference.place else { continue };
        let judged = match name {
            "mode" => mode(a, b),
            "version" if (a.version ^ b.version) & !FORCE_COMPLAIN == 0 => {
                let gains = enforced == Enforcement::Rules && Enforcement::of(b) == Enforcement::Complain;
                gains.then_some((Kind::NewAccess, Some("the mode allows everything")))
            }
            "audit" => (a.audit != 0 && b.audit == 0 && !options.ignore_audit).then_some((Kind::LessAudit, None)),
            "flags" => {
                let harmless = flags::DEBUG | flags::INTERRUPTIBLE;
                ((a.flags ^ b.flags) & !harmless != 0).then_some((Kind::NotProven, None))
            }
            "path_flags" => path_flags(a, b),
            "disconnected" => b.disconnected.is_some().then_some((Kind::NewAccess, None)),
            "disconnected_ipc" => b.disconnected_ipc.is_some().then_some((Kind::NewAccess, None)),
            "capsx" => {
                let mask = |profile: &Profile| profile.foreign.capsx.unwrap_or(0);
                (mask(b) & !mask(a) != 0).then_some((Kind::NewAccess, None))
            }
            "net_allowed_af" if enforced == Enforcement::Rules => sockets(a, b, options),
            _ if name.starts_with("rlimit ") => {
                let index = fields::limit_index(name);
                // Higher is more, also of `nice` and `rtprio`, whose values are ceilings.
                let limit = |profile: &Profile| index.and_then(|index| fields::limit(profile, index));
                let grows = limit(a).is_some_and(|old| limit(b).is_none_or(|new| new > old));
                grows.then_some((Kind::NewAccess, None))
            }
            _ if INCOMPARABLE.contains(&name) => Some((Kind::NotProven, Some("the values cannot be compared"))),
            // Attachments and capabilities are compared apart; the signal of kill and the error number are no access.
            _ => None,
        };
        found.extend(judged.map(|(kind, reason)| finding(kind, reason, difference)));
    }
    if enforced == Enforcement::Rules {
        capabilities(a, b, options, found);
    }
}

type Judged = Option<(Kind, Option<&'static str>)>;

fn mode(a: &Profile, b: &Profile) -> Judged {
    let unlogged = matches!((Enforcement::of(a), Enforcement::of(b)), (Enforcement::Complain, Enforcement::Unconfined));
    let mode = ProfileMode::from_number(b.mode);
    match mode {
        Some(ProfileMode::Enforce | ProfileMode::Kill) => None,
        Some(ProfileMode::Complain) if Enforcement::of(a) != Enforcement::Rules => None,
        Some(ProfileMode::Prompt) if Enforcement::of(a) != Enforcement::Rules => None,
        Some(ProfileMode::Unconfined) if unlogged => Some((Kind::NewAccess, Some("nothing is mediated any more"))),
        Some(ProfileMode::Complain | ProfileMode::Unconfined) => {
            Some((Kind::NewAccess, Some("the mode allows everything")))
        }
        Some(ProfileMode::Prompt) => Some((Kind::NewAccess, Some("user space may allow what is asked"))),
        _ => Some((Kind::NotProven, Some("the mode is unknown"))),
    }
}

/// Losing a flag that reaches disconnected paths is no access; any other change is one, or is not known to be none.
fn path_flags(a: &Profile, b: &Profile) -> Judged {
    let reaches = flags::ATTACH_DISCONNECTED | flags::ATTACH_DISCONNECTED_IPC;
    let (Some(a), Some(b)) = (a.path_flags, b.path_flags) else { return Some((Kind::NotProven, None)) };
    if b & !a & reaches != 0 {
        return Some((Kind::NewAccess, None));
    }
    ((a ^ b) & !reaches != 0).then_some((Kind::NotProven, None))
}

fn sockets(a: &Profile, b: &Profile, options: &Options) -> Judged {
    let (Some(a), Some(b)) = (&a.net_allowed_af, &b.net_allowed_af) else { return Some((Kind::NotProven, None)) };
    let mut audit = false;
    for (family, [new, audited, quiet]) in b.iter().enumerate() {
        let [old, was_audited, was_quiet] = a.get(family).copied().unwrap_or_default();
        if new & !old != 0 {
            return Some((Kind::NewAccess, None));
        }
        audit |= new & was_audited & !audited != 0 || !new & !old & quiet & !was_quiet != 0;
    }
    (audit && !options.ignore_audit).then_some((Kind::LessAudit, None))
}

/// Capabilities, those together that are found for the same reason.
fn capabilities(a: &Profile, b: &Profile, options: &Options, found: &mut Vec<Finding>) {
    let (old, new) = (a.capabilities, b.capabilities);
    let fresh = new.allow & !old.allow;
    let unlogged = old.audit & old.allow & new.allow & !new.audit;
    let silenced = new.quiet & !old.quiet & !new.allow & !old.allow;
    let mut note = |kind, mask: u64, a: &str, b: &str| {
        let numbers: Vec<u8> = (0..64).filter(|number| mask >> number & 1 == 1).collect();
        if !numbers.is_empty() {
            let place = Place::Field("capability");
            let access = Some(Asked::Capability(Capability { numbers }));
            let difference = Difference { access, ..Difference::new(place, a.into(), b.into()) };
            found.push(finding(kind, None, difference));
        }
    };
    note(Kind::NewAccess, fresh, "denies", "allows");
    if !options.ignore_audit {
        note(Kind::LessAudit, unlogged, "allows (audit)", "allows");
        note(Kind::LessAudit, silenced, "denies", "denies (quiet)");
    }
}
