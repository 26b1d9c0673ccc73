//! `armorer lint` and its printed forms.

use std::path::Path;
use std::process::{Command, Output};

use jsonschema::validator_for;
use serde_json::Value;

const TEXT: &str = "\
abi <abi/4.0>,

profile p /usr/bin/p {
  # \u{fc}ber
  /usr/bin/helper pux, # g\u{e4}be
  \"/etc/p.conf\" r,
  /etc/p.conf r,
}
";

/// A directory with a small tree of policy.
fn tree() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let features = armorer::Features::builtin("linux-7.2").unwrap();
    std::fs::create_dir_all(directory.path().join("abi")).unwrap();
    std::fs::write(directory.path().join("abi/4.0"), features.to_text()).unwrap();
    std::fs::write(directory.path().join("p"), TEXT).unwrap();
    directory
}

fn armorer(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_armorer"));
    command.current_dir(directory).args(arguments).env("NO_COLOR", "1");
    command.output().unwrap()
}

fn lint(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = armorer(directory, &[&["lint", "-b", "."], arguments].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn schema(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    // One pattern of the SARIF schema has a bracket that closes nothing, which not every engine takes for itself.
    let text = std::fs::read_to_string(path).unwrap().replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}\\\\]?$");
    serde_json::from_str(&text).unwrap()
}

fn validate(schema: &Value, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    let validator = validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}\n{text}", errors.join("\n"));
    value
}

#[test]
fn exit_status() {
    let tree = tree();
    assert_eq!(lint(tree.path(), &["p"]).0, 1);
    // Notes are no reason to fail.
    assert_eq!(lint(tree.path(), &["p", "--select", "AA0403"]).0, 0);
    assert_eq!(lint(tree.path(), &["p", "--select", "AA9999"]).0, 2);
    assert_eq!(lint(tree.path(), &["nothing"]).0, 2);
    std::fs::write(tree.path().join("broken"), "profile p {").unwrap();
    assert_eq!(lint(tree.path(), &["broken", "--select", "AA0403"]).0, 1);
}

#[test]
fn json_is_as_its_schema_says() {
    let tree = tree();
    let (_, text, _) = lint(tree.path(), &["p", "--format", "json", "--select", "all"]);
    let value = validate(&schema("schemas/lint.schema.json"), &text);
    let finding = value["findings"].as_array().unwrap().iter().find(|f| f["code"] == "AA0102").unwrap();
    assert_eq!((&finding["line"], &finding["column"], &finding["end_column"]), (&5.into(), &19.into(), &22.into()));
}

