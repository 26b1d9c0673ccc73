use super::*;

#[track_caller]
fn check(text: &str, expected: &[&str], codes: &[Code]) {
    let outcome = run(&format!("profile p {{ {text} }}\n"));
    let raised: Vec<_> = outcome.codes().into_iter().map(|(code, _)| code).collect();
    assert_eq!(raised, codes, "{text}: {:#?}", outcome.diagnostics);
    assert_eq!(rules_of(&outcome.policy.profiles[0]), expected, "{text}");
}

#[test]
fn prefixes_are_filled_in() {
    use Code::BlockKept;
    check("audit owner { /a r, owner /b r, }", &["audit owner /a r", "audit owner /b r"], &[]);
    check("{ deny /a r, }", &["deny /a r"], &[BlockKept]);
    check("{ prompt /a r, /b r, }", &["prompt /a r", "/b r"], &[BlockKept]);
    check("{ allow /a r, }", &["allow /a r"], &[]);
    check("deny { /a r, deny /b r, }", &["deny /a r", "deny /b r"], &[]);
    check("audit { deny /a r, }", &["audit deny /a r"], &[BlockKept]);
    check("deny { /a x, deny /b x, }", &["deny /a x", "deny /b x"], &[BlockKept]);
    check("deny { audit /a r, }", &["audit deny /a r"], &[BlockKept]);
    check("audit deny { /a r, }", &["audit deny /a r"], &[]);
    check("owner { priority=5 /a r, }", &["5 owner /a r"], &[BlockKept]);
    check("audit { owner { /a r, } /b r, }", &["audit owner /a r", "audit /b r"], &[]);
    check("if true { audit { /a r, } }", &["audit /a r"], &[]);
}

#[test]
fn every_kind_of_rule_counts() {
    let text =
        "profile p { audit { network inet stream, signal, capability chown, set rlimit nofile <= 8, ^h { /a r, } } }\n";
    let outcome = run(text);
    let codes: Vec<_> = outcome.codes().into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, [Code::BlockKept; 5]);
    let profile = &outcome.policy.profiles[0];
    let own: Vec<_> = profile.rules.iter().filter(|rule| rule.span != profile.span).collect();
    assert!(own.len() == 3 && own.iter().all(|rule| rule.prefix.audit), "{own:?}");
    assert_eq!(profile.rlimits[7], Some(8));
    assert_eq!(rules_of(&profile.children[0]), ["/a r"]);
}

#[test]
fn contradictions() {
    for (text, code, at) in [
        ("deny { allow /a r, }", Code::BlockMode, "allow"),
        ("prompt { deny /a r, }", Code::BlockMode, "deny"),
        ("owner { other /a r, }", Code::BlockMode, "other"),
        ("deny { allow { /a r, } }", Code::BlockMode, "allow"),
        ("owner { network, }", Code::Prefix, "network,"),
        ("other { audit signal, }", Code::Prefix, "audit"),
        ("priority=5 { /a r, }", Code::PriorityBlock, "5"),
    ] {
        assert_eq!(run(&format!("profile p {{ {text} }}\n")).codes(), [(code, at.into())], "{text}");
    }
}
