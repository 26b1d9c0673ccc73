//! Few letters, so that what is made of them overlaps.

use crate::random::text::{Text, cat, just, many, one, quoted, weighted, word};

/// Names of profiles, hats and targets.
pub(crate) fn name() -> Text {
    word("p q r pq")
}

/// A string in a path.
fn letters() -> Text {
    weighted([(12, word("a b c ab")), (1, word(r"\* \x41 \052 \d98 \{ \[ é")), (1, word(r"a,b a=b a+b a.b (a) a$b"))])
}

/// A wildcard, an alternation or a set.
fn wild() -> Text {
    weighted([
        (6, word("* **")),
        (2, word("?")),
        (3, word("{a,b} {,a} {a,b/} {*,b} {a,{b,c}} {**,}")),
        (2, word("[ab] [^a] [a-c] [^a-b] [-a] [,a] [^/]")),
    ])
}

/// A reference to a variable of the preamble.
fn reference() -> Text {
    weighted([(6, word("@{V} @{W} @{V} @{X}")), (1, word("@{profile_name}"))])
}

/// The pieces that patterns are made of.
fn piece() -> Text {
    weighted([(10, letters()), (4, wild()), (1, reference()), (5, just("/"))])
}

/// A path with wildcards and variables.
pub(crate) fn path() -> Text {
    weighted([
        (6, word("/a /b /a/ /a/b /a/* /a/** /** /* /a* /b/{a,b}")),
        (6, cat([just("/"), many(piece(), 0..=4, "")])),
        (1, cat([just("@{V}"), many(piece(), 0..=2, "")])),
        (1, cat([just("\"/a "), many(piece(), 0..=2, ""), just("\"")])),
        (1, cat([just(r"/a\ "), many(piece(), 0..=2, "")])),
    ])
}

/// A path without wildcards.
pub(crate) fn plain_path() -> Text {
    word("/a /b /a/ /a/b /c /bin/a /bin/b")
}

/// A pattern for labels, bus names and the like, which need not begin with a slash.
pub(crate) fn pattern() -> Text {
    weighted([(4, word("a b a/b")), (2, word("a* * ** {a,b} [ab]")), (2, many(piece(), 1..=3, ""))])
}

/// A label that a peer has.
pub(crate) fn label() -> Text {
    quoted(one([word("p q unconfined p//q /a :ns:p"), pattern(), word("@{profile_name} p* {p,q}")]))
}
