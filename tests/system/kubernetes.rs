//! Kubernetes manifests on the command line: those of `examples/kubernetes`, and broken copies of them.

use std::fs;
use std::path::{Path, PathBuf};

use armorer::kubernetes::Manifest;
use armorer::source::SourceMap;

use crate::support::command::{run, status, text};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn example(name: &str) -> String {
    fs::read_to_string(root().join("examples/kubernetes").join(name)).expect("an example")
}

fn manifests() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("examples/kubernetes")).expect("the examples");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths
}

const TARGET: [&str; 4] = ["--features", "linux-7.2", "--base", "examples/apparmor.d"];

#[test]
fn every_example_is_clean_and_formatted() {
    for path in manifests() {
        let path = path.to_str().expect("UTF-8");
        let output = run(root(), &[&["check"], &TARGET[..], &[path]].concat(), b"");
        assert_eq!(status(&output), 0, "{path}: {}", text(&output.stderr));
        let output = run(root(), &["fmt", "--diff", "--base", "examples/apparmor.d", path], b"");
        assert_eq!(status(&output), 0, "{path}: {}", text(&output.stdout));
    }
}

/// A broken copy: what is replaced, and the code and place of the error.
const BROKEN: &[(&str, &str, &str, &str, &str)] = &[
    ("configmap.yaml", "capability chown,", "capability chwon,", "cap-invalid", "38:18"),
    ("configmap.yaml", "deny /boot/** wl,", "deny /boot/** wl", "missing-comma", "45:23"),
    ("configmap.yaml", "  k8s-nginx: |", "  k8s/nginx: |", "manifest-invalid", "9:3"),
    ("configmap.yaml", "  namespace: apparmor", "  name: apparmor", "yaml-duplicate-key", "7:3"),
    ("configmap.yaml", "\ndata:", "\ndata: [", "yaml-syntax", "16:5"),
    ("namespace.yaml", "metadata:", "metadata: {", "yaml-syntax", "6:1"),
    ("pod.yaml", "type: Localhost", "type: localhost", "manifest-invalid", "16:17"),
    ("pod.yaml", "          localhostProfile: k8s-nginx\n", "", "manifest-invalid", "16:17"),
    ("pod.yaml", "type: RuntimeDefault", "localhostProfile: x", "manifest-invalid", "10:7"),
    ("pod-annotation.yaml", "localhost/k8s-nginx", "localhost:k8s-nginx", "manifest-invalid", "8:59"),
    ("apparmorprofile.yaml", "/usr/bin/report mr,", "/usr/bin/report mz,", "syntax", "16:23"),
    ("apparmorprofile.yaml", "- /usr/bin/proxy", "- usr/bin/proxy", "manifest-invalid", "29:11"),
    ("apparmorprofile.yaml", "- net_bind_service", "- net_bind_servce", "cap-invalid", "42:11"),
    ("apparmorprofile.yaml", "- /run/proxy.sock", "- /run/[proxy.sock", "aare", "36:11"),
];

#[test]
fn broken_copies_give_the_right_code_at_the_right_place() {
    for (name, from, to, code, place) in BROKEN {
        let manifest = example(name);
        assert!(manifest.contains(from), "{name}: {from}");
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join(name);
        fs::write(&path, manifest.replacen(from, to, 1)).expect("writable");
        let output = run(root(), &[&["check"], &TARGET[..], &[path.to_str().expect("UTF-8")]].concat(), b"");
        let errors = text(&output.stderr);
        assert_eq!(status(&output), 1, "{name} {to}: {errors}");
        // The first error is the one that was made.
        let shown =
            errors.lines().find(|line| !line.trim().is_empty() && !line.starts_with("ref-")).unwrap_or_default();
        assert_eq!(shown.trim(), *code, "{name} {to}: {errors}");
        assert!(errors.contains(&format!("{name}:{place}]")), "{name} {to}: not at {place}: {errors}");
    }
}

#[test]
fn a_manifest_compiles_to_the_policy_of_its_profiles() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let compile = |input: &str| {
        let out = directory.path().join("out");
        let arguments = [&["compile", "-o", out.to_str().expect("UTF-8")], &TARGET[..], &[input]].concat();
        let output = run(root(), &arguments, b"");
        assert_eq!(status(&output), 0, "{}", text(&output.stderr));
        fs::read(out).expect("the policy")
    };
    assert_eq!(compile("examples/kubernetes/configmap.yaml"), compile("examples/apparmor.d/k8s-nginx"));
    let both = compile("examples/kubernetes/apparmorprofile.yaml");
    let names: Vec<_> = armorer::blob::read(&both)
        .expect("a policy")
        .iter()
        .map(|p| String::from_utf8_lossy(&p.name).into_owned())
        .collect();
    assert_eq!(names, ["report", "proxy"]);
    assert!(compile("examples/kubernetes/pod.yaml").is_empty());
}

