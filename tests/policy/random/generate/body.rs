//! Bodies of profiles: rules, blocks, conditionals, includes, hats and children.

use super::{file, header, link, prefix, rule};
use crate::random::alphabet::name;
use crate::random::text::{Text, cat, just, many, one, percent, weighted, word, words};

/// Generates a boolean expression. There is no variable `N`.
pub(crate) fn expression() -> Text {
    let text = || word("@{V} @{W} @{X} /a a b");
    let number = || word("1 10 010 0x10");
    let comparison = || {
        let any = one([text(), number()]);
        let ordered = |operand: Text| words([operand.clone(), word("< <= > >="), operand]);
        let equal = words([any.clone(), word("== != in"), any.clone()]);
        weighted([
            (3, equal),
            (2, ordered(text())),
            (2, ordered(number())),
            (1, one([ordered(number()), ordered(any)])),
        ])
    };
    let simple = || one([word("true false TRUE"), comparison(), just("not false")]);
    weighted([
        (4, simple()),
        (2, cat([just("defined "), word("@{V} @{N} @{profile_name}")])),
        (1, words([simple(), word("and or"), simple()])),
        (1, words([just("not ("), comparison(), just(")")])),
    ])
}

fn block() -> Text {
    let files = many(one([file::rule(), link::rule()]), 1..=3, "");
    let files = cat([words([prefix::of_blocks(), percent(30, word("owner other")), just("{\n")]), files]);
    let any = cat([words([prefix::of_blocks(), just("{\n")]), many(rule(), 1..=2, "")]);
    cat([weighted([(5, files), (1, any)]), just("}\n")])
}

fn conditional() -> Text {
    let branch = || cat([just(" {\n"), many(rule(), 0..=2, ""), just("}")]);
    let otherwise = one([
        just("\n"),
        cat([just(" else"), branch(), just("\n")]),
        cat([just(" else if "), expression(), branch(), just("\n")]),
    ]);
    cat([just("if "), expression(), branch(), otherwise])
}

/// See [`crate::random::material`] for what is there.
fn include() -> Text {
    let there = || word("<abstractions/one> <abstractions/two> <directory>");
    let include = one([
        cat([just("include "), there()]),
        cat([just("include if exists "), one([just("<nothing>"), there()])]),
        cat([just("#include "), there()]),
    ]);
    cat([include, just("\n")])
}

fn item() -> Text {
    weighted([(60, rule()), (2, block()), (3, conditional()), (2, include())])
}

/// A hat or child profile, with children of its own down to a depth.
fn child(depth: u32) -> Text {
    let start = one([cat([just("profile "), name()]), cat([just("^"), word("h g")]), cat([just("hat "), word("h g")])]);
    let inner = if depth == 0 { just("") } else { percent(15, child(depth - 1)) };
    cat([words([start, header::of_children(), just("{\n")]), many(rule(), 0..=3, ""), inner, just("}\n")])
}

/// A profile whose name is `NAME`.
pub(crate) fn profile() -> Text {
    let children = cat([percent(20, child(1)), percent(5, child(0))]);
    cat([header::of_profiles(), many(item(), 0..=8, ""), children, just("}\n")])
}
