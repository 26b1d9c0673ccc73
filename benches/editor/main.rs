//! `armorer lsp` and another language server for profiles, on the same files, on this machine, in one run: how long answers take,
//! how much memory, and who answers what.
//!
//! Needs `ARMORER_CORPUS` (see CONTRIBUTING) for the times, and `ARMORER_PEER_LSP`, the command of the other server on stdio.
//! Each question is asked `ARMORER_BENCH_ROUNDS` times (default 20), at rest and right after a keystroke in a rule.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark stops where it cannot go on")]

mod client;
mod document;
mod features;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use client::{Client, Server};
use document::{Document, new_name, size};
use serde_json::{Value, json};

/// A large, a middling and a small profile of the corpus.
const FILES: [&str; 3] = ["gnome-shell", "snap", "pstree"];
/// The time limit of a server for publishing diagnostics.
const PATIENCE: Duration = Duration::from_secs(30);
/// After an answer, so long is waited for the diagnostics of the keystroke before it.
const SETTLE: Duration = Duration::from_secs(1);

fn servers() -> Vec<Server> {
    let mut servers = vec![Server {
        name: "armorer",
        command: vec![env!("CARGO_BIN_EXE_armorer").into(), "lsp".into()],
        options: |profiles| json!({"base": profiles, "costs": true}),
        settings: |_| Value::Null,
    }];
    match std::env::var("ARMORER_PEER_LSP") {
        Ok(command) => servers.push(Server {
            name: "peer",
            command: command.split_whitespace().map(Into::into).collect(),
            options: |_| Value::Null,
            settings: |profiles| json!({"apparmor": {"baseDir": profiles}}),
        }),
        Err(_) => eprintln!("SKIPPED: the other server: ARMORER_PEER_LSP is not set"),
    }
    servers
}

/// Times of one question, and how much the last answer held.
#[derive(Default)]
struct Times {
    milliseconds: Vec<f64>,
    size: usize,
}

impl Times {
    fn add(&mut self, time: Duration, size: usize) {
        self.milliseconds.push(time.as_secs_f64() * 1000.0);
        self.size = size;
    }

    /// Minimum, median and maximum.
    fn cell(&self) -> String {
        let mut sorted = self.milliseconds.clone();
        sorted.sort_by(f64::total_cmp);
        match (sorted.first(), sorted.get(sorted.len() / 2), sorted.last()) {
            (Some(min), Some(median), Some(max)) => format!("{min:.1} / **{median:.1}** / {max:.1}"),
            _ => "none".to_owned(),
        }
    }

    fn count(&self) -> String {
        if self.size == 0 { "nothing".to_owned() } else { self.size.to_string() }
    }
}

/// A row of the table: what was asked, at rest and while typing.
struct Row {
    what: String,
    rest: Times,
    typing: Times,
}

