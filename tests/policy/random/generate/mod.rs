//! Random profiles. A rule class has the file name that it has on every floor of the compiler.

mod all;
mod body;
mod capability;
mod change_profile;
mod dbus;
mod file;
mod header;
mod io_uring;
mod link;
mod mount;
mod mqueue;
mod network;
mod pivot_root;
mod preamble;
mod prefix;
mod ptrace;
mod rlimit;
mod signal;
mod unix;
mod userns;

use proptest::prelude::*;

use crate::random::text::{Text, just, weighted};

/// A file of profiles.
pub(crate) fn policy() -> Text {
    let profiles = proptest::collection::vec(body::profile(), 1..=2);
    (preamble::preamble(), profiles).prop_map(|(preamble, profiles)| named(&preamble, profiles)).boxed()
}

/// The profiles get names of their own, as two of one name are refused.
fn named(preamble: &str, profiles: Vec<String>) -> String {
    let names = ["p", "q"];
    let profiles = profiles
        .into_iter()
        .enumerate()
        .map(|(at, text)| text.replacen("NAME", names.get(at).copied().unwrap_or("r"), 1));
    format!("{preamble}{}", profiles.collect::<String>())
}

/// The rules of every class, each with the prefixes it takes.
fn rule() -> Text {
    weighted([
        (30, file::rule()),
        (4, link::rule()),
        (5, change_profile::rule()),
        (5, capability::rule()),
        (7, network::rule()),
        (7, unix::rule()),
        (6, dbus::rule()),
        (6, signal::rule()),
        (5, ptrace::rule()),
        (9, mount::rule()),
        (2, pivot_root::rule()),
        (3, mqueue::rule()),
        (2, userns::rule()),
        (3, io_uring::rule()),
        (2, rlimit::rule()),
        (1, all::rule()),
    ])
}

/// The end of a rule.
fn end() -> Text {
    just(",\n")
}