#[test]
fn sarif_is_as_its_schema_says() {
    let tree = tree();
    std::fs::write(tree.path().join("broken file"), "profile p {").unwrap();
    let (_, text, _) = lint(tree.path(), &["p", "broken file", "--format", "sarif", "--select", "all"]);
    let value = validate(&schema("tests/lint/sarif-2.1.0.schema.json"), &text);
    let run = &value["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
    let uri = |result: &Value| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert!(run["results"].as_array().unwrap().iter().any(|result| uri(result) == "broken%20file"));
}

#[test]
fn annotations_are_escaped() {
    let tree = tree();
    std::fs::write(tree.path().join("a,b"), TEXT).unwrap();
    let (_, text, _) = lint(tree.path(), &["a,b", "--format", "github", "--select", "AA0102"]);
    assert_eq!(
        text,
        "::warning file=a%2Cb,line=5,endLine=5,col=19,endColumn=22,title=AA0102 unconfined-environment::`/usr/bin/helper` may run \
         unconfined with an environment that this profile controls%0Awrite `PUx`, which scrubs the environment\n"
    );
}

#[test]
fn a_code_quality_report_has_a_fingerprint_for_each_finding() {
    let tree = tree();
    // The same rule in two profiles: the same finding, on two lines.
    let other = TEXT.replace("abi <abi/4.0>,\n\n", "").replace("profile p", "profile q");
    std::fs::write(tree.path().join("p"), format!("{TEXT}{other}")).unwrap();
    let (status, text, _) = lint(tree.path(), &["./p", "--format", "gitlab", "--select", "AA0102"]);
    let report: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!((status, report.len()), (1, 2), "{text}");
    for (entry, line) in report.iter().zip([5, TEXT.lines().count() + 3]) {
        assert_eq!(entry["check_name"], "AA0102");
        assert_eq!(entry["severity"], "minor");
        assert_eq!(entry["location"]["path"], "p");
        assert_eq!(entry["location"]["lines"]["begin"], line);
    }
    assert_ne!(report[0]["fingerprint"], report[1]["fingerprint"]);
}

#[test]
fn fixes_are_shown_and_written() {
    let tree = tree();
    let read = || std::fs::read_to_string(tree.path().join("p")).unwrap();
    let (status, diff, _) = lint(tree.path(), &["p", "--diff"]);
    assert_eq!((status, read().as_str()), (1, TEXT));
    assert!(diff.contains("-  \"/etc/p.conf\" r,\n"), "{diff}");
    lint(tree.path(), &["p", "--fix"]);
    // The quotes go first, and then it is the same rule twice.
    assert_eq!(read(), TEXT.replace("  \"/etc/p.conf\" r,\n", ""));
    lint(tree.path(), &["p", "--fix", "--unsafe-fixes"]);
    assert!(read().contains("PUx,"));
    let before = read();
    lint(tree.path(), &["p", "--fix", "--unsafe-fixes"]);
    assert_eq!(read(), before);
}

#[test]
fn the_configuration_is_found_upwards() {
    let tree = tree();
    std::fs::create_dir_all(tree.path().join("a/b")).unwrap();
    std::fs::write(tree.path().join("a/b/p"), TEXT).unwrap();
    let config = tree.path().join("armorer.toml");
    std::fs::write(
        &config,
        "[target]\nbase = \".\"\n[lint]\nselect = [\"style\"]\n[lint.per-file-ignores]\n\"a/**\" = [\"AA0403\"]\n",
    )
    .unwrap();
    let text = |arguments: &[&str]| lint(tree.path(), arguments).1;
    assert!(text(&["p"]).contains("AA0403") && !text(&["p"]).contains("AA0102"));
    assert!(!text(&["a/b/p"]).contains("AA0403"));
    assert!(text(&["p", "--no-config"]).contains("AA0102"));
    std::fs::write(&config, "[lint]\nselects = []\n").unwrap();
    let (status, _, error) = lint(tree.path(), &["p"]);
    assert_eq!(status, 2);
    assert!(error.contains("armorer.toml:2:1: unknown field `selects`"), "{error}");
}

#[test]
fn the_schema_of_the_configuration_takes_what_armorer_takes() {
    let schema = schema("schemas/armorer.schema.json");
    let validator = validator_for(&schema).unwrap();
    for (text, right) in [
        ("[lint]\nselect = [\"AA0101\", \"danger\", \"AA02\", \"all\"]\nautomata = false\n", true),
        ("[lint]\nselects = []\n", false),
        ("[lint.per-file-ignores]\n\"local/*\" = [\"style\"]\n", true),
        ("[target]\nfeatures = 6\n", false),
        ("", true),
    ] {
        let value: Value = serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
        assert_eq!(validator.is_valid(&value), right, "{text}");
        assert_eq!(armorer::lint::config::Config::parse(text).is_ok(), right, "{text}");
    }
}

#[test]
fn pages_are_printed() {
    let here = tempfile::tempdir().unwrap();
    let page = |code: &str| armorer(here.path(), &["explain", code]);
    for code in ["AA0101", "aa0101", "unconfined-exec"] {
        assert!(page(code).stdout.starts_with(b"# AA0101 unconfined-exec\n"), "{code}");
    }
    assert!(page("missing-comma").stdout.starts_with(b"# missing-comma\n"));
    assert!(page("dangerous-ux").stdout.starts_with(b"# AA0102"));
    let unknown = page("unconfined-exek");
    assert_eq!((unknown.status.code(), &unknown.stdout[..]), (Some(2), &b""[..]));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("did you mean `unconfined-exec`?"));
}

#[test]
fn completions_and_manual_pages_are_made() {
    let here = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = armorer(here.path(), &["completions", shell]);
        assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("explain"), "{shell}");
    }
    assert!(armorer(here.path(), &["man", "."]).status.success());
    let page = std::fs::read_to_string(here.path().join("armorer-lint.1")).unwrap();
    assert!(page.contains(".TH") && page.contains("unsafe\\-fixes"), "{page}");
    assert!(here.path().join("armorer.1").exists());
}

#[test]
fn manifests_of_the_examples_are_clean_and_broken_copies_are_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let base = root.join("examples/apparmor.d");
    let run = |directory: &Path, file: &str| {
        let output = armorer(directory, &["lint", "-b", base.to_str().unwrap(), file, "--format", "json"]);
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        let finding = |f: &Value| format!("{}:{} {}", f["line"], f["column"], f["code"].as_str().unwrap());
        // Notes are no reason to fail.
        let findings = value["findings"].as_array().unwrap().iter().filter(|f| f["severity"] != "note");
        findings.map(finding).collect::<Vec<_>>()
    };
    let examples = root.join("examples/kubernetes");
    // Together, as pods refer to what a ConfigMap holds.
    assert_eq!(run(&examples, "."), Vec::<String>::new());
    let manifest = std::fs::read_to_string(examples.join("configmap.yaml")).unwrap();
    let place = |needle: &str| {
        let at = manifest.find(needle).unwrap();
        let line = manifest[..at].matches('\n').count() + 1;
        (line, at - manifest[..at].rfind('\n').map_or(0, |newline| newline + 1) + 1)
    };
    let broken = tempfile::tempdir().unwrap();
    let (line, column) = place("capability chown,");
    std::fs::write(broken.path().join("a.yaml"), manifest.replace("capability chown,", "capability sys_module,"))
        .unwrap();
    assert_eq!(run(broken.path(), "a.yaml"), [format!("{line}:{column} AA0109")]);
    let (line, column) = place("capability chown,");
    std::fs::write(broken.path().join("b.yaml"), manifest.replace("capability chown,", "capability chwn,")).unwrap();
    assert_eq!(run(broken.path(), "b.yaml"), [format!("{line}:{} cap-invalid", column + "capability ".len())]);
}

