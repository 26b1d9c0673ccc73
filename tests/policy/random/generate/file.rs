//! File rules.

use super::{end, prefix};
use crate::random::alphabet::{name, path, plain_path};
use crate::random::text::{Text, blunder, cat, just, many, percent, weighted, word, words};

/// Permissions without exec.
fn access() -> Text {
    weighted([(4, word("r w rw m a k l mr rwk rwl wl rm ra")), (1, many(word("r w k m l"), 1..=4, ""))])
}

/// The kinds of exec that change the profile.
fn exec_kind() -> Text {
    word("px Px pix Pix PUx pux pUx Cx cx cix Cix cux CUx ux Ux")
}

/// Permissions with exec.
fn exec() -> Text {
    weighted([(6, word("ix rix rix mrix ix")), (3, exec_kind()), (2, word("rPx rCx rUx mrpix rwix"))])
}

/// Targets of an exec.
pub(crate) fn target() -> Text {
    weighted([(6, name()), (1, word("p//h p//q &q p//&q :ns:q &:ns:q /a")), (1, word("@{V} q//r//s"))])
}

/// Exec with a target, or a target without exec.
fn targeted() -> Text {
    cat([word("px Px cx Cx pix rPx cix ix ux r"), just(" -> "), target()])
}

pub(crate) fn rule() -> Text {
    let keyword = || percent(10, just("file"));
    let plain = words([prefix::of_files(), keyword(), path(), access()]);
    let leading = words([prefix::of_files(), keyword(), access(), path()]);
    // Literal paths, as patterns with different kinds of exec are refused where they meet.
    let exec = words([prefix::of_exec(), plain_path(), exec()]);
    let wide = words([prefix::of_exec(), path(), weighted([(8, word("ix rix")), (1, exec_kind())])]);
    let targeted = words([prefix::of_exec(), plain_path(), targeted()]);
    let safety =
        words([prefix::of_exec(), word("safe unsafe"), plain_path(), word("px ix cx ux Px"), blunder(just("-> q"))]);
    let bare = words([prefix::of_exec(), word("unsafe"), plain_path(), just("x")]);
    let denied = words([just("deny"), percent(20, just("owner")), path(), word("x rx wx mx")]);
    let everything = words([prefix::of_exec(), just("file")]);
    let wrong = words([path(), word("x rpxix wa pxPx lpx"), percent(30, just("-> q"))]);
    let rule = weighted([
        (36, plain),
        (6, leading),
        (14, exec),
        (6, wide),
        (8, targeted),
        (4, safety),
        (1, bare),
        (5, denied),
        (1, everything),
        (1, wrong),
    ]);
    cat([rule, end()])
}
