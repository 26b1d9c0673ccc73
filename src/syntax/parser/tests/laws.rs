//! No text makes the parser panic, overflow the stack or take long.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{SAMPLE, parsed};
use crate::diagnostic::Code;
use crate::syntax::parser::input::NESTING_LIMIT;

/// Tests run on threads with 2 MiB of stack.
fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("profile p {{\n{}{inner}{}}}\n", open.repeat(depth), close.repeat(depth))
}

#[test]
fn nesting_is_bounded() {
    for (open, inner, close) in [
        ("{ ", "", "} "),
        ("profile a { ", "", "} "),
        ("^a { ", "", "} "),
        ("if true { ", "", "} "),
        ("if true { } else ", "{ }", ""),
        ("deny owner { ", "", ""),
    ] {
        let few = NESTING_LIMIT as usize - 2;
        let ok = parsed(nested(open, inner, close, few));
        assert!(close.is_empty() || ok.diagnostics.is_empty(), "{open}: {:?}", ok.diagnostics);
        let deep = parsed(nested(open, inner, close, 20_000));
        let codes: Vec<Code> = deep.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, [Code::NestingLimit], "{open}");
    }
    for open in ["(", "not ", "( not "] {
        for text in [format!("$A = {}", open.repeat(20_000)), format!("if {}", open.repeat(20_000))] {
            assert_eq!(parsed(&text).diagnostics[0].code, Code::NestingLimit, "{open}");
        }
    }
}

#[test]
fn hostile_texts_take_no_long() {
    let start = Instant::now();
    for unit in [
        "\"", "\\\"", "\"\\\" ", "{", "}", "{ ", "(", ",", "#", "# \n", "@{A}=", "/a ", "a ", "if ", "! ", "\r",
        "peer=(", "= ",
    ] {
        let text = unit.repeat(300_000 / unit.len());
        let parsed = parsed(&text);
        assert!(parsed.diagnostics.len() <= 500, "{unit}");
    }
    assert!(start.elapsed() < Duration::from_secs(20));
}

fn check(text: &[u8]) {
    let parsed = parsed(text);
    for diagnostic in &parsed.diagnostics {
        let span = diagnostic.span();
        assert!(span.start <= span.end && span.end as usize <= text.len());
        assert!(!diagnostic.message.is_empty());
    }
}

proptest! {
    #[test]
    fn random_bytes_are_taken(text in proptest::collection::vec(any::<u8>(), 0..300)) {
        check(&text);
    }

    #[test]
    fn random_tokens_are_taken(tokens in proptest::collection::vec(
        proptest::sample::select(vec![
            "profile", "a", "/b", "{", "}", "(", ")", ",", "\n", " ", "#", "include", "<x>", "->", "rw", "px", "=", "@{X}",
            "$y", "if", "else", "not", "and", "peer", "set", "rlimit", "<=", "5", "\"", "\\", "dbus", "network", "mount",
            "flags", "^", "in", "priority", "audit", "owner", "!", "\r\n", "abi", "alias", "file", "change_profile", "+",
        ]), 0..80)) {
        check(tokens.concat().as_bytes());
        check(tokens.join(" ").as_bytes());
    }

    #[test]
    fn mutated_profiles_are_taken(
        edits in proptest::collection::vec((0..SAMPLE.len(), 0..12usize, any::<u8>()), 1..6),
    ) {
        let mut text = SAMPLE.as_bytes().to_vec();
        for (at, len, byte) in edits {
            let at = at.min(text.len());
            let end = (at + len).min(text.len());
            text.splice(at..end, [byte]);
        }
        check(&text);
    }

    /// The items before and after a broken one are found all the same.
    #[test]
    fn one_broken_rule_costs_one_rule(broken in proptest::sample::select(vec![
        "capabilty chown,", "/x rq,", "network inet stream tcp,", "deny audit /x r,", "signal peer=(a),", "set rlimit x,",
        "dbus ! send,", "dbus (send bus=system,", "mount /a /b,", "unix stream,", "/x -> y px,", "userns (create),", "if { /y r, }",
    ])) {
        let result = parsed(format!("profile p {{\n  /a r,\n  {broken}\n  /b w,\n}}\n/c r,\n"));
        prop_assert_eq!(result.diagnostics.len(), 1, "{:?}", result.diagnostics);
        prop_assert_eq!(result.file.items.len(), 2);
        let crate::syntax::ast::ItemKind::Profile(profile) = &result.file.items[0].kind.value else {
            panic!("a profile")
        };
        prop_assert_eq!(profile.body.items.len(), 2);
    }
}
