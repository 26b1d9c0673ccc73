//! Hats, which a process goes in and out of.

use super::{Check, Group, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "hat",
    files: &["hat"],
    loaded: &[
        "hatless (enforce)",
        "hats (enforce)",
        "hats//first (enforce)",
        "hats//no-hat (enforce)",
        "hats//second (enforce)",
    ],
    there: &["/change/one", "/change/two"],
    around: ("H='probe as hats /bin/probe'", ""),
    checks: CHECKS,
    ..PLAIN
};

const CHECKS: &[Check] = &[
    check("$H hat first label", "hats//first (enforce)"),
    check("$H hat first open-read /change/one", "ok"),
    check("$H open-read /change/one", "EACCES"),
    check("$H hat first open-read /change/two", "EACCES").logs(&[&["profile=\"hats//first\""]]),
    check("$H hat second open-read /change/two", "ok"),
    check("$H hat first leave-hat label", "hats (enforce)"),
    check("$H hat second leave-hat label", "hats (enforce)"),
    check("$H hat first hat second open-read /change/two", "ok"),
    check("$H hat no-hat label", "EPERM"),
    check("$H hat missing label", "ENOENT").silent(),
    check("probe status in hats hat first leave-badly label", "signal 9")
        .logs(&[&["KILLED", "operation=\"change_hat\""]]),
    check("probe in hatless hat first label", "ECHILD"),
];
