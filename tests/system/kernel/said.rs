//! Scripts that print `RESULT NAME VALUE`, and what they should.

use std::collections::BTreeMap;

use crate::kernel::vm::Run;
use crate::support;

/// Fails if the script says anything else, more or less; says its notes aloud.
pub(crate) fn judge(run: &Run, expected: &[(&str, &str)], what: &str) {
    let said: BTreeMap<&str, &str> = run.results.iter().filter_map(|line| line.split_once(' ')).collect();
    let expected: BTreeMap<&str, &str> = expected.iter().copied().collect();
    let names = expected.keys().chain(said.keys());
    let wrong: Vec<_> = names
        .filter(|name| said.get(*name) != expected.get(*name))
        .map(|name| format!("{name}: {:?}, not {:?}", said.get(name), expected.get(name)))
        .collect();
    assert!(wrong.is_empty(), "{what}:\n{}\nThe console:\n{}", wrong.join("\n"), run.console);
    for note in run.console.lines().filter_map(|line| line.strip_prefix("NOTE ")) {
        support::say!("{what}: {note}");
    }
}
