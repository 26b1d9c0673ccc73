//! Anything in any order.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{OF_PLACES, OF_TEXTS, Patient, SAMPLE, parameters};
use crate::lsp::client::frame;
use crate::lsp::tree::{ALPHA, MANIFEST, TOML};

/// The files that all is about.
const FILES: [&str; 7] = [
    "policy/usr.bin.alpha",
    "policy/abstractions/common",
    "policy/tunables/global",
    "policy/new",
    "cluster/profiles.yaml",
    "armorer.toml",
    "elsewhere/file",
];

#[derive(Clone, Debug)]
enum Step {
    Open(usize, String),
    Change(usize, i32, Vec<(Option<[u32; 4]>, String)>),
    Close(usize),
    Ask(&'static str, usize, [u32; 2]),
    Symbols(String),
    Command(usize, String),
    /// Asks about a record with these fields.
    Log(String),
    /// Writes to the disk, or takes away; and says so, or does not.
    Disk(usize, Option<String>, bool),
    /// One of the requests before, if there are any.
    Cancel(prop::sample::Index),
    Garbage(Vec<u8>),
    Odd(&'static str, String),
}

fn text() -> impl Strategy<Value = String> {
    let pieces = select(
        &[
            "profile x {\n",
            "}",
            "@{spool}",
            "=",
            "/a/** rw,\n",
            "include <abstractions/common>\n",
            "\r\n",
            "𝄞",
            "\"",
            "{",
            "#",
            "^h{",
            "\u{0}",
            "audit: type=1400 audit(1.5:2): apparmor=\"DENIED\" operation=\"open\" profile=\"alpha\" name=\"/x\" denied_mask=\"r\"\n",
        ][..],
    );
    prop_oneof![
        Just(ALPHA.to_owned()),
        Just(SAMPLE.to_owned()),
        Just(MANIFEST.to_owned()),
        Just(TOML.to_owned()),
        (0..ALPHA.len()).prop_map(|end| ALPHA.get(..end).unwrap_or_default().to_owned()),
        prop::collection::vec(pieces, 0..20).prop_map(|pieces| pieces.concat()),
        any::<String>(),
        prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0..40_u32, 1 => any::<u32>(), 1 => Just(u32::MAX)]
}

fn step() -> impl Strategy<Value = Step> {
    let file = || 0..FILES.len();
    let methods: Vec<&'static str> = OF_PLACES.into_iter().chain(OF_TEXTS).collect();
    let range = prop::option::weighted(0.8, [number(), number(), number(), number()]);
    prop_oneof![
        4 => (file(), text()).prop_map(|(file, text)| Step::Open(file, text)),
        6 => (file(), any::<i32>(), prop::collection::vec((range, text()), 0..3))
            .prop_map(|(file, version, changes)| Step::Change(file, version, changes)),
        2 => file().prop_map(Step::Close),
        9 => (select(methods), file(), [number(), number()]).prop_map(|(method, file, at)| Step::Ask(method, file, at)),
        1 => any::<String>().prop_map(Step::Symbols),
        1 => (file(), any::<String>()).prop_map(|(file, access)| Step::Command(file, access)),
        1 => prop_oneof![any::<String>(), "name=\"[^\"]{0,9}\" denied_mask=\"[rwx]\""].prop_map(Step::Log),
        2 => (file(), prop::option::of(text()), any::<bool>()).prop_map(|(file, text, said)| Step::Disk(file, text, said)),
        1 => any::<prop::sample::Index>().prop_map(Step::Cancel),
        1 => prop::collection::vec(any::<u8>(), 0..60).prop_map(Step::Garbage),
        1 => (select(&["", "$/x", "initialize", "workspace/didChangeConfiguration"][..]), any::<String>())
            .prop_map(|(method, text)| Step::Odd(method, text)),
    ]
}

fn take(patient: &mut Patient, step: Step, ids: &mut Vec<Value>) {
    let uri = |patient: &Patient, file: usize| patient.tree.uri(FILES[file]);
    let position = |line: u32, character: u32| json!({ "line": line, "character": character });
    match step {
        Step::Open(file, text) => {
            let uri = uri(patient, file);
            patient.client.open(&uri, &text);
        }
        Step::Change(file, version, changes) => {
            let uri = uri(patient, file);
            let changes = changes.into_iter().map(|(range, text)| match range {
                Some([a, b, c, d]) => {
                    json!({ "range": { "start": position(a, b), "end": position(c, d) }, "text": text })
                }
                None => json!({ "text": text }),
            });
            patient.client.change(&uri, version, changes.collect());
        }
        Step::Close(file) => {
            let uri = uri(patient, file);
            patient.client.close(&uri);
        }
        Step::Ask(method, file, [line, character]) => {
            let parameters = parameters(&uri(patient, file), &position(line, character));
            ids.push(patient.client.request(method, parameters));
        }
        Step::Symbols(query) => ids.push(patient.client.request("workspace/symbol", json!({ "query": query }))),
        Step::Command(file, access) => {
            let argument = json!({ "uri": uri(patient, file), "access": access });
            let parameters = json!({ "command": "armorer.query", "arguments": [argument] });
            ids.push(patient.client.request("workspace/executeCommand", parameters));
        }
        Step::Log(rest) => {
            let log = format!(
                "audit: type=1400 audit(1.5:2): apparmor=\"DENIED\" operation=\"open\" profile=\"alpha\" {rest}"
            );
            let parameters = json!({ "command": "armorer.log", "arguments": [{ "log": log, "show": true }] });
            ids.push(patient.client.request("workspace/executeCommand", parameters));
        }
        Step::Disk(file, text, said) => {
            match text {
                Some(text) => patient.tree.write(FILES[file], &text),
                // It may be gone already.
                None => _ = std::fs::remove_file(patient.tree.path(FILES[file])),
            }
            if said {
                let change = json!({ "uri": uri(patient, file), "type": 2 });
                patient.client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
            }
        }
        Step::Cancel(which) => {
            let id = if ids.is_empty() { Value::Null } else { which.get(ids).clone() };
            patient.client.notify("$/cancelRequest", json!({ "id": id }));
        }
        Step::Garbage(bytes) => patient.client.raw(frame(&bytes)),
        Step::Odd(method, text) => {
            patient.client.notify(method, json!({ "settings": { "armorer": text } }));
            ids.push(patient.client.request(method, json!(text)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_in_any_order(steps in prop::collection::vec(step(), 1..40)) {
        let mut patient = Patient::new();
        let mut ids = Vec::new();
        for step in steps {
            take(&mut patient, step, &mut ids);
        }
        for id in &ids {
            patient.expect_no_fault(id);
        }
        // Settings, and so the base of the tree, may have changed; what is asked here needs none.
        patient.finish();
    }
}
