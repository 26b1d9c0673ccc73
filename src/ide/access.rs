//! Permissions that a profile has on a path, derived from its rules.

use std::fmt::Write;

use super::workspace::{ResolvedInput, Workspace};
use crate::analysis::perms::{APPEND, EXEC, EXEC_MMAP, LINK, LOCK, READ, WRITE};
use crate::automata::Symbol;
use crate::blob::Automaton;
use crate::encode::{self, Provenance, Target};
use crate::policy::RuleMode;
use crate::source::Text;

/// The permissions that are shown, in the order of the letters.
const PERMISSIONS: [(u32, &str); 7] = [
    (READ, "read"),
    (WRITE, "write"),
    (APPEND, "append"),
    (EXEC_MMAP, "map executable"),
    (LOCK, "lock"),
    (LINK, "link"),
    (EXEC, "execute"),
];

impl Workspace {
    /// Returns the contributions of the rules of each profile, in the order of
    /// [`Policy::all_profiles`](crate::policy::Policy::all_profiles).
    pub(super) fn provenance<'r>(&self, resolved: &'r ResolvedInput) -> &'r [Provenance] {
        resolved.provenance.get_or_init(|| {
            let target = Target { kernel: std::sync::Arc::clone(&self.settings.options.kernel) };
            let options = encode::EncodeOptions::default();
            encode::trace(&resolved.policy, &target, &options, self.memory.encode_cache())
        })
    }

    /// Describes as Markdown which permissions a profile has on a path, grouped by the rules that decide them.
    pub(super) fn may(&self, resolved: &ResolvedInput, name: &Text, path: &str) -> Option<String> {
        let number = resolved.policy.all_profiles().position(|profile| profile.name == *name)?;
        let provenance = self.provenance(resolved).get(number)?;
        let string: Vec<Symbol> = path.bytes().map(Symbol::Byte).collect();
        let rules = provenance.rules(Automaton::File, &string);
        let mut text = String::new();
        for (whose, owner) in
            [("", None), (" if it owns the file", Some(true)), (" if it does not own the file", Some(false))]
        {
            let mut allowed: Vec<&str> = Vec::new();
            let mut denied: Vec<&str> = Vec::new();
            for (bit, word) in PERMISSIONS {
                let verdict = |owned: bool| {
                    let decides = |rule: &&encode::provenance::RuleMatch| {
                        let bits = if owned { rule.owner } else { rule.other };
                        bits.decisive & bit != 0
                    };
                    rules.iter().find(decides).map(|rule| rule.mode)
                };
                let (mine, others) = (verdict(true), verdict(false));
                let told = match owner {
                    None if mine == others => mine,
                    Some(true) if mine != others => mine,
                    Some(false) if mine != others => others,
                    _ => None,
                };
                match told {
                    Some(RuleMode::Allow) => allowed.push(word),
                    Some(RuleMode::Deny) => denied.push(word),
                    Some(RuleMode::Prompt) | None => {}
                }
            }
            // Writing says appending.
            if allowed.contains(&"write") {
                allowed.retain(|word| *word != "append");
            }
            // Writing to a string does not fail.
            if !allowed.is_empty() {
                _ = writeln!(text, "- may {}{whose}", allowed.join(", "));
            }
            if !denied.is_empty() {
                _ = writeln!(text, "- is denied to {}{whose}", denied.join(", "));
            }
        }
        if text.is_empty() {
            text.push_str("- may do nothing with it\n");
        }
        for rule in rules.iter().take(MOST_RULES) {
            let source = self.session.sources.get(rule.span.source);
            let line = source.line_column(rule.span.start).0;
            let written = String::from_utf8_lossy(source.slice(rule.span)).replace('`', "'");
            let file = std::path::Path::new(source.name());
            let base = &self.settings.options.base;
            let shown = file.strip_prefix(base).unwrap_or(file).display();
            _ = writeln!(text, "  - `{}` ({shown}:{line})", written.trim());
        }
        Some(text)
    }
}

/// The maximum number of rules shown.
const MOST_RULES: usize = 6;
