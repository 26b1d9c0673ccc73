//! The node agent over hostile volumes, with plain files for the kernel's. Real kernels, and control groups, are in `kernel/volumes.rs`.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};
use serde_json::Value;

/// Far more than anything here takes on a quiet machine.
const LONG: Duration = Duration::from_secs(120);

/// A rule whose automaton doubles with each `?`.
const EXPLODES: &str = "profile explodes {\n  /**a??????????????????????????????????? r,\n}\n";

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        for directory in ["sys", "volume", "base", "proc/2"] {
            fs::create_dir_all(place.path(directory)).unwrap();
        }
        for (file, text) in [(".load", ""), (".replace", ""), (".remove", ""), ("revision", "1\n"), ("profiles", "")] {
            fs::write(place.path("sys").join(file), text).unwrap();
        }
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(path), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_armorer"));
        command.args(["watch", "--securityfs", "sys", "--proc", "proc", "--features", "linux-7.2", "--base", "base"]);
        command.args(["--state", "state", "--log", "json"]).args(arguments).arg("volume");
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    /// One pass: the lines of the log.
    fn once(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.command(&[&["--once"], arguments].concat()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// An agent that runs, and is killed in the end.
struct Agent {
    child: Child,
    log: BufReader<ChildStdout>,
}

impl Agent {
    fn start(place: &Place, arguments: &[&str]) -> Agent {
        let mut child = place.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stdout.take().unwrap());
        Agent { child, log }
    }

    /// The address that the first line of the log names.
    fn address(&mut self) -> SocketAddr {
        let mut line = String::new();
        self.log.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('"').next());
        address.unwrap_or_else(|| panic!("{line}")).parse().unwrap()
    }

    /// Sends SIGTERM: the status it ends with, and after how long.
    fn stop(&mut self) -> (Option<i32>, Duration) {
        let began = Instant::now();
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
        let status = self.child.wait().unwrap();
        (status.code(), began.elapsed())
    }

    /// The processes that it has started.
    fn children(&self) -> Vec<String> {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        children.split_whitespace().map(str::to_owned).collect()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn within(time: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + time;
    while Instant::now() < deadline {
        if holds() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The event of a file, and the message.
fn of<'a>(lines: &'a [Value], file: &str) -> (&'a str, &'a str) {
    let file = format!("volume/{file}");
    let line = lines.iter().find(|line| line["file"] == file.as_str());
    let line = line.unwrap_or_else(|| panic!("{file}: {lines:?}"));
    (line["event"].as_str().unwrap(), line["message"].as_str().unwrap_or_default())
}

fn fifo(path: &Path) {
    mkfifo(path, Mode::S_IRWXU).unwrap();
}

#[test]
fn hostile_files_do_not_keep_good_ones_from_loading() {
    let place = Place::new();
    place.write("volume/explodes", EXPLODES);
    let rules: Vec<_> = (0..18_000).map(|i| format!("  /srv/{}/data{i}/** r,\n", i * 7919 % 100_003)).collect();
    place.write("volume/large", format!("profile large {{\n{}}}\n", rules.concat()));
    place.write("base/huge", "# nothing\n".repeat(900_000));
    place.write("volume/includes-much", "profile much { include <huge> }\n");
    place.write("secret", "hunter2\n");
    place.write("base/secret", "hunter2\n");
    place.write("volume/leak", "profile leak {\n  include <secret>\n}\n");
    let outside = place.path("secret");
    place.write("volume/outside", format!("profile outside {{ include \"{}\" }}\n", outside.display()));
    symlink("../secret", place.path("volume/link-out")).unwrap();
    symlink("/proc/self/environ", place.path("volume/link-proc")).unwrap();
    fifo(&place.path("volume/fifo"));
    fifo(&place.path("base/fifo"));
    symlink("fifo", place.path("volume/link-fifo")).unwrap();
    place.write("volume/includes-fifo", "profile waits { include <fifo> }\n");
    (0..12).for_each(|number| symlink(".", place.path(&format!("volume/self{number}"))).unwrap());
    fs::write(place.path("volume").join(OsStr::from_bytes(b"odd\xff\n\x1b")), "profile odd { }\n").unwrap();
    place.write("volume/zgood", "profile zgood { /etc/x r, }\n");

    let lines = place.once(&["--max-memory", "40M", "--max-time", "60"]);
    assert_eq!(of(&lines, "zgood"), ("loaded", ""));
    assert_eq!(of(&lines, "odd\u{fffd}\n\u{1b}"), ("loaded", ""));
    let (event, message) = of(&lines, "explodes");
    assert!(event == "refused" && message.contains("memory"), "{message}");
    assert_eq!(of(&lines, "large"), ("refused", "takes more than 40 MiB of memory to compile"));
    for (file, reason) in [
        ("link-out", "cannot be read: is outside of the directories that may be read"),
        ("link-proc", "cannot be read: is outside of the directories that may be read"),
        ("fifo", "cannot be read: not a regular file"),
        ("link-fifo", "cannot be read: not a regular file"),
    ] {
        assert_eq!(of(&lines, file), ("refused", reason), "{file}");
    }
    let (_, message) = of(&lines, "outside");
    assert!(message.ends_with("is outside of the directories that may be read"), "{message}");
    let (_, message) = of(&lines, "leak");
    assert!(message.starts_with("base/secret:1:1: error[unknown-keyword]: "), "{message}");
    assert!(lines.iter().all(|line| !line.to_string().contains("hunter2")));
    // No more is remembered than what was loaded.
    let state = fs::read_to_string(place.path("state")).unwrap();
    assert!(state.contains("zgood") && state.contains("[118,111,108,117,109,101,47,111,100,100,255,10,27]"), "{state}");

    // What the option allows is read; what is no file of a disk is not.
    let lines = place.once(&["--max-memory", "40M", "--max-time", "60", "--read-anywhere"]);
    let (_, message) = of(&lines, "outside");
    assert!(message.contains("error[unknown-keyword]") && !message.contains("hunter2"), "{message}");
    let (_, message) = of(&lines, "link-out");
    assert!(message.contains("error[") && !message.contains("hunter2"), "{message}");
    assert_eq!(of(&lines, "link-proc"), ("refused", "cannot be read: is in a virtual file system of the kernel"));
}

#[test]
fn a_file_has_its_time_and_others_do_not_wait_for_it() {
    let place = Place::new();
    place.write("volume/explodes", EXPLODES);
    place.write("volume/zgood", "profile zgood { /etc/x r, }\n");
    let endless = ["--max-memory", "8G", "--max-states", "1000000000", "--max-time", "5"];
    let lines = place.once(&endless);
    assert_eq!(of(&lines, "explodes"), ("refused", "takes more than 5 s to compile"));
    assert_eq!(of(&lines, "zgood"), ("loaded", ""));
}

#[test]
fn a_signal_ends_it_while_it_compiles() {
    let place = Place::new();
    place.write("volume/explodes", EXPLODES);
    let mut agent = Agent::start(&place, &["--max-memory", "8G", "--max-states", "1000000000", "--max-time", "3600"]);
    assert!(within(LONG, || !agent.children().is_empty()), "it compiles in a process of its own");
    thread::sleep(Duration::from_millis(500));
    let children = agent.children();
    let (status, time) = agent.stop();
    assert!(status == Some(0) && time < Duration::from_secs(1), "{status:?} after {time:?}");
    for child in children {
        assert!(within(LONG, || !Path::new("/proc").join(&child).exists()), "{child} is left");
    }
}

#[test]
fn silent_clients_and_a_log_that_nobody_reads_stop_nothing() {
    let place = Place::new();
    let errors = "  nonsense,\n".repeat(30);
    (0..200).for_each(|number| place.write(&format!("volume/{number}"), format!("profile p{number} {{\n{errors}}}\n")));
    place.write("volume/zgood", "profile zgood { /etc/x r, }\n");
    let mut agent = Agent::start(&place, &["--listen", "127.0.0.1:0", "--interval", "1", "--max-time", "60"]);
    let address = agent.address();
    let silent: Vec<_> = (0..40).map(|_| TcpStream::connect(address).unwrap()).collect();
    let force = "armorer_profile_loaded{profile=\"zgood\"} 1\n";
    assert!(within(LONG, || get(address, "/metrics").contains(force)), "it is loaded although nobody reads the log");
    assert!(get(address, "/healthz").ends_with("\r\n\r\nok\n"));
    // Of a kernel that is gone, the probe hears the reason.
    fs::rename(place.path("sys"), place.path("gone")).unwrap();
    let gone = || {
        let answer = get(address, "/healthz");
        answer.starts_with("HTTP/1.1 503 ")
            && answer.contains("cannot read the profiles of the kernel: sys/profiles: ENOENT")
    };
    assert!(within(LONG, gone), "{}", get(address, "/healthz"));
    fs::rename(place.path("gone"), place.path("sys")).unwrap();
    assert!(within(LONG, || get(address, "/healthz").ends_with("ok\n")));
    drop(silent);
    let (status, time) = agent.stop();
    assert!(status == Some(0) && time < Duration::from_secs(1), "{status:?} after {time:?}");
}
