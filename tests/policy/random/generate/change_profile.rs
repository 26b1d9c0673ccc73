//! Change_profile rules.

use super::{end, file, prefix};
use crate::random::alphabet::{label, path};
use crate::random::text::{Text, blunder, cat, just, maybe, one, percent, word, words};

pub(crate) fn rule() -> Text {
    let exec = words([percent(30, word("safe unsafe")), path()]);
    let target = words([just("->"), one([file::target(), label()])]);
    let rest = words([just("change_profile"), percent(40, exec), maybe(target), blunder(just("x y"))]);
    cat([words([percent(30, prefix::of_others()), rest]), end()])
}
