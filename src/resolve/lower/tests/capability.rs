use super::{FEATURES, OLD_FEATURES, check_errors, check_rules, check_warnings, lower_for};
use crate::policy::{CapabilityRule, RuleKind};

#[test]
fn masks() {
    check_rules(&[
        ("capability,", r#"{"mask": 18446744073709551615}"#),
        ("capability chown,", r#"{"mask": 1}"#),
        ("capability chown chown setuid,", r#"{"mask": 129}"#),
        ("capability checkpoint_restore bpf perfmon,", r#"{"mask": 1924145348608}"#),
        // Position 1 of the kernel's features.
        ("capability wake_the_dead,", r#"{"mask": 2}"#),
        ("audit deny capability chown,", r#"{"mask": 1}"#),
    ]);
}

#[test]
fn mistakes() {
    check_errors(&[
        ("capability x_y,", "cap-invalid", "x_y"),
        ("capability chown CHOWN,", "cap-invalid", "CHOWN"),
        ("capability cap_chown,", "cap-invalid", "cap_chown"),
        ("owner capability chown,", "prefix", "owner"),
    ]);
    check_warnings(&[
        ("priority=5 capability chown,", "cap-prefix", "priority=5"),
        ("prompt capability chown,", "cap-prefix", "prompt"),
    ]);
}

#[test]
fn what_only_the_policy_knows_is_left_out() {
    let outcome = lower_for("capability chown wake_the_dead,", OLD_FEATURES, FEATURES);
    assert!(outcome.said.iter().any(|(_, code, place)| *code == "cap-unknown" && place == "wake_the_dead"));
    assert_eq!(outcome.rule.unwrap().kind, RuleKind::Capability(CapabilityRule { mask: 1 }));
}
