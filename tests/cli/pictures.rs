//! The pictures of README and the book: what commands print at a terminal, as SVG. `ARMORER_UPDATE=1` draws them anew.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use anstyle_svg::Term;
use nix::pty::{Winsize, openpty};

/// The text that a command prints at a terminal of 100 columns, with the codes of its colours.
fn at_terminal(arguments: &[&str]) -> String {
    let size = Winsize { ws_row: 60, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
    let terminal = openpty(&size, None).expect("there are terminals");
    let end = || Stdio::from(terminal.slave.try_clone().expect("a descriptor"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_armorer"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("NO_COLOR")
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .stdin(end())
        .stdout(end())
        .stderr(end())
        .spawn()
        .expect("armorer runs");
    drop(terminal.slave);
    let mut text = Vec::new();
    let mut reader = File::from(terminal.master);
    let mut buffer = [0; 4096];
    // When nothing holds the other end any more, Linux gives an error instead of an end.
    while let Ok(count @ 1..) = reader.read(&mut buffer) {
        text.extend(&buffer[..count]);
    }
    child.wait().expect("armorer ends");
    String::from_utf8(text).expect("UTF-8").replace("\r\n", "\n")
}

/// Compares a picture with what the command prints now.
fn draws(name: &str, arguments: &[&str]) {
    let text = at_terminal(arguments);
    assert!(text.contains("\x1b["), "no colours: {text:?}");
    let prompt = format!("\x1b[1m$ armorer {}\x1b[0m\n", arguments.join(" "));
    let picture = Term::new().render_svg(&(prompt + &text));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures").join(name);
    if std::env::var_os("ARMORER_UPDATE").is_some() {
        std::fs::write(&path, &picture).expect("writable");
    }
    let drawn = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        drawn == picture,
        "docs/pictures/{name} is old: run `ARMORER_UPDATE=1 cargo test --test cli pictures`\n{text}"
    );
}

#[test]
fn errors_of_a_profile() {
    draws("check.svg", &["check", "--features", "linux-6.12", "-b", "examples/apparmor.d", "examples/mistakes/web"]);
}

#[test]
fn least_rules_as_a_diff() {
    draws(
        "log.svg",
        &["log", "--diff", "-b", "examples/apparmor.d", "--features", "linux-6.12", "examples/logs/webapp.log"],
    );
}

#[test]
fn at_a_terminal_the_base_is_checked() {
    for command in ["check", "lint"] {
        let text = at_terminal(&[command, "--features", "linux-7.2", "-b", "examples/apparmor.d"]);
        assert!(text.contains("note: no path is given; reading the files of examples/apparmor.d\n"), "{text}");
        assert!(text.contains("ed 4 files: 0 errors"), "{text}");
    }
}
