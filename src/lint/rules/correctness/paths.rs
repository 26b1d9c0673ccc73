//! Paths that do not mean what they look like.

use crate::diagnostic::Severity;
use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::finding::Fix;
use crate::lint::rule::{Confidence, Fixes, Rule};

pub(in crate::lint::rules) static HOME: Rule = Rule {
    code: "AA0215",
    name: "home-variable",
    summary: "`@{HOME}` or `@{HOMEDIRS}` is joined wrongly",
    why: "The values of `@{HOME}` begin and end with a slash: a path that begins with one more begins with `//`, which nothing matches, \
          and text directly behind is the beginning of a name only as long as the values end so.",
    bad: "@{HOME} = /home/*/\n\nprofile p /usr/bin/p {\n  owner @{HOME}.prc r,\n}\n",
    good: "@{HOME} = /home/*/\n\nprofile p /usr/bin/p {\n  owner @{HOME}/.prc r,\n}\n",
    remedy: "Write `@{HOME}/…`; double slashes that come of it are collapsed.",
    check: Check::Path(home),
    ..Rule::BASE
};

pub(in crate::lint::rules) static NEGATED: Rule = Rule {
    code: "AA0216",
    name: "negated-class-matches-slash",
    summary: "a negated class can match `/`",
    why: "`[^a-z]` matches any byte that is not listed, the slash among them, other than `?` and `*`: the pattern reaches into \
          directories. (Directly behind a slash it matches none: no path has two.) Templates of container runtimes denied `/proc/sys/kernel/shmmax` by accident so.",
    bad: "profile p /usr/bin/p {\n  deny /proc/[^1-9][^0-9]* w,\n}\n",
    good: "profile p /usr/bin/p {\n  deny /proc/[^1-9][^0-9/]* w,\n}\n",
    remedy: "Write the slash into the class: `[^a-z/]`.",
    fixes: Fixes::Unsafe,
    check: Check::Path(negated),
    ..Rule::BASE
};

pub(in crate::lint::rules) static SYMLINK: Rule = Rule {
    code: "AA0217",
    name: "path-through-symlink",
    confidence: Confidence::Medium,
    fixes: Fixes::Unsafe,
    summary: "a path leads through a symbolic link",
    why: "The kernel asks about the file that a link leads to: below `/var/run` it is `/run`, whatever the program opened.",
    bad: "profile p /usr/bin/p {\n  /var/run/p.pid rw,\n}\n",
    good: "profile p /usr/bin/p {\n  /run/p.pid rw,\n}\n",
    remedy: "Write where the link leads to.",
    check: Check::Path(symlink),
    ..Rule::BASE
};

pub(in crate::lint::rules) static SELF: Rule = Rule {
    code: "AA0218",
    name: "proc-self",
    fixes: Fixes::Unsafe,
    summary: "`/proc/self` is a link that the kernel resolves",
    why: "It asks about `/proc/1234/…`: a rule for `/proc/self/…` never matches.",
    bad: "profile p /usr/bin/p {\n  owner /proc/self/status r,\n}\n",
    good: "@{pid} = [0-9]*\n\nprofile p /usr/bin/p {\n  owner /proc/@{pid}/status r,\n}\n",
    remedy: "Write `owner @{PROC}/@{pid}/…`.",
    check: Check::Path(proc_self),
    ..Rule::BASE
};

pub(in crate::lint::rules) static SYS_LINKS: Rule = Rule {
    code: "AA0219",
    name: "sys-class-symlink",
    confidence: Confidence::Medium,
    summary: "the entries of `/sys/class`, `/sys/block` and `/sys/bus/…/devices` are links",
    why: "They lead to `/sys/devices/…`, and that is what the kernel asks about: what is below such an entry never matches.",
    bad: "profile p /usr/bin/p {\n  /sys/class/net/*/address r,\n}\n",
    good: "profile p /usr/bin/p {\n  /sys/class/net/ r,\n  /sys/devices/**/net/*/address r,\n}\n",
    remedy: "Write the path below `/sys/devices`.",
    check: Check::Path(sys_links),
    ..Rule::BASE
};

pub(in crate::lint::rules) static STAR: Rule = Rule {
    code: "AA0220",
    name: "star-in-alternation-matches-nothing",
    severity: Severity::Note,
    summary: "a star at the end of an alternative may match nothing",
    why: "Behind a slash, a star at the end of a pattern or before another slash matches at least one character. Compilers \
          look at the text for that: before `,` or `}` it is an ordinary star, and `/{a/*,b}` matches the directory `/a/`.",
    bad: "profile p /usr/bin/p {\n  /srv/{a/*,b} w,\n}\n",
    good: "profile p /usr/bin/p {\n  /srv/a/* w,\n  /srv/b w,\n}\n",
    remedy: "Write two rules, or `?*`.",
    check: Check::Path(star),
    ..Rule::BASE
};

