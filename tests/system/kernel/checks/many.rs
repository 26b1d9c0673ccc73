//! Policies beyond the limits of the reference: what is written larger has to load and to be enforced.

use std::fmt::Write as _;

use super::{Check, Group, LINUX_7_2, PLAIN, Reference, Source, check};

/// More than twelve exec targets, where permission tables hold them.
pub(super) const TRANSITIONS: Group = Group {
    name: "many-transitions",
    files: &["many-transitions"],
    source: Source::Made(transitions),
    loaded: &["many (enforce)", "many-last (enforce)"],
    kernels: &[LINUX_7_2],
    reference: Reference::Refuses,
    probes: &["/many/0", "/many/19"],
    checks: &[
        check("probe in many run /many/19 label", "many-last (enforce)"),
        check("probe in many run /many/0 label", "EACCES"),
    ],
    ..PLAIN
};

/// More than 65,535 states, which need tables of 32 bits.
pub(super) const STATES: Group = Group {
    name: "many-states",
    files: &["many-states"],
    source: Source::Made(states),
    loaded: &["many (enforce)"],
    kernels: &[LINUX_7_2],
    reference: Reference::NotAsked,
    there: &["/many/0000000000000000", "/many/e39c4ff61bf7df52", "/many/a30aacc3bae0bb27", "/many/a30aacc3bae0bb2"],
    checks: STATES_CHECKS,
    ..PLAIN
};

const STATES_CHECKS: &[Check] = &[
    check("probe in many open-read /many/0000000000000000", "ok"),
    check("probe in many open-read /many/e39c4ff61bf7df52", "ok"),
    check("probe in many open-read /many/a30aacc3bae0bb27", "ok"),
    check("probe in many open-read /many/a30aacc3bae0bb2", "EACCES"),
    check("probe in many open-write /many/a30aacc3bae0bb27", "EACCES"),
];

fn transitions() -> String {
    let mut text = String::from("abi <kernel>,\nprofile many {\n");
    for number in 0..20 {
        let target = if number == 19 { "many-last".to_owned() } else { format!("many-{number}") };
        writeln!(text, "  /many/{number} px -> {target},").unwrap();
    }
    text + "}\nprofile many-last {\n  include <include/probe>\n  /many/19 mr,\n}\n"
}

/// Names that share neither beginnings nor ends: the first is `/many/0000000000000000`, the last `/many/a30aacc3bae0bb27`.
fn states() -> String {
    let mut text = String::from("abi <kernel>,\nprofile many {\n");
    for number in 0..7500_u64 {
        writeln!(text, "  /many/{:016x} r,", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).unwrap();
    }
    text + "}\n"
}
