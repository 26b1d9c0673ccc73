//! D-Bus rules.

use super::{end, prefix};
use crate::random::alphabet::{label, path, pattern};
use crate::random::text::{Text, blunder, cat, condition, just, list, percent, quoted, weighted, word, words};

pub(crate) fn rule() -> Text {
    let bus = || percent(60, condition("bus", word("session system a* {session,system}")));
    let own_name = || condition("name", quoted(weighted([(3, word("a.b a.* org.{a,b}")), (1, pattern())])));
    let object = percent(50, condition("path", weighted([(2, word("/a /a/* /a/** //a/b")), (1, path())])));
    let interface = percent(40, condition("interface", word("a.b a.* ** {a,b}.c")));
    let member = percent(40, condition("member", word("Get Get* {Get,Set} *")));
    let inside = words([percent(60, own_name()), percent(60, condition("label", label()))]);
    let peer = percent(50, cat([just("peer=("), inside, just(")")]));
    let message =
        words([percent(60, list(word("send receive read write rw"))), bus(), object, interface, member, peer]);
    let service = words([percent(60, just("bind")), bus(), own_name()]);
    let eavesdrop = words([just("eavesdrop"), bus()]);
    let rest =
        weighted([(6, message), (3, service), (1, eavesdrop), (1, words([list(word("send bind eavesdrop")), bus()]))]);
    cat([
        words([prefix::of_others(), just("dbus"), rest, blunder(word("label=a bus=a (peek) name=a member=b"))]),
        end(),
    ])
}
