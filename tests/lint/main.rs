//! The linter: every rule on its own examples, suppressions and selection, agreement with the compiler, and the printed forms.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    reason = "a test fails by panicking, in its helpers too"
)]
#![cfg(feature = "cli")]

mod agreement;
mod command;
mod diagnostics;
mod fixtures;
mod registry;
mod run;

use armorer::lint::{Finding, LintOutcome, Linter, Selection};
use armorer::source::{Memory, SourceMap};
use armorer::{Compiler, Features, Input};

/// The files that the examples include.
pub(crate) fn tree() -> Memory {
    let abi = Features::builtin("linux-7.2").unwrap().to_text().to_vec();
    let future = String::from_utf8(abi.clone()).unwrap().replace("checkpoint_restore", "checkpoint_restore teleport");
    let old = String::from_utf8(abi.clone()).unwrap().replace("userns_create", "");
    Memory::new()
        .with("/base/abi/future", future)
        .with("/base/abi/3.0", old)
        .with("/base/abi/4.0", abi)
        .with("/base/abstractions/base", "/etc/ld.so.cache mr,\n/etc/locale/** r,\n")
        .with("/base/tunables/global", "@{run} = /run /var/run\n@{PROC} = /proc/\n")
}

/// A linter with some rules on, for a tree of its own.
pub(crate) fn linter(words: &[&str]) -> Linter {
    linter_of(words, tree())
}

/// The same, with other files.
pub(crate) fn linter_of(words: &[&str], files: Memory) -> Linter {
    let features = Features::builtin("linux-7.2").unwrap();
    let compiler = Compiler::new(features).base("/base").loader(files);
    Linter::new(&compiler).complete(true).selection(Selection::only(words).unwrap())
}

/// Lints one text.
pub(crate) fn lint(linter: &Linter, name: &str, text: &str) -> LintOutcome {
    linter.lint(vec![Input::text(name, text)]).unwrap()
}

/// A line for each finding.
pub(crate) fn lines(findings: &[Finding], sources: &SourceMap) -> String {
    let line = |finding: &Finding| {
        let mut line = format!("{} {} {}\n", sources.describe(finding.span()), finding.code, finding.message);
        if let Some(fix) = &finding.fix {
            line.push_str(&format!("    fix: {}\n", fix.title));
        }
        line
    };
    findings.iter().map(line).collect()
}

/// A line for each finding of an outcome.
pub(crate) fn all_lines(outcome: &LintOutcome) -> String {
    lines(&outcome.findings, outcome.sources())
}
