//! The texts themselves: plain words, and the form of messages. Texts are read from the source, where most of them stand as literals,
//! and from the program where clap or the linter composes them.

use std::fs;
use std::path::{Path, PathBuf};

use armorer::diagnostic::Code;
use armorer::lint::{RULES, diagnostic_page, page};

use crate::support::command::{run, text};

/// Phrases that readers stumble over, and the words to write instead.
const GLOSSARY: &[(&str, &str)] = &[
    ("behind", "after, following"),
    ("also under its name", "also when called by that name"),
    ("fault of armorer", "bug in armorer"),
    ("fault in armorer", "bug in armorer"),
    ("workshop", "build cache"),
    ("shop", "cache"),
    ("the other one", "the thing itself: the other rule, apparmor_parser"),
    ("what is said", "error, warning, note"),
    ("what is told", "error, warning, note"),
    ("complaint", "error, warning, note"),
    ("complaints", "errors, warnings, notes"),
    ("complains", "reports"),
    ("want different things", "conflicting exec transitions"),
    ("wants different things", "conflicting exec transitions"),
    ("no yaml", "invalid YAML"),
    ("are no permissions", "invalid permissions"),
    ("is no permission", "is not a permission"),
    ("loaded otherwise", "differs from the loaded policy"),
    ("no end in sight", "memory limit exceeded"),
    ("denies nothing", "rule has no effect"),
    ("goes nowhere", "rule has no effect"),
    ("mend", "apply a fix, correct"),
    ("mends", "applies a fix, corrects"),
    ("mended", "fixed"),
    ("mending", "fixing"),
    ("features set", "feature set"),
    ("features sets", "feature sets"),
    ("what comes of it", "outcome, verdict"),
    ("armorer says", "armorer reports"),
    ("armorer tells", "armorer reports"),
    ("apparmor_parser says", "apparmor_parser reports"),
    ("apparmor_parser tells", "apparmor_parser reports"),
    ("the kernel says", "the kernel reports"),
    ("the kernel tells", "the kernel reports"),
    ("the kernel does not tell", "the kernel does not report"),
    ("it tells", "it reports"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The phrases of the glossary in a text. Code (in backticks) is no prose.
fn slips(text: &str) -> Vec<String> {
    let prose: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ` ");
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let words: String = prose.to_lowercase().chars().map(|c| if is_word(c) || c == '`' { c } else { ' ' }).collect();
    let words = format!(" {} ", words.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut found: Vec<String> = GLOSSARY
        .iter()
        .filter(|(phrase, _)| words.contains(&format!(" {phrase} ")))
        .map(|(phrase, instead)| format!("`{phrase}`, write: {instead}"))
        .collect();
    for sentence in prose.split(['.', ';', ':']) {
        if sentence.contains("such as") && sentence.trim_end().ends_with(" too") {
            found.push("`such as … too`, write: for example".into());
        }
        if ["Too, ", "Also under"].iter().any(|start| sentence.trim_start().starts_with(start)) {
            found.push("a sentence that begins with `too`".into());
        }
    }
    found
}

/// The files below a directory that have an extension.
fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            out.push(path);
        }
    }
    out.sort();
    out
}

/// The path of a file below the crate, with `/`.
fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/")
}

fn is_below(name: &str, folders: &[&str]) -> bool {
    folders.iter().any(|folder| name == *folder || name.starts_with(&format!("{folder}/")))
}

/// The sources of the program, without tests: their names and texts up to the unit tests.
fn sources() -> Vec<(String, String)> {
    let read = |path: PathBuf| {
        let name = shown(&path);
        let is_test = name.contains("/tests") || name.ends_with("_tests.rs") || name.ends_with("laws.rs");
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
        (!is_test).then_some((name, text))
    };
    files(&root().join("src"), "rs").into_iter().filter_map(read).collect()
}

/// A string literal, and the code on its line and the line before it.
struct Literal {
    line: usize,
    before: String,
    text: String,
}

