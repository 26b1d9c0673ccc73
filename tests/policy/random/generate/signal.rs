//! Signal rules.

use super::{end, prefix};
use crate::random::alphabet::label;
use crate::random::text::{Text, blunder, cat, condition, just, list, percent, word, words};

pub(crate) fn rule() -> Text {
    let access = percent(60, list(word("send receive read write r w rw")));
    let set = condition("set", list(word("hup int kill term exists rtmin+0 rtmin+32 stp poll emt")));
    let peer = percent(50, condition("peer", label()));
    let rest = words([access, percent(50, set), peer, blunder(word("set=nothing peer=a label=a set=rtmin+40"))]);
    cat([words([prefix::of_others(), just("signal"), rest]), end()])
}
