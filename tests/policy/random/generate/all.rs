//! The rule for everything.

use super::{end, prefix};
use crate::random::text::{Text, cat, just, words};

pub(crate) fn rule() -> Text {
    cat([words([prefix::without_priority(), just("all")]), end()])
}
