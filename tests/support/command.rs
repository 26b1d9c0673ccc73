//! Running the command line.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs armorer in a directory.
pub(crate) fn run(directory: &Path, arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_armorer"))
        .args(arguments)
        .current_dir(directory)
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("armorer runs");
    // Commands that fail early do not read their input.
    let _ = child.stdin.take().expect("piped").write_all(stdin);
    child.wait_with_output().expect("armorer ends")
}

/// Its exit status.
pub(crate) fn status(output: &Output) -> i32 {
    output.status.code().expect("no signal")
}

/// Returns the output as text.
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}
