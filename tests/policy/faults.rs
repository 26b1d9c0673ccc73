//! The cases in which the reference does not do what a profile says, one example a case: `tests/policy/differential/known.md` shows each
//! with what both make of it, and this test holds both to it.
//!
//! An example is a fenced block whose first line is `` ```apparmor FEATURES ``, and after it, indented by four, what becomes of it:
//! the codes that armorer raises, then `the same`, `both refuse`, or every difference, A being armorer's policy and B the
//! reference's. `ARMORER_BLESS=1` writes that down as it is now, to be read before it is committed.
//!
//! Without `ARMORER_ORACLE` and `ARMORER_FEATURES` only armorer's side is tested.

use std::path::{Path, PathBuf};

use armorer::{CompileError, Compiler, Features, Input};

use crate::support;
use crate::support::comparison::{Outcome, codes, compare, compare_all};
use crate::support::features;
use crate::support::reference::Reference;

/// One example of `known.md`.
struct Example {
    heading: String,
    features: String,
    text: String,
    /// The text after it, without indentation.
    expected: Vec<String>,
    /// The lines of that text in the page.
    place: std::ops::Range<usize>,
}

fn known() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy/differential/known.md")
}

fn examples(document: &str) -> Vec<Example> {
    let lines: Vec<&str> = document.lines().collect();
    let (mut examples, mut heading, mut at) = (Vec::new(), "", 0);
    while let Some(&line) = lines.get(at) {
        at += 1;
        if let Some(text) = line.strip_prefix("## ") {
            heading = text;
        }
        let Some(features) = line.strip_prefix("```apparmor ") else { continue };
        let end = at + lines[at..].iter().position(|line| *line == "```").expect("the block ends");
        let text = lines[at..end].iter().flat_map(|line| [line, "\n"]).collect::<String>();
        at = end + 1;
        let expected: Vec<String> =
            lines[at..].iter().map_while(|line| line.strip_prefix("    ")).map(str::to_owned).collect();
        let place = at..at + expected.len();
        at = place.end;
        let (heading, features) = (heading.to_owned(), features.to_owned());
        examples.push(Example { heading, features, text: text.replace("␍", "\r"), expected, place });
    }
    examples
}

/// The directory in which includes of the examples are found.
fn base() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy/differential/base")
}

/// Returns the outcome of an example. Without the reference's result only the first line.
fn outcome(example: &Example, features: &Path, oracle: Option<&Path>) -> Vec<String> {
    let compiler = Compiler::new(Features::from_path(features).expect("the features are readable")).base(base());
    let ours = compiler.compile(Input::text("example", example.text.as_bytes()));
    let raised = match &ours {
        Ok(policy) => codes(policy.diagnosis().diagnostics()),
        Err(CompileError::Rejected(diagnosis)) => codes(diagnosis.diagnostics()),
        Err(error) => panic!("{error}"),
    };
    let mut lines = vec![format!("armorer: {}", raised.join(", ")).trim_end().to_owned()];
    let Some(oracle) = oracle else { return lines };
    let reference = Reference::new(oracle, features).base(&base()).patience(5);
    let theirs = reference.compile(example.text.as_bytes());
    // Most examples are not about that, and have no rules for files either.
    let compare = if example.heading.starts_with("21.") { compare_all } else { compare };
    match (compare(theirs.clone(), ours), theirs) {
        (Outcome::Same, _) => lines.push("the same".into()),
        // The messages are another matter.
        (Outcome::BothRefuse, Err(how)) => match how.split(": ").next() {
            Some("refuses") => lines.push("both refuse".into()),
            how => lines.push(format!("armorer refuses, the reference {}", how.unwrap_or_default())),
        },
        (Outcome::Different { .. }, Err(how)) => {
            lines.push(format!("only the reference {}", how.split(": ").next().unwrap_or_default()));
        }
        (Outcome::Different { what, .. }, Ok(_)) if what[0].starts_with("only armorer refuses") => {
            lines.push("only armorer refuses".into());
        }
        (Outcome::Different { what, .. }, Ok(_)) => lines.extend(what),
        (Outcome::BothRefuse, Ok(_)) => panic!("the reference made a blob of what it refuses"),
    }
    lines
}

#[test]
fn examples_of_known_faults() {
    let document = std::fs::read_to_string(known()).expect("readable");
    let examples = examples(&document);
    assert!(examples.len() > 30, "only {} examples are found", examples.len());
    let what = "the reference's side of known faults";
    let oracle = support::directory("ARMORER_ORACLE", what);
    let sets = support::directory("ARMORER_FEATURES", what);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let targets = match &sets {
        Some(sets) => [features::targets(sets), features::variants(sets, directory.path())].concat(),
        None => features::builtin(directory.path()),
    };
    let outcomes = support::parallel(&examples, |example| {
        let target = targets.iter().find(|target| target.name == example.features);
        target.map(|target| outcome(example, &target.path, oracle.as_deref()))
    });
    if std::env::var_os("ARMORER_BLESS").is_some() && oracle.is_some() {
        return bless(&document, &examples, &outcomes);
    }
    let mut wrong = Vec::new();
    for (example, outcome) in examples.iter().zip(&outcomes) {
        match outcome {
            None => assert!(sets.is_none(), "{}: no features set {}", example.heading, example.features),
            Some(lines) if example.expected.starts_with(lines) && (oracle.is_none() || example.expected == *lines) => {}
            Some(lines) => {
                wrong.push(format!("{}\n{}    {}", example.heading, example.text, lines.join("\n    ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples came out otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

/// Writes the outcomes into the document.
fn bless(document: &str, examples: &[Example], outcomes: &[Option<Vec<String>>]) {
    let mut lines: Vec<String> = document.lines().map(str::to_owned).collect();
    for (example, outcome) in examples.iter().zip(outcomes).rev() {
        let outcome = outcome.as_ref().unwrap_or_else(|| panic!("no features set {}", example.features));
        lines.splice(example.place.clone(), outcome.iter().map(|line| format!("    {line}")));
    }
    std::fs::write(known(), lines.join("\n") + "\n").expect("writable");
}
