//! Mount, remount and umount rules.

use super::{end, prefix};
use crate::random::alphabet::{path, pattern};
use crate::random::text::{
    Text, blunder, cat, condition, just, list, many, one, percent, quoted, weighted, word, words,
};

fn fstype() -> Text {
    condition("fstype", list(quoted(weighted([(4, word("ext4 proc tmpfs a* {a,b}")), (1, pattern())]))))
}

/// Generates a `mount` that is no new mount.
fn command() -> Text {
    word("bind rbind move private rprivate slave make-rslave shared unbindable make-runbindable remount")
}

fn flag() -> Text {
    word(
        "ro rw nosuid suid nodev noexec sync mand dirsync nosymfollow noatime nodiratime silent loud acl relatime iversion strictatime lazytime nouser user nolazytime async r w M B R verbose",
    )
}

fn options() -> Text {
    let flags = list(flag());
    let exact = condition(
        "options",
        one([
            flags.clone(),
            list(command()),
            cat([just("("), command(), just(", "), weighted([(1, flag()), (2, word("silent rw"))]), just(")")]),
        ]),
    );
    let sometimes = cat([just("options in ("), many(one([flag(), command()]), 1..=3, ", "), just(")")]);
    weighted([
        (4, exact.clone()),
        (2, sometimes.clone()),
        (1, words([exact.clone(), sometimes.clone()])),
        (1, words([exact.clone(), exact])),
        (1, words([sometimes.clone(), sometimes])),
    ])
}

fn source() -> Text {
    weighted([(6, word("/a /a/ /dev/a /dev/* none detached tmpfs a")), (2, path()), (1, just("\"\""))])
}

pub(crate) fn rule() -> Text {
    let point = || weighted([(2, word("/a/ /b/ /a/** /*/ /a")), (1, path())]);
    let mount = words([
        just("mount"),
        percent(35, fstype()),
        percent(60, options()),
        one([words([just("->"), point()]), words([source(), just("->"), point()]), just(""), source()]),
    ]);
    // Whatever else goes with a command of its own.
    let bind = words([just("mount options=bind"), source(), just("->"), point()]);
    let change = words([
        cat([
            just("mount options=("),
            word("rprivate make-shared slave private make-runbindable rshared"),
            percent(20, just(", silent")),
            just(")"),
        ]),
        just("->"),
        point(),
    ]);
    let remount = words([just("remount"), percent(20, fstype()), percent(50, options()), percent(70, point())]);
    let umount = words([word("umount unmount"), percent(10, fstype()), percent(10, options()), percent(70, point())]);
    let rest = weighted([(5, mount), (3, bind), (2, change), (2, remount), (3, umount)]);
    cat([words([prefix::of_others(), rest, blunder(word("options=ro fstype=a type=b /c"))]), end()])
}
