//! Changes in the next version of AppArmor, as far as they are known without a compiler of that version: pairs of texts that
//! must mean the same, texts that must be refused, and things that a rule may not touch. Where version 5.0 makes something else
//! of a text, armorer says so.

use armorer::analysis::{self, DiffOptions, Difference, ProfilePart};
use armorer::automata::Symbol;
use armorer::blob::{self, Automaton};
use armorer::diagnostic::Code;
use armorer::{CompileError, Compiled, Compiler, Features, Input};

use crate::support::directory;
use crate::support::features;

fn compile(features: &Features, rules: &str) -> Result<Compiled, CompileError> {
    Compiler::new(features.clone()).compile(Input::text("t", format!("abi <kernel>,\nprofile p {{ {rules} }}\n")))
}

fn newest() -> Features {
    Features::builtin("linux-7.2").expect("built in")
}

/// A feature set that no kernel of the main line has; `None` without the material.
fn variant(name: &str) -> Option<Features> {
    let directory = directory("ARMORER_FEATURES", "network rules of later kernels")?;
    let to = tempfile::tempdir().expect("a directory");
    let variants = features::variants(&directory, to.path());
    let target = variants.iter().find(|target| target.name == name).expect("a variant");
    Some(Features::from_path(&target.path).expect("features"))
}

/// The differences of two bodies, and the codes that the first raises.
fn compare(features: &Features, first: &str, second: &str) -> (Vec<Difference>, Vec<Code>) {
    let compiled = |rules: &str| compile(features, rules).unwrap_or_else(|error| panic!("{rules}: {error}"));
    let (first, second) = (compiled(first), compiled(second));
    let codes = first.diagnosis().diagnostics().iter().map(|diagnostic| diagnostic.code).collect();
    let [a, b] = [first, second].map(|compiled| blob::read(compiled.blob()).expect("a blob"));
    let diff = analysis::diff(&a, &b, &DiffOptions::default()).expect("comparable");
    (diff.differences, codes)
}

#[test]
fn a_block_fills_in_what_its_rules_leave_open() {
    for (block, plain, told) in [
        ("deny { /a r, }", "deny /a r,", false),
        ("deny { audit /a r, }", "audit deny /a r,", true),
        ("audit { deny /a r, }", "audit deny /a r,", true),
        ("{ deny /a r, }", "deny /a r,", true),
        ("allow { /a r, }", "/a r,", false),
        ("{ prompt /a r, }", "prompt /a r,", true),
        ("prompt { owner /a r, }", "prompt owner /a r,", false),
        ("owner { deny /a r, }", "deny owner /a r,", true),
        ("deny /a r, { priority=5 /a r, }", "deny /a r, priority=5 /a r,", true),
        ("deny { audit { /a r, } /b w, }", "audit deny /a r, deny /b w,", true),
        ("deny { capability chown, network inet, }", "deny capability chown, deny network inet,", true),
        ("audit { signal send peer=q, userns, }", "audit signal send peer=q, audit userns,", true),
        ("deny { change_profile -> q, }", "deny change_profile -> q,", false),
    ] {
        let (differences, codes) = compare(&newest(), block, plain);
        assert!(differences.is_empty(), "{block}: {differences:?}");
        assert_eq!(codes.contains(&Code::BlockKept), told, "{block}: {codes:?}");
    }
}

#[test]
fn a_block_is_not_contradicted() {
    for rules in [
        "allow { deny /a r, }",
        "deny { allow /a r, }",
        "prompt { deny /a r, }",
        "deny { prompt /a r, }",
        "deny { audit { allow /a r, } }",
        "allow { deny { /a r, } }",
        "deny { allow change_profile -> q, }",
        "allow { deny capability chown, }",
    ] {
        match compile(&newest(), rules) {
            Err(CompileError::Rejected(diagnosis)) => {
                assert_eq!(diagnosis.diagnostics().first().map(|first| first.code), Some(Code::BlockMode), "{rules}");
            }
            other => panic!("{rules}: {other:?}"),
        }
    }
}

#[test]
fn change_profile_has_modes_and_priorities() {
    for (one, other) in [
        ("allow change_profile -> q,", "change_profile -> q,"),
        ("change_profile -> q, deny change_profile -> q,", "deny change_profile -> q,"),
        ("deny change_profile -> q, priority=1 change_profile -> q,", "change_profile -> q,"),
        ("change_profile -> q, priority=1 deny change_profile -> q,", "deny change_profile -> q,"),
    ] {
        let (differences, _) = compare(&newest(), one, other);
        assert!(differences.is_empty(), "{one}: {differences:?}");
    }
    for (one, other) in [
        ("change_profile -> q,", ""),
        ("deny change_profile -> q,", "change_profile -> q,"),
        ("prompt change_profile -> q,", "change_profile -> q,"),
        ("deny change_profile -> q, priority=1 change_profile -> q,", "deny change_profile -> q,"),
    ] {
        assert!(!compare(&newest(), one, other).0.is_empty(), "{one}");
    }
}

/// The classes of the policy automaton in which two bodies differ.
fn classes(features: &Features, one: &str, other: &str) -> Vec<u8> {
    let mut classes: Vec<u8> = compare(features, one, other)
        .0
        .iter()
        .map(|difference| match (&difference.place, difference.witness.first()) {
            (ProfilePart::Automaton(Automaton::Policydb), Some(Symbol::Byte(class))) => *class,
            _ => panic!("{difference}"),
        })
        .collect();
    classes.dedup();
    classes
}

/// Packets are told apart by interface, sockets are not.
#[test]
fn a_denied_interface_is_no_matter_of_sockets() {
    let [Some(packets), Some(plain), Some(inet)] = ["packets", "packets-plain", "inet"].map(variant) else { return };
    let (all, one) = ("network inet stream,", "deny network (send receive) inet stream interface=eth0,");
    let both = format!("{all} {one}");
    assert_eq!(classes(&packets, &both, all), [0x1e]);
    // Neither is there where interfaces are not mediated: it would deny all of them.
    for features in [&plain, &inet] {
        let (differences, codes) = compare(features, &both, all);
        assert!(differences.is_empty() && codes.contains(&Code::RefDenyWider), "{differences:?} {codes:?}");
    }
    let (_, codes) = compare(&inet, "network inet stream interface=eth0,", all);
    assert!(codes.contains(&Code::Downgraded), "{codes:?}");
}

/// The permission of a prefix that more is to be matched after it.
const CONTINUE: u32 = 0x1000_0000;

/// A denied peer leaves the prefixes that it shares with other peers.
#[test]
fn a_denied_address_does_not_deny_what_comes_before() {
    let Some(inet) = variant("inet") else { return };
    let all = "network inet stream,";
    let both = format!("{all} deny network (connect) inet stream peer=(ip=10.0.0.1),");
    let differences = compare(&inet, &both, all).0;
    assert!(!differences.is_empty());
    for difference in &differences {
        assert!(difference.permissions & CONTINUE == 0, "{difference}");
    }
}
