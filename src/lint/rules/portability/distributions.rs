//! Paths and numbers that are not the same on every system.

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, PathView, Reporter};
use crate::lint::finding::Fix;
use crate::lint::rule::{Confidence, Fixes, Rule};
use crate::syntax::ast::{ItemKind, PathForm};

pub(in crate::lint::rules) static MULTIARCH: Rule = Rule {
    code: "AA0311",
    name: "architecture-in-path",
    aliases: &["tunables", "suggest-variable"],
    fixes: Fixes::Unsafe,
    summary: "a path names one architecture",
    why: "On another the libraries are elsewhere, and the program does not start.",
    bad: "profile p /usr/bin/p {\n  /usr/lib/x86_64-linux-gnu/p/*.so mr,\n}\n",
    good: "@{multiarch} = *-linux-gnu*\n\nprofile p /usr/bin/p {\n  /usr/lib/@{multiarch}/p/*.so mr,\n}\n",
    remedy: "Write `@{multiarch}`, which the tunables of AppArmor define.",
    check: Check::Path(multiarch),
    ..Rule::BASE
};

pub(in crate::lint::rules) static USER: Rule = Rule {
    code: "AA0312",
    name: "user-in-path",
    fixes: Fixes::Unsafe,
    summary: "a path names one user by number",
    why: "Other users have other numbers.",
    bad: "profile p /usr/bin/p {\n  owner /run/user/1000/p.sock rw,\n}\n",
    good: "@{uid} = [0-9]*\n\nprofile p /usr/bin/p {\n  owner /run/user/@{uid}/p.sock rw,\n}\n",
    remedy: "Write `@{uid}`, which the tunables of AppArmor define.",
    check: Check::Path(user),
    ..Rule::BASE
};

pub(in crate::lint::rules) static USR_MERGE: Rule = Rule {
    code: "AA0313",
    name: "one-side-of-usr",
    severity: Severity::Note,
    fixes: Fixes::Unsafe,
    summary: "a path below `/bin`, `/sbin` or `/lib` without its counterpart below `/usr`",
    why: "On systems with merged `/usr`, which is most of them, `/bin` is a link: the kernel asks about `/usr/bin`.",
    bad: "profile p /usr/bin/p {\n  /bin/dash rix,\n}\n",
    good: "profile p /usr/bin/p {\n  /{,usr/}bin/dash rix,\n}\n",
    remedy: "Write `/{,usr/}bin/…`, or `@{bin}/…` where the tunables have it.",
    check: Check::Path(usr_merge),
    ..Rule::BASE
};

pub(in crate::lint::rules) static HOME: Rule = Rule {
    code: "AA0314",
    name: "hard-coded-home",
    severity: Severity::Note,
    aliases: &["tunables"],
    summary: "home directories are written as `/home/*`",
    why: "Administrators say in `@{HOMEDIRS}` where they are.",
    bad: "profile p /usr/bin/p {\n  owner /home/*/.prc r,\n}\n",
    good: "@{HOME} = /home/*/\n\nprofile p /usr/bin/p {\n  owner @{HOME}/.prc r,\n}\n",
    remedy: "Write `@{HOME}/…`.",
    check: Check::Path(home),
    ..Rule::BASE
};

pub(in crate::lint::rules) static INCLUDE: Rule = Rule {
    code: "AA0315",
    name: "absolute-include",
    summary: "an include names a file by its absolute path",
    why: "Another base directory (`-b`), a container or a test tree does not have it there.",
    bad: "profile p /usr/bin/p {\n  include if exists \"/etc/apparmor.d/local/p\"\n}\n",
    good: "profile p /usr/bin/p {\n  include if exists <local/p>\n}\n",
    remedy: "Write the path relative to the base directory, in angle brackets.",
    check: Check::Item(include),
    ..Rule::BASE
};

pub(in crate::lint::rules) static RUN_AND_PROC: Rule = Rule {
    code: "AA0316",
    name: "tunable-for-path",
    severity: Severity::Note,
    confidence: Confidence::Low,
    default: false,
    aliases: &["tunables", "suggest-variable"],
    summary: "`/proc`, `/sys` or `/run` is written out",
    why: "The tunables `@{PROC}`, `@{sys}` and `@{run}` say where they are, for `/var/run` as well.",
    bad: "profile p /usr/bin/p {\n  /proc/cpuinfo r,\n}\n",
    good: "@{PROC} = /proc/\n\nprofile p /usr/bin/p {\n  @{PROC}/cpuinfo r,\n}\n",
    remedy: "Write the variable.",
    check: Check::Path(run_and_proc),
    ..Rule::BASE
};

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, part)
}

/// Directories of libraries by architecture.
const TRIPLETS: [&str; 6] = [
    "x86_64-linux-gnu",
    "aarch64-linux-gnu",
    "i386-linux-gnu",
    "arm-linux-gnueabihf",
    "powerpc64le-linux-gnu",
    "s390x-linux-gnu",
];

fn multiarch(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for triplet in TRIPLETS {
        let Some(at) = find(path.text, triplet.as_bytes()) else { continue };
        let component = at > 0
            && path.text.get(at - 1) == Some(&b'/')
            && path.text.get(at + triplet.len()).is_none_or(|&behind| behind == b'/');
        if component {
            let place = path.part(at, triplet.len());
            let finding = reporter.finding(place, format!("`{triplet}` is there on one architecture only"));
            reporter.push(finding.with_fix(Fix::risky("write `@{multiarch}`", place, "@{multiarch}")));
        }
    }
}

fn user(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for root in ["/run/user/", "@{run}/user/"] {
        let Some(rest) = path.text.strip_prefix(root.as_bytes()) else { continue };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 && rest.get(digits) == Some(&b'/') {
            let place = path.part(root.len(), digits);
            let finding = reporter.finding(place, "this is one user's directory");
            reporter.push(finding.with_fix(Fix::risky("write `@{uid}`", place, "@{uid}")));
        }
    }
}

fn usr_merge(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let roots = ["/bin/", "/sbin/", "/lib/", "/lib64/", "/lib32/"];
    if let Some(root) = roots.into_iter().find(|root| path.text.starts_with(root.as_bytes())) {
        // Firmware and modules: the counterpart often stands in a rule of its own.
        let usr = [b"/usr", path.text].concat();
        let text = path.file.source.text();
        if find(text, &usr).is_some() {
            return;
        }
        let place = path.part(0, root.len());
        let both = format!("/{{,usr/}}{}", root.trim_start_matches('/'));
        let finding = reporter.finding(place, format!("on most systems `{root}` is a link to `/usr{root}`"));
        reporter.push(finding.with_fix(Fix::risky(format!("write `{both}`"), place, both)));
    }
}

fn home(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    if path.text.starts_with(b"/home/*/") {
        reporter.report(path.part(0, 8), "home directories may be elsewhere");
    }
}

fn include(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if let ItemKind::Include(include) = &view.item.kind.value
        && include.path.form == PathForm::Plain
        && crate::syntax::word::unquoted(&include.path.path.value).first() == Some(&b'/')
    {
        reporter.report(include.path.path.span, "the file is not there in another tree");
    }
}

fn run_and_proc(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for (root, variable) in [("/proc/", "@{PROC}"), ("/sys/", "@{sys}"), ("/run/", "@{run}")] {
        if path.text.starts_with(root.as_bytes()) {
            reporter.report(path.part(0, root.len() - 1), format!("`{variable}` says where this is"));
        }
    }
}
