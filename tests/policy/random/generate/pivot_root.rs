//! Pivot_root rules.

use super::{end, prefix};
use crate::random::alphabet::{name, path};
use crate::random::text::{Text, blunder, cat, condition, just, percent, word, words};

pub(crate) fn rule() -> Text {
    let old = percent(50, condition("oldroot", path()));
    let rest =
        words([old, percent(70, path()), percent(15, words([just("->"), name()])), blunder(word("newroot=/a /b"))]);
    cat([words([prefix::of_others(), just("pivot_root"), rest]), end()])
}
