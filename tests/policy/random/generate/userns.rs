//! Rules about user namespaces.

use super::{end, prefix};
use crate::random::text::{Text, blunder, cat, just, maybe, word, words};

pub(crate) fn rule() -> Text {
    cat([words([prefix::of_others(), just("userns"), maybe(just("create")), blunder(word("delete (create)"))]), end()])
}