/// The string literals of a source. Comments and attributes have none.
fn literals(source: &str) -> Vec<Literal> {
    let mut found = Vec::new();
    let bytes = source.as_bytes();
    let (mut at, mut line, mut code) = (0, 1, String::new());
    while at < bytes.len() {
        let rest = &source[at..];
        if rest.starts_with("//") || rest.starts_with("#[") && !rest.starts_with("#[error(") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        // A quote or a brace as a character or byte.
        if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") || rest.starts_with("'\\''") {
            at += if rest.starts_with("'\"'") { 3 } else { 4 };
            continue;
        }
        let raw = rest.starts_with("r\"") || rest.starts_with("r#\"");
        let is_word = code.ends_with(|c: char| c.is_alphanumeric() || c == '_') && !code.ends_with('b');
        if raw && !is_word || rest.starts_with('"') {
            let hashes = if raw { rest[1..].bytes().take_while(|&byte| byte == b'#').count() } else { 0 };
            let start = at + usize::from(raw) + hashes + 1;
            let end_mark = format!("\"{}", "#".repeat(hashes));
            let mut end = start;
            while end < bytes.len() && !source[end..].starts_with(&end_mark) {
                end += if !raw && bytes[end] == b'\\' { 2 } else { source[end..].chars().next().unwrap().len_utf8() };
            }
            let text = &source[start..end];
            // A backslash at the end of a line joins it with the next.
            let joined: Vec<&str> =
                text.split("\\\n").enumerate().map(|(k, part)| if k == 0 { part } else { part.trim_start() }).collect();
            let text = if raw { text.to_owned() } else { joined.concat().replace("\\\"", "\"") };
            if !code.ends_with('b') {
                found.push(Literal { line, before: code.clone(), text });
            }
            line += source[at..end].matches('\n').count();
            at = end + end_mark.len();
            code.push('…');
            continue;
        }
        let c = rest.chars().next().unwrap();
        if c == '\n' {
            line += 1;
        }
        if c == ';' {
            code.clear();
        }
        if !c.is_whitespace() || !code.ends_with(' ') {
            code.push(if c.is_whitespace() { ' ' } else { c });
        }
        at += c.len_utf8();
    }
    found
}

/// Whether the code before a literal makes it a message, label or help of a diagnostic.
fn is_message(before: &str) -> bool {
    let before = before.trim_end();
    let before = before.strip_suffix("format!(").unwrap_or(before).trim_end().trim_end_matches(['{', '(', ' ']);
    let named = ["let message =", "let help =", ".with_help", ".with_label", ".with_help(Some", "#[error"];
    let called = ["Diagnostic::new(", ".and_label(", "reporter.report(", "reporter.finding(", "error::syntax("];
    named.iter().any(|mark| before.ends_with(mark))
        || before.ends_with(',')
            && called.iter().any(|mark| {
                // The second argument: what comes before it has no comma outside of parentheses.
                let Some((_, arguments)) = before.rsplit_once(mark) else { return false };
                let mut depth = 0;
                let commas = arguments.chars().filter(|c| {
                    depth += i32::from(*c == '(') - i32::from(*c == ')');
                    *c == ',' && depth == 0
                });
                commas.count() == 1
            })
}

/// Whether the code before a literal makes it the help of a diagnostic.
fn is_help(before: &str) -> bool {
    let before = before.trim_end();
    let before = before.strip_suffix("format!(").unwrap_or(before).trim_end_matches(['{', '(', ' ']);
    [".with_help", ".with_help(Some", "let help ="].iter().any(|mark| before.ends_with(mark))
}

/// Returns the word with which a help begins, if that cannot be an imperative. `did` is that of "did you mean".
fn is_no_imperative(help: &str) -> Option<&str> {
    let first = help.split_whitespace().next()?;
    let others = [
        "the", "a", "an", "this", "that", "these", "it", "its", "you", "there", "armorer", "one", "no", "for", "in",
        "with",
    ];
    others.contains(&first).then_some(first)
}

