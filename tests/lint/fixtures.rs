//! The bad and good example of each rule's page are its fixtures: what is on a page is true.

use armorer::diagnostic::{Code, Severity};
use armorer::lint::{
    Applicability, Confidence, Family, Fixes, Input, Linter, Outcome, RULES, Rule, Selection, apply, index,
};
use armorer::{Compiler, Features};

use super::{lines, linter, tree};

fn needs(rule: &Rule) -> Linter {
    // Suppressions are judged by what they keep quiet.
    let words: Vec<&str> = if rule.family() == Family::Meta { vec!["all"] } else { vec![rule.code] };
    let old = |text: &str| Features::parse(text.as_bytes()).unwrap();
    let changed = |from: &str, to: &str| {
        let newest = Features::builtin("linux-7.2").unwrap();
        let text = std::str::from_utf8(newest.to_text()).unwrap();
        assert!(text.contains(from));
        old(&text.replace(from, to))
    };
    let features = match rule.code {
        // Kernels outside of the main line mediate addresses, and queues of both kinds.
        "AA0358" => changed("network_v9 {", "network_v9 {af_inet {yes\n}\n"),
        "AA0359" => changed("mount {", "ipc {posix_mqueue {create\n}\nsysv_mqueue {create\n}\n}\nmount {"),
        "AA0355" => old("network {af_mask {inet unix}}\nfile {mask {read}}\n"),
        _ => Features::builtin("linux-7.2").unwrap(),
    };
    let linter = Linter::new(features).base("/base").loader(tree()).complete(true);
    linter.selection(Selection::only(words).unwrap())
}

fn examine(rule: &Rule, text: &str) -> (Linter, Outcome) {
    let linter = needs(rule);
    let name = if rule.family() == Family::Kubernetes { "example.yaml" } else { "example" };
    let mut inputs = vec![Input { name: name.into(), text: text.into() }];
    if rule.name == "profile-in-two-files" {
        inputs.push(Input { name: "other".into(), text: "profile p /usr/bin/p2 {\n  /etc/p.conf r,\n}\n".into() });
    }
    let outcome = linter.lint(inputs).unwrap();
    (linter, outcome)
}

