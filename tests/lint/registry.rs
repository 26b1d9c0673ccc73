//! The registry of rules is complete: each has its file, its page, its examples and its snapshot, and there is no other file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use armorer::diagnostic::{Code, Severity};
use armorer::lint::{Confidence, Family, RULES, Rule, index};

use super::fixtures::directory;

/// The files below a directory, relative to it.
fn files(directory: &Path) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = PathBuf::from(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            files.extend(self::files(&entry.path()).into_iter().map(|inner| name.join(inner)));
        } else {
            files.insert(name);
        }
    }
    files
}

/// Names the files that are missing or superfluous.
fn compare(found: &BTreeSet<PathBuf>, expected: &BTreeSet<PathBuf>) {
    let missing: Vec<_> = expected.difference(found).collect();
    let orphans: Vec<_> = found.difference(expected).collect();
    assert!(missing.is_empty() && orphans.is_empty(), "missing: {missing:?}; of no rule: {orphans:?}");
}

/// The path of a rule's file below `src/lint/rules`, without its extension.
fn stem(rule: &Rule) -> String {
    format!("{}/{}", rule.family(), rule.name.replace('-', "_"))
}

#[test]
fn every_rule_has_its_file_and_its_page_and_no_other_file_stands_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/rules");
    let mut expected = BTreeSet::from(["mod.rs", "file_grants.rs"].map(PathBuf::from));
    for family in Family::ALL {
        // Helpers of a family.
        let own = [format!("{family}/mod.rs"), format!("{family}/shared.rs")];
        expected.extend(own.into_iter().map(PathBuf::from).filter(|path| root.join(path).exists()));
    }
    for rule in RULES {
        expected.extend(["rs", "md"].map(|extension| format!("{}.{extension}", stem(rule)).into()));
    }
    compare(&files(&root), &expected);
    for rule in RULES {
        let text = fs::read_to_string(root.join(format!("{}.rs", stem(rule)))).unwrap();
        assert_eq!(text.matches("static RULE: Rule =").count(), 1, "{} has not one rule", stem(rule));
        assert!(text.contains(&format!("code: \"{}\",", rule.code)), "{} is another rule", stem(rule));
    }
}

#[test]
fn every_page_is_that_of_its_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/rules");
    for rule in RULES {
        let page = rule.page;
        for text in [page.summary, page.why, page.remedy] {
            assert!(!text.is_empty(), "{} lacks a part of its page", rule.code);
        }
        assert!(
            !page.summary.ends_with('.') && page.why.ends_with('.') && page.remedy.ends_with(['.', ')']),
            "{}",
            rule.code
        );
        let expected = format!(
            "# {} {}: {}\n\n## Why\n\n{}\n\n## What to do\n\n{}\n",
            rule.code, rule.name, page.summary, page.why, page.remedy
        );
        let text = fs::read_to_string(root.join(format!("{}.md", stem(rule)))).unwrap();
        assert_eq!(text, expected, "{}", stem(rule));
    }
}

#[test]
fn every_rule_has_its_examples_and_its_snapshot_and_no_other_fixture_is_there() {
    let mut expected = BTreeSet::new();
    for rule in RULES {
        let extension = if rule.family() == Family::Kubernetes { "yaml" } else { "aa" };
        let names = [format!("bad.{extension}"), format!("good.{extension}"), "report.snap".to_owned()];
        for (name, example) in names.iter().zip([rule.page.bad, rule.page.good]) {
            let path = directory(rule).join(name);
            assert_eq!(fs::read_to_string(&path).unwrap(), example, "{}", path.display());
        }
        expected.extend(names.map(|name| Path::new(rule.code).join(name)));
    }
    // Needs a second file of the same profile.
    expected.insert("AA0213/other.aa".into());
    compare(&files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint/fixtures")), &expected);
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
        assert!(rule.severity != Severity::Error && rule.confidence >= Confidence::Low);
    }
    let families: Vec<usize> =
        Family::ALL.map(|family| RULES.iter().filter(|rule| rule.family() == family).count()).to_vec();
    assert!(families.iter().all(|&count| count >= 3) && RULES.len() >= 60, "{families:?}");
}

#[test]
fn every_warning_of_other_stages_has_one_rule() {
    for code in Code::ALL.iter().filter(|code| code.severity() != Severity::Error && !code.is_about_modes()) {
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
