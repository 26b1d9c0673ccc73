//! Announced capabilities and actual answers of a server, on a small workspace.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Client, Server};
use crate::document::{Document, new_name, size};

/// Marks the cursor in the text of a [`Probe`].
const CURSOR: char = '‸';
/// The time limit for diagnostics that may not come.
const PATIENCE: Duration = Duration::from_secs(5);

/// Files that are there for others to name.
const FILES: &[(&str, &str)] = &[
    ("tunables/global", "# Where applications keep their data.\n@{APPDATA} = /srv/app/ /var/lib/app/\n"),
    ("abstractions/common", "  /etc/ld.so.cache r,\n  /usr/lib/** mr,\n"),
    ("helper", "include <tunables/global>\n\nprofile helper /usr/bin/helper {\n  @{APPDATA}/log w,\n}\n"),
    ("includes", "profile includes {\n  include <abstractions/d6>\n}\n"),
    ("caller", "profile caller /usr/bin/caller {\n  /usr/bin/helper px -> helper,\n}\n"),
];

/// A question about a file with the cursor somewhere, and what its answer must hold.
struct Probe {
    feature: &'static str,
    /// Pointer into the capabilities that the server announces.
    capability: &'static str,
    method: &'static str,
    file: &'static str,
    text: &'static str,
    expected: &'static str,
}