/// A question: its name, its method, and the place that it is about: the first occurrence of a text, and the byte in it.
type Question = (&'static str, &'static str, Option<(&'static str, usize)>);

const QUESTIONS: &[Question] = &[
    ("hover on a path", "hover", Some((" r,\n", 0))),
    ("hover on a variable", "hover", Some(("@{bin}", 3))),
    ("hover on a capability", "hover", Some(("  capability ", 14))),
    ("completion of capabilities", "completion", Some(("  capability ", 13))),
    ("completion of variables", "completion", Some(("@{bin}", 2))),
    ("definition of a variable", "definition", Some(("@{bin}", 3))),
    ("references to a variable", "references", Some(("@{bin}", 3))),
    ("rename of a variable", "rename", Some(("@{exec_path}", 3))),
    ("highlights of a variable", "documentHighlight", Some(("@{exec_path}", 3))),
    ("document symbols", "documentSymbol", None),
    ("folding", "foldingRange", None),
    ("semantic tokens", "semanticTokens/full", None),
    ("formatting", "formatting", None),
];

/// The parameters of a question about a document.
fn parameters(document: &Document, question: &Question) -> Value {
    let (_, method, place) = question;
    let mut params = json!({"textDocument": {"uri": document.uri}});
    if let Some((needle, inside)) = place {
        let offset = document.text.find(needle).expect("the profiles have it");
        params["position"] = document.position(if *inside == 0 { offset - 2 } else { offset + inside });
    }
    match *method {
        "references" => params["context"] = json!({"includeDeclaration": true}),
        "formatting" => params["options"] = json!({"tabSize": 2, "insertSpaces": true}),
        _ => {}
    }
    params
}

/// Types a letter into the path of the first file rule that reads, or takes it away again; tells when.
fn keystroke(client: &mut Client, document: &mut Document) -> Instant {
    let end = document.text.find(" r,\n").expect("the profiles have a file rule");
    let (range, with) = if document.text[..end].ends_with("xq") { (end - 1..end, "") } else { (end..end, "q") };
    let since = Instant::now();
    document.replace(client, range, with);
    since
}

fn ask(client: &mut Client, document: &mut Document, question: &Question, rounds: usize) -> Row {
    let method = format!("textDocument/{}", question.1);
    let (mut rest, mut typing) = (Times::default(), Times::default());
    let position = &parameters(document, question)["position"];
    let name = if question.1 == "rename" { new_name(client, document, position, "program") } else { String::new() };
    let asked = |document: &Document| {
        let mut params = parameters(document, question);
        if !name.is_empty() {
            params["newName"] = json!(name);
        }
        params
    };
    for _ in 0..rounds {
        let answer = client.request(&method, &asked(document));
        rest.add(answer.time, answer.result.as_ref().map_or(0, size));
    }
    for _ in 0..rounds {
        client.forget();
        let since = keystroke(client, document);
        let answer = client.request_since(since, &method, &asked(document));
        typing.add(answer.time, answer.result.as_ref().map_or(0, size));
        let uri = document.uri.clone();
        client.diagnostics(&uri, SETTLE, |_| true);
    }
    Row { what: question.0.to_owned(), rest, typing }
}

/// Misspells a capability and corrects it, by one letter: until the diagnostic is there, and until it is gone.
fn diagnostics(client: &mut Client, document: &mut Document, rounds: usize) -> Row {
    let place = document.text.find("  capability ").expect("the profiles have a capability") + 13;
    let line = document.position(place)["line"].clone();
    let mut typing = Times::default();
    for round in 0..2 * rounds {
        client.forget();
        let broken = round % 2 == 0;
        let since = Instant::now();
        document.replace(client, if broken { place..place } else { place..place + 1 }, if broken { "x" } else { "" });
        let uri = document.uri.clone();
        let on_line = |all: &[Value]| all.iter().filter(|one| one["range"]["start"]["line"] == line).count();
        let seen = client.diagnostics(&uri, PATIENCE, |all| (on_line(all) > 0) == broken);
        let Some((time, _)) = seen else { break };
        typing.add(time - since, 1);
    }
    Row { what: "diagnostics of a misspelt capability".to_owned(), rest: Times::default(), typing }
}

/// Starts a server and opens a file, again and again.
fn starts(server: &Server, workspace: &Path, path: &Path, text: &str, rounds: usize) -> [Row; 2] {
    let (mut initialize, mut published) = (Times::default(), Times::default());
    for _ in 0..rounds {
        let mut client = Client::start(server, workspace);
        initialize.add(client.start, 1);
        let document = Document::open(&mut client, path, text.to_owned());
        if let Some((time, all)) = client.diagnostics(&document.uri, PATIENCE, |_| true) {
            published.add(time - client.started, all.len());
        }
    }
    let row = |what: &str, rest| Row { what: what.to_owned(), rest, typing: Times::default() };
    [row("start to answer of initialize", initialize), row("start to first diagnostics", published)]
}

/// All rows of a server, and its peak memory in KiB.
fn session(server: &Server, workspace: &Path, rounds: usize) -> (Vec<(&'static str, Row)>, u64) {
    let mut rows = Vec::new();
    let path = |file: &str| workspace.join("apparmor.d").join(file);
    let text = |file: &str| std::fs::read_to_string(path(file)).expect("the corpus has the profile");
    for file in FILES {
        rows.extend(starts(server, workspace, &path(file), &text(file), rounds).map(|row| (file, row)));
    }
    let mut client = Client::start(server, workspace);
    for file in FILES {
        let mut document = Document::open(&mut client, &path(file), text(file));
        client.diagnostics(&document.uri, PATIENCE, |_| true);
        // A letter to type after.
        let end = document.text.find(" r,\n").expect("the profiles have a file rule");
        document.replace(&mut client, end..end, "x");
        client.diagnostics(&document.uri, SETTLE, |_| true);
        rows.push((file, diagnostics(&mut client, &mut document, rounds)));
        for question in QUESTIONS {
            rows.push((file, ask(&mut client, &mut document, question, rounds)));
        }
    }
    let mut symbols = Times::default();
    for _ in 0..rounds {
        let answer = client.request("workspace/symbol", &json!({"query": "gnome"}));
        symbols.add(answer.time, answer.result.as_ref().map_or(0, size));
    }
    rows.push(("", Row { what: "workspace symbols".to_owned(), rest: symbols, typing: Times::default() }));
    (rows, client.peak_memory().unwrap_or_default())
}

/// A workspace with a copy of the corpus: the other server looks for profiles below `apparmor.d`.
fn workspace(corpus: &Path, folder: &Path) {
    let mut directories = vec![(corpus.to_owned(), folder.join("apparmor.d"))];
    while let Some((from, to)) = directories.pop() {
        std::fs::create_dir_all(&to).expect("a temporary directory");
        for entry in std::fs::read_dir(&from).expect("the corpus is readable").flatten() {
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                directories.push((entry.path(), to));
            } else {
                std::fs::copy(entry.path(), to).expect("the corpus is readable");
            }
        }
    }
}

fn latency(servers: &[Server], corpus: &Path, rounds: usize) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    workspace(corpus, folder.path());
    let sessions: Vec<_> = servers.iter().map(|server| session(server, folder.path(), rounds)).collect();
    let heads = |text: &str| servers.iter().fold(String::new(), |all, server| all + &text.replace("NAME", server.name));
    println!("| profile | question | {}", heads("NAME at rest | NAME typing | NAME: answers | "));
    println!("| --- | --- | {}", heads("--- | --- | --- | "));
    let Some((first, _)) = sessions.first() else { return };
    for (index, (file, row)) in first.iter().enumerate() {
        print!("| {file} | {} |", row.what);
        for (rows, _) in &sessions {
            let Row { rest, typing, .. } = &rows[index].1;
            let counted = if typing.milliseconds.is_empty() { rest } else { typing };
            let cell = |times: &Times| if times.milliseconds.is_empty() { String::new() } else { times.cell() };
            print!(" {} | {} | {} |", cell(rest), cell(typing), counted.count());
        }
        println!();
    }
    let memory: Vec<String> = sessions.iter().map(|(_, peak)| format!(" {} MiB | | |", peak / 1024)).collect();
    println!("| all | peak memory |{}", memory.concat());
}

fn main() {
    let servers = servers();
    let rounds = std::env::var("ARMORER_BENCH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(20);
    features::compare(&servers);
    println!();
    match std::env::var_os("ARMORER_CORPUS") {
        Some(corpus) => latency(&servers, &PathBuf::from(corpus), rounds),
        None => eprintln!("SKIPPED: times: ARMORER_CORPUS is not set"),
    }
}