/// A manifest with a profile in a scalar of each style, and comments of its own.
const MANIFEST: &str = "\
# armorer: allow(AA0101) nothing any more
kind: ConfigMap
data: # mine
  literal: |
      abi <abi/4.0>,

      profile p /usr/bin/p {
        # armorer: allow(AA0101) nothing any more
        \"/etc/p.conf\" r,
        /usr/bin/helper pux,
        \"/etc/q.conf\" r,
        /etc/q.conf r,
      }
  single: 'profile q /usr/bin/q { \"/etc/q.conf\" r, }'
";

#[test]
fn fixes_reach_literal_scalars_of_manifests() {
    let tree = tree();
    let path = tree.path().join("m.yaml");
    for end in ["\n", "\r\n"] {
        let manifest = MANIFEST.replace('\n', end);
        std::fs::write(&path, &manifest).unwrap();
        let (_, diff, _) = lint(tree.path(), &["m.yaml", "--diff"]);
        assert!(diff.contains("-        \"/etc/p.conf\" r,"), "{diff}");
        let (_, text, _) = lint(tree.path(), &["m.yaml", "--format", "json"]);
        validate(&schema("schemas/lint.schema.json"), &text);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), manifest);
        let (_, text, _) = lint(tree.path(), &["m.yaml", "--fix", "--unsafe-fixes", "--format", "json"]);
        let mended = "\
kind: ConfigMap
data: # mine
  literal: |
      abi <abi/4.0>,

      profile p /usr/bin/p {
        /etc/p.conf r,
        /usr/bin/helper PUx,
        /etc/q.conf r,
      }
  single: 'profile q /usr/bin/q { \"/etc/q.conf\" r, }'
";
        assert_eq!(std::fs::read_to_string(&path).unwrap(), mended.replace('\n', end));
        // What was not fixed is still there, and says why.
        let value: Value = serde_json::from_str(&text).unwrap();
        let left = value["findings"].as_array().unwrap().iter().find(|f| f["code"] == "AA0403").unwrap();
        assert_eq!((&left["line"], &left["fix"]), (&11.into(), &Value::Null));
        assert!(left["help"].as_str().unwrap().contains("literal block scalar"), "{left}");
    }
}

#[test]
fn directories_of_manifests_are_linted_formatted_and_mended() {
    let tree = tree();
    let directory = tree.path().join("k8s");
    std::fs::create_dir(&directory).unwrap();
    for name in ["a.yaml", "b.yml"] {
        std::fs::write(directory.join(name), MANIFEST).unwrap();
    }
    let (status, text, _) = lint(tree.path(), &["k8s", "--select", "AA0403", "--format", "github"]);
    assert_eq!(status, 0);
    assert!(text.contains("file=k8s/a.yaml,line=9,") && text.contains("file=k8s/b.yml,line=11,"), "{text}");
    let output = armorer(tree.path(), &["fmt", "--check", "-b", ".", "k8s"]);
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(1), &b"k8s/a.yaml\nk8s/b.yml\n"[..]));
    lint(tree.path(), &["k8s", "--fix", "--select", "AA0403"]);
    for name in ["a.yaml", "b.yml"] {
        let text = std::fs::read_to_string(directory.join(name)).unwrap();
        assert_eq!(
            text,
            MANIFEST
                .replace("\"/etc/p.conf\" r,\n", "/etc/p.conf r,\n")
                .replace("        \"/etc/q.conf\" r,\n", "        /etc/q.conf r,\n")
        );
    }
}

#[test]
fn rules_are_off_in_manifests_too() {
    let tree = tree();
    std::fs::write(tree.path().join("m.yaml"), MANIFEST).unwrap();
    std::fs::write(tree.path().join("armorer.toml"), "[lint]\nselect = [\"AA0102\"]\n").unwrap();
    assert!(lint(tree.path(), &["m.yaml"]).1.contains("AA0102"));
    let config = "[lint]\nselect = [\"AA0102\"]\n[lint.per-file-ignores]\n\"*.yaml\" = [\"danger\"]\n";
    std::fs::write(tree.path().join("armorer.toml"), config).unwrap();
    assert!(!lint(tree.path(), &["m.yaml"]).1.contains("AA0102"));
}

#[test]
fn what_is_complete_is_said() {
    let tree = tree();
    let text = "abi <abi/4.0>,\nprofile p /usr/bin/p {\n  /usr/bin/helper Px,\n}\n";
    std::fs::create_dir(tree.path().join("set")).unwrap();
    std::fs::write(tree.path().join("set/p"), text).unwrap();
    assert!(!lint(tree.path(), &["set"]).1.contains("AA0212"));
    assert!(lint(tree.path(), &["set", "--complete"]).1.contains("AA0212"));
    std::fs::write(tree.path().join("armorer.toml"), "[lint]\ncomplete = true\n").unwrap();
    assert!(lint(tree.path(), &["set"]).1.contains("AA0212"));
}
