//! `capability` rules: masks in the profile, no automaton.

use super::contribution::DiagnosticCollector;
use super::support::Support;
use crate::blob;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{CapabilityRule, Rule, RuleKind, RuleMode};
use crate::vocab::Capability;

/// The masks of a profile. Deny wins over allow, whatever the order.
pub(super) fn encode(rules: &[Rule], support: &Support, reports: &mut DiagnosticCollector) -> blob::Capabilities {
    let (mut allow, mut audit, mut deny, mut quiet) = (0, 0, 0, 0);
    for rule in rules {
        let RuleKind::Capability(capability) = &rule.kind else { continue };
        let mask = known_mask(*capability, rule, support, reports);
        match (rule.prefix.mode, rule.prefix.audit) {
            (Some(RuleMode::Deny), audited) => {
                deny |= mask;
                quiet |= if audited { 0 } else { mask };
            }
            (_, audited) => {
                allow |= mask;
                audit |= if audited { mask } else { 0 };
            }
        }
    }
    let allow = allow & !deny;
    blob::Capabilities { allow, audit: allow & audit, quiet: deny & quiet, extended: 0 }
}

/// The mask in capabilities that the kernel knows: youngest ones become `sys_admin`, from which they were split off.
pub(super) fn known_mask(
    capability: CapabilityRule,
    rule: &Rule,
    support: &Support,
    reports: &mut DiagnosticCollector,
) -> u64 {
    if capability.mask == u64::MAX {
        return u64::MAX;
    }
    let mut mask = capability.mask;
    let unknown = mask & !support.kernel_capabilities;
    for number in (0_u8..64).filter(|&number| unknown >> number & 1 == 1) {
        let bit = 1 << number;
        let known = Capability::from_number(number);
        if let Some(fallback) = known.and_then(Capability::fallback) {
            mask = mask & !bit | fallback.mask();
        } else if known.is_none() {
            mask &= !bit;
            let message = format!("the target kernel does not have a capability with the number {number}");
            let help = "remove it: armorer ignores it, and apparmor_parser compiles it as `chown`";
            reports.push(Diagnostic::new(Code::CapUnknown, message, rule.span).with_help(help));
        }
    }
    mask
}
