//! The book in `docs`: its list of pages, its links, its examples, and the pages that are made from the code. `ARMORER_UPDATE=1` makes
//! them anew.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use armorer::diagnostic::{Code, Severity};
use armorer::lint::config::{Config, SCHEMA};
use armorer::lint::{RULES, Rule, diagnostic_page};
use serde_json::Value;

use crate::support::command::{run, text};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The pages of the book, without its list of pages.
fn pages() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("docs")).expect("readable");
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("SUMMARY.md"));
    found.sort();
    found
}

/// A text without its blocks of code, and the blocks: the words after the opening fence, and the text.
fn parts(page: &str) -> (String, Vec<(&str, String)>) {
    let (mut prose, mut blocks) = (String::new(), Vec::new());
    let mut open: Option<(&str, String)> = None;
    for line in page.lines() {
        match (open.as_mut(), line.strip_prefix("```")) {
            (None, Some(words)) => open = Some((words, String::new())),
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some((_, text)), _) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {
                prose.push_str(line);
                prose.push('\n');
            }
        }
    }
    assert!(open.is_none(), "a block does not end:\n{page}");
    (prose, blocks)
}

/// The anchors of a page: those that GitHub and mdBook both make of its headings.
fn anchors(prose: &str) -> BTreeSet<String> {
    let anchor = |heading: &str| {
        let kept = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
            .collect::<String>();
        kept.replace(' ', "-")
    };
    prose.lines().filter(|line| line.starts_with('#')).map(|line| anchor(line.trim_start_matches('#'))).collect()
}

/// The targets of the links and pictures of a text. Code has none.
fn links(prose: &str) -> Vec<String> {
    let text: String = prose.split('`').step_by(2).collect::<Vec<_>>().join("`");
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_owned()).collect()
}

/// Describes a link of a page that leads nowhere, or out of the book, where the built book has nothing.
fn fault(page: &Path, target: &str) -> Option<String> {
    if target.starts_with("https://") {
        return None;
    }
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let path = if file.is_empty() { page.to_owned() } else { page.parent().expect("a directory").join(file) };
    let Ok(path) = path.canonicalize() else { return Some("does not exist".to_owned()) };
    let docs = root().join("docs").canonicalize().expect("readable");
    if page.starts_with(root().join("docs")) && !path.starts_with(docs) {
        return Some("leads out of the book: name the file in backticks".to_owned());
    }
    let anchor = anchor?;
    let known = anchors(&parts(&read(&path)).0);
    (!known.contains(anchor)).then(|| format!("there is no such heading; there are {known:?}"))
}

#[test]
fn links_lead_somewhere() {
    let page = root().join("docs/README.md");
    for target in ["none.md", "../Cargo.toml", "security.md#nothing"] {
        assert!(fault(&page, target).is_some(), "{target}");
    }
    assert_eq!(fault(&page, "security.md#the-node-agent"), None);
    assert_eq!(links("[a](b.md) and `[c](d.md)`, ![e](f.svg#g)"), ["b.md", "f.svg#g"]);
    let mut found = Vec::new();
    let mut count = 0;
    let others =
        ["README.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md", "benches/README.md", "docs/SUMMARY.md"];
    for page in pages().into_iter().chain(others.map(|name| root().join(name))) {
        for target in links(&parts(&read(&page)).0) {
            count += 1;
            found.extend(fault(&page, &target).map(|fault| format!("{}: {target}: {fault}", page.display())));
        }
    }
    assert!(count > 100, "only {count} links are found");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_summary_has_every_page_under_its_title() {
    let summary = read(&root().join("docs/SUMMARY.md"));
    let listed: Vec<(&str, &str)> = summary
        .lines()
        .filter_map(|line| line.trim_start_matches("- ").strip_prefix('[')?.strip_suffix(')')?.split_once("]("))
        .collect();
    let mut names: Vec<&str> = listed.iter().map(|&(_, name)| name).collect();
    names.sort_unstable();
    let pages: Vec<String> =
        pages().iter().map(|path| path.file_name().expect("a name").to_string_lossy().into_owned()).collect();
    assert_eq!(names, pages);
    for (title, name) in listed {
        let page = read(&root().join("docs").join(name));
        assert_eq!(page.lines().next(), Some(format!("# {title}").as_str()), "{name}");
    }
}

/// Names of files and directories of the project, as prose and commands of the book have them.
#[test]
fn files_that_pages_name_exist() {
    let mut found = Vec::new();
    let mut count = 0;
    for page in pages().into_iter().chain([root().join("README.md")]) {
        let text = read(&page);
        let is_end = |c: char| !(c.is_alphanumeric() || "/_.-*".contains(c));
        for folder in ["examples/", "benches/", "tests/", "grammar/", "schemas/"] {
            for (at, _) in text.match_indices(folder) {
                if text[..at].ends_with(|c: char| c.is_alphanumeric() || "/.-".contains(c)) {
                    continue;
                }
                let name = text[at..].split(is_end).next().unwrap().trim_end_matches(['.', '/']);
                count += 1;
                let name = name.split('*').next().unwrap().trim_end_matches('/');
                if !root().join(name).exists() {
                    found.push(format!("{}: {name}", page.display()));
                }
            }
        }
    }
    assert!(count > 50, "only {count} names are found");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Blocks of profiles (`apparmor`) compile for the newest kernel without an error, and those of the configuration (`toml`) are read.
#[test]
fn examples_are_right() {
    let mut profiles = 0;
    let mut tables = 0;
    for page in pages() {
        for (words, block) in parts(&read(&page)).1 {
            match words {
                "apparmor" => {
                    profiles += 1;
                    let arguments = ["check", "--quiet", "--features", "linux-7.2", "-b", "examples/apparmor.d", "-"];
                    let output = run(root(), &arguments, block.as_bytes());
                    assert!(output.status.success(), "{}:\n{block}\n{}", page.display(), text(&output.stderr));
                }
                "toml" if block.contains("[lint]") || block.contains("[target]") => {
                    tables += 1;
                    assert!(Config::parse(&block).is_ok(), "{}:\n{block}", page.display());
                }
                _ => {}
            }
        }
    }
    assert!(profiles >= 5 && tables >= 2, "{profiles} profiles, {tables} tables");
}

/// Compares a page, or the part of it between two marks, with what it should be.
fn holds(name: &str, marks: Option<&str>, expected: &str) {
    let path = root().join("docs").join(name);
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    let whole = match marks {
        None => expected.to_owned(),
        Some(mark) => {
            let (open, close) = (format!("<!-- {mark} -->\n\n"), format!("\n<!-- end of {mark} -->\n"));
            let (before, rest) = page.split_once(&open).unwrap_or_else(|| panic!("{name} has no {open}"));
            let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("{name} has no {close}"));
            format!("{before}{open}{expected}{close}{after}")
        }
    };
    if std::env::var_os("ARMORER_UPDATE").is_some() {
        std::fs::write(&path, &whole).expect("writable");
        return;
    }
    assert!(page == whole, "docs/{name} is old: run `ARMORER_UPDATE=1 cargo test --test cli book::`");
}

/// The rule that takes a diagnostic over.
fn rule_of(code: Code) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.raised().contains(&code))
}