#[test]
fn every_rule_finds_its_bad_example_and_not_its_good_one() {
    let mut shown = String::new();
    let mut wrong = Vec::new();
    for rule in RULES {
        assert!(!rule.bad.is_empty() && !rule.good.is_empty(), "{} has no example", rule.code);
        let (linter, outcome) = examine(rule, rule.bad);
        let found: Vec<_> = outcome.findings.iter().filter(|found| found.code == rule.code).cloned().collect();
        if found.is_empty() {
            let all = lines(&outcome.findings, linter.sources());
            wrong.push(format!("{} {} does not find its bad example:\n{all}", rule.code, rule.name));
        }
        if let Some(error) = outcome.findings.iter().find(|found| found.rule.is_none()) {
            wrong.push(format!("{}: the bad example has an error: {}", rule.code, error.message));
        }
        shown.push_str(&format!("{} {}\n", rule.code, rule.name));
        for line in lines(&found, linter.sources()).lines() {
            shown.push_str(&format!("  {line}\n"));
        }
        let (linter, outcome) = examine(rule, rule.good);
        let unwanted: Vec<_> =
            outcome.findings.iter().filter(|f| f.code == rule.code || f.rule.is_none()).cloned().collect();
        if !unwanted.is_empty() {
            let all = lines(&unwanted, linter.sources());
            wrong.push(format!("{} {} finds something in its good example:\n{all}", rule.code, rule.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::assert_snapshot!("findings", shown);
}

/// The text with the fixes of a rule applied.
fn mended(rule: &Rule, text: &str) -> Option<String> {
    let (linter, outcome) = examine(rule, text);
    let source = outcome.findings.iter().find_map(|found| Some(found.fix.as_ref()?.edits.first()?.span.source))?;
    let own: Vec<_> = outcome.findings.iter().filter(|found| found.code == rule.code).cloned().collect();
    let fixed = apply(linter.sources().get(source).text(), source, &own, Applicability::Unsafe)?;
    Some(String::from_utf8(fixed.text).unwrap())
}

#[test]
fn fixes_mend_what_they_are_for_and_parse() {
    let mut shown = String::new();
    for rule in RULES.iter().filter(|rule| rule.fixes != Fixes::None) {
        let text = mended(rule, rule.bad).unwrap_or_else(|| panic!("{} mends nothing", rule.code));
        armorer::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}\n{text}", rule.code));
        let (linter, outcome) = examine(rule, &text);
        let left: Vec<_> = outcome.findings.iter().filter(|found| found.code == rule.code).cloned().collect();
        assert!(left.is_empty(), "{}: {}\n{text}", rule.code, lines(&left, linter.sources()));
        shown.push_str(&format!("{} {}\n{text}\n", rule.code, rule.name));
    }
    insta::assert_snapshot!("mended", shown);
}

#[test]
fn rules_without_fixes_give_none() {
    for rule in RULES.iter().filter(|rule| rule.fixes == Fixes::None) {
        let (_, outcome) = examine(rule, rule.bad);
        let found = outcome.findings.iter().filter(|found| found.code == rule.code);
        assert!(
            found.clone().all(|found| found.fix.is_none()),
            "{} has a fix that its page does not tell of",
            rule.code
        );
    }
}

#[test]
fn safe_fixes_keep_the_policy() {
    let compile = |text: &str| {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(tree());
        compiler.compile_text("example", text.as_bytes()).unwrap().to_blob().unwrap()
    };
    for rule in RULES.iter().filter(|rule| rule.fixes == Fixes::Safe) {
        let text = mended(rule, rule.bad).unwrap();
        let (a, b) = (compile(rule.bad), compile(&text));
        let (a, b) = (armorer::blob::read(&a).unwrap(), armorer::blob::read(&b).unwrap());
        let diff = armorer::analysis::diff(&a, &b, &armorer::analysis::DiffOptions::default()).unwrap();
        assert!(diff.is_empty(), "{}: {diff}\n{text}", rule.code);
    }
}

#[test]
fn the_registry_is_in_order() {
    for pair in RULES.windows(2) {
        assert!(pair[0].code < pair[1].code, "{} stands before {}", pair[0].code, pair[1].code);
    }
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), RULES.len(), "a name is taken twice");
    for rule in RULES {
        assert!(rule.code.starts_with(rule.family().prefix()) && rule.code.len() == 6, "{}", rule.code);
        assert!(rule.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", rule.name);
        for text in [rule.summary, rule.why, rule.remedy] {
            assert!(!text.is_empty(), "{} lacks a part of its page", rule.code);
        }
        assert!(
            !rule.summary.ends_with('.') && rule.why.ends_with('.') && rule.remedy.ends_with(['.', ')']),
            "{}",
            rule.code
        );
        assert!(rule.severity != Severity::Error && rule.confidence >= Confidence::Low);
    }
    let families: Vec<usize> =
        Family::ALL.map(|family| RULES.iter().filter(|rule| rule.family() == family).count()).to_vec();
    assert!(families.iter().all(|&count| count >= 3) && RULES.len() >= 60, "{families:?}");
}

#[test]
fn every_warning_of_other_stages_has_one_rule() {
    for code in Code::ALL.iter().filter(|code| code.severity() != Severity::Error) {
        let rules: Vec<&str> = RULES.iter().filter(|rule| rule.raised().contains(code)).map(|rule| rule.code).collect();
        assert_eq!(rules.len(), 1, "{code}: {rules:?}");
    }
}

#[test]
fn the_index_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lints.md");
    if std::env::var_os("ARMORER_UPDATE").is_some() {
        std::fs::write(path, index()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == index(), "docs/lints.md is old: run `armorer lint --list=markdown > docs/lints.md`");
}

#[test]
fn every_rule_can_be_off() {
    let nothing = linter(&[]);
    for rule in RULES {
        let outcome = super::lint(&nothing, "example", rule.bad);
        assert!(outcome.findings.iter().all(|found| found.rule.is_none()), "{}", rule.code);
    }
}
