//! Each rule on the examples of its page, which are the files in `fixtures`: what is on a page is true.

use std::path::{Path, PathBuf};

use armorer::lint::{Applicability, Family, Finding, Fixes, LintOutcome, Linter, RULES, Rule, Selection, apply};
use armorer::{Compiler, Features, Input};

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
    let linter = Linter::new(&Compiler::new(features).base("/base").loader(tree())).complete(true);
    linter.selection(Selection::only(words).unwrap())
}

fn examine(rule: &Rule, text: &str) -> LintOutcome {
    let linter = needs(rule);
    let name = if rule.family() == Family::Kubernetes { "example.yaml" } else { "example" };
    let mut inputs = vec![Input::text(name, text)];
    if let Ok(other) = std::fs::read(directory(rule).join("other.aa")) {
        inputs.push(Input::text("other", other));
    }
    linter.lint(inputs).unwrap()
}

/// The directory of a rule's examples and its snapshot.
pub(crate) fn directory(rule: &Rule) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint/fixtures").join(rule.code)
}

/// The findings of a rule among all.
fn own(rule: &Rule, outcome: &LintOutcome) -> Vec<Finding> {
    outcome.findings.iter().filter(|found| found.code == rule.code).cloned().collect()
}

#[test]
fn every_rule_finds_its_bad_example_and_not_its_good_one() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let outcome = examine(rule, rule.page.bad);
        if own(rule, &outcome).is_empty() {
            let all = lines(&outcome.findings, outcome.sources());
            wrong.push(format!("{} {} does not find its bad example:\n{all}", rule.code, rule.name));
        }
        if let Some(error) = outcome.findings.iter().find(|found| found.rule.is_none()) {
            wrong.push(format!("{}: the bad example has an error: {}", rule.code, error.message));
        }
        let outcome = examine(rule, rule.page.good);
        let unwanted: Vec<_> =
            outcome.findings.iter().filter(|f| f.code == rule.code || f.rule.is_none()).cloned().collect();
        if !unwanted.is_empty() {
            let all = lines(&unwanted, outcome.sources());
            wrong.push(format!("{} {} finds something in its good example:\n{all}", rule.code, rule.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The text with the fixes of a rule applied.
fn fixed(rule: &Rule, text: &str) -> Option<String> {
    let outcome = examine(rule, text);
    let source = outcome.findings.iter().find_map(|found| Some(found.fix.as_ref()?.edits.first()?.span.source))?;
    let text = outcome.sources().get(source);
    let fixed = apply(text.text(), source, &own(rule, &outcome), Applicability::Unsafe)?;
    Some(String::from_utf8(fixed.text).unwrap())
}

/// `report.snap` beside the examples: the findings in the bad one, and its text after the fixes.
#[test]
fn reports_are_those_of_the_snapshots() {
    for rule in RULES {
        let outcome = examine(rule, rule.page.bad);
        let mut report = lines(&own(rule, &outcome), outcome.sources());
        if let Some(text) = fixed(rule, rule.page.bad) {
            report.push_str(&format!("\nfixed:\n{text}"));
        }
        let mut settings = insta::Settings::new();
        settings.set_snapshot_path(directory(rule));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("report", report));
    }
}

#[test]
fn fixes_remove_their_findings_and_parse() {
    for rule in RULES.iter().filter(|rule| rule.fixes != Fixes::None) {
        let text = fixed(rule, rule.page.bad).unwrap_or_else(|| panic!("{} fixes nothing", rule.code));
        armorer::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}\n{text}", rule.code));
        let outcome = examine(rule, &text);
        let left = own(rule, &outcome);
        assert!(left.is_empty(), "{}: {}\n{text}", rule.code, lines(&left, outcome.sources()));
    }
}

#[test]
fn rules_without_fixes_give_none() {
    for rule in RULES.iter().filter(|rule| rule.fixes == Fixes::None) {
        let outcome = examine(rule, rule.page.bad);
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
        compiler.compile(Input::text("example", text)).unwrap().into_blob()
    };
    for rule in RULES.iter().filter(|rule| rule.fixes == Fixes::Safe) {
        let text = fixed(rule, rule.page.bad).unwrap();
        let (a, b) = (compile(rule.page.bad), compile(&text));
        let (a, b) = (armorer::blob::read(&a).unwrap(), armorer::blob::read(&b).unwrap());
        let diff = armorer::analysis::diff(&a, &b, &armorer::analysis::DiffOptions::default()).unwrap();
        assert!(diff.is_empty(), "{}: {diff}\n{text}", rule.code);
    }
}

#[test]
fn every_rule_can_be_off() {
    let nothing = linter(&[]);
    for rule in RULES {
        let outcome = super::lint(&nothing, "example", rule.page.bad);
        assert!(outcome.findings.iter().all(|found| found.rule.is_none()), "{}", rule.code);
    }
}
