//! `network` rules: `CLASS family type`, all numbers big-endian.
//!
//! Targets that mediate addresses and ports (no kernel of the main line up to 7.2) get the strings of [`inet`] for
//! the inet families; elsewhere an allow rule covers all addresses, and a deny rule with conditions is left out, because it would
//! deny more than it says. Interfaces are a matter of packets ([`skb`]): a deny that names one is no word about sockets.

use super::contribution::{Contribution, ContributionMode, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::inet;
use super::skb;
use super::support::{SocketSupport, Support};
use crate::automata::ByteSet;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{FamilySelection, NetworkRule, Rule, RuleKind, UnixRule};
use crate::vocab::{families, network as bits, sockets};

/// Folds permissions into the bits of the automaton.
pub(super) fn fold(permissions: u32) -> u32 {
    let p = permissions;
    (p & 0x7f) | (p & 0x300) << 6 | (p & 0x70_0000) >> 4 | (p & 0x300_0000) >> 5
}

/// A number as it stands in the strings of the kernel.
pub(super) fn number(value: u16) -> Expression {
    Expression::literal(value.to_be_bytes())
}

/// The types of a selection: any two bytes, or the numbers one by one.
pub(super) fn types(mask: u32) -> Expression {
    if mask > 0xffff || mask == sockets::NAMED_MASK {
        return Expression::any_bytes(2);
    }
    let mut numbers = (0_u16..16).filter(|&kind| mask >> kind & 1 == 1).map(number);
    match (numbers.next(), numbers.next()) {
        (None, _) => Expression::set(ByteSet::EMPTY),
        (Some(only), None) => only,
        (Some(first), Some(second)) => Expression::alternation([first, second].into_iter().chain(numbers)),
    }
}

/// Adds what a rule contributes; `None` where a pattern is bad.
pub(super) fn encode(
    rule: &NetworkRule,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    let class = match support.network {
        SocketSupport::Class(class) => class,
        SocketSupport::Legacy => {
            conditions_expressible(rule, origin, support, reports);
            return Some(());
        }
        SocketSupport::None => {
            reports.not_enforced(origin.span, "network rules");
            return Some(());
        }
    };
    // Conditions restrict rules to the inet families, so one test decides for the whole rule.
    if !conditions_expressible(rule, origin, support, reports) {
        return Some(());
    }
    let word = fold(rule.permissions.bits());
    let packets_only = origin.mode == ContributionMode::Deny && rule.local.interface.is_some();
    for selection in &rule.families {
        let addressed = support.inet && matches!(selection.family, families::INET | families::INET6);
        match (packets_only, addressed) {
            (true, _) => {}
            (false, true) => inet::encode(rule, *selection, class, origin, reports, out)?,
            (false, false) => out.push(origin.grant(coarse(class, *selection), word)),
        }
        if support.skb {
            skb::encode(rule, *selection, origin, support, reports, out)?;
        }
    }
    Some(())
}

/// `CLASS family type`
pub(super) fn coarse(class: u8, selection: FamilySelection) -> Expression {
    Expression::concat([Expression::literal([class]), number(selection.family), types(selection.types)])
}

/// Whether the target mediates the conditions that a rule has.
pub(super) fn mediates_conditions(rule: &NetworkRule, support: &Support) -> bool {
    let conditional = !rule.local.is_empty() || !rule.peer.is_empty();
    let addresses = matches!(support.network, SocketSupport::Class(_)) && support.inet;
    !conditional || addresses && (rule.local.interface.is_none() || support.skb_interface)
}

/// Warns where a rule's conditions are not mediated. `false` if the rule must be left out for that.
fn conditions_expressible(
    rule: &NetworkRule,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
) -> bool {
    if mediates_conditions(rule, support) {
        return true;
    }
    // It would deny more than it says. That it is left out is said beside what the reference makes of it.
    if origin.mode == ContributionMode::Deny {
        return false;
    }
    let message = if support.inet {
        "the target kernel does not mediate interfaces: the rule covers all of them"
    } else {
        "the target kernel does not mediate addresses, ports, interfaces and labels: the rule covers all of the family"
    };
    reports.push(Diagnostic::new(Code::Downgraded, message, origin.span));
    true
}

/// The table of socket types for kernels that have neither class: per family allowed, audited and quiet types.
///
/// `None` where no rule says anything about sockets. Unix rules count with their type, unless they deny.
pub(super) fn legacy_table(rules: &[Rule], support: &Support) -> Option<Vec<[u16; 3]>> {
    let entries = legacy_entries(rules, support)?;
    let mut table = vec![LegacyTypes::default(); families::COUNT.into()];
    for LegacyEntry { origin, family, types } in entries {
        if let Some(family) = table.get_mut(usize::from(family)) {
            family.add(origin, types);
        }
    }
    Some(table.into_iter().map(LegacyTypes::finish).collect())
}

/// The contribution of a rule to the table of socket types.
#[derive(Clone, Copy, Debug)]
pub(super) struct LegacyEntry {
    pub(super) origin: ContributionOrigin,
    pub(super) family: u16,
    /// A bit for each type.
    pub(super) types: u32,
}

/// Returns the contributions of all rules to the table; `None` where there is none.
pub(super) fn legacy_entries(rules: &[Rule], support: &Support) -> Option<Vec<LegacyEntry>> {
    if support.network != SocketSupport::Legacy {
        return None;
    }
    let mut entries = Vec::new();
    let mut any = false;
    for rule in rules {
        let origin = ContributionOrigin::of(rule);
        match &rule.kind {
            RuleKind::Network(network) => {
                any = true;
                if origin.mode != ContributionMode::Deny || mediates_conditions(network, support) {
                    let each = network.families.iter();
                    entries.extend(each.map(|each| LegacyEntry { origin, family: each.family, types: each.types }));
                }
            }
            RuleKind::Unix(unix) if !unix.from_network => {
                any = true;
                if origin.mode != ContributionMode::Deny {
                    entries.push(LegacyEntry { origin, family: families::UNIX, types: unix_types(unix) });
                }
            }
            _ => {}
        }
    }
    any.then_some(entries)
}

/// The type of a unix rule as a mask.
pub(super) fn unix_types(rule: &UnixRule) -> u32 {
    rule.kind.map_or(u32::MAX, |kind| 1_u32.checked_shl(kind.into()).unwrap_or(0))
}

/// Type masks of one family.
#[derive(Clone, Copy, Default)]
struct LegacyTypes {
    allow: u16,
    audit: u16,
    deny: u16,
    quiet: u16,
}

impl LegacyTypes {
    fn add(&mut self, origin: ContributionOrigin, types: u32) {
        let types = u16::try_from(types & 0xffff).unwrap_or(u16::MAX);
        let marked = if origin.marked { types } else { 0 };
        match origin.mode {
            ContributionMode::Deny => {
                self.deny |= types;
                self.quiet |= marked;
            }
            ContributionMode::Allow | ContributionMode::Prompt => {
                self.allow |= types;
                self.audit |= marked;
            }
        }
    }

    fn finish(self) -> [u16; 3] {
        let allow = self.allow & !self.deny;
        [allow, allow & self.audit, self.deny & self.quiet]
    }
}

/// Permissions that involve the other side.
pub(super) const PEER: u32 = bits::SEND | bits::RECEIVE | bits::CONNECT | bits::ACCEPT;
