//! Rules that look at automata agree with `armorer query`, and with what compiling says.

use armorer::analysis::{Access, DiffOptions, Subject, diff};
use armorer::lint::Finding;
use armorer::{Compiler, Features, Input, blob};
use proptest::prelude::*;

use super::{lint, linter, tree};

fn compiler() -> Compiler {
    Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(tree())
}

fn profiles(text: &str) -> Option<Vec<blob::BlobProfile>> {
    let policy = compiler().compile(Input::text("p", text)).ok()?;
    Some(policy.records().to_vec())
}

/// The lines that findings of a rule are at.
fn found(code: &str, text: &str) -> Vec<(u32, Finding)> {
    let rules = linter(&[code]);
    let outcome = lint(&rules, "p", text);
    let line = |finding: &Finding| outcome.sources().get(finding.span().source).line_column(finding.span().start).0;
    outcome.findings.iter().filter(|finding| finding.code == code).map(|f| (line(f), f.clone())).collect()
}

fn without(text: &str, line: u32) -> String {
    let kept = text.lines().zip(1..).filter(|&(_, number)| number != line);
    kept.map(|(line, _)| format!("{line}\n")).collect()
}

#[test]
fn what_may_be_written_and_executed_is_what_a_query_says() {
    let text = "profile p {\n  /var/lib/p/** rw,\n  deny /var/lib/p/bin/x w,\n  /var/lib/p/bin/?* rix,\n}\n";
    let [(4, finding)] = &found("AA0104", text)[..] else { panic!() };
    let file = finding.message.split('`').nth(1).unwrap();
    let compiler = compiler();
    let policy = compiler.compile(Input::text("p", text.as_bytes())).unwrap();
    let subject = Subject::from_compiled(policy).unwrap();
    let asked = |words: &[&str]| subject.ask(None, &Access::parse(words).unwrap()).unwrap().is_allowed();
    assert!(asked(&["file", file, "w"]) && asked(&["file", file, "x"]), "{file}");
    // The only file that the rules give is denied.
    let narrow = text.replace("?*", "x");
    assert!(found("AA0104", &narrow).is_empty());
}

#[test]
fn what_escapes_a_deny_is_what_a_query_allows() {
    for (code, text) in [
        ("AA0135", "profile p {\n  /{,usr/}bin/* rix,\n  deny /bin/su x,\n}\n"),
        ("AA0206", "profile p {\n  /srv/** r,\n  deny /srv/secret/* r,\n}\n"),
    ] {
        let [(3, finding)] = &found(code, text)[..] else { panic!("{code}") };
        let file = finding.message.split('`').nth(1).unwrap();
        let compiler = compiler();
        let policy = compiler.compile(Input::text("p", text.as_bytes())).unwrap();
        let subject = Subject::from_compiled(policy).unwrap();
        let permission = if code == "AA0135" { "x" } else { "r" };
        assert!(
            subject.ask(None, &Access::parse(&["file", file, permission]).unwrap()).unwrap().is_allowed(),
            "{file}"
        );
    }
}

#[test]
fn conflicting_attachments_both_attach() {
    let text = "profile p /usr/bin/{a,b} {\n}\nprofile q /usr/bin/{b,c} {\n}\n";
    let [(3, finding)] = &found("AA0208", text)[..] else { panic!() };
    let file = finding.message.split('`').nth(5).unwrap();
    let compiler = compiler();
    let policy = compiler.compile(Input::text("p", text.as_bytes())).unwrap();
    let subject = Subject::from_compiled(policy).unwrap();
    for profile in [&b"p"[..], b"q"] {
        assert!(subject.ask(Some(profile), &Access::parse(&["attach", file]).unwrap()).unwrap().is_allowed(), "{file}");
    }
}

#[test]
fn what_one_side_alone_allows_is_denied_by_the_other() {
    let text = "abi <abi/4.0>,\nprofile p {\n  signal send set=(term) peer=q,\n  ptrace read peer=q,\n}\nprofile q {\n  signal receive set=(kill) peer=p,\n  ptrace readby peer=r,\n}\n";
    let lines: Vec<u32> = found("AA0235", text).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [3, 4, 7]);
    let compiler = compiler();
    let policy = compiler.compile(Input::text("p", text.as_bytes())).unwrap();
    let subject = Subject::from_compiled(policy).unwrap();
    let asked = |profile: &[u8], words: &[&str]| {
        subject.ask(Some(profile), &Access::parse(words).unwrap()).unwrap().is_allowed()
    };
    assert!(asked(b"p", &["signal", "send", "term", "q"]) && !asked(b"q", &["signal", "receive", "term", "p"]));
    assert!(asked(b"p", &["ptrace", "read", "q"]) && !asked(b"q", &["ptrace", "readby", "p"]));
}

