#![doc = include_str!("directory_without_slash.md")]

use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::{Confidence, Fixes, Rule};
use crate::syntax::ast::FileLetter;
use crate::vocab::FilePermissions;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0214",
    name: "directory-without-slash",
    confidence: Confidence::Medium,
    fixes: Fixes::Unsafe,
    aliases: &["directory-mark"],
    page: page!("AA0214", "directory_without_slash"),
    check: Check::Path(check),
    ..Rule::BASE
};

/// Directories that every system has.
const DIRECTORIES: [&[u8]; 28] = [
    b"/bin",
    b"/boot",
    b"/dev",
    b"/dev/shm",
    b"/dev/pts",
    b"/dev/disk",
    b"/etc",
    b"/home",
    b"/lib",
    b"/lib64",
    b"/media",
    b"/mnt",
    b"/opt",
    b"/proc",
    b"/root",
    b"/run",
    b"/sbin",
    b"/srv",
    b"/sys",
    b"/sys/class",
    b"/sys/devices",
    b"/tmp",
    b"/usr",
    b"/usr/bin",
    b"/usr/lib",
    b"/usr/share",
    b"/var",
    b"/var/lib",
];

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    // Of variables nobody knows here whether their values end in a slash.
    let simple = [FilePermissions::READ, FilePermissions::WRITE].map(FileLetter::Permission);
    let only_read =
        path.permissions.is_some_and(|written| written.letters().iter().all(|letter| simple.contains(&letter.value)));
    if DIRECTORIES.contains(&path.text) && only_read {
        let message = format!("the rule does not match the directory `{}`", path.text.escape_ascii());
        let finding = reporter.finding(path.word.span, message);
        reporter.push(finding.with_unsafe_fix("add the slash", path.replace(path.text.len(), 0, "/")));
    }
}
