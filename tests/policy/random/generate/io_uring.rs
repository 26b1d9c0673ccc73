//! Rules about io_uring.

use super::{end, prefix};
use crate::random::alphabet::pattern;
use crate::random::text::{Text, blunder, cat, condition, just, list, percent, quoted, weighted, word, words};

pub(crate) fn rule() -> Text {
    let access = percent(70, list(word("sqpoll override_creds")));
    let label = quoted(weighted([(4, word("p /a/* {p,q}")), (1, pattern())]));
    let label = || condition("label", label.clone());
    let label = weighted([(5, just("")), (3, label()), (1, cat([just("peer=("), label(), just(")")]))]);
    let rest = words([access, label, blunder(word("(poll) name=a label=b sqpoll"))]);
    cat([words([prefix::of_others(), just("io_uring"), rest]), end()])
}
