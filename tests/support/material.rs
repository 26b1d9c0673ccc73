//! Material that tests need and a build does not bring: directories that environment variables name, and programs.
//!
//! A test without its material says `SKIPPED` and passes; with `ARMORER_REQUIRE=1` it fails. The unit tests include this file as well.

#![allow(dead_code, reason = "each user needs a part of it")]

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Says that something is not tested, and why.
///
/// # Panics
/// With `ARMORER_REQUIRE=1`.
pub(crate) fn skip(why: &str) {
    assert!(!required(std::env::var_os("ARMORER_REQUIRE").as_deref()), "ARMORER_REQUIRE is set, but {why}");
    // The test runner swallows what the print macros print in tests that pass. Whoever closed standard error does not want to know.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

fn required(setting: Option<&OsStr>) -> bool {
    setting.is_some_and(|value| !value.is_empty() && value != "0")
}

fn variable(name: &str, what: &str) -> Option<OsString> {
    let value = std::env::var_os(name);
    if value.is_none() {
        skip(&format!("{what}: {name} is not set"));
    }
    value
}

/// The directory that an environment variable names. `what` is tested with it.
pub(crate) fn directory(name: &str, what: &str) -> Option<PathBuf> {
    variable(name, what).map(|path| existing(name, path.into()))
}

/// The directories of `ARMORER_TREES`; none where it is not set.
pub(crate) fn trees(what: &str) -> Vec<PathBuf> {
    let trees = variable("ARMORER_TREES", what).unwrap_or_default();
    let trees = std::env::split_paths(&trees).filter(|path| !path.as_os_str().is_empty());
    trees.map(|path| existing("ARMORER_TREES", path)).collect()
}

fn existing(name: &str, path: PathBuf) -> PathBuf {
    assert!(path.is_dir(), "{name} names {}, which is not a directory", path.display());
    path
}

/// Whether a program runs with these arguments. `what` is tested with it.
pub(crate) fn runs(program: &str, arguments: &[&str], what: &str) -> bool {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let runs = output.is_ok_and(|output| output.status.success());
    if !runs {
        skip(&format!("{what}: `{program}` does not run"));
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::required;

    #[test]
    fn values_of_the_switch() {
        assert!(required(Some("1".as_ref())));
        for off in [None, Some(""), Some("0")] {
            assert!(!required(off.map(str::as_ref)), "{off:?}");
        }
    }
}
