//! Rules about unix sockets.

use super::network::access;
use super::{end, prefix};
use crate::random::alphabet::{label, pattern};
use crate::random::text::{Text, blunder, cat, condition, just, list, percent, quoted, weighted, word, words};

fn address() -> Text {
    let name =
        weighted([(4, word("@a @b @a* @{a,b} @** @/a/b")), (2, cat([just("@"), pattern()])), (1, just("@@{W}"))]);
    condition("addr", weighted([(2, word("none auto")), (7, quoted(name))]))
}

pub(crate) fn rule() -> Text {
    let kind = percent(40, condition("type", word("stream dgram seqpacket raw none rdm dccp packet")));
    let inside = weighted([
        (2, address()),
        (2, condition("label", label())),
        (1, words([address(), condition("label", label())])),
        (1, just("")),
    ]);
    let peer = cat([just("peer=("), inside, just(")")]);
    let alone = words([percent(60, access()), kind.clone(), percent(40, address())]);
    let both = words([percent(70, list(word("send receive connect accept rw"))), kind, percent(40, address()), peer]);
    let rest = weighted([(3, alone), (2, both)]);
    cat([
        words([prefix::of_others(), just("unix"), rest, blunder(word("peer=(addr=a) label=a protocol=1 stream"))]),
        end(),
    ])
}
