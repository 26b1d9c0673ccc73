//! Attachments, and paths that nothing has.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::automata::{Builder, ByteSet, Config, LabelId, Pattern};
use crate::lint::check::{Check, Reporter};
use crate::lint::paths::shortened;
use crate::lint::relations::{escaping, shown};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::semantics::Semantics;
use crate::lint::set::{By, SetView};
use crate::policy::RuleKind;
use crate::source::{Span, Text};
use crate::vocab::nearest;

pub(in crate::lint::rules) static NEVER: Rule = Rule {
    code: "AA0207",
    name: "attachment-never-matches",
    summary: "no executable has the path that the profile attaches to",
    why: "The path of an executable begins with one slash, has no double slash, and none at its end. The profile is loaded, and \
          the program runs unconfined.",
    bad: "profile p /usr/bin/p/ {\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Mend the path. Look at the values of variables: a value that begins with a slash goes without one before it.",
    check: Check::Automata(never),
    ..Rule::BASE
};

pub(in crate::lint::rules) static PATH_NEVER: Rule = Rule {
    code: "AA0209",
    name: "path-never-matches",
    summary: "no file has a path that the rule matches",
    why: "The kernel asks about paths that begin with one slash and have no double slash in them, and no `.` or `..` components. \
          `/@{V}/x` with a value that begins with a slash makes `//…`.",
    bad: "@{data} = /srv/p\n\nprofile p /usr/bin/p {\n  /@{data}/** r,\n}\n",
    good: "@{data} = /srv/p\n\nprofile p /usr/bin/p {\n  @{data}/** r,\n}\n",
    remedy: "Leave out the slash before the variable, or the dots.",
    check: Check::Automata(path_never),
    ..Rule::BASE
};

pub(in crate::lint::rules) static CONFLICT: Rule = Rule {
    code: "AA0208",
    name: "attachment-conflict",
    summary: "two profiles attach to the same executable, and neither goes before the other",
    why: "The kernel prefers the attachment with more text before its first wildcard. Where two have the same, it takes neither: \
          the program runs unconfined.",
    bad: "profile p /usr/bin/{p,q} {\n  /etc/p.conf r,\n}\n\nprofile q /usr/bin/{q,r} {\n  /etc/q.conf r,\n}\n",
    good: "profile p /usr/bin/{p,q} {\n  /etc/p.conf r,\n}\n\nprofile q /usr/bin/r {\n  /etc/q.conf r,\n}\n",
    remedy: "Make the attachments disjoint, or one of them longer.",
    check: Check::Set(conflict),
    ..Rule::BASE
};

pub(in crate::lint::rules) static TARGET: Rule = Rule {
    code: "AA0210",
    name: "unknown-profile",
    confidence: Confidence::Medium,
    summary: "a rule leads to a profile that does not exist in the set",
    why: "An exec or change of profile to a profile that is not loaded fails.",
    bad: "profile p /usr/bin/p {\n  /usr/bin/helper Px -> helpr,\n}\n\nprofile helper {\n  /usr/bin/helper mr,\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/helper Px -> helper,\n}\n\nprofile helper {\n  /usr/bin/helper mr,\n}\n",
    remedy: "Mend the name. The rule speaks only with `--complete`, or `complete = true` in `armorer.toml`: a part of a policy may well \
             name profiles of another part.",
    check: Check::Set(target),
    ..Rule::BASE
};

pub(in crate::lint::rules) static PEER: Rule = Rule {
    code: "AA0211",
    name: "unknown-peer",
    severity: crate::diagnostic::Severity::Note,
    confidence: Confidence::Medium,
    summary: "a rule names a peer that does not exist in the set",
    why: "The rule allows nothing, and what it was written for is denied.",
    bad: "profile p /usr/bin/p {\n  signal send peer=helprr,\n}\n\nprofile helper {\n  signal receive peer=p,\n}\n",
    good: "profile p /usr/bin/p {\n  signal send peer=helper,\n}\n\nprofile helper {\n  signal receive peer=p,\n}\n",
    remedy: "Mend the name. The rule speaks only with `--complete`, or `complete = true` in `armorer.toml`, and of no name with \
             wildcards.",
    check: Check::Set(peer),
    ..Rule::BASE
};

pub(in crate::lint::rules) static EXECUTED: Rule = Rule {
    code: "AA0212",
    name: "no-profile-attaches",
    confidence: Confidence::Medium,
    summary: "a program is to run in its own profile, and none attaches to it",
    why: "`px` without a fall-back fails where no profile attaches to the program.",
    bad: "profile p /usr/bin/p {\n  /usr/bin/helper Px,\n}\n\nprofile q /usr/bin/q {\n  /etc/q.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/helper Px,\n}\n\nprofile helper /usr/bin/helper {\n  /usr/bin/helper mr,\n}\n",
    remedy: "Write the profile, or `Pix`. The rule speaks only with `--complete`, or `complete = true` in `armorer.toml`.",
    check: Check::Set(executed),
    ..Rule::BASE
};

