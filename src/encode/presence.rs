//! Entries that say which classes a profile mediates: to the kernel a class is mediated when the automaton has a state after the
//! class byte.

use super::contribution::{Contribution, ContributionOrigin};
use super::expression::Expression;
use super::support::Support;
use crate::policy::ProfileMode;
use crate::source::Span;
use crate::vocab::classes;

/// The permission of such an entry; the kernel does not look at it.
pub(super) const MEDIATED: u32 = 0x4;

/// Above every rule, so that no deny takes the class away.
const ABOVE: i32 = 1001;
/// Below every rule, for classes whose byte carries real permissions.
const BELOW: i32 = -1001;

/// Whether a contribution is such an entry, and no rule's.
pub(super) fn is_entry(contribution: &Contribution) -> bool {
    [ABOVE, BELOW].contains(&contribution.priority)
}

/// Adds the entries of a profile.
pub(super) fn encode(mode: ProfileMode, support: &Support, span: Span, out: &mut Vec<Contribution>) {
    let mut add = |bytes: &[u8], priority: i32| {
        out.push(ContributionOrigin::allow(priority, span).grant(Expression::literal(bytes), MEDIATED));
    };
    if support.userns {
        add(&[classes::NAMESPACE], BELOW);
    }
    if matches!(mode, ProfileMode::Unconfined | ProfileMode::DefaultAllow) {
        return;
    }
    let classes = [
        (support.abi > 5, classes::FILE),
        (support.mount, classes::MOUNT),
        (support.dbus, classes::DBUS),
        (support.signal, classes::SIGNAL),
        (support.ptrace, classes::PTRACE),
        (support.network_v8, classes::NETWORK_V8),
        (support.skb, classes::NETWORK_V9_SKB),
        (support.unix_v9, classes::NETWORK_V9),
        (support.unix_v7, classes::NETWORK_V7),
        (support.posix_mqueue, classes::POSIX_MQUEUE),
        (support.sysv_mqueue, classes::SYSV_MQUEUE),
    ];
    for (_, class) in classes.into_iter().filter(|(mediated, _)| *mediated) {
        add(&[class], ABOVE);
    }
    // Meant to be the family number 1, but the reference compiler writes the digit. No kernel looks at it.
    for (_, class) in [(support.unix_v9, classes::NETWORK_V9), (support.unix_v7, classes::NETWORK_V7)]
        .into_iter()
        .filter(|(mediated, _)| *mediated)
    {
        add(&[class, 0, b'1'], ABOVE);
    }
    if support.io_uring {
        add(&[classes::IO_URING], BELOW);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Features;

    fn entries(features: &str, mode: ProfileMode) -> Vec<String> {
        let features = Features::builtin(features).unwrap();
        let mut out = Vec::new();
        encode(mode, &Support::new(&features, &features), Span::NONE, &mut out);
        out.iter().map(|each| each.pattern.to_string()).collect()
    }

    #[test]
    fn entries_of_an_empty_profile() {
        assert_eq!(entries("linux-6.1", ProfileMode::Enforce), [r"\x02", r"\x07", r"\x0a", r"\x09", r"\x0e"]);
        let middle = [r"\x15", r"\x02", r"\x07", r"\x0a", r"\x09", r"\x0e", r"\x16"];
        assert_eq!(entries("linux-6.12", ProfileMode::Complain), middle);
        let new = [r"\x15", r"\x02", r"\x07", " ", r"\x0a", r"\x09", r"\x0e", r"\x0f", r"\x0f\x001", r"\x16"];
        assert_eq!(entries("linux-7.2", ProfileMode::Kill), new);
    }

    #[test]
    fn unconfined_profiles_mediate_user_namespaces_only() {
        assert_eq!(entries("linux-7.2", ProfileMode::Unconfined), [r"\x15"]);
        assert_eq!(entries("linux-6.1", ProfileMode::DefaultAllow), [""; 0]);
    }
}
