#[path = "../../tests/support/elf.rs"]
mod bytes;
mod containers;
mod laws;
mod programs;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{Draft, DraftError, Drafter};
use crate::source::Memory;
use crate::{Access, Compiler, Features, Input, Linter, query};
pub(super) use bytes::elf;

/// A kernel that mediates everything, and a small tree.
pub(super) fn compiler(global: &str) -> Compiler {
    let features = Features::builtin("linux-7.2").unwrap();
    let mut tree = Memory::new()
        .with("/base/abi/4.0", features.to_text())
        .with("/base/abstractions/base", "  /etc/ld.so.cache mr,\n  /usr/lib/*-linux-gnu*/{ld-*,libc}.so* mr,\n")
        .with("/base/abstractions/nameservice", "  /etc/hosts r,\n")
        .with("/base/abstractions/python", "  /usr/lib/python3/** r,\n")
        .with("/base/abstractions/openssl", "  /etc/ssl/openssl.cnf r,\n");
    if !global.is_empty() {
        tree = tree.with("/base/tunables/global", global);
    }
    Compiler::new(features).base("/base").loader(tree)
}

/// An image in a directory: files, and links where the text begins with `-> `.
pub(super) fn image(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match text.strip_prefix(b"-> ") {
            Some(target) => symlink(std::str::from_utf8(target).unwrap(), path).unwrap(),
            None => fs::write(path, text).unwrap(),
        }
    }
    directory
}

pub(super) fn drafter(image: &Path) -> Drafter {
    Drafter::new(compiler("")).root(image)
}

/// The body of the profile's text after its first include, once the draft keeps all that drafts promise.
pub(super) fn body(draft: &Draft) -> String {
    let text = checked(draft, &compiler(""));
    let text = text.split_once("  include <abstractions/base>\n").expect("the abstraction is there").1;
    text.split_once("\n  include if exists <local/").expect("the local include is there").0.to_owned()
}

/// The text of a draft: it parses to the tree, is formatted, compiles, and the linter has nothing to say.
pub(super) fn checked(draft: &Draft, compiler: &Compiler) -> String {
    let text = draft.file().to_bytes();
    assert_eq!(crate::parse(&text).as_ref().ok(), Some(draft.file()));
    let shown = String::from_utf8_lossy(&text).into_owned();
    assert_eq!(crate::format(&text).unwrap(), text, "{shown}");
    let outcome = Linter::new(compiler).lint([Input::text("draft", text.as_slice())]).unwrap();
    let findings: Vec<_> = outcome.findings.iter().map(|found| format!("{}: {}", found.code, found.message)).collect();
    assert_eq!(findings, Vec::<String>::new(), "{shown}");
    // Nothing keeps the linter quiet but the drafter, and only about how paths are written.
    let comments: Vec<String> = draft.file().comments().iter().map(|comment| comment.value.to_string()).collect();
    let steers = |part: &str| {
        part.trim_start().starts_with("armorer:") || part.contains("aa:lint") || part.contains("apparmor-lint")
    };
    let steering: Vec<_> = comments.iter().filter(|comment| comment.split('#').any(steers)).collect();
    assert!(steering.iter().all(|comment| comment.starts_with("# armorer: allow(AA0")), "{steering:?}");
    assert!(outcome.suppressed == 0 || !steering.is_empty(), "{shown}");
    compiler.compile(Input::text("draft", text.as_slice())).unwrap_or_else(|error| panic!("{error}\n{shown}"));
    shown
}

/// Returns the compiled draft, for queries.
pub(super) fn subject(draft: &Draft, compiler: &Compiler) -> query::Subject {
    let compiled = compiler.compile(Input::text("draft", draft.file().to_bytes())).unwrap();
    query::Subject::from_compiled(compiled).unwrap()
}

pub(super) fn allows(subject: &query::Subject, access: &[&[u8]]) -> bool {
    subject.ask(None, &Access::parse(access).unwrap()).unwrap().is_allowed()
}

pub(super) fn message(result: Result<Draft, DraftError>) -> String {
    result.expect_err("there is no draft").to_string()
}
