//! Whole trees of real profiles: each passes `check`, and formatting changes no meaning.
//!
//! `ARMORER_TREES` names the trees, with `:` between them.

use std::path::{Path, PathBuf};
use std::process::Command;

use armorer::ast::{CapabilityRule, FileRule, Include, ItemKind};
use armorer::edit::{EditError, Editor, apply};
use armorer::vocab::{Capability, ProfileMode};
use armorer::{Compiled, Compiler, Features, Pattern};

use crate::support;
use crate::support::material::trees;

/// Copies a tree and gives every file of the copy, those below directories too.
fn copy(from: &Path, to: &Path, files: &mut Vec<PathBuf>) {
    std::fs::create_dir_all(to).expect("the copy's directory");
    for entry in std::fs::read_dir(from).expect("the tree is readable") {
        let path = entry.expect("the entry is readable").path();
        let target = to.join(path.file_name().expect("entries have names"));
        if path.is_dir() {
            copy(&path, &target, files);
        } else if path.is_file() {
            std::fs::write(&target, std::fs::read(&path).expect("the file is readable")).expect("the copy is writable");
            files.push(target);
        }
    }
}

fn compiler(base: &Path) -> Compiler {
    Compiler::new(Features::builtin("linux-7.2").expect("built in")).base(base)
}

#[test]
fn every_profile_passes_check() {
    for tree in trees("checking real profiles") {
        let compiler = compiler(&tree);
        let files = support::profiles(&tree);
        let failures: Vec<String> = support::parallel(&files, |file| {
            let diagnosis = compiler.check(file.as_path()).expect("the file is readable");
            let errors = diagnosis.diagnostics().iter().filter(|diagnostic| diagnostic.is_error());
            errors.map(|error| diagnosis.line(error)).collect::<Vec<_>>()
        })
        .concat();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        support::say!("{}: {} profile files pass", tree.display(), files.len());
    }
}

/// The comments of a file, in byte order: what no formatting loses.
fn comments(file: &Path) -> Vec<Vec<u8>> {
    let text = std::fs::read(file).expect("the file is readable");
    let mut found = Vec::new();
    for line in text.split(|&byte| byte == b'\n') {
        // A `#` inside a word begins none; no real profile has one after a blank in quotes.
        let begins = |at: usize| line[at] == b'#' && (at == 0 || line[at - 1].is_ascii_whitespace());
        if let Some(at) = (0..line.len()).find(|&at| begins(at)) {
            found.push(line[at..].trim_ascii_end().to_vec());
        }
    }
    found.sort();
    found
}

#[test]
fn formatting_changes_no_meaning() {
    for tree in trees("formatting real profiles") {
        for style in [&[][..], &["--sort"]] {
            formatted_means_the_same(&tree, style);
        }
    }
}

fn formatted_means_the_same(tree: &Path, style: &[&str]) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let formatted_tree = directory.path().join("apparmor.d");
    let mut files = Vec::new();
    copy(tree, &formatted_tree, &mut files);
    // abi files hold features, not policy.
    files.retain(|file| !file.starts_with(formatted_tree.join("abi")));
    let fmt = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_armorer"));
        command.arg("fmt").arg("--base").arg(&formatted_tree).args(style).args(arguments).args(&files);
        command.status().expect("armorer runs").code()
    };
    let before: Vec<_> = files.iter().map(|file| comments(file)).collect();
    assert_eq!(fmt(&[]), Some(0), "every file of {} parses, and sorting is proved", tree.display());
    for (file, before) in files.iter().zip(before) {
        assert_eq!(comments(file), before, "the comments of {}", file.display());
    }
    assert_eq!(fmt(&["--check"]), Some(0), "a second run changes nothing in {}", tree.display());

    // That sorting keeps the meaning is what the command has proved for each file.
    if !style.is_empty() {
        return;
    }
    let (before, after) = (compiler(tree), compiler(&formatted_tree));
    let profiles = support::profiles(tree);
    let changed: Vec<String> = support::parallel(&profiles, |file| {
        let formatted = formatted_tree.join(file.strip_prefix(tree).expect("below the tree"));
        let compile = |compiler: &Compiler, file: &Path| compiler.compile(file).ok().map(Compiled::into_blob);
        (compile(&before, file) != compile(&after, &formatted)).then(|| file.display().to_string())
    })
    .into_iter()
    .flatten()
    .collect();
    assert!(changed.is_empty(), "formatting changes the policy of {changed:?}");
    support::say!("{}: {} profile files mean the same formatted", tree.display(), profiles.len());
}

/// Adds, removes and replaces in each profile; what the edits do not cover stays, and each addition can be taken back.
#[test]
fn every_profile_can_be_edited() {
    for tree in trees("editing of real profiles") {
        let files = support::profiles(&tree);
        let edited = support::parallel(&files, |file| {
            let text = std::fs::read(file).expect("the file is readable");
            edit(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        });
        support::say!("{}: {} profiles edited", tree.display(), edited.iter().sum::<usize>());
    }
}

fn edit(text: &[u8]) -> Result<usize, Box<dyn std::error::Error>> {
    let mut names = Vec::new();
    let file = armorer::parse(text)?;
    file.walk(&mut |item| {
        if let ItemKind::Profile(profile) = &item.kind.value {
            names.push((profile.name.to_string(), profile.body.items.first().map(|item| item.kind.value.clone())));
        }
    });
    let mut count = 0;
    for (name, first) in names {
        let mut editor = Editor::new(text)?;
        match editor.set_mode(&name, ProfileMode::Kill) {
            // A child, which has its parent's name before its own.
            Err(EditError::UnknownProfile { .. } | EditError::AmbiguousProfile { .. }) => continue,
            result => result?,
        };
        let added: [ItemKind; 4] = [
            CapabilityRule::new(Capability::Syslog).into(),
            FileRule::allow(Pattern::literal("/srv/a \"b\", c")?, "rw".parse()?).into(),
            FileRule::deny(Pattern::literal("/etc/armorer.conf")?, "w".parse()?).into(),
            Include::new("abstractions/armorer")?.into(),
        ];
        for rule in &added {
            let before = editor.text().to_vec();
            // A few have the capability already.
            let is_new = editor.add_rule(&name, rule.clone())?;
            assert_eq!(is_new, editor.text() != before);
            let (old, new) = (lines(&before), lines(editor.text()));
            assert!(is_subsequence(&old, &new), "{name}: an addition changes no line");
        }
        if let Some(first) = first {
            let before = editor.text().to_vec();
            editor.replace_rule(&name, first, added[0].clone())?;
            assert!(is_subsequence(&lines(editor.text()), &lines(&before)), "{name}: the other one is there already");
        }
        assert_eq!(apply(text, editor.edits()).as_deref(), Some(editor.text()));
        for rule in added {
            editor.remove_rule(&name, rule)?;
        }
        count += 1;
    }
    Ok(count)
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split(|&byte| byte == b'\n').collect()
}

fn is_subsequence(part: &[&[u8]], whole: &[&[u8]]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|line| rest.any(|other| other == line))
}
