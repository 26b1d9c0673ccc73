//! Texts that nobody writes, and requests at every place of texts that are being written.

use serde_json::{Value, json};

use super::{Patient, SAMPLE, parameters};

/// Texts with what is more than one unit, or none at all, in some encoding.
const ODD: [&str; 12] = [
    "",
    "\n",
    "\r\n\r\n",
    "\r\r\n\n\r",
    "\u{feff}profile x {\r\n  /ä𝄞 r,\r\n}\r",
    "profile 𝄞 { /e\u{301}\u{301}/👩‍👩‍👧 r, }",
    "@{𝄞}=/𝄞\n/\u{0} r,",
    "\u{0}\u{1}\u{7f}\u{85}\u{2028}\u{2029}\u{fffd}",
    "include <𝄞",
    "/𝄞/**",
    "@{",
    "profile x { ^",
];

#[test]
fn every_place_of_odd_texts() {
    let mut patient = Patient::new();
    let uri = patient.tree.uri("policy/odd");
    for text in ODD {
        patient.client.open(&uri, text);
        let lines = u32::try_from(text.split(['\n', '\r']).count()).unwrap();
        for line in (0..=lines).chain([u32::MAX]) {
            for character in (0..14).chain([999, u32::MAX]) {
                patient.ask_everything(&uri, &json!({ "line": line, "character": character }));
            }
        }
        patient.client.close(&uri);
    }
    patient.finish();
}

/// At the end of every beginning of a profile, as it is while it is written.
#[test]
fn every_beginning_of_a_profile() {
    let mut patient = Patient::new();
    let uri = patient.tree.uri("policy/sample");
    patient.client.open(&uri, "");
    let ends = SAMPLE.char_indices().map(|(at, _)| at).skip(1).chain([SAMPLE.len()]);
    for (number, end) in ends.enumerate() {
        let text = &SAMPLE[..end];
        let version = i32::try_from(number).unwrap() + 2;
        patient.client.replace(&uri, version, text);
        let position = crate::lsp::text::Units::Utf16.position(text, end);
        patient.ask_everything(&uri, &position);
    }
    patient.finish();
}

#[test]
fn every_place_of_a_profile() {
    let mut patient = Patient::new();
    let uri = patient.tree.uri("policy/sample");
    patient.client.open(&uri, SAMPLE);
    for (at, _) in SAMPLE.char_indices() {
        patient.ask_everything(&uri, &crate::lsp::text::Units::Utf16.position(SAMPLE, at));
    }
    patient.finish();
}

/// A manifest that is being written.
#[test]
fn every_beginning_of_a_manifest() {
    let mut patient = Patient::new();
    let uri = patient.tree.uri("cluster/other.yaml");
    let text = crate::lsp::tree::MANIFEST;
    patient.client.open(&uri, "");
    for end in (1..text.len()).step_by(7) {
        patient.client.replace(&uri, i32::try_from(end).unwrap() + 2, &text[..end]);
        patient.ask_everything(&uri, &crate::lsp::text::Units::Utf16.position(&text[..end], end));
    }
    for odd in ["{", "- - -", "a: &a [*a]", "? ", "a: |\n  \tb", "%YAML 9\n---\n", "kind: ConfigMap\ndata: [", "\u{0}"]
    {
        patient.client.replace(&uri, 9999, odd);
        patient.ask_everything(&uri, &json!({ "line": 0, "character": 1 }));
    }
    patient.finish();
}

