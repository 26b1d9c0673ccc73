//! The laws on real profiles: every file below the directories in `ARMORER_TREES` (separated by colons).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{laws, parse};
use crate::support;

#[test]
fn real_profiles_parse_and_print() {
    let trees = support::material::trees("printing real profiles");
    let mut files = Vec::new();
    for tree in &trees {
        let before = files.len();
        collect(tree, &mut files);
        assert!(files.len() > before, "no files in {}", tree.display());
    }
    let (mut lines, mut changed, mut failures) = (0, 0, Vec::new());
    for path in &files {
        let text = std::fs::read(path).unwrap();
        match parse(&text).and_then(|file| laws::check(&file)) {
            Ok(printed) => {
                let (before, after) = (commented_lines(&text), commented_lines(&printed));
                if before != after {
                    failures.push(format!("{}: {before} comments, {after} when printed", path.display()));
                }
                lines += text.split(|&byte| byte == b'\n').count() - 1;
                changed += changed_lines(&text, &printed);
                if let Some(out) = std::env::var_os("ARMORER_PRINTED") {
                    let name = path.to_string_lossy().replace('/', "_");
                    std::fs::write(Path::new(&out).join(name), printed).unwrap();
                }
            }
            Err(error) => failures.push(format!("{}: {error}", path.display())),
        }
    }
    support::say!("{} files, {lines} lines, {changed} changed by formatting", files.len());
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_symlink() {
        return;
    }
    if path.is_dir() {
        let mut entries: Vec<_> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| collect(entry, files));
    } else if path.file_name().is_some_and(|name| name != "README")
        && !path.components().any(|part| part.as_os_str() == "abi")
    {
        files.push(path.to_owned());
    }
}

/// Returns the number of lines with a comment: seen without the parser, so that it cannot lose one unnoticed.
fn commented_lines(text: &[u8]) -> usize {
    let comment = |line: &&[u8]| {
        let mut before = b' ';
        line.iter().enumerate().any(|(at, &byte)| {
            let blank = matches!(std::mem::replace(&mut before, byte), b' ' | b'\t');
            byte == b'#' && blank && !line[at..].starts_with(b"#include")
        })
    };
    text.split(|&byte| byte == b'\n').filter(comment).count()
}

/// Returns the number of lines of the one text that are not in the other.
fn changed_lines(before: &[u8], after: &[u8]) -> usize {
    let mut lines: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    for line in after.split(|&byte| byte == b'\n') {
        *lines.entry(line.to_vec()).or_default() += 1;
    }
    let missing = |line: &&[u8]| match lines.get_mut(*line) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => !line.trim_ascii().is_empty(),
    };
    before.split(|&byte| byte == b'\n').filter(missing).count()
}
