//! Directories written like files.

use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::finding::Fix;
use crate::lint::rule::{Confidence, Fixes, Rule};

pub(in crate::lint::rules) static DIRECTORY: Rule = Rule {
    code: "AA0214",
    name: "directory-without-slash",
    confidence: Confidence::Medium,
    fixes: Fixes::Unsafe,
    aliases: &["directory-mark"],
    summary: "a directory is written without its `/` at the end",
    why: "The kernel asks about directories with a slash at the end: the rule matches no directory, and listing it is denied.",
    bad: "profile p /usr/bin/p {\n  /etc r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/ r,\n}\n",
    remedy: "Write the slash.",
    check: Check::Path(directory),
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

fn directory(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    // Of variables nobody knows here whether their values end in a slash.
    let only_read =
        path.permissions.is_some_and(|letters| letters.as_bytes().iter().all(|letter| matches!(letter, b'r' | b'w')));
    if DIRECTORIES.contains(&path.text) && only_read {
        let end = path.part(path.text.len(), 0);
        let message = format!("`{}` is a directory, which the rule does not match", path.text.escape_ascii());
        let finding = reporter.finding(path.word.span, message);
        reporter.push(finding.with_fix(Fix::risky("write the slash", end, "/")));
    }
}