pub(in crate::lint::rules) static SHELL: Rule = Rule {
    code: "AA0221",
    name: "shell-in-path",
    summary: "a path holds what only a shell expands",
    why: "`~`, `$HOME` and `${USER}` stand for themselves in a profile: no file has that name.",
    bad: "profile p /usr/bin/p {\n  /home/$USER/.prc r,\n}\n",
    good: "@{HOME} = /home/*/\n\nprofile p /usr/bin/p {\n  owner @{HOME}/.prc r,\n}\n",
    remedy: "Write `@{HOME}`, or another variable of the tunables.",
    check: Check::Path(shell),
    ..Rule::BASE
};

pub(in crate::lint::rules) static REGEX: Rule = Rule {
    code: "AA0222",
    name: "regex-in-path",
    confidence: Confidence::Medium,
    summary: "a path looks like a regular expression",
    why: "Patterns are globs: `+`, `|`, `(`, `)`, `\\d` and `$` stand for themselves.",
    bad: "profile p /usr/bin/p {\n  /srv/(a|b)/[0-9]+ r,\n}\n",
    good: "profile p /usr/bin/p {\n  /srv/{a,b}/[0-9]* r,\n}\n",
    remedy: "Write `{a,b}` for alternatives and `*` for repetition.",
    check: Check::Path(regex),
    ..Rule::BASE
};

pub(in crate::lint::rules) static REPEATED: Rule = Rule {
    code: "AA0223",
    name: "repeated-alternative",
    severity: Severity::Note,
    summary: "an alternation has the same alternative twice",
    why: "One of them is likely to be a slip for something else.",
    bad: "profile p /usr/bin/p {\n  /srv/{a,b,a}/x r,\n}\n",
    good: "profile p /usr/bin/p {\n  /srv/{a,b,c}/x r,\n}\n",
    remedy: "Delete or mend it.",
    check: Check::Path(repeated),
    ..Rule::BASE
};

fn home(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for name in ["@{HOME}", "@{HOMEDIRS}"] {
        let Some(at) = find(path.text, name.as_bytes()) else { continue };
        let end = at + name.len();
        let before = path.text.get(..at).and_then(|text| text.last());
        let behind = path.text.get(end);
        // Further behind, two slashes become one.
        if at == 1 && before == Some(&b'/') {
            reporter.report(path.part(at, name.len()), format!("`{name}` begins with a slash of its own"));
        } else if let Some(byte) = behind.filter(|byte| !matches!(byte, b'/' | b'{' | b',' | b'}' | b'*')) {
            let message = format!("`{}` follows `{name}` without a slash", char::from(*byte));
            reporter.report(path.part(at, name.len()), message);
        }
    }
}

