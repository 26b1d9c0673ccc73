//! Link rules, and file rules about a pair of paths.

use super::{end, prefix};
use crate::random::alphabet::path;
use crate::random::text::{Text, cat, just, maybe, one, word, words};

pub(crate) fn rule() -> Text {
    let pair = |first: Text, second: Text| words([first, path(), just("->"), second]);
    let rest = one([
        pair(words([just("link"), maybe(just("subset"))]), path()),
        words([path(), word("l rl wl"), just("->"), path()]),
        pair(word("l rl"), path()),
        words([just("l subset"), path()]),
    ]);
    cat([words([prefix::of_files(), rest]), end()])
}
