//! The steps of the action for GitHub (`packaging/action`), in a repository with a pull request.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A repository whose branch `main` may read one file, and whose working tree may read more by a changed include.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Repository {
        let repository = Repository(tempfile::tempdir().unwrap());
        // Nothing else is wrong with profiles as short as these.
        repository.write("armorer.toml", "[lint]\nignore = [\"missing-abi\"]\n");
        repository.write("apparmor.d/abstractions/names", "/etc/hosts r,\n");
        repository.write("apparmor.d/p", "profile p {\n  include <abstractions/names>\n}\n");
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository.git(&["add", "."]);
        repository.git(&["-c", "user.name=n", "-c", "user.email=n@localhost", "commit", "--quiet", "-m", "before"]);
        repository.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let output = Command::new("git").current_dir(self.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn step(&self, name: &str) -> Output {
        let armorer = Path::new(env!("CARGO_BIN_EXE_armorer")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap();
        let paths = std::iter::once(armorer).chain(std::env::split_paths(&path));
        let mut command = Command::new(steps().join(name));
        command.current_dir(self.path()).env("PATH", std::env::join_paths(paths).unwrap());
        command.env("PROFILES", "apparmor.d").env("KERNELS", "linux-7.2 linux-6.1").env("GITHUB_BASE_REF", "main");
        command.output().unwrap()
    }

    fn report(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path().join("armorer-sarif").join(name)).unwrap()).unwrap()
    }
}

fn steps() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/action")
}

fn text(output: &Output) -> String {
    String::from_utf8([&*output.stdout, &*output.stderr].concat()).unwrap()
}

#[test]
fn every_step_runs_a_script_that_exists() {
    let action = std::fs::read_to_string(steps().join("action.yml")).unwrap();
    let called: Vec<&str> = action
        .lines()
        .filter_map(|line| line.trim().strip_prefix("run: '\"$GITHUB_ACTION_PATH/")?.strip_suffix("\"'"))
        .collect();
    assert_eq!(called, ["install", "format", "lint", "compile", "review"]);
    for name in called {
        assert!(steps().join(name).is_file(), "{name}");
    }
    let version = env!("CARGO_PKG_VERSION");
    assert!(action.contains(&format!("    default: \"{version}\"\n")), "the action installs {version}");
    assert!(action.contains(&format!("packaging/action@v{version}\n")), "its example names {version}");
}

#[test]
fn a_good_change_passes() {
    let repository = Repository::new();
    for step in ["format", "lint", "compile", "review"] {
        let output = repository.step(step);
        assert_eq!(output.status.code(), Some(0), "{step}: {}", text(&output));
    }
    assert_eq!(repository.report("lint.sarif")["version"], "2.1.0");
    assert!(!repository.path().join("armorer-sarif/new-access.sarif").exists());
}

#[test]
fn new_access_fails_with_an_annotation_and_a_report() {
    let repository = Repository::new();
    repository.write("apparmor.d/abstractions/names", "/etc/* r,\n");
    let output = repository.step("review");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let expected = "::error file=apparmor.d/abstractions/names,line=1,col=1,title=new access::p: file";
    assert!(text(&output).starts_with(expected), "{}", text(&output));
    assert_eq!(repository.report("new-access.sarif")["runs"][0]["results"][0]["ruleId"], "new-access");
    // The tree before the change is gone again.
    let trees = Command::new("git").current_dir(repository.path()).args(["worktree", "list"]).output().unwrap();
    assert_eq!(text(&trees).lines().count(), 1, "{}", text(&trees));
}

#[test]
fn bad_profiles_fail_where_they_are_bad() {
    let repository = Repository::new();
    repository.write("apparmor.d/q", "profile q {\n/a r\n}\n");
    for (step, message) in
        [("format", "missing comma"), ("lint", "::error file=apparmor.d/q,line=2"), ("compile", "missing comma")]
    {
        let output = repository.step(step);
        assert_eq!(output.status.code(), Some(1), "{step}: {}", text(&output));
        assert!(text(&output).contains(message), "{step}: {}", text(&output));
    }
    assert_eq!(repository.report("lint.sarif")["runs"][0]["results"][0]["level"], "error");
    repository.write("apparmor.d/q", "profile   q { /a r, }\n");
    let output = repository.step("format");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("+profile q {"), "{}", text(&output));
}

#[test]
fn profiles_that_are_all_new_have_nothing_to_compare_with() {
    let repository = Repository::new();
    repository.git(&["mv", "apparmor.d", "elsewhere"]);
    repository.git(&["-c", "user.name=n", "-c", "user.email=n@localhost", "commit", "--quiet", "-m", "none"]);
    repository.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repository.write("apparmor.d/p", "profile p { /** r, }\n");
    let output = repository.step("review");
    assert_eq!((output.status.code(), &*text(&output)), (Some(0), "there were no profiles before\n"));
}
