//! Ptrace rules.

use super::{end, prefix};
use crate::random::alphabet::label;
use crate::random::text::{Text, blunder, cat, condition, just, list, percent, word, words};

pub(crate) fn rule() -> Text {
    let access = percent(60, list(word("read trace readby tracedby r w rw write")));
    let peer = percent(60, condition("peer", label()));
    cat([words([prefix::of_others(), just("ptrace"), access, peer, blunder(word("peer=b set=a (attach)"))]), end()])
}
