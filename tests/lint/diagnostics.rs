//! The pages of errors that no lint rule takes over: their examples are true, and no file is left over.

use std::collections::BTreeSet;
use std::path::Path;

use armorer::diagnostic::{Code, Severity};
use armorer::lint::diagnostic_page;
use armorer::{Compiler, Features, Input};

use super::tree;

/// The codes that have sections of their own, by the files of these sections.
fn documented() -> BTreeSet<&'static str> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/diagnostics");
    let names = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let codes = names.map(|name| {
        let name = name.strip_suffix(".md").unwrap_or_else(|| panic!("`{name}` is not a page"));
        Code::ALL
            .iter()
            .map(|code| code.as_str())
            .find(|&code| code == name)
            .unwrap_or_else(|| panic!("no code `{name}`"))
    });
    codes.collect()
}

/// The codes of the errors in a profile.
fn errors(text: &str) -> BTreeSet<&'static str> {
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(tree());
    let diagnosis = compiler.check(Input::text("example", text)).unwrap();
    diagnosis.diagnostics().iter().filter(|each| each.is_error()).map(|each| each.code.as_str()).collect()
}

/// The code blocks of a page.
fn examples(page: &str) -> Vec<&str> {
    page.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_code_has_a_page() {
    for &code in Code::ALL {
        let page = diagnostic_page(code.as_str()).unwrap_or_else(|| panic!("{code} has no page"));
        assert!(page.starts_with("# ") && page.lines().count() >= 5, "{page}");
    }
}

#[test]
fn pages_of_errors_have_sections_and_examples_that_are_true() {
    let documented = documented();
    assert!(documented.len() >= 20, "{documented:?}");
    let mut wrong = Vec::new();
    for name in documented {
        let code = Code::ALL.iter().find(|code| code.as_str() == name).unwrap();
        assert_eq!(code.severity(), Severity::Error, "{name}: warnings and notes have the page of a rule");
        let page = diagnostic_page(name).unwrap();
        let marks = ["\n**Why.** ", "\n**Bad:**\n", "\n**Good:**\n", "\n**What to do.** "].map(|mark| page.find(mark));
        assert!(marks[0].is_some() && marks.is_sorted(), "{name}: {page}");
        let examples = examples(&page);
        let [bad, good] = examples[..] else { panic!("{name}: {page}") };
        if errors(bad) != BTreeSet::from([name]) || !errors(good).is_empty() {
            wrong.push(format!("{name}: {:?}, then {:?}", errors(bad), errors(good)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
