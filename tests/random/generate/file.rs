//! File rules.

use super::{end, prefix};
use crate::alphabet::{name, path, plain_path};
use crate::text::{Text, blunder, cat, just, many, one, percent, weighted, word, words};

/// Permissions without exec.
fn access() -> Text {
    weighted([(4, word("r w rw m a k l mr rwk rwl wl rm ra")), (1, many(word("r w k m l"), 1..=4, ""))])
}

/// Permissions with exec.
fn exec() -> Text {
    weighted([
        (6, word("ix rix rix mrix ix")),
        (3, word("px Px pix Pix PUx pux pUx Cx cx cix Cix cux CUx ux Ux")),
        (2, word("rPx rCx rUx mrpix rwix")),
    ])
}

/// Targets of an exec.
pub(crate) fn target() -> Text {
    weighted([(6, name()), (1, word("p//h p//q &q p//&q :ns:q &:ns:q /a")), (1, word("@{V} q//r//s"))])
}

fn allowed() -> Text {
    let with_target = cat([word("px Px cx Cx pix rPx cix ix ux r"), just(" -> "), target()]);
    weighted([(12, access()), (4, exec()), (1, with_target)])
}

/// `path permissions` or the other way round.
fn rest() -> Text {
    one([
        words([path(), allowed()]),
        words([access(), path()]),
        words([path(), word("x ix px")]),
        words([word("safe unsafe"), plain_path(), word("px ix cx ux Px")]),
    ])
}

pub(crate) fn rule() -> Text {
    let plain = words([prefix::of_files(), path(), access()]);
    let exec = words([prefix::of_files(), plain_path(), exec()]);
    let any = words([prefix::of_files(), percent(10, just("file")), rest(), blunder(just("-> q"))]);
    let denied = words([just("deny"), path(), word("x rx wx mx")]);
    cat([
        weighted([(12, plain), (5, exec), (8, any), (2, denied), (1, words([prefix::of_files(), just("file")]))]),
        end(),
    ])
}