const fn probe(
    feature: &'static str,
    kind: [&'static str; 2],
    file: &'static str,
    text: &'static str,
    expected: &'static str,
) -> Probe {
    Probe { feature, capability: kind[0], method: kind[1], file, text, expected }
}

/// The command of `armorer lsp` that asks what a profile may do.
const QUERY: &str = "armorer.query";
const COMMAND: [&str; 2] = ["/executeCommandProvider/commands", "workspace/executeCommand"];
const DIAGNOSTICS: [&str; 2] = ["/textDocumentSync", ""];
const ACTION: [&str; 2] = ["/codeActionProvider", "textDocument/codeAction"];
const HOVER: [&str; 2] = ["/hoverProvider", "textDocument/hover"];
const COMPLETION: [&str; 2] = ["/completionProvider", "textDocument/completion"];
const DEFINITION: [&str; 2] = ["/definitionProvider", "textDocument/definition"];
const REFERENCES: [&str; 2] = ["/referencesProvider", "textDocument/references"];
const RENAME: [&str; 2] = ["/renameProvider", "textDocument/rename"];

#[rustfmt::skip]
const PROBES: &[Probe] = &[
    probe("diagnostics: syntax", DIAGNOSTICS, "d1", "profile d1 {\n  /etc/hosts r‸\n}\n", "line"),
    probe("diagnostics: unknown word", DIAGNOSTICS, "d2", "profile d2 {\n  ‸capability net_admni,\n}\n", "net_admni"),
    probe("diagnostics: undefined variable", DIAGNOSTICS, "d3", "profile d3 {\n  ‸@{nowhere}/x r,\n}\n", "nowhere"),
    probe("diagnostics: conflicting exec modes", DIAGNOSTICS, "d4", "profile d4 {\n  /usr/bin/{a,b} px,\n  ‸/usr/bin/[ac] ix,\n}\n", "line"),
    probe("diagnostics: a rule that others grant", DIAGNOSTICS, "d5", "profile d5 {\n  /srv/data/** rw,\n  ‸/srv/data/x/* r,\n}\n", "line"),
    probe("diagnostics in an abstraction that a profile includes", DIAGNOSTICS, "abstractions/d6", "  ‸capability net_admni,\n", "net_admni"),
    probe("diagnostics in an abstraction that nobody includes", DIAGNOSTICS, "abstractions/d8", "  ‸capability net_admni,\n", "net_admni"),
    probe("diagnostics in a ConfigMap", DIAGNOSTICS, "d7.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: profiles\n  labels:\n    app: apparmor\ndata:\n  d7: |\n    profile d7 {\n      ‸capability net_admni,\n    }\n", "net_admni"),
    probe("fix for an unknown word", ACTION, "a1", "profile a1 {\n  capability ‸net_admni,\n}\n", "net_admin"),
    probe("fix for a rule that others grant", ACTION, "a2", "profile a2 {\n  /srv/data/** rw,\n  ‸/srv/data/x/* r,\n}\n", "edit"),
    probe("hover: capability", HOVER, "h1", "profile h1 {\n  capability net_‸admin,\n}\n", "admin"),
    probe("hover: permissions", HOVER, "h2", "profile h2 {\n  /etc/hosts r‸w,\n}\n", "write"),
    probe("hover: exec mode", HOVER, "h3", "profile h3 {\n  /usr/bin/x p‸x,\n}\n", "exec"),
    probe("hover: signal", HOVER, "h4", "profile h4 {\n  signal send set=(te‸rm),\n}\n", "term"),
    probe("hover: variable with its values", HOVER, "h5", "include <tunables/global>\nprofile h5 {\n  @{APP‸DATA}/x r,\n}\n", "/var/lib/app"),
    probe("hover: include", HOVER, "h6", "profile h6 {\n  include <abstractions/com‸mon>\n}\n", "2"),
    probe("hover: profile flag", HOVER, "h7", "profile h7 flags=(comp‸lain) {\n}\n", "complain"),
    probe("hover: mount option", HOVER, "h8", "profile h8 {\n  mount options=(nos‸uid) /dev/sda1 -> /mnt/,\n}\n", "nosuid"),
    probe("hover: what a glob matches", HOVER, "h9", "profile h9 {\n  /srv/*/{a,b‸c}[0-9] r,\n}\n", "/bc"),
    probe("completion: rule keywords", COMPLETION, "c1", "profile c1 {\n  sig‸\n}\n", "signal"),
    probe("completion: capabilities", COMPLETION, "c2", "profile c2 {\n  capability ‸\n}\n", "net_admin"),
    probe("completion: signals", COMPLETION, "c3", "profile c3 {\n  signal send set=(‸\n}\n", "term"),
    probe("completion: address families", COMPLETION, "c4", "profile c4 {\n  network ‸\n}\n", "inet6"),
    probe("completion: variables", COMPLETION, "c5", "include <tunables/global>\nprofile c5 {\n  @{‸\n}\n", "APPDATA"),
    probe("completion: include paths", COMPLETION, "c6", "profile c6 {\n  include <abstractions/‸\n}\n", "common"),
    probe("completion: exec targets", COMPLETION, "c7", "profile c7 {\n  /usr/bin/helper px -> ‸\n}\n", "helper"),
    probe("completion: paths of the machine", COMPLETION, "c8", "profile c8 {\n  /etc/pass‸\n}\n", "passwd"),
    probe("completion: profile flags", COMPLETION, "c9", "profile c9 flags=(‸\n", "complain"),
    probe("signature help", ["/signatureHelpProvider", "textDocument/signatureHelp"], "s1", "profile s1 {\n  mount ‸\n}\n", "mount"),
    probe("definition: variable", DEFINITION, "j1", "include <tunables/global>\nprofile j1 {\n  @{APP‸DATA}/x r,\n}\n", "tunables/global"),
    probe("definition: include", DEFINITION, "j2", "profile j2 {\n  include <abstractions/com‸mon>\n}\n", "abstractions/common"),
    probe("definition: exec target", DEFINITION, "j3", "profile j3 {\n  /usr/bin/helper px -> hel‸per,\n}\n", "apparmor.d/helper"),
    probe("definition: exec target by attachment", DEFINITION, "j4", "profile j4 {\n  /usr/bin/hel‸per px,\n}\n", "apparmor.d/helper"),
    probe("definition: hat", DEFINITION, "j5", "profile j5 {\n  change_profile -> j5//in‸ner,\n  ^inner {\n  }\n}\n", "\"line\":2"),
    probe("references: variable", REFERENCES, "r1", "include <tunables/global>\nprofile r1 {\n  @{APP‸DATA}/x r,\n}\n", "apparmor.d/helper"),
    probe("references: profile", REFERENCES, "helper", "include <tunables/global>\n\nprofile hel‸per /usr/bin/helper {\n  @{APPDATA}/log w,\n}\n", "apparmor.d/caller"),
    probe("rename: variable of the file", RENAME, "n1", "@{own} = /srv\nprofile n1 {\n  @{o‸wn}/x r,\n}\n", "renamed"),
    probe("rename: variable of the workspace", RENAME, "n2", "include <tunables/global>\nprofile n2 {\n  @{APP‸DATA}/x r,\n}\n", "tunables/global"),
    probe("rename: profile", RENAME, "helper", "include <tunables/global>\n\nprofile hel‸per /usr/bin/helper {\n  @{APPDATA}/log w,\n}\n", "apparmor.d/caller"),
    probe("highlights", ["/documentHighlightProvider", "textDocument/documentHighlight"], "m1", "@{own} = /srv\nprofile m1 {\n  @{o‸wn}/x r,\n}\n", "range"),
    probe("document symbols", ["/documentSymbolProvider", "textDocument/documentSymbol"], "m2", "profile m2 {\n  ^hat {\n  }\n}\n", "children"),
    probe("workspace symbols", ["/workspaceSymbolProvider", "workspace/symbol"], "m3", "profile m3 {\n}\n", "apparmor.d/helper"),
    probe("folding", ["/foldingRangeProvider", "textDocument/foldingRange"], "m4", "profile m4 {\n  /etc/hosts r,\n}\n", "startLine"),
    probe("selection ranges", ["/selectionRangeProvider", "textDocument/selectionRange"], "m5", "profile m5 {\n  /etc/‸hosts r,\n}\n", "parent"),
    probe("semantic tokens", ["/semanticTokensProvider/full", "textDocument/semanticTokens/full"], "m6", "profile m6 {\n  /etc/hosts r,\n}\n", "data"),
    probe("semantic tokens of a range", ["/semanticTokensProvider/range", "textDocument/semanticTokens/range"], "m7", "profile m7 {\n  /etc/hosts r,\n}\n", "data"),
    probe("inlay hints", ["/inlayHintProvider", "textDocument/inlayHint"], "m8", "profile m8 {\n  /etc/** r,\n}\n", "label"),
    probe("links of includes", ["/documentLinkProvider", "textDocument/documentLink"], "m9", "profile m9 {\n  include <abstractions/common>\n}\n", "abstractions/common"),
    probe("code lenses", ["/codeLensProvider", "textDocument/codeLens"], "l1", "profile l1 {\n  /etc/hosts r,\n}\n", "range"),
    probe("formatting", ["/documentFormattingProvider", "textDocument/formatting"], "f1", "profile f1 {\n/etc/hosts   r,\n}\n", "newText"),
    probe("formatting of a range", ["/documentRangeFormattingProvider", "textDocument/rangeFormatting"], "f2", "profile f2 {\n/etc/hosts   r,\n}\n", "newText"),
    probe("formatting as you type", ["/documentOnTypeFormattingProvider", "textDocument/onTypeFormatting"], "f3", "profile f3 {\n  /etc/hosts   r,\n      }‸\n", "newText"),
    probe("call hierarchy: outgoing", ["/callHierarchyProvider", "callHierarchy/outgoingCalls"], "caller", "profile cal‸ler /usr/bin/caller {\n  /usr/bin/helper px -> helper,\n}\n", "apparmor.d/helper"),
    probe("call hierarchy: incoming", ["/callHierarchyProvider", "callHierarchy/incomingCalls"], "helper", "include <tunables/global>\n\nprofile hel‸per /usr/bin/helper {\n  @{APPDATA}/log w,\n}\n", "apparmor.d/caller"),
    probe("what may this profile do to this path", COMMAND, "q1", "include <tunables/global>\nprofile q1 {\n  @{APPDATA}/‸** rw,\n}\n", "allowed"),
];

/// The parameters of a probe's request.
fn parameters(document: &Document, probe: &Probe, cursor: usize) -> Value {
    let position = document.position(cursor);
    let whole = json!({"start": document.position(0), "end": document.position(document.text.len())});
    let mut params = json!({"textDocument": {"uri": document.uri}, "position": position});
    match probe.method.rsplit_once('/').map_or("", |(_, name)| name) {
        "symbol" => params = json!({"query": "helper"}),
        "executeCommand" => {
            let question = json!({"uri": document.uri, "position": position, "access": "/srv/app/x"});
            params = json!({"command": QUERY, "arguments": [question]});
        }
        "references" => params["context"] = json!({"includeDeclaration": true}),
        "selectionRange" => params["positions"] = json!([position]),
        "inlayHint" | "range" | "rangeFormatting" => params["range"] = whole,
        "onTypeFormatting" => params["ch"] = json!("}"),
        _ => {}
    }
    params["options"] = json!({"tabSize": 2, "insertSpaces": true});
    params
}

/// Whether a text is somewhere in an answer.
fn holds(answer: &Value, expected: &str) -> bool {
    answer.to_string().to_lowercase().contains(&expected.to_lowercase())
}

/// Diagnostics that hold what is expected on the line of the cursor, and no error elsewhere; else what came last.
fn diagnostics(client: &mut Client, document: &Document, line: &Value, expected: &str) -> Value {
    let last = std::cell::RefCell::new(Value::Null);
    let fits = |all: &[Value]| {
        *last.borrow_mut() = json!(all);
        let (here, elsewhere): (Vec<_>, Vec<_>) = all.iter().partition(|one| one["range"]["start"]["line"] == *line);
        holds(&json!(here), expected) && elsewhere.iter().all(|one| one["severity"] != 1)
    };
    match client.diagnostics(&document.uri, PATIENCE, fits) {
        Some((_, all)) => json!(all),
        None if last.borrow().as_array().is_none_or(Vec::is_empty) => Value::Null,
        None => json!({"wrong": last.take()}),
    }
}

/// Returns the outcome of a probe: `yes`, `wrong` (an answer without what it must hold), `nothing`, or `—` (not offered).
fn outcome(client: &mut Client, folder: &Path, probe: &Probe) -> String {
    if client.capabilities.pointer(probe.capability).is_none_or(|offered| offered == &json!(false)) {
        return "—".to_owned();
    }
    let commands = &client.capabilities["executeCommandProvider"]["commands"];
    if probe.method == COMMAND[1] && commands.as_array().is_none_or(|commands| !commands.contains(&json!(QUERY))) {
        return "—".to_owned();
    }
    let cursor = probe.text.find(CURSOR).unwrap_or(0);
    let path = folder.join("apparmor.d").join(probe.file);
    client.forget();
    let document = Document::open(client, &path, probe.text.replace(CURSOR, ""));
    let mut params = parameters(&document, probe, cursor);
    let result = match probe.method {
        "" => Ok(diagnostics(client, &document, &params["position"]["line"], probe.expected)),
        "textDocument/codeAction" => {
            let line = params["position"]["line"].clone();
            let on_line = |one: &Value| one["range"]["start"]["line"] == line;
            let found = client.diagnostics(&document.uri, PATIENCE, |all| all.iter().any(on_line));
            let mut here = found.map_or(Vec::new(), |(_, all)| all);
            here.retain(on_line);
            params["range"] = here.first().map_or(Value::Null, |one| one["range"].clone());
            params["context"] = json!({"diagnostics": here, "only": ["quickfix"]});
            if here.is_empty() { Ok(Value::Null) } else { client.request(probe.method, &params).result }
        }
        method if method.starts_with("callHierarchy/") => {
            let prepared = client.request("textDocument/prepareCallHierarchy", &params).result;
            prepared.and_then(|items| client.request(method, &json!({"item": items[0]})).result)
        }
        method => {
            if method == RENAME[1] {
                params["newName"] = json!(new_name(client, &document, &params["position"], "renamed"));
            }
            client.request(method, &params).result
        }
    };
    document.close(client);
    match result {
        Err(error) => format!("refused ({})", error.chars().take(60).collect::<String>()),
        Ok(value) if size(&value) == 0 => "nothing".to_owned(),
        Ok(value) if value.get("wrong").is_none() && holds(&value, probe.expected) => "yes".to_owned(),
        Ok(value) => {
            if std::env::var_os("ARMORER_BENCH_VERBOSE").is_some() {
                eprintln!("{}: {value}", probe.feature);
            }
            "wrong".to_owned()
        }
    }
}

/// Prints a table of features.
pub(crate) fn compare(servers: &[Server]) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let profiles = folder.path().join("apparmor.d");
    let others = PROBES.iter().map(|probe| (probe.file, probe.text.replace(CURSOR, "")));
    for (name, text) in FILES.iter().map(|(name, text)| (*name, (*text).to_owned())).chain(others) {
        let path = profiles.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a temporary directory");
        std::fs::write(path, text).expect("a temporary file");
    }
    let mut clients: Vec<Client> = servers.iter().map(|server| Client::start(server, folder.path())).collect();
    println!("| feature |{}", servers.iter().map(|server| format!(" {} |", server.name)).collect::<String>());
    println!("| --- |{}", " --- |".repeat(servers.len()));
    for probe in PROBES {
        let cells = clients.iter_mut().map(|client| format!(" {} |", outcome(client, folder.path(), probe)));
        println!("| {} |{}", probe.feature, cells.collect::<String>());
    }
    for (client, server) in clients.iter().zip(servers) {
        println!("\n{}: commands {}", server.name, client.capabilities["executeCommandProvider"]["commands"]);
    }
}
