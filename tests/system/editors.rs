//! Real editors with the configurations of `examples/editors`: they attach, show a diagnostic, hover, format and jump.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support;

const FILES: &[(&str, &str)] = &[
    ("armorer.toml", "[target]\nbase = \"apparmor.d\"\nfeatures = \"linux-6.12\"\n"),
    ("apparmor.d/tunables/global", "# Where applications keep their data.\n@{APPDATA} = /srv/app /var/lib/app\n"),
    (
        "apparmor.d/app",
        "include <tunables/global>\n\nprofile app /usr/bin/app {\n  @{APPDATA}/** rw,\ncapability   net_admni,\n}\n",
    ),
    (
        "profiles.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: profiles\n  labels:\n    app: apparmor\ndata:\n  inner: |\n    \
         profile inner {\n      capability net_admni,\n    }\n",
    ),
];

/// Runs an editor on a workspace of its own.
fn run(editor: &mut Command) -> Output {
    let folder = tempfile::tempdir().expect("a temporary directory");
    // As editors see it: some resolve links of the path, some do not.
    let workspace = folder.path().canonicalize().expect("it is there");
    for (name, text) in FILES {
        let path = workspace.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a temporary directory");
        fs::write(path, text).expect("a temporary file");
    }
    let home = workspace.join("home");
    fs::create_dir_all(&home).expect("a temporary directory");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    editor
        .current_dir(root)
        .env("ARMORER_BINARY", env!("CARGO_BIN_EXE_armorer"))
        .env("ARMORER_EXAMPLES", root.join("examples/editors"))
        .env("ARMORER_WORKSPACE", &workspace)
        // Nothing of the user's own configuration.
        .env("HOME", &home)
        .envs(["CONFIG", "DATA", "STATE", "CACHE"].map(|kind| (format!("XDG_{kind}_HOME"), home.join(kind))))
        .stdin(Stdio::null())
        .output()
        .expect("the editor runs")
}

/// All steps that there are were taken, and are well.
fn assert_steps(output: &Output, steps: &[&str]) {
    let (told, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let well: Vec<&str> = told.lines().filter_map(|line| line.trim().strip_prefix("ok ")).collect();
    assert!(output.status.success() && well == steps, "{}\n{told}\n{complaints}", output.status);
}

#[test]
fn neovim() {
    if support::material::runs("nvim", &["--version"], "Neovim") {
        let output = run(Command::new("nvim").args(["--headless", "-u", "tests/system/editors/neovim.lua"]));
        let steps = [
            "filetype",
            "attach",
            "diagnostic",
            "diagnostic gone",
            "query",
            "hover",
            "format",
            "definition",
            "manifest",
            "modeline",
        ];
        assert_steps(&output, &steps);
    }
}

#[test]
fn emacs() {
    let eglot =
        ["--batch", "--no-site-file", "--eval", "(progn (require 'package) (package-initialize) (require 'eglot))"];
    if support::material::runs("emacs", &eglot, "Emacs with Eglot") {
        let output =
            run(Command::new("emacs").args(["--batch", "--no-site-file", "-l", "tests/system/editors/emacs.el"]));
        let steps = ["mode", "attach", "diagnostic", "diagnostic gone", "hover", "query", "format", "definition"];
        assert_steps(&output, &steps);
    }
}