#[test]
fn the_page_of_diagnostics_is_that_of_the_code() {
    let mut out = String::from(
        "# Errors and warnings\n\nEvery code that `check`, `compile` and the other commands print, in the order of their stages. \
         `armorer explain CODE` prints one page. This one is made from the code; a test checks that it is current.\n",
    );
    for (title, severity) in [("Errors", Severity::Error), ("Warnings", Severity::Warning), ("Notes", Severity::Note)] {
        let codes: Vec<Code> = Code::ALL.iter().copied().filter(|code| code.severity() == severity).collect();
        write!(out, "\n## {title}\n\n| code | meaning | page |\n| --- | --- | --- |\n").unwrap();
        for &code in &codes {
            let page = match rule_of(code) {
                Some(rule) => format!("[{}](lints.md#{}-{})", rule.code, rule.code.to_lowercase(), rule.name),
                None if has_sections(code) => format!("[{code}](#{code})"),
                None => String::new(),
            };
            writeln!(out, "| `{code}` | {} | {page} |", code.description().replace('|', "\\|")).unwrap();
        }
        for &code in codes.iter().filter(|&&code| rule_of(code).is_none() && has_sections(code)) {
            write!(out, "\n##{}", diagnostic_page(code.as_str()).expect("every code has a page").trim_end()).unwrap();
            out.push('\n');
        }
    }
    holds("diagnostics.md", None, &out);
}

/// Whether the page of a code says more than its meaning and severity.
fn has_sections(code: Code) -> bool {
    diagnostic_page(code.as_str()).is_some_and(|page| page.contains("**Why.**"))
}

#[test]
fn the_keys_of_the_configuration_are_those_of_the_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let mut out = String::new();
    for (table, entry) in schema["properties"].as_object().expect("tables") {
        let description = entry["description"].as_str().expect("text");
        write!(out, "## `[{table}]`\n\n{description}\n\n| key | value | meaning |\n| --- | --- | --- |\n").unwrap();
        for (key, value) in entry["properties"].as_object().expect("keys") {
            let kind = match (value["type"].as_str(), value["$ref"].as_str()) {
                (Some("string"), _) => "a string",
                (Some("boolean"), _) => "`true` or `false`",
                (Some("array"), _) => "a list of strings",
                (Some("object"), _) => "a table of lists of rules",
                (None, Some("#/$defs/rules")) => "a list of rules",
                other => panic!("{key}: {other:?}"),
            };
            writeln!(out, "| `{key}` | {kind} | {} |", value["description"].as_str().expect("text")).unwrap();
        }
        out.push('\n');
    }
    holds("configuration.md", Some("keys"), &out[..out.len() - 1]);
}
