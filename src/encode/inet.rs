//! Network rules of the inet families, where the target mediates addresses and ports.
//!
//! The strings begin with `CLASS family type protocol`, then come the address of the socket, or `address of the peer, label of the
//! peer, 1, address of the socket`. An address is a port (type byte and number) and an IP address (length code and bytes). The
//! kernel stops at a prefix unless its permissions say that more is to be matched, hence the *continue* entries. A deny does not
//! touch those: it would cut off what other rules allow.

use std::net::IpAddr;

use super::contribution::{Contribution, ContributionMode, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::network::{self, PEER, fold};
use crate::automata::ByteSet;
use crate::policy::{FamilySelection, IpAddress, NetworkConditions, NetworkRule};
use crate::vocab::{PortRange, network as bits};

/// More is to be matched after this prefix.
pub(super) const CONTINUE: u32 = 0x1000_0000;
/// Type byte of a port that only privileged tasks may bind.
const PRIVILEGED: u8 = 1;
/// Type byte of a peer's port.
pub(super) const REMOTE: u8 = 2;
/// The first port that everybody may bind.
const FIRST_FREE_PORT: u16 = 1024;

/// Adds what a rule contributes for one of the inet families; `None` where a pattern is bad.
pub(super) fn encode(
    rule: &NetworkRule,
    selection: FamilySelection,
    class: u8,
    origin: ContributionOrigin,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    let prefix = network::coarse(class, selection);
    let permissions = rule.permissions.bits();
    let word = fold(permissions);
    let goes_on = |out: &mut Vec<Contribution>, expression: &Expression, second: u32| {
        if origin.mode != ContributionMode::Deny {
            out.push(origin.grant_with(expression.clone(), CONTINUE, second));
        }
    };
    goes_on(out, &prefix, 0);
    if permissions & bits::CREATE != 0 {
        out.push(origin.grant(prefix.clone(), bits::CREATE));
    }
    let protocol = selection.protocol.map_or_else(|| Expression::any_bytes(2), network::number);
    let prefix = prefix.then(protocol);
    let local_label = match &rule.local.label {
        Some(label) => Some(reports.condition(Some(label), Expression::any_field)?.then(Expression::nul())),
        None => None,
    };
    let local_port = port(rule.local.port, 0, permissions & bits::BIND != 0);

    if permissions & PEER != 0 {
        let label = reports.condition(rule.peer.label.as_ref(), Expression::any_field)?.then(Expression::nul());
        let peer_port = port(rule.peer.port, REMOTE, false);
        for peer in addresses(&rule.peer) {
            let peer = Expression::concat([prefix.clone(), peer_port.clone(), peer, Expression::nul()]);
            goes_on(out, &peer, word);
            let peer = peer.then(label.clone());
            goes_on(out, &peer, word);
            for local in addresses(&rule.local) {
                let parts = [peer.clone(), Expression::literal([1]), local_port.clone(), local, Expression::nul()];
                let both = Expression::concat(parts);
                out.push(origin.grant(both.clone(), word));
                if let Some(label) = &local_label {
                    out.push(origin.grant(both.then(label.clone()), word));
                }
            }
        }
    }
    for local in addresses(&rule.local) {
        let mut local = Expression::concat([prefix.clone(), local_port.clone(), local, Expression::nul()]);
        if let Some(label) = &local_label {
            goes_on(out, &local, word);
            local = local.then(label.clone());
        }
        if permissions & bits::LISTEN != 0 {
            let backlog = Expression::literal([2]).then(Expression::any_bytes(2));
            out.push(origin.grant(local.clone().then(backlog), word));
        }
        if permissions & (bits::SETOPT | bits::GETOPT) != 0 {
            let option = Expression::literal([4]).then(Expression::any_bytes(4));
            out.push(origin.grant(local.clone().then(option), word));
        }
        out.push(origin.grant(local, word));
    }
    Some(())
}

/// The IP address of one side; without condition one expression for each kind of address.
pub(super) fn addresses(conditions: &NetworkConditions) -> Vec<Expression> {
    let any = |code: u8, len: usize| Expression::literal([code]).then(Expression::any_bytes(len));
    match conditions.ip {
        None => vec![any(0, 0), any(1, 4), any(2, 16)],
        Some(IpAddress::None) => vec![any(0, 0)],
        Some(IpAddress::Address(IpAddr::V4(ip))) => {
            vec![Expression::literal([1]).then(Expression::literal(ip.octets()))]
        }
        Some(IpAddress::Address(IpAddr::V6(ip))) => {
            vec![Expression::literal([2]).then(Expression::literal(ip.octets()))]
        }
    }
}

/// The port of one side: type byte and number. Port 0 means any.
pub(super) fn port(range: Option<PortRange>, kind: u8, binds: bool) -> Expression {
    let Some(range) = range else { return Expression::any_bytes(3) };
    let typed = |kind: u8, number: Expression| Expression::literal([kind]).then(number);
    match (range.first(), range.last()) {
        // Counted among the privileged ones, as the reference has it.
        (0, 0) => typed(if binds { PRIVILEGED } else { kind }, Expression::any_bytes(2)),
        (low, high) if !binds || low >= FIRST_FREE_PORT => typed(kind, numbers(low, high)),
        (low, high) if high < FIRST_FREE_PORT => typed(PRIVILEGED, numbers(low, high)),
        (low, high) => Expression::alternation([
            typed(kind, numbers(FIRST_FREE_PORT, high)),
            typed(PRIVILEGED, numbers(low, FIRST_FREE_PORT - 1)),
        ]),
    }
}

/// The two bytes of every number from `low` to `high`.
fn numbers(low: u16, high: u16) -> Expression {
    let bytes = |low: u8, high: u8| match (low, high) {
        (0, u8::MAX) => Expression::any_byte(),
        (low, high) if low == high => Expression::literal([low]),
        (low, high) => Expression::set(ByteSet::range(low, high)),
    };
    let ([low_high, low_low], [high_high, high_low]) = (low.to_be_bytes(), high.to_be_bytes());
    if low_high == high_high {
        return Expression::literal([low_high]).then(bytes(low_low, high_low));
    }
    let first = Expression::literal([low_high]).then(bytes(low_low, u8::MAX));
    let last = Expression::literal([high_high]).then(bytes(0, high_low));
    let between = match (low_high.checked_add(1), high_high.checked_sub(1)) {
        (Some(from), Some(to)) if from <= to => Some(bytes(from, to).then(Expression::any_byte())),
        _ => None,
    };
    Expression::alternation([first].into_iter().chain(between).chain([last]))
}