/// Returns the faults in the form of a message.
fn faults(message: &str) -> Vec<String> {
    let mut found = Vec::new();
    let prose = message.trim();
    if prose.ends_with('.') && !prose.ends_with("…") {
        found.push("ends with a full stop".to_owned());
    }
    let mut words = prose.split_whitespace();
    let first = words.next().unwrap_or_default();
    let is_name = |word: &str| {
        let word = word.trim_end_matches([',', ':', '\'']);
        word.chars().filter(|c| c.is_uppercase()).count() > 1
            || word.contains('-')
            || word == "System"
            || word == "Docker"
    };
    if first.starts_with(|c: char| c.is_uppercase()) && !is_name(first) {
        found.push("begins with a capital letter".to_owned());
    }
    if message.matches('`').count() % 2 == 1 {
        found.push("has an odd number of backticks".to_owned());
    }
    found
}

fn refuse(found: Vec<String>) {
    assert!(found.is_empty(), "{} texts fall short:\n{}", found.len(), found.join("\n"));
}

#[test]
fn the_checks_can_fail() {
    assert!(!slips("write `}` behind its last rule").is_empty());
    assert!(!slips("A rule, which denies\nnothing").is_empty());
    assert!(slips("a `behind` in code").is_empty() && slips("complain mode, too many errors").is_empty());
    let source = "fn f() {\n    // \"a comment\"\n    let message = format!(\"Unknown `{}\", word);\n    x.with_help(\"write \\\n        it.\");\n    \
                  Diagnostic::new(Code::Syntax, \"an error\", span);\n    let key = \"key\";\n}\n";
    let found = literals(source);
    let messages: Vec<(usize, &str)> =
        found.iter().filter(|each| is_message(&each.before)).map(|each| (each.line, &*each.text)).collect();
    assert_eq!(messages, [(3, "Unknown `{}"), (4, "write it."), (6, "an error")]);
    assert_eq!(found.len(), 4);
    assert_eq!(faults("Unknown `{}").len(), 2);
    assert_eq!(faults("write it.").len(), 1);
    assert!(faults("POSIX queues and `x`").is_empty());
    assert!(is_help("error.with_help(format!(") && !is_help("error.with_label("));
    assert_eq!(is_no_imperative("the path begins with `/`"), Some("the"));
    assert_eq!(is_no_imperative("add a `/` before the path"), None);
}

#[test]
fn messages_have_plain_words_and_the_form_of_messages() {
    let mut found = Vec::new();
    let (mut messages, mut helps) = (0, 0);
    for (name, text) in sources() {
        for Literal { line, before, text } in literals(&text) {
            let mut wrong = Vec::new();
            // One word is a key or a name.
            if text.trim().contains(' ') {
                wrong.extend(slips(&text));
            }
            // The drop-in's own messages are those of apparmor_parser.
            if is_message(&before) && !is_below(&name, &["src/cli/parser"]) {
                messages += 1;
                wrong.extend(faults(&text));
            }
            if is_help(&before) {
                helps += 1;
                wrong.extend(is_no_imperative(&text).map(|word| format!("a help that begins with `{word}`")));
            }
            found.extend(wrong.into_iter().map(|wrong| format!("{name}:{line}: {wrong}: {text}")));
        }
    }
    assert!(messages > 300, "only {messages} messages are found");
    assert!(helps > 100, "only {helps} helps are found");
    for code in Code::ALL {
        let wrong = slips(code.description()).into_iter().chain(faults(code.description()));
        found.extend(wrong.map(|wrong| format!("{code}: {wrong}")));
    }
    refuse(found);
}

#[test]
fn pages_have_plain_words() {
    let mut found = Vec::new();
    let mut look = |name: &str, text: &str| {
        let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.starts_with("```"));
        for paragraph in paragraphs {
            found.extend(slips(paragraph).into_iter().map(|slip| format!("{name}: {slip}: {paragraph}")));
        }
    };
    for rule in RULES {
        look(rule.code, &page(rule));
        assert!(faults(rule.page.summary).is_empty(), "{}: {}", rule.code, rule.page.summary);
    }
    for code in Code::ALL {
        look(code.as_str(), &diagnostic_page(code.as_str()).unwrap());
    }
    let books = files(&root().join("docs"), "md");
    for path in [root().join("README.md")].iter().chain(&books) {
        look(&shown(path), &fs::read_to_string(path).unwrap());
    }
    refuse(found);
}

