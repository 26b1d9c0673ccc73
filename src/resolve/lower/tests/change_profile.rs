use super::{FEATURES, OLD_FEATURES, check_errors, check_rules, check_warnings, lower_for};

#[test]
fn rules() {
    check_rules(&[
        ("change_profile,", "{}"),
        ("change_profile -> a//b,", r#"{"target": "a//b"}"#),
        ("change_profile /x -> &b,", r#"{"exec": "/x", "target": "&b"}"#),
        ("change_profile safe /a -> b,", r#"{"safety": "safe", "exec": "/a", "target": "b"}"#),
        ("change_profile unsafe @{X} -> @{Y},", r#"{"safety": "unsafe", "exec": "@{X}", "target": "@{Y}"}"#),
        ("change_profile -> \"\",", r#"{"target": ""}"#),
    ]);
}

#[test]
fn mistakes() {
    check_errors(&[
        ("change_profile a,", "cp-exec-path", "a"),
        ("change_profile unsafe a -> b,", "cp-exec-path", "a"),
        ("change_profile \"@x\" -> b,", "cp-exec-path", "\"@x\""),
        ("change_profile unsafe,", "cp-exec-missing", "change_profile unsafe,"),
        ("change_profile safe -> b,", "cp-exec-missing", "change_profile safe -> b,"),
        ("owner change_profile -> b,", "prefix", "owner"),
    ]);
    check_warnings(&[
        ("priority=5 change_profile -> b,", "cp-prefix", "priority=5"),
        ("audit change_profile -> b,", "cp-prefix", "audit"),
        ("prompt change_profile -> b,", "cp-prefix", "prompt"),
        ("deny change_profile -> b,", "cp-prefix", "deny"),
    ]);
}

#[test]
fn safe_needs_stacking() {
    let outcome = lower_for("change_profile safe /a -> b,", FEATURES, OLD_FEATURES);
    assert_eq!(outcome.said.iter().map(|(_, code, _)| *code).collect::<Vec<_>>(), ["rule-downgraded"]);
    assert!(outcome.rule.is_some());
}
