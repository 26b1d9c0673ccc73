//! Rules about message queues.

use super::{end, prefix};
use crate::random::alphabet::{label, path};
use crate::random::text::{Text, blunder, cat, condition, just, list, percent, weighted, word, words};

pub(crate) fn rule() -> Text {
    let access = percent(60, list(word("create open delete getattr setattr read write r w rw")));
    let label = || percent(40, condition("label", label()));
    let posix = words([percent(30, just("type=posix")), label(), percent(60, path())]);
    let sysv = words([percent(30, just("type=sysv")), label(), percent(60, word("0 1 123 4294967295"))]);
    let rest = words([access, weighted([(2, posix), (2, sysv)]), blunder(word("type=a queue 99999999999 label=b"))]);
    cat([words([prefix::of_others(), just("mqueue"), rest]), end()])
}
