//! Text between the name of a profile and its body.

use crate::random::alphabet::path;
use crate::random::text::{Text, cat, condition, just, many, one, percent, weighted, word, words};

fn flag() -> Text {
    let modes = word("complain enforce kill unconfined prompt default_allow");
    let paths = word(
        "attach_disconnected chroot_relative namespace_relative mediate_deleted delegate_deleted chroot_attach chroot_no_attach no_attach_disconnected",
    );
    let values = word(
        "attach_disconnected.path=/a attach_disconnected.path=/a/ attach_disconnected.path=//a//b attach_disconnected.ipc attach_disconnected.ipc=/b kill.signal=hup kill.signal=rtmin+3 error=EPERM error=enoent",
    );
    weighted([
        (4, modes),
        (3, paths),
        (2, values),
        (2, word("audit audit debug interruptible")),
        (1, one([word("audit"), word("audit"), word("audit hat error=1 kill.signal=x allow")])),
    ])
}

fn flags() -> Text {
    let inside = weighted([(6, many(flag(), 1..=1, "")), (2, many(flag(), 2..=3, ",")), (1, many(flag(), 2..=3, " "))]);
    cat([percent(80, just("flags=")), just("("), inside, just(")")])
}

fn xattrs() -> Text {
    let value = word("a user.a=* user.b=\"a b\" security.c=a*b user.d=\"{a,b}\" user.e=?");
    cat([just("xattrs=("), many(value, 0..=2, " "), just(")")])
}

/// Flags of hats and children, which have no attachment that matters.
pub(crate) fn of_children() -> Text {
    words([percent(10, path()), percent(15, flags())])
}

/// The header of a profile, from the keyword to the opening brace. `NAME` is replaced by a name later.
pub(crate) fn of_profiles() -> Text {
    let attachment = || weighted([(3, word("/a /bin/a /bin/{a,b} /usr/{,s}bin/a* @{V} /a/@{W}")), (2, path())]);
    let named = words([
        one([just("profile NAME"), just("profile :ns:NAME"), just("profile \"NAME\"")]),
        percent(40, attachment()),
    ]);
    let plain = words([just("profile NAME"), percent(30, attachment())]);
    let by_path = words([
        percent(30, just("profile")),
        cat([word("/bin/ /a/ /a/*/ /{a,b}/"), just("NAME"), percent(20, word("* ** {a,b} [ab]"))]),
    ]);
    let variable = cat([just("profile NAME"), word("@{W} @{V} //a a*")]);
    let name = weighted([(8, plain), (1, named), (2, by_path), (1, variable)]);
    let identities = condition("+identities", word("(a) (a,b)"));
    words([name, percent(5, xattrs()), percent(2, identities), percent(20, flags()), just("{\n")])
}