/// Texts larger than any real one are refused, or are processed in the background.
#[test]
fn huge_texts() {
    let rules: String = (0..).map(|number| format!("  /srv/{number}/file r,\n")).take(250_000).collect();
    let rules = format!("profile huge {{\n{rules}}}\n");
    assert!(rules.len() > 5 << 20);
    let line = format!("profile long {{ /{} r, }}", "x".repeat(1 << 20));
    let comment = format!("# {}", "ä".repeat(1 << 19));
    let braces = "{".repeat(100_000);
    let nested = "profile x {".repeat(20_000);
    let pattern = format!("profile x {{ /{} r, }}", "{a,".repeat(50_000));
    let variables = format!("@{{x}}={}\n", "@{x} ".repeat(100_000));
    let blank = "\n".repeat(1 << 20);
    for text in [rules, line, comment, braces, nested, pattern, variables, blank] {
        let mut patient = Patient::new();
        let uri = patient.tree.uri("policy/huge");
        patient.client.open(&uri, &text);
        patient.check(&text[..30]);
        // Neither takes the automata of all that.
        let mut ids = Vec::new();
        for (method, position) in [
            ("textDocument/hover", json!({ "line": 0, "character": 20 })),
            ("textDocument/completion", json!({ "line": u32::MAX, "character": u32::MAX })),
            ("textDocument/semanticTokens/full", json!({ "line": 0, "character": 0 })),
            ("textDocument/foldingRange", json!({ "line": 0, "character": 0 })),
        ] {
            ids.push(patient.client.request(method, parameters(&uri, &position)));
        }
        patient.client.change(
            &uri,
            2,
            json!([{
                "range": { "start": { "line": 0, "character": 5 }, "end": { "line": 0, "character": 6 } }, "text": "",
            }]),
        );
        for id in &ids {
            patient.expect_no_fault(id);
        }
        patient.check(&text[..30]);
        patient.client.close(&uri);
        patient.finish();
    }
}

#[test]
fn files_that_are_larger_than_is_looked_at() {
    let mut patient = Patient::new();
    let uri = patient.tree.uri("policy/huge");
    patient.client.open(&uri, &"# x\n".repeat((4 << 18) + 1));
    let problems = patient.client.problems(&uri, |problems| !problems.is_empty());
    assert!(problems[0]["message"].as_str().unwrap().starts_with("larger than 4 MiB"), "{problems:?}");
    // It is again as soon as it is small enough.
    patient.client.replace(&uri, 2, "profile x {\n  capability chown\n}\n");
    patient.client.problem(&uri, "missing-comma");
    patient.finish();
}

/// URIs of files that there are not, or that are none.
#[test]
fn uris_that_are_no_paths() {
    let mut patient = Patient::new();
    let folder = patient.tree.uri("policy");
    for uri in [
        "",
        "x",
        "file:",
        "file://",
        "file:///",
        "file://host",
        "untitled:Untitled-1",
        "git:/a/b?ref",
        "http://example.org/x",
        "file:///%00",
        "file:///%ff%fe",
        "file:///%",
        "file:///..//../etc",
        "file:///dev/null",
        "file:///proc/self/mem",
        "jar:file:///x!/y.yaml",
        "file:///a.yaml",
        "untitled:a.yaml",
        folder.as_str(),
        &format!("file:///{}", "a/".repeat(5000)),
    ] {
        patient.client.open(uri, SAMPLE);
        patient.ask_everything(uri, &json!({ "line": 3, "character": 7 }));
        patient.client.close(uri);
        patient.client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
        patient.check(uri);
    }
    patient.finish();
}

#[test]
fn documents_that_are_not_handled_as_agreed() {
    let mut patient = Patient::new();
    let uri = patient.tree.uri("policy/sample");
    let everywhere = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    // Not open.
    patient.client.change(&uri, 2, json!([{ "range": everywhere, "text": "x" }]));
    patient.client.close(&uri);
    patient.ask_everything(&uri, &json!({ "line": 0, "character": 0 }));
    // Opened twice: the second text is the one.
    patient.client.open(&uri, SAMPLE);
    patient.client.open(&uri, "profile   twice {}");
    assert_eq!(patient.client.format(&uri)[0]["newText"], "profile twice {\n}\n");
    // Ranges that end before they begin, and beyond the text; versions that go back.
    let reversed = json!({ "start": { "line": 0, "character": 15 }, "end": { "line": 0, "character": 10 } });
    patient.client.change(&uri, -7, json!([{ "range": reversed, "text": "named" }]));
    assert_eq!(patient.client.format(&uri)[0]["newText"], "profile named {\n}\n");
    let beyond = json!({ "start": { "line": 7, "character": 7 }, "end": { "line": u32::MAX, "character": u32::MAX } });
    patient.client.change(&uri, 0, json!([{ "range": beyond, "text": "profile   second {}" }]));
    let formatted: Value = patient.client.format(&uri);
    assert!(formatted.to_string().contains("profile second {"), "{formatted}");
    patient.client.change(&uri, 1, json!([]));
    // Closed twice.
    patient.client.close(&uri);
    patient.client.close(&uri);
    patient.client.refused("textDocument/formatting", parameters(&uri, &json!({ "line": 0, "character": 0 })));
    patient.finish();
}