#[test]
fn help_has_plain_words_and_the_form_of_help() {
    let help = |arguments: &[&str]| {
        let output = run(root(), arguments, b"");
        text(&output.stdout).to_owned()
    };
    let model = armorer::cli::command();
    let commands: Vec<&str> =
        model.get_subcommands().filter(|command| !command.is_hide_set()).map(|command| command.get_name()).collect();
    assert!(commands.len() > 20, "{commands:?}");
    let mut texts = vec![("armorer", help(&["--help"])), ("parser", help(&["parser", "-h"]))];
    texts.extend(
        commands.iter().filter(|&&command| command != "parser").map(|&command| (command, help(&[command, "--help"]))),
    );
    let mut found = Vec::new();
    for (command, text) in &texts {
        assert!(text.contains("Usage:"), "{command}: {text}");
        // Wrapped lines belong together.
        found.extend(slips(text).into_iter().map(|slip| format!("{command} --help: {slip}")));
        for line in text.lines().map(str::trim).filter(|line| line.starts_with('-')) {
            let line = line.trim_end();
            if line.ends_with('.') && !line.ends_with("...") {
                found.push(format!("{command} --help: ends with a full stop: {line}"));
            }
        }
    }
    refuse(found);
}

/// The text of a line of a doc comment.
fn doc(line: &str) -> Option<&str> {
    ["///", "//!"].iter().find_map(|mark| line.strip_prefix(mark)).map(str::trim_start)
}

/// The words that begin a clause, and so name neither a thing nor an action. `Whether` is for what is a `bool`.
const CLAUSES: &[&str] = &["How", "Of", "So", "What", "Where", "Whether", "Which", "Who", "Why"];

/// The lines of doc comments, with their texts, whose paragraph begins with one of [`CLAUSES`]: the first line of a comment, and any after
/// an empty line or a heading. Blocks of code are no prose.
fn vague_docs(source: &str) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let mut found = Vec::new();
    let mut is_code = false;
    for (at, &line) in lines.iter().enumerate() {
        let Some(text) = doc(line) else {
            is_code = false;
            continue;
        };
        is_code ^= text.starts_with("```");
        let before = at.checked_sub(1).and_then(|before| doc(lines[before]));
        let begins = before.is_none_or(|before| before.is_empty() || before.starts_with('#'));
        let word = text.split([' ', ',', '.', ':']).next().unwrap_or_default();
        if is_code || !begins || !CLAUSES.contains(&word) {
            continue;
        }
        let item = lines[at..].iter().find(|line| doc(line).is_none() && !line.starts_with("#["));
        if word != "Whether" || !item.is_some_and(|item| item.contains("bool")) {
            found.push((at + 1, text));
        }
    }
    found
}

#[test]
fn docs_name_a_thing_or_an_action() {
    let source = "//! What it is.\n\n/// Whether it is.\nfn is() -> bool {}\n/// Whether it may.\n#[derive(Debug)]\nenum May {}\n\
                  /// A list.\n/// What is in it.\nstruct List;\n/// So many.\nconst MOST: usize = 1;\n\
                  /// Reads it.\n///\n/// # Errors\n/// Why it fails.\n///\n/// ```\n///\n/// Where::new();\n/// ```\nfn read() {}\n";
    let lines: Vec<usize> = vague_docs(source).iter().map(|&(line, _)| line).collect();
    assert_eq!(lines, [1, 5, 11, 16]);
    let mut found = Vec::new();
    let mut read = 0;
    for folder in ["src", "tests", "benches", "examples"] {
        for path in files(&root().join(folder), "rs") {
            let name = shown(&path);
            read += 1;
            let text = fs::read_to_string(&path).unwrap();
            found.extend(vague_docs(&text).into_iter().map(|(line, text)| format!("{name}:{line}: {text}")));
        }
    }
    assert!(read > 400, "only {read} files are read");
    refuse(found);
}
