//! Network rules for packets (`network_v9_skb`; no kernel of the main line up to 7.2 has it), beside those for sockets.
//!
//! The strings are those of [`super::inet`] under a class of their own, for every family, but only the ones that involve a peer: a packet
//! has two ends. Where the target tells interfaces apart, the name of one and a zero byte stand after each address; a packet that
//! is sent may have none yet; a deny that names an interface is not about those. There *set label* says that the packet may be marked.

use super::contribution::{Contribution, ContributionMode, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::inet::{CONTINUE, REMOTE, addresses, port};
use super::network::{self, PEER, fold};
use super::support::Support;
use crate::policy::{FamilySelection, NetworkRule};
use crate::vocab::{classes, network as bits};

/// The packet may be marked with the label of its sender.
const SET_LABEL: u32 = 0x8000_0000;

/// Adds what a rule contributes for one family; `None` where a pattern is bad.
pub(super) fn encode(
    rule: &NetworkRule,
    selection: FamilySelection,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    let permissions = rule.permissions.bits();
    let word = fold(permissions);
    // As in `inet`, a deny only touches whole strings: at their prefixes it would cut off what other rules allow.
    let denies = origin.mode == ContributionMode::Deny;
    let goes_on = |out: &mut Vec<Contribution>, expression: &Expression, word: u32, second: u32| {
        if !denies {
            out.push(origin.grant_with(expression.clone(), word, second));
        }
    };
    let prefix = network::coarse(classes::NETWORK_V9_SKB, selection);
    goes_on(out, &prefix, CONTINUE, 0);
    if permissions & PEER == 0 {
        return Some(());
    }
    let protocol = selection.protocol.map_or_else(|| Expression::any_bytes(2), network::number);
    let prefix = prefix.then(protocol);
    let sends = permissions & bits::SEND != 0;
    let mark = if sends && !denies { SET_LABEL } else { 0 };
    let interface = if support.skb_interface {
        let name = reports.condition(rule.local.interface.as_ref(), Expression::any_field)?.then(Expression::nul());
        let named = denies && rule.local.interface.is_some();
        Some(if sends && !named { Expression::alternation([Expression::nul(), name]) } else { name })
    } else {
        None
    };
    let peer_label = reports.condition(rule.peer.label.as_ref(), Expression::any_field)?;
    let local_label = match &rule.local.label {
        Some(label) => Some(reports.condition(Some(label), Expression::any_field)?.then(Expression::nul())),
        None => None,
    };
    let peer_port = port(rule.peer.port, REMOTE, false);
    let local_port = port(rule.local.port, 0, permissions & bits::BIND != 0);

    for peer in addresses(&rule.peer) {
        let mut peer = Expression::concat([prefix.clone(), peer_port.clone(), peer, Expression::nul()]);
        goes_on(out, &peer, CONTINUE, word);
        if let Some(interface) = &interface {
            peer = peer.then(interface.clone());
            goes_on(out, &peer, CONTINUE | mark, word);
        }
        peer = peer.then(peer_label.clone());
        // Nobody asks for a label: the end of it decides.
        if interface.is_some() && rule.peer.label.is_none() {
            out.push(origin.grant(peer.clone(), word));
        }
        peer = peer.then(Expression::nul());
        goes_on(out, &peer, CONTINUE, word);
        for local in addresses(&rule.local) {
            let parts = [peer.clone(), Expression::literal([1]), local_port.clone(), local, Expression::nul()];
            let mut both = Expression::concat(parts);
            match (&interface, &local_label) {
                (None, None) => out.push(origin.grant(both, word)),
                (None, Some(label)) => {
                    out.push(origin.grant(both.clone(), word));
                    out.push(origin.grant(both.then(label.clone()), word));
                }
                (Some(interface), label) => {
                    goes_on(out, &both, CONTINUE, word);
                    both = both.then(interface.clone());
                    match label {
                        None => out.push(origin.grant_with(both, word | mark, word)),
                        Some(label) => {
                            goes_on(out, &both, CONTINUE | mark, word);
                            out.push(origin.grant(both.then(label.clone()), word));
                        }
                    }
                }
            }
        }
    }
    Some(())
}