#[test]
fn standard_input_may_be_a_manifest() {
    let arguments = [&["check"], &TARGET[..], &["-"]].concat();
    let broken = example("configmap.yaml").replace("capability chown", "capability chwon");
    let output = run(root(), &arguments, broken.as_bytes());
    assert_eq!(status(&output), 1);
    assert!(text(&output.stderr).contains("<stdin>:38:18"), "{}", text(&output.stderr));
}

#[test]
fn fmt_changes_nothing_but_the_profiles() {
    let untidy = example("configmap.yaml")
        .replace("capability chown,", "capability    chown,")
        .replace("data:", "data:   # mine");
    let output = run(root(), &["fmt", "--base", "examples/apparmor.d", "--stdin-filename", "m.yml"], untidy.as_bytes());
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), untidy.replace("capability    chown,", "capability chown,"));

    let broken = untidy.replace("capability    chown,", "capability    chown");
    let output = run(root(), &["fmt", "--stdin-filename", "m.yml"], broken.as_bytes());
    assert_eq!((status(&output), text(&output.stdout)), (1, ""));
    assert!(text(&output.stderr).contains("m.yml:38:26"), "{}", text(&output.stderr));
}

#[test]
fn the_examples_refer_to_what_they_define() {
    let sources = SourceMap::new();
    let mut referred = Vec::new();
    let mut defined = Vec::new();
    for path in manifests() {
        let id = sources.add(path.display().to_string(), fs::read(&path).expect("readable")).expect("small");
        let manifest = Manifest::read(&sources.get(id), id);
        referred.extend(manifest.profile_references().map(|reference| reference.profile.value.clone()));
        defined.extend(manifest.profiles.iter().map(|profile| profile.key.value.clone()));
    }
    assert_eq!(referred, ["k8s-nginx", "k8s-nginx"]);
    assert!(defined.contains(&"k8s-nginx".to_owned()), "{defined:?}");
}

/// Returns the schema of Kubernetes for the kinds of the examples: its own definitions, with unknown keys as errors.
fn schema(kind: &str) -> Option<jsonschema::Validator> {
    let definition = match kind {
        "ConfigMap" | "Namespace" | "Pod" => format!("io.k8s.api.core.v1.{kind}"),
        "DaemonSet" => "io.k8s.api.apps.v1.DaemonSet".to_owned(),
        // Not of Kubernetes itself: kustomize's, and the security-profiles-operator's.
        "Kustomization" | "AppArmorProfile" => return None,
        _ => panic!("{kind}: no schema"),
    };
    let text = include_str!("kubernetes/kubernetes-1.31.schema.json");
    let mut schema: serde_json::Value = serde_json::from_str(text).expect("JSON");
    schema["$ref"] = format!("#/$defs/{definition}").into();
    Some(jsonschema::validator_for(&schema).expect("a schema"))
}

fn violations(text: &str) -> Vec<String> {
    let documents: Vec<serde_json::Value> = serde_saphyr::from_str_multiple(text).expect("YAML");
    let mut violations = Vec::new();
    for document in documents {
        if let Some(schema) = schema(document["kind"].as_str().expect("a kind")) {
            violations.extend(schema.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())));
        }
    }
    violations
}

#[test]
fn every_example_is_what_kubernetes_takes() {
    for path in manifests() {
        let text = fs::read_to_string(&path).expect("readable");
        assert_eq!(violations(&text), [""; 0], "{}", path.display());
    }
    let daemon = example("daemonset.yaml");
    for (from, to) in [
        ("readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true"),
        ("containerPort: 9780", "containerPort: metrics"),
        ("type: Unconfined", "localhostProfile: x"),
        ("  selector:", "  selectors:"),
    ] {
        assert!(daemon.contains(from), "{from}");
        assert!(!violations(&daemon.replacen(from, to, 1)).is_empty(), "{to} is no error");
    }
}

#[test]
fn the_kustomization_names_files_that_are_there() {
    let value: serde_json::Value = serde_saphyr::from_str(&example("kustomization.yaml")).expect("YAML");
    let resources = value["resources"].as_array().expect("resources");
    for resource in resources {
        assert!(!example(resource.as_str().expect("a name")).is_empty());
    }
    assert_eq!(resources.len(), 4);
}

/// The agent of the example takes its own options.
#[test]
fn the_daemon_set_calls_the_agent_as_it_is() {
    let value: serde_json::Value = serde_saphyr::from_str(&example("daemonset.yaml")).expect("YAML");
    let container = &value["spec"]["template"]["spec"]["containers"][0];
    let mut arguments: Vec<String> = container["args"]
        .as_array()
        .expect("arguments")
        .iter()
        .map(|argument| argument.as_str().expect("a string").to_owned())
        .collect();
    assert_eq!(arguments[0], "watch");
    // On this machine, without the mounts: everything of it is asked for, and the first thing that is missing is the kernel.
    arguments.insert(1, "--once".into());
    arguments.insert(1, "--securityfs=/no/such/directory".into());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = run(root(), &arguments, b"");
    assert_eq!(status(&output), 2);
    let message = text(&output.stderr);
    assert!(message.contains("/no/such/directory/features"), "{message}");
}
