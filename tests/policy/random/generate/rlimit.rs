//! Limits.

use crate::random::text::{Text, blunder, cat, just, maybe, one, percent, word, words};

use super::end;

pub(crate) fn rule() -> Text {
    let number = || word("0 1 7 100 010 1024 4096");
    let limit = one([
        words([
            word("fsize data stack core rss memlock as msgqueue"),
            just("<="),
            number(),
            maybe(word("K KB M MB G GB")),
        ]),
        words([word("nproc nofile ofile locks sigpending rtprio"), just("<="), number()]),
        words([word("cpu rttime"), just("<="), word("1 7 60 010"), word("s sec min h hours d day week weeks")]),
        words([word("cpu rttime"), just("<="), word("1000000 2500000 1"), word("us ms")]),
        words([just("nice <="), word("-20 -1 0 5 19")]),
        words([word("cpu nofile nice as"), just("<= infinity")]),
        words([word("cpu rttime"), just("<="), number(), percent(20, just("min"))]),
    ]);
    let bad = words([word("nice nofile as cpu other"), just("<="), word("-21 20 99999999999999999999 -1 1x")]);
    let limit = one([limit.clone(), limit.clone(), limit, percent(40, bad)]);
    cat([blunder(just("audit ")), just("set rlimit "), limit, end()])
}