pub(in crate::lint::rules) static DUPLICATE: Rule = Rule {
    code: "AA0213",
    name: "profile-in-two-files",
    summary: "two files define a profile of the same name",
    why: "The one that is loaded last replaces the other.",
    bad: "# Together with a file that holds the same.\nprofile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    good: "profile q /usr/bin/q {\n  /etc/q.conf r,\n}\n",
    remedy: "Rename or delete one.",
    check: Check::Set(duplicate),
    ..Rule::BASE
};

/// What the kernel asks about: a slash, then components with one slash between two. Directories end in a slash.
fn real_path(directory: bool) -> Pattern {
    let plain = Pattern::Set(ByteSet::single(b'/').union(ByteSet::single(0)).negate());
    let dot = ByteSet::single(b'.');
    let other = Pattern::Set(dot.union(ByteSet::single(b'/')).union(ByteSet::single(0)).negate());
    let dot = || Pattern::literal(".");
    // Anything but `.` and `..`.
    let name = Pattern::alternation([
        Pattern::concat([other.clone(), Pattern::star(plain.clone())]),
        Pattern::concat([dot(), other.clone(), Pattern::star(plain.clone())]),
        Pattern::concat([dot(), dot(), other, Pattern::star(plain.clone())]),
        Pattern::concat([dot(), dot(), dot(), Pattern::star(plain)]),
    ]);
    let slash = Pattern::literal("/");
    let file = Pattern::plus(Pattern::concat([slash.clone(), name]));
    if !directory {
        return file;
    }
    let directory = Pattern::concat([file.clone(), slash.clone()]);
    Pattern::alternation([file, directory, slash])
}

fn never(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    let profile = semantics.view.profile;
    let Some(attachment) = &profile.attachment else { return };
    let all = std::iter::once(attachment).chain(&profile.alias_attachments);
    let mut patterns = all.filter_map(|glob| semantics.view.pattern(&glob.value));
    let real = real_path(false);
    if !patterns.any(|pattern| escaping(&[&pattern, &real], &[]).is_some()) {
        reporter.report(attachment.span, format!("no executable has a path like `{}`", shortened(&attachment.value)));
    }
}

fn path_never(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    // Everything else has a path; and disconnected paths have no slash at their beginning.
    let suspicious = |text: &[u8]| {
        let has = |part: &[u8]| memchr::memmem::find(text, part).is_some();
        text.starts_with(b"/") && (has(b"//") || has(b"/./") || has(b"/../")) || text.starts_with(b"{//")
    };
    let mut real = None;
    for rule in &semantics.view.profile.rules {
        let RuleKind::File(file) = &rule.kind else { continue };
        if !suspicious(&file.path.value) {
            continue;
        }
        let Some(pattern) = semantics.view.pattern(&file.path.value) else { continue };
        let real = real.get_or_insert_with(|| real_path(true));
        if escaping(&[&pattern, real], &[]).is_none() {
            reporter.report(rule.span, format!("no file has a path like `{}`", shortened(&file.path.value)));
        }
    }
}

fn conflict(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    let tops: Vec<_> = set.members.iter().filter(|member| member.top && !member.xattrs).collect();
    let mut builder = Builder::new(Config::default());
    let mut labels = Vec::new();
    for member in &tops {
        for attachment in &member.attachments {
            let Some(pattern) = set.pattern(attachment) else { continue };
            builder.add(&pattern, LabelId(u32::try_from(labels.len()).unwrap_or(u32::MAX)));
            labels.push((*member, crate::encode::attachment_rank(attachment)));
        }
    }
    let Ok(dfa) = builder.build() else { return };
    let mut seen = BTreeSet::new();
    for (id, both) in dfa.label_sets().filter(|(_, labels)| labels.len() > 1) {
        let ranked = both.iter().filter_map(|label| labels.get(label.0 as usize));
        let best = ranked.clone().map(|(_, rank)| *rank).max();
        let mut first = ranked.filter(|(_, rank)| Some(*rank) == best).map(|(member, _)| *member);
        let Some(a) = first.next() else { continue };
        let Some(b) = first.find(|b| (&b.name, &b.namespace) != (&a.name, &a.namespace) && b.namespace == a.namespace)
        else {
            continue;
        };
        if seen.insert((a.span, b.span)) {
            let path = dfa.witness(id).map(|string| shown(&string)).unwrap_or_default();
            let message =
                format!("`{}` and `{}` attach to `{path}`, and neither goes before the other", a.name, b.name);
            let finding = reporter.finding(b.span, message);
            reporter.push(finding.and_label(a.span, "the other profile"));
        }
    }
}

