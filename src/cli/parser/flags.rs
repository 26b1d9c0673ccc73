//! The names that `-O` and `-D` take. Callers pass some of them; armorer's automata need none of the former, and it has no
//! insides of the latter kind.

/// A name, and whether `no-` may stand before it.
type FlagName = (&'static str, bool);

/// The names of `-O`.
pub(super) const OPTIMIZE: &[FlagName] = &[
    ("0", false),
    ("equiv", true),
    ("expr-normalize", true),
    ("expr-simplify", true),
    ("expr-left-simplify", false),
    ("expr-right-simplify", false),
    ("minimize", true),
    ("filter-deny", true),
    ("remove-unreachable", true),
    ("compress-default", false),
    ("compress-small", false),
    ("compress-fast", false),
    ("diff-encode", true),
    ("rule-merge", true),
    ("state32", true),
    ("flags-table", true),
    ("zstd-recompress", true),
];

/// The output of `-O show`: the reference's defaults.
pub(super) const OPTIMIZE_DEFAULT: &str = "0, expr-normalize, expr-simplify, expr-right-simplify, minimize, filter-deny, \
                                           compress-fast, diff-encode, rule-merge";

/// The names of `-D`, but for those about variables.
pub(super) const DUMP: &[&str] = &[
    "rule-exprs",
    "expr-stats",
    "expr-tree",
    "expr-simplified",
    "stats",
    "progress",
    "dfa-progress",
    "dfa-stats",
    "dfa-states",
    "dfa-compressed-states",
    "dfa-states-initial",
    "dfa-states-post-filter",
    "dfa-states-post-minimize",
    "dfa-states-post-unreachable",
    "dfa-perms-build",
    "dfa-graph",
    "dfa-minimize",
    "dfa-unreachable",
    "dfa-node-map",
    "dfa-uniq-perms",
    "dfa-minimize-uniq-perms",
    "dfa-minimize-partitions",
    "compress-progress",
    "compress-stats",
    "compressed-dfa",
    "equiv-stats",
    "equiv",
    "diff-encode",
    "diff-stats",
    "diff-progress",
    "rule-merge",
    "state32",
    "flags_table",
];

/// Whether `-O` takes a name.
pub(super) fn is_optimisation(name: &str) -> bool {
    match name.strip_prefix("no-") {
        Some(plain) => OPTIMIZE.contains(&(plain, true)),
        None => OPTIMIZE.iter().any(|&(known, _)| known == name),
    }
}

/// Whether `-D` takes a name.
pub(super) fn is_dump(name: &str) -> bool {
    DUMP.contains(&name.strip_prefix("no-").unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["no-expr-simplify", "expr-simplify", "compress-small", "0", "no-state32"] {
            assert!(is_optimisation(name), "{name}");
        }
        for name in ["no-0", "no-compress-fast", "foo", "", "no-"] {
            assert!(!is_optimisation(name), "{name}");
        }
        assert!(is_dump("no-dfa-states") && is_dump("flags_table") && !is_dump("flags-table") && !is_dump("variables"));
    }
}
