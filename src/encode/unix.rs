//! `unix` rules: `CLASS 1 type protocol address label`, followed by the object of the operation.
//!
//! Targets that mediate sockets by family and type only get the rule's type, if it allows; a deny would deny more than it says.

use super::contribution::{Contribution, ContributionMode, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::glob::Nul;
use super::network::{self, PEER, fold};
use super::skb;
use super::support::{SocketSupport, Support};
use crate::automata::ByteSet;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{FamilySelection, NetworkConditions, NetworkRule, UnixAddress, UnixRule};
use crate::vocab::{families, network as bits};

/// Adds what a rule contributes; `None` where a pattern is bad.
pub(super) fn encode(
    rule: &UnixRule,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    if let Some(class) = support.unix {
        fine(rule, class, origin, reports, out)?;
    } else if !rule.from_network {
        downgraded(origin, support, reports);
    }
    // The family and type alone, for kernels that do not look further. A network rule says that itself.
    if let (SocketSupport::Class(class), false, ContributionMode::Allow | ContributionMode::Prompt) =
        (support.network, rule.from_network, origin.mode)
    {
        let selection = FamilySelection { family: families::UNIX, types: network::unix_types(rule), protocol: None };
        let origin = ContributionOrigin { priority: 0, ..origin };
        out.push(origin.grant(network::coarse(class, selection), fold(rule.permissions.bits())));
        if support.skb {
            let packets = NetworkRule {
                permissions: rule.permissions,
                families: vec![selection],
                names_family: true,
                names_type: rule.kind.is_some(),
                local: NetworkConditions::default(),
                peer: NetworkConditions::default(),
            };
            skb::encode(&packets, selection, origin, support, reports, out)?;
        }
    }
    Some(())
}

fn downgraded(origin: ContributionOrigin, support: &Support, reports: &mut DiagnosticCollector) {
    let message = match (origin.mode, support.network) {
        (_, SocketSupport::None) => return reports.not_enforced(origin.span, "unix sockets"),
        (ContributionMode::Deny, _) => {
            "the target kernel mediates unix sockets by type only: the deny rule is left out"
        }
        _ => "the target kernel mediates unix sockets by type only: addresses and labels have no effect",
    };
    reports.push(Diagnostic::new(Code::Downgraded, message, origin.span));
}

fn fine(
    rule: &UnixRule,
    class: u8,
    origin: ContributionOrigin,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    let mut permissions = rule.permissions.bits();
    let has_peer = rule.peer_address.is_some() || rule.peer_label.is_some();
    let kind = rule.kind.map_or_else(|| Expression::any_bytes(2), |kind| network::number(kind.into()));
    let protocol = Expression::any_bytes(2);
    let head = Expression::concat([Expression::literal([class]), network::number(families::UNIX), kind, protocol]);
    let mut grant = |expression: Expression, permissions: u32| {
        if permissions != 0 {
            // Options are logged together, as in the reference compiler's policies.
            let options = bits::SETOPT | bits::GETOPT;
            let logged = if permissions & options != 0 { options } else { permissions };
            out.push(origin.grant_with(expression, fold(permissions), fold(logged)));
        }
    };
    if !has_peer {
        grant(head.clone(), permissions & bits::CREATE);
    }
    let binds_by_itself = matches!(rule.address, None | Some(UnixAddress::Auto));
    if binds_by_itself {
        // A socket that the kernel shall find an address for has an empty one.
        let unnamed = Expression::concat([Expression::nul(), Expression::any_field(), Expression::nul()]);
        grant(head.clone().then(unnamed), permissions & bits::BIND);
        if rule.address.is_some() {
            permissions &= !bits::BIND;
        }
    }
    let address = address(rule.address.as_ref(), reports)?;
    let local = Expression::concat([head, address, Expression::any_field(), Expression::nul()]);
    let own = bits::SHUTDOWN | bits::SETATTR | bits::GETATTR | bits::BIND | bits::ACCEPT;
    grant(local.clone(), permissions & if has_peer { bits::ACCEPT } else { own });
    if !has_peer {
        let with = |code: u8| local.clone().then(Expression::literal([code])).then(Expression::any_bytes(2));
        grant(with(2), permissions & bits::LISTEN);
        grant(with(4), permissions & (bits::SETOPT | bits::GETOPT));
    }
    if permissions & PEER != 0 {
        let peer = self::address(rule.peer_address.as_ref(), reports)?;
        let label = reports.condition(rule.peer_label.as_ref(), Expression::any_field)?;
        grant(Expression::concat([local, Expression::literal([1]), peer, label]), permissions & PEER);
    }
    Some(())
}

/// An address and the NUL after it.
fn address(address: Option<&UnixAddress>, reports: &mut DiagnosticCollector) -> Option<Expression> {
    let address = match address {
        None => Expression::anything(),
        Some(UnixAddress::None) => Expression::literal([1]),
        Some(UnixAddress::Auto) => {
            let digit = || Expression::set(ByteSet::range(b'0', b'9').union(ByteSet::range(b'a', b'f')));
            Expression::nul().then(Expression::concat(std::iter::repeat_with(digit).take(5)))
        }
        Some(UnixAddress::Abstract(name)) => Expression::nul().then(reports.glob(name, Nul::Allowed)?),
    };
    Some(address.then(Expression::nul()))
}