/// The sets of a pattern: place and text between the brackets.
fn sets(text: &[u8]) -> Vec<(usize, &[u8])> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            b'[' => {
                let start = at + 1;
                let mut end = start;
                while let Some(&inner) = text.get(end) {
                    match inner {
                        b'\\' => end += 1,
                        b']' => break,
                        _ => {}
                    }
                    end += 1;
                }
                if let Some(inner) = text.get(start..end.min(text.len())) {
                    found.push((start, inner));
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn negated(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for (at, set) in sets(path.text) {
        let Some(members) = set.strip_prefix(b"^") else { continue };
        let range =
            members.windows(3).any(|three| matches!(three, [low, b'-', high] if (*low..=*high).contains(&b'/')));
        if !members.contains(&b'/') && !range && !behind_slash(path.text, at.saturating_sub(1)) {
            let message = format!("`[{}]` matches `/`, too", set.escape_ascii());
            let place = path.part(at.saturating_sub(1), set.len() + 2);
            let end = path.part(at + set.len(), 0);
            let fix = Fix::risky("write the slash into the class", end, "/");
            let finding = reporter.finding(place, message).with_fix(fix);
            reporter.push(finding.with_help(format!("write `[{}/]`", set.escape_ascii())));
        }
    }
}

/// Whether what stands at a place of a pattern follows a slash, alone or as the beginning of an alternative.
fn behind_slash(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    match before.last() {
        Some(b'/') => true,
        Some(b'{' | b',') => {
            let group = before.iter().rposition(|&byte| byte == b'{');
            group.is_some_and(|group| group > 0 && text.get(group - 1) == Some(&b'/'))
        }
        _ => false,
    }
}

/// What is a link on every system, and where it leads to.
const LINKS: [(&[u8], &str); 8] = [
    (b"/var/run/", "/run/"),
    (b"/var/lock/", "/run/lock/"),
    (b"/run/shm/", "/dev/shm/"),
    (b"/dev/fd/", "/proc/@{pid}/fd/"),
    (b"/dev/stdin", "/proc/@{pid}/fd/0"),
    (b"/dev/stdout", "/proc/@{pid}/fd/1"),
    (b"/dev/stderr", "/proc/@{pid}/fd/2"),
    (b"/etc/mtab", "/proc/@{pid}/mounts"),
];

fn symlink(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for (from, to) in LINKS {
        if !path.text.starts_with(from) || !from.ends_with(b"/") && path.text != from {
            continue;
        }
        let message = format!("`{}` is a link to `{to}`", from.escape_ascii());
        let place = path.part(0, from.len());
        let finding = reporter.finding(place, message);
        // A pattern for both is right as it is, and a deny of the link does no harm.
        reporter.push(if to.contains('@') {
            finding
        } else {
            finding.with_fix(Fix::risky(format!("write `{to}`"), place, to))
        });
    }
}

fn proc_self(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for root in ["/proc/", "@{PROC}/"] {
        let Some(rest) = path.text.strip_prefix(root.as_bytes()) else { continue };
        for (name, instead) in [("thread-self", "@{pid}/task/@{tid}"), ("self", "@{pid}")] {
            let follows = rest.strip_prefix(name.as_bytes());
            if follows.is_some_and(|behind| behind.first() == Some(&b'/')) {
                let place = path.part(root.len(), name.len());
                let finding =
                    reporter.finding(place, format!("`{name}` is a link: the kernel asks about the process's number"));
                reporter.push(finding.with_fix(Fix::risky(format!("write `{instead}`"), place, instead)));
                return;
            }
        }
    }
}

fn sys_links(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let Some(rest) = path.text.strip_prefix(b"/sys/").or_else(|| path.text.strip_prefix(b"@{sys}/")) else { return };
    let components: Vec<&[u8]> = rest.split(|&byte| byte == b'/').collect();
    // How many components lead to the link; a star that reaches further, or an empty end, matches directories only.
    let depth = match components.as_slice() {
        [b"class", ..] => 3,
        [b"block", ..] => 2,
        [b"bus", _, b"devices", ..] => 4,
        _ => return,
    };
    let Some(link) = components.get(depth - 1) else { return };
    let below = components.get(depth);
    let plain = !link.is_empty() && find(rest, b"**").is_none() && !rest.contains(&b'{');
    if plain && below.is_some_and(|below| !below.is_empty()) {
        let message = format!("`{}` is a link to a directory below `/sys/devices`", link.escape_ascii());
        reporter.report(path.word.span, message);
    }
}

fn star(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let mut depth = 0_u32;
    let mut escaped = false;
    for (at, byte) in path.text.iter().enumerate() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match byte {
            b'\\' => escaped = true,
            b'{' if at == 0 || path.text.get(at - 1) != Some(&b'@') => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'/' if depth > 0 => {
                let rest = path.text.get(at + 1..).unwrap_or_default();
                let stars = rest.iter().take_while(|&&byte| byte == b'*').count();
                let ends = matches!(rest.get(stars), Some(b',' | b'}'));
                // `{,**}` and its kind mean it.
                if (1..=2).contains(&stars) && ends {
                    let text = String::from_utf8_lossy(rest.get(..stars).unwrap_or_default()).into_owned();
                    reporter.report(path.part(at, stars + 1), format!("`{text}` may match nothing here"));
                }
            }
            _ => {}
        }
    }
}

fn shell(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let tilde = path.text.starts_with(b"~") || find(path.text, b"/~/").is_some();
    let dollar = path
        .text
        .iter()
        .position(|&byte| byte == b'$')
        .filter(|at| path.text.get(at + 1).is_some_and(|next| next.is_ascii_uppercase() || *next == b'{'));
    if let Some(at) = dollar {
        reporter.report(path.part(at, 1), "a profile does not expand the variables of a shell");
    } else if tilde {
        reporter.report(path.word.span, "`~` is no home directory in a profile");
    }
}

fn regex(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let alternation = path.text.iter().position(|&byte| byte == b'(').filter(|&at| {
        let rest = path.text.get(at..).unwrap_or_default();
        rest.iter()
            .position(|&byte| byte == b')')
            .is_some_and(|end| rest.get(..end).is_some_and(|in_it| in_it.contains(&b'|')))
    });
    let plus = find(path.text, b"]+");
    let class = [&b"\\d+"[..], b"\\w+", b"\\d*", b"\\w*"].into_iter().find_map(|text| find(path.text, text));
    let anchor = (path.text.len() > 1 && path.text.ends_with(b"$")).then(|| path.text.len() - 1);
    for (at, what) in [
        (alternation, "alternatives stand in braces: `{a,b}`"),
        (plus, "`+` stands for itself"),
        (class, "a backslash makes no class of a letter"),
        (anchor, "`$` stands for itself"),
    ] {
        if let Some(at) = at {
            reporter.report(path.part(at, 1), what);
            return;
        }
    }
}

fn repeated(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    // Groups without groups in them are enough.
    let mut start = None;
    for (at, byte) in path.text.iter().enumerate() {
        match byte {
            b'{' if at == 0 || path.text.get(at - 1) != Some(&b'@') => start = Some(at + 1),
            b'{' | b'\\' | b'[' => start = None,
            b'}' => {
                let Some(inner) = start.take().and_then(|start| path.text.get(start..at)) else { continue };
                let mut parts: Vec<&[u8]> = inner.split(|&byte| byte == b',').collect();
                parts.sort_unstable();
                if let Some([twice, _]) = parts.array_windows().find(|[a, b]| a == b) {
                    let message = format!("`{}` is among the alternatives twice", twice.escape_ascii());
                    reporter.report(path.word.span, message);
                }
            }
            _ => {}
        }
    }
}

/// Where a text begins in another.
fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, part)
}
