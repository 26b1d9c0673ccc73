//! `armorer log --interactive`, in a real terminal: tmux has it, presses keys and reads what stands on the screen.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::support::material::runs;

/// A terminal of 100 by 40, in a server of its own.
struct Terminal {
    socket: String,
}

impl Terminal {
    /// A terminal that runs a command line of the shell.
    fn new(name: &str, line: &str) -> Terminal {
        let terminal = Terminal { socket: format!("armorer-{name}-{}", std::process::id()) };
        // Without a configuration of whoever runs the test; the sleep keeps the screen after the command.
        let line = format!("{line}; echo status $?; sleep 600");
        terminal.tmux(&["-u", "-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "40", &line]);
        terminal
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        let output = Command::new("tmux").args(["-L", &self.socket]).args(arguments).output().expect("tmux runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }

    fn keys(&self, keys: &[&str]) {
        self.tmux(&[&["send-keys"], keys].concat());
    }

    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.tmux(&["capture-pane", "-p"]).stdout).into_owned()
    }

    /// The screen, once it holds a text.
    fn shows(&self, text: &str) -> String {
        let begin = Instant::now();
        loop {
            let screen = self.screen();
            if screen.contains(text) {
                return screen;
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "no `{text}` in\n{screen}");
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = Command::new("tmux").args(["-L", &self.socket, "kill-server"]).output();
    }
}

const PROFILE: &str = "profile web /usr/bin/web {\n  # settings\n  /etc/web.conf r,\n}\n";

fn record(fields: &str) -> String {
    format!("audit: type=1400 audit(1700000000.5:2): apparmor=\"DENIED\" profile=\"web\" {fields}\n")
}

/// A tree with one profile, and the log of its three denials.
fn prepare(directory: &Path) -> String {
    let file = r#"requested_mask="r" denied_mask="r" fsuid=0 ouid=1000"#;
    let log = [
        record(&format!(r#"operation="open" class="file" name="/etc/web.d/site" {file}"#)),
        record(&format!(r#"operation="open" class="file" name="/etc/shadow" {file}"#)),
        record(r#"operation="capable" class="cap" capability=21 capname="sys_admin""#),
    ];
    std::fs::create_dir(directory.join("tree")).expect("writable");
    std::fs::write(directory.join("tree/web"), PROFILE).expect("writable");
    std::fs::write(directory.join("log"), log.concat()).expect("writable");
    let armorer = env!("CARGO_BIN_EXE_armorer");
    format!("cd {} && {armorer} log --interactive -b tree --features linux-6.12 log", directory.display())
}

fn profile(directory: &Path) -> String {
    std::fs::read_to_string(directory.join("tree/web")).expect("readable")
}

#[test]
fn a_choice_is_seen_undone_edited_and_written() {
    if !runs("tmux", &["-V"], "the terminal") {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let terminal = Terminal::new("choice", &prepare(directory.path()));
    let screen = terminal.shows("1 of 3: web (tree/web), once");
    assert!(screen.contains("> 1  /etc/web.d/site r,"), "{screen}");

    // What raises a finding is not marked by itself.
    terminal.keys(&["Enter"]);
    let screen = terminal.shows("2 of 3");
    assert!(screen.contains("[AA0127]") && screen.contains("> 0  no rule"), "{screen}");
    terminal.keys(&["1"]);
    terminal.shows("> 1  /etc/shadow r,");
    terminal.keys(&["Enter"]);
    terminal.shows("3 of 3");
    terminal.keys(&["u"]);
    terminal.keys(&["0"]);
    terminal.keys(&["u"]);
    terminal.shows("> 1  /etc/web.d/site r,");

    // Rules of one's own are checked at once: they parse, and they allow what is needed.
    for (rule, error) in
        [("/etc/web.d/site r", "missing comma"), ("/etc/web.d/s r,", "these rules do not allow the access")]
    {
        terminal.keys(&["e"]);
        terminal.shows("rule: /etc/web.d/site r,");
        terminal.keys(&["-N", "40", "BSpace"]);
        terminal.keys(&["-l", rule]);
        terminal.keys(&["Enter"]);
        terminal.shows(error);
    }
    terminal.keys(&["e"]);
    terminal.keys(&["-N", "40", "BSpace"]);
    terminal.keys(&["-l", "/etc/web.d/* r,"]);
    terminal.keys(&["Enter"]);
    let screen = terminal.shows("> 2  /etc/web.d/* r,");
    assert!(screen.contains("also allows reading /etc/web.d/a"), "{screen}");
    terminal.keys(&["Enter"]);
    terminal.shows("2 of 3");
    terminal.keys(&["w"]);
    terminal.shows("Write this?");
    assert_eq!(profile(directory.path()), PROFILE, "nothing is written before the question");
    terminal.keys(&["y"]);
    terminal.shows("status 0");
    let written = PROFILE.replace("conf r,\n", "conf r,\n  /etc/web.d/* r,\n");
    assert_eq!(profile(directory.path()), written);
}

#[test]
fn whoever_quits_changes_nothing() {
    if !runs("tmux", &["-V"], "the terminal") {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let terminal = Terminal::new("quit", &prepare(directory.path()));
    terminal.shows("1 of 3");
    terminal.keys(&["?"]);
    terminal.shows("end, and write nothing");
    terminal.keys(&["Enter", "1", "Enter", "1", "Enter"]);
    let screen = terminal.shows("Write this?");
    assert!(screen.contains("+  capability sys_admin,"), "{screen}");
    assert!(screen.contains("[AA0108]") && screen.contains("[AA0127]"), "the question repeats the dangers:\n{screen}");
    terminal.keys(&["u"]);
    terminal.shows("3 of 3");
    terminal.keys(&["q"]);
    terminal.shows("status 0");
    assert_eq!(profile(directory.path()), PROFILE);
}

#[test]
fn without_a_terminal_it_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    prepare(directory.path());
    let arguments = ["log", "--interactive", "-b", "tree", "--features", "linux-6.12", "log"];
    let output = crate::support::command::run(directory.path(), &arguments, b"");
    assert_eq!(crate::support::command::status(&output), 2);
    assert!(crate::support::command::text(&output.stderr).contains("needs a terminal"));
}