/// Names that are no profiles of a set, or only become so on the system.
fn is_special(name: &[u8]) -> bool {
    name == b"unconfined" || name.starts_with(b"snap.") || name.contains(&b':') || name.starts_with(b"&")
}

/// The part of a (stacked) name that no profile has, if any. A pattern for names is meant for profiles that are made while the
/// system runs.
fn unknown_part(set: &SetView<'_>, name: &Text) -> Option<String> {
    let parts = name.to_str_lossy();
    let plain = |part: &&str| !is_special(part.as_bytes()) && !part.contains(['*', '?', '[']);
    parts.split("//&").filter(plain).find(|part| !set.has(&(*part).into())).map(str::to_owned)
}

fn missing(set: &SetView<'_>, wanted: fn(By) -> bool, what: &str, reporter: &mut Reporter<'_>) {
    if !set.complete {
        return;
    }
    // The same names come again and again.
    let mut known: FxHashMap<&Text, Option<String>> = FxHashMap::default();
    // A rule of an included file names something else in every profile if it names it after the profile.
    let mut rules: BTreeMap<Span, Option<String>> = BTreeMap::new();
    for named in set.members.iter().flat_map(|member| &member.named).filter(|named| wanted(named.by)) {
        let unknown = known.entry(&named.name).or_insert_with(|| unknown_part(set, &named.name)).clone();
        let all = rules.entry(named.span).or_insert_with(|| unknown.clone());
        if unknown.is_none() {
            *all = None;
        }
    }
    for (span, unknown) in rules {
        let Some(part) = unknown else { continue };
        let names = set.members.iter().filter_map(|member| std::str::from_utf8(&member.name).ok());
        let finding = reporter.finding(span, format!("there is no {what} `{part}`"));
        reporter.push(match nearest(part.as_bytes(), names) {
            Some(near) => finding.with_help(format!("there is `{near}`")),
            None => finding,
        });
    }
}

fn target(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    missing(set, |by| by != By::Peer, "profile", reporter);
}

fn peer(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    missing(set, |by| by == By::Peer, "profile with the label", reporter);
}

fn executed(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    if !set.complete {
        return;
    }
    // One automaton for all: attachments have label 0, each path its own.
    let mut builder = Builder::new(Config::default());
    let tops = set.members.iter().filter(|member| member.top);
    for pattern in tops.flat_map(|member| &member.attachments).filter_map(|path| set.pattern(path)) {
        builder.add(&pattern, LabelId(0));
    }
    let executed = || set.members.iter().flat_map(|member| &member.executed);
    let paths: BTreeSet<&Text> = executed().map(|(path, _)| path).collect();
    let number = |at: usize| LabelId(u32::try_from(at + 1).unwrap_or(u32::MAX));
    for (at, path) in paths.iter().enumerate() {
        if let Some(pattern) = set.pattern(path) {
            builder.add(&pattern, number(at));
        }
    }
    let Ok(dfa) = builder.build() else { return };
    let mut attached: BTreeSet<LabelId> = BTreeSet::new();
    for (_, labels) in dfa.label_sets().filter(|(_, labels)| labels.first() == Some(&LabelId(0))) {
        attached.extend(labels.iter().copied());
    }
    let attached: FxHashMap<&Text, bool> =
        paths.iter().enumerate().map(|(at, path)| (*path, attached.contains(&number(at)))).collect();
    // A rule has several paths where there are aliases, its own first, and a path stands for several programs. One that has a
    // profile is enough: the others may not be installed.
    let mut spans: BTreeMap<Span, (bool, &Text)> = BTreeMap::new();
    for (path, span) in executed() {
        spans.entry(*span).or_insert((false, path)).0 |= attached.get(path).is_some_and(|attached| *attached);
    }
    for (span, (_, path)) in spans.iter().filter(|(_, (attached, _))| !attached) {
        reporter.report(*span, format!("no profile attaches to `{}`", shortened(path)));
    }
}

fn duplicate(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    let mut known = FxHashMap::default();
    for member in set.members {
        let before = *known.entry((&member.namespace, &member.name)).or_insert(member.span);
        if before.source != member.span.source {
            let finding = reporter.finding(member.span, format!("`{}` is defined in another file, too", member.name));
            reporter.push(finding.and_label(before, "the other profile"));
        }
    }
}