fn rule() -> impl Strategy<Value = String> {
    let prefix = prop_oneof![6 => Just(""), 1 => Just("audit "), 2 => Just("deny "), 1 => Just("audit deny "), 1 => Just("priority=2 ")];
    let owner = prop_oneof![3 => Just(""), 1 => Just("owner ")];
    let path = prop_oneof![
        Just("/a"),
        Just("/b"),
        Just("/a*"),
        Just("/*"),
        Just("/**"),
        Just("/{a,b}"),
        Just("/a/**"),
        Just("/a/b"),
        Just("/[ab]"),
        Just("/[^a]"),
        Just("/a/{,b}"),
        Just("/a/?"),
    ];
    let permissions = prop_oneof![
        Just("r"),
        Just("w"),
        Just("rw"),
        Just("a"),
        Just("k"),
        Just("m"),
        Just("l"),
        Just("rix"),
        Just("ix"),
        Just("rl")
    ];
    let file = (prefix, owner, path, permissions).prop_map(|(prefix, owner, path, permissions)| {
        let permissions = if prefix.contains("deny") { permissions.replace("ix", "x") } else { permissions.to_owned() };
        format!("{prefix}{owner}{path} {permissions},")
    });
    let other = prop_oneof![
        Just("signal send,"),
        Just("signal send peer=a,"),
        Just("signal peer=a*,"),
        Just("ptrace read peer=a,"),
        Just("ptrace,"),
        Just("unix (send, receive) type=stream,"),
        Just("unix,"),
        Just("dbus send bus=system,"),
        Just("dbus bus=system,"),
        Just("deny signal send,"),
        Just("capability chown,"),
        Just("mount /a -> /b/,"),
        Just("mount,"),
        Just("network inet,"),
        Just("network inet stream,"),
        Just("link /a -> /b,"),
        Just("change_profile -> a,"),
        Just("change_profile -> *,"),
    ];
    prop_oneof![4 => file, 1 => other.prop_map(str::to_owned)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Without a rule that another one subsumes, or that a deny shadows, the policy is the same.
    #[test]
    fn rules_without_effect_have_none(rules in proptest::collection::vec(rule(), 2..7)) {
        let body: String = rules.iter().map(|rule| format!("  {rule}\n")).collect();
        let text = format!("abi <abi/4.0>,\nprofile p {{\n{body}}}\n");
        let Some(whole) = profiles(&text) else { return Ok(()) };
        for code in ["AA0201", "AA0203", "AA0202"] {
            for (line, finding) in found(code, &text) {
                let less = without(&text, line);
                let Some(rest) = profiles(&less) else {
                    return Err(TestCaseError::fail(format!("{code} at {line} breaks the text:\n{text}")));
                };
                let difference = diff(&whole, &rest, &DiffOptions::default()).unwrap();
                prop_assert!(difference.is_empty(), "{} {}: {}\n{}", code, finding.message, difference, text);
            }
        }
    }

    /// Without a deny rule that denies nothing, what is allowed is the same.
    #[test]
    fn denies_that_deny_nothing_deny_nothing(rules in proptest::collection::vec(rule(), 2..7)) {
        let body: String = rules.iter().map(|rule| format!("  {rule}\n")).collect();
        let text = format!("abi <abi/4.0>,\nprofile p {{\n{body}}}\n");
        if profiles(&text).is_none() {
            return Ok(());
        }
        for code in ["AA0204", "AA0205"] {
            for (line, _) in found(code, &text) {
                let subject = |text: &str| {
                    let policy = compiler().compile(Input::text("p", text.as_bytes())).unwrap();
                    Subject::from_compiled(policy).unwrap()
                };
                let (whole, less) = (subject(&text), subject(&without(&text, line)));
                for file in ["/a", "/b", "/ab", "/a/", "/a/b", "/a/c", "/c", "/a/b/c"] {
                    for permission in ["r", "w", "a", "k", "m", "x"] {
                        let access = Access::parse(&["file", file, permission]).unwrap();
                        let asked = |subject: &Subject| subject.ask(None, &access).unwrap().is_allowed();
                        prop_assert_eq!(asked(&whole), asked(&less), "{} {:?}\n{}", code, access, text);
                    }
                }
            }
        }
    }
}
