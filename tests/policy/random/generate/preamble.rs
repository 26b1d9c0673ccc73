//! Text before the profiles.

use crate::random::text::{Text, blunder, cat, just, many, one, percent, weighted, word, words};

fn values() -> Text {
    let value = weighted([
        (6, word("/a /b a b /a/b a/ /a/")),
        (2, word("* {a,b} [ab] /a/* ab \"\" a,b")),
        (1, word("@{W}/a @{W} \"a\" \"/a*\"")),
    ]);
    many(value, 1..=3, " ")
}

fn alias() -> Text {
    let path = || word("/a /a/ /b/ /bin/ /a/b /usr/bin/ \"/a\" /a*");
    cat([just("alias "), path(), just(" -> "), path(), just(",\n")])
}

fn abi() -> Text {
    cat([
        just("abi "),
        word(
            "<abi/linux-6.1> <abi/linux-6.12> <abi/linux-7.2> <abi/all> <abi/inet> <abi/queues> <abi/unix-v7> <kernel> <default>",
        ),
        just(",\n"),
    ])
}

/// The variables that the other generators use, further assignments, aliases, an abi.
pub(crate) fn preamble() -> Text {
    // No reference leads back to itself.
    let plain = |name: &'static str| {
        cat([
            just(name),
            just("="),
            word("/a a /b/ b \"\" /a/b {a,b} *"),
            percent(40, cat([just(" "), word("b /b c /c/ a*")])),
            just("\n"),
        ])
    };
    let nested = cat([just("@{V}="), values(), just("\n")]);
    let more = one([
        cat([just("@{X} += "), word("c /c"), just("\n")]),
        cat([word("@{X} @{Y}"), just(" ?= "), word("c /c"), just("\n")]),
        cat([word("@{X} @{Y}"), just(" := "), word("c /c"), just("\n")]),
        cat([just("@{V} += @{W}"), just("\n")]),
    ]);
    let boolean = cat([word("$T $U"), just(" = "), word("true false TRUE False"), just("\n")]);
    let computed = cat([just("$C = "), super::body::expression(), just("\n")]);
    cat([
        percent(15, abi()),
        percent(5, just("include <tunables/one>\n")),
        nested,
        plain("@{W}"),
        plain("@{X}"),
        percent(20, more),
        percent(20, many(alias(), 1..=2, "")),
        percent(20, boolean),
        percent(3, computed),
        blunder(words([word("@{V}=a $T=yes @{N}+=a @{A}=a, alias"), just("\n")])),
    ])
}
