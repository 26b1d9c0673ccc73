//! `armorer test` with its reports.

use std::path::Path;

use serde_json::Value;

use crate::support::command::{run, status, text};

/// A directory with a tree of profiles and a suite beside it.
fn place(profiles: &[(&str, &str)], suite: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let write = |name: String, text: &str| {
        let path = place.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    profiles.iter().for_each(|(name, text)| write(format!("tree/{name}"), text));
    let head = "profiles = ['tree']\nbase = 'tree'\nfeatures = ['linux-7.2']\n";
    write("suite.toml".into(), &format!("{head}{suite}"));
    place
}

/// Exit status, standard output and standard error of `armorer test` with the suite.
fn test(place: &Path, options: &[&str]) -> (i32, String, String) {
    let output = run(place, &[&["test"], options, &["suite.toml"]].concat(), b"");
    (status(&output), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
}

const WEB: &str = "profile web {
  include <abstractions/own>
  /srv/** r,
  deny /srv/private/** r,
  capability chown, capability kill,
  mount fstype=ext4
    /dev/sda1 -> /mnt/,
}
";

fn covered_place() -> tempfile::TempDir {
    let suite = "[[test]]\nprofile = 'web'\naccess = 'file /srv/private/a r'\nexpect = 'quiet'\nreason = 'private'
[[test]]\nprofile = 'web'\naccess = 'capability kill'\nexpect = 'allowed'\nreason = 'workers'
[[test]]\nprofile = 'web'\naccess = 'file /etc/own r'\nexpect = 'allowed'\nreason = 'its own'\n";
    place(&[("web", WEB), ("abstractions/own", "/etc/own r,\n/etc/other r,\n")], suite)
}

#[test]
fn rules_that_decide_no_test() {
    let place = covered_place();
    let expected = "\
suite.toml (linux-7.2): 3 passed, 0 failed
coverage: 2 of 5 rules decide a test (40.0 %)
web: 2 of 5 rules
  tree/web:3:3  /srv/** r,
  tree/web:5:3  capability chown, capability kill,
  tree/web:6:3  mount fstype=ext4
tree/abstractions/own: 1 of 2 rules, which are included and do not count
";
    assert_eq!(test(place.path(), &["--coverage"]), (0, expected.to_owned(), String::new()));
    let (_, out, _) = test(place.path(), &["--coverage", "--coverage-includes"]);
    assert!(out.contains("coverage: 3 of 7 rules decide a test (42.9 %)\nweb: 3 of 7 rules\n"), "{out}");
}

#[test]
fn a_limit_for_the_coverage() {
    let place = covered_place();
    let limit = |percent: &str| test(place.path(), &["--coverage", "--fail-under", percent]).0;
    assert_eq!((limit("40"), limit("40.1"), limit("0"), limit("100")), (0, 1, 0, 1));
    assert_eq!((limit("101"), limit("NaN"), limit("-1"), limit("x")), (2, 2, 2, 2));
    assert_eq!(test(place.path(), &["--fail-under", "4"]).0, 2);
    assert_eq!(test(place.path(), &["--coverage", "--json"]).0, 2);
}

#[test]
fn reports_for_programs() {
    let place = covered_place();
    let (status, out, err) = test(place.path(), &["--coverage=json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, err.as_str()), (0, "suite.toml (linux-7.2): 3 passed, 0 failed\n"));
    let coverage = &report["coverage"];
    assert_eq!(
        (&coverage["covered"], &coverage["rules"], &report["runs"][0]["passed"]),
        (&2.into(), &5.into(), &3.into())
    );
    let web = coverage["files"].as_array().unwrap().iter().find(|file| file["file"] == "tree/web").unwrap();
    assert_eq!(web["rules"][1]["tests"], serde_json::json!(["suite.toml:4"]));
    assert_eq!((&web["rules"][4]["line"], &web["rules"][4]["end_line"]), (&6.into(), &7.into()));

    // The line of two rules, of which one decides nothing, is no hit.
    let (_, out, _) = test(place.path(), &["--coverage=lcov"]);
    let expected = "TN:\nSF:tree/web\nFN:1,web\nFNDA:2,web\nFNF:1\nFNH:1\nDA:3,0\nDA:4,1\nDA:5,0\nDA:6,0\nLF:4\nLH:1\nend_of_record\n";
    assert_eq!(out, expected);

    let (_, out, err) = test(place.path(), &["--coverage=lcov", "--coverage-output", "out.info"]);
    assert_eq!((out.as_str(), err.as_str()), ("suite.toml (linux-7.2): 3 passed, 0 failed\n", ""));
    assert_eq!(std::fs::read_to_string(place.path().join("out.info")).unwrap(), expected);
}

#[test]
fn a_page_with_the_annotated_texts() {
    let place = covered_place();
    let (_, page, _) = test(place.path(), &["--coverage=html"]);
    for part in [
        "<td>web</td><td><a href=\"#f1\">tree/web</a></td><td class=\"n\">5</td><td class=\"n\">2</td>",
        "<span class=\"no\" title=\"decides no test\" data-line=\"3\">  /srv/** r,</span>",
        "<span class=\"yes\" title=\"decides suite.toml:4\" data-line=\"4\">  deny /srv/private/** r,</span>",
        "<span class=\"no\" title=\"decides no test\" data-line=\"7\">    /dev/sda1 -&gt; /mnt/,</span>",
        "<span data-line=\"8\">}</span>\n</pre>",
        "1 of 2 rules decide a test, which are included and do not count",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn names_inject_nothing_into_the_page() {
    let profile = "profile \"</td><script>\" {\n  \"/a</span><img src=x onerror=alert(1)>\" r,\n}\n";
    let suite = "[[test]]\nprofile = '</td><script>'\naccess = \"file '/a</span><img src=x onerror=alert(1)>' r\"\nexpect = 'allowed'\nreason = 'x'\n";
    let place = place(&[("a<b>\"'", profile)], suite);
    let (status, page, _) = test(place.path(), &["--coverage=html"]);
    assert_eq!(status, 0);
    let body = page.split_once("<body>").unwrap().1;
    for markup in ["<script", "<img", "</span><", "a<b>"] {
        assert!(!body.contains(markup), "{markup}: {page}");
    }
    assert!(body.contains("&lt;/td&gt;&lt;script&gt;") && body.contains("a&lt;b&gt;&quot;&#39;"), "{page}");
}

#[test]
fn a_first_suite_passes_at_once() {
    let place = place(&[("web", WEB), ("abstractions/own", "/etc/own r,\n")], "");
    let write = |options: &[&str]| {
        let output = run(place.path(), &[&["test", "--init", "tree/web", "--base", "tree"], options].concat(), b"");
        (status(&output), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
    };
    let (status, out, err) = write(&[]);
    let expected = "\
# Tests of the policy in tree/web: edit the reasons, and add what must hold.

profiles = [\"tree/web\"]
base = \"tree\"
features = [\"linux-6.12\"]

# tree/web:4:3  deny /srv/private/** r,
[[test]]
profile = \"web\"
access = \"file /srv/private/x r\"
expect = \"quiet\"
reason = \"the profile denies it\"
";
    assert_eq!((status, out.as_str(), err.as_str()), (0, expected, ""));
    std::fs::write(place.path().join("suite.toml"), &out).unwrap();
    assert_eq!(test(place.path(), &[]), (0, "suite.toml (linux-6.12): 1 passed, 0 failed\n".into(), String::new()));

    // A suite elsewhere finds the profiles by absolute paths.
    std::fs::create_dir(place.path().join("tests")).unwrap();
    assert_eq!(write(&["-o", "tests/web.toml"]).0, 0);
    let output = run(place.path(), &["test", "tests/web.toml"], b"");
    assert_eq!(text(&output.stdout), "tests/web.toml (linux-6.12): 1 passed, 0 failed\n");
    assert_eq!(write(&["-o", "tests/web.toml"]).0, 2, "a file that exists is not replaced");
    assert_eq!(write(&["suite.toml"]).0, 2);
}

#[test]
fn first_suites_of_the_examples_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = tempfile::tempdir().unwrap();
    let mut tests = 0;
    for entry in std::fs::read_dir(root.join("examples/apparmor.d")).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let suite = place.path().join("suite.toml");
        let arguments =
            ["test", "--init", path.to_str().unwrap(), "--base", "examples/apparmor.d", "-o", suite.to_str().unwrap()];
        let output = run(root, &arguments, b"");
        assert_eq!(status(&output), 0, "{}: {}", path.display(), text(&output.stderr));
        let output = run(root, &["test", suite.to_str().unwrap()], b"");
        assert_eq!(status(&output), 0, "{}: {}", path.display(), text(&output.stdout));
        tests += std::fs::read_to_string(&suite).unwrap().matches("[[test]]").count();
        std::fs::remove_file(suite).unwrap();
    }
    assert!(tests > 15, "{tests}");
}
