//! Prefixes of rules.

use crate::random::text::{Text, blunder, just, percent, weighted, word, words};

fn priority() -> Text {
    percent(10, word("priority=1 priority=-1 priority=2 priority=+3 priority=-1000 priority=1000 priority=0"))
}

fn audit() -> Text {
    percent(15, just("audit"))
}

fn grant() -> Text {
    weighted([(90, just("")), (5, just("allow")), (5, just("prompt"))])
}

fn mode() -> Text {
    weighted([(80, grant()), (20, just("deny"))])
}

fn owner() -> Text {
    percent(20, word("owner other user"))
}

/// For file and link rules.
pub(crate) fn of_files() -> Text {
    words([priority(), audit(), mode(), owner()])
}

/// For file rules with a kind of exec, which cannot be denied.
pub(crate) fn of_exec() -> Text {
    words([priority(), audit(), weighted([(30, grant()), (1, just("deny"))]), owner()])
}

/// For rules that take everything but `owner`.
pub(crate) fn of_others() -> Text {
    words([priority(), audit(), mode(), percent(1, just("owner"))])
}

/// For rules without priority.
pub(crate) fn without_priority() -> Text {
    words([blunder(just("priority=1")), audit(), mode()])
}

/// For blocks.
pub(crate) fn of_blocks() -> Text {
    words([audit(), weighted([(4, just("")), (1, just("allow")), (2, just("deny"))])])
}
