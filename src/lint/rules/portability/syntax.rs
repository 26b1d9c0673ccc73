//! Forms of the language that are old, or that not every version reads alike.

use crate::diagnostic::{Code, Severity};
use crate::lint::check::{Check, FileView, ItemView, Reporter, Role};
use crate::lint::finding::Fix;
use crate::lint::rule::{Fixes, Rule};
use crate::source::Span;
use crate::syntax::ast::{FileBody, ItemKind, ProfileKeyword, RuleKind};

pub(in crate::lint::rules) static ABI: Rule = Rule {
    code: "AA0303",
    name: "missing-abi",
    aliases: &["abi", "missing-abi"],
    fixes: Fixes::Unsafe,
    summary: "a profile file does not say which `abi` it is written for",
    why: "Without it apparmor_parser takes AppArmor 2.x for granted, which mediated no sockets and no user namespaces: network \
          rules do nothing.",
    bad: "profile p /usr/bin/p {\n  network inet stream,\n}\n",
    good: "abi <abi/4.0>,\n\nprofile p /usr/bin/p {\n  network inet stream,\n}\n",
    remedy: "Begin the file with `abi <abi/4.0>,`.",
    instead_of: &[Code::AbiMissing],
    check: Check::File(abi),
    ..Rule::BASE
};

pub(in crate::lint::rules) static POUND: Rule = Rule {
    code: "AA0304",
    name: "pound-include",
    fixes: Fixes::Safe,
    summary: "`#include` is an include that looks like a comment",
    why: "Who comments out an include by hand, or deletes comments, changes the policy.",
    bad: "profile p /usr/bin/p {\n  #include <abstractions/base>\n}\n",
    good: "profile p /usr/bin/p {\n  include <abstractions/base>\n}\n",
    remedy: "Write `include`.",
    instead_of: &[Code::PoundInclude],
    check: Check::Item(pound),
    ..Rule::BASE
};

pub(in crate::lint::rules) static HEADER: Rule = Rule {
    code: "AA0305",
    name: "profile-without-keyword",
    severity: Severity::Note,
    fixes: Fixes::Safe,
    summary: "a profile is introduced by its path alone",
    why: "The keyword `profile` tells a header from a rule, and lets the name differ from the path.",
    bad: "/usr/bin/p {\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Write `profile NAME PATH {`. The fix keeps the path as name, which other profiles may refer to.",
    check: Check::Item(header),
    ..Rule::BASE
};

pub(in crate::lint::rules) static FLAGS: Rule = Rule {
    code: "AA0306",
    name: "flags-without-keyword",
    severity: Severity::Note,
    fixes: Fixes::Safe,
    summary: "flags stand in parentheses without `flags=`",
    why: "It is the form of AppArmor 1; other tools do not read it.",
    bad: "profile p /usr/bin/p (complain) {\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p flags=(complain) {\n  /etc/p.conf r,\n}\n",
    remedy: "Write `flags=(…)`.",
    check: Check::Item(flags),
    ..Rule::BASE
};

pub(in crate::lint::rules) static LEADING: Rule = Rule {
    code: "AA0307",
    name: "leading-permissions",
    severity: Severity::Note,
    fixes: Fixes::Safe,
    summary: "permissions stand before the path",
    why: "Both orders mean the same; mixed, they are hard to scan, and other tools read only one.",
    bad: "profile p /usr/bin/p {\n  r /etc/p.conf,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Write the path first.",
    check: Check::Item(leading),
    ..Rule::BASE
};

pub(in crate::lint::rules) static UPPER: Rule = Rule {
    code: "AA0308",
    name: "upper-case-permission",
    summary: "a permission letter is written in upper case",
    why: "`R` and `W` are forms of AppArmor 1.",
    bad: "profile p /usr/bin/p {\n  /etc/p.conf R,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Write it in lower case. (Of exec forms the first letter may be a capital.)",
    check: Check::Raised(&[Code::UpperCasePerms]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static CRLF: Rule = Rule {
    code: "AA0309",
    name: "carriage-return",
    severity: Severity::Note,
    summary: "lines end in CR LF",
    why: "apparmor_parser makes some of the CRs part of names: the last word of a line is another than it looks.",
    bad: "profile p /usr/bin/p {\r\n  /etc/p.conf r,\r\n}\r\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "`armorer fmt` writes LF.",
    check: Check::Raised(&[Code::CarriageReturn]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static RLIMIT: Rule = Rule {
    code: "AA0310",
    name: "rlimit-without-unit",
    summary: "a number is not what it looks like: a limit without unit, an octal number",
    why: "Compilers take seconds, bytes or milliseconds by the limit's name, and a leading zero for octal.",
    bad: "profile p /usr/bin/p {\n  set rlimit cpu <= 10,\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  set rlimit cpu <= 10seconds,\n  /etc/p.conf r,\n}\n",
    remedy: "Write the unit; leave leading zeros out.",
    check: Check::Raised(&[Code::RlimitUnit, Code::OctalNumber]),
    ..Rule::BASE
};

fn abi(view: &FileView<'_>, reporter: &mut Reporter<'_>) {
    let has = view.file.items.iter().any(|item| matches!(item.kind.value, ItemKind::Abi(_)));
    if view.role == Role::Profiles && !has {
        let Some(first) = view.file.items.first() else { return };
        let start = Span::new(view.id, first.kind.span.start, first.kind.span.start);
        let line_start = view.lines_of(start).map_or(start, |line| Span { end: line.start, ..line });
        let finding =
            reporter.finding(Span { end: first.kind.span.start, ..first.kind.span }, "the file has no `abi` rule");
        let finding = finding.with_help("begin the file with `abi <abi/4.0>,`");
        reporter.push(finding.with_fix(Fix::risky("add `abi <abi/4.0>,`", line_start, "abi <abi/4.0>,\n\n")));
    }
}

fn pound(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let ItemKind::Include(include) = &view.item.kind.value else { return };
    if include.pound {
        let sign = Span { end: view.span().start.saturating_add(1), ..view.span() };
        let finding = reporter.finding(view.span(), "`#include` is an include, although it looks like a comment");
        let finding = finding.with_help("write `include`");
        // Blanks may stand behind the sign.
        let plain = view.file.text(view.span()).starts_with(b"#include");
        reporter.push(if plain { finding.with_fix(Fix::safe("write `include`", sign, "")) } else { finding });
    }
}

fn header(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let ItemKind::Profile(profile) = &view.item.kind.value else { return };
    if profile.keyword == ProfileKeyword::None && profile.attachment.is_none() {
        let start = Span { end: profile.name.span.start, ..profile.name.span };
        let finding = reporter.finding(profile.name.span, "the keyword `profile` is left out");
        reporter.push(finding.with_fix(Fix::safe("write `profile`", start, "profile ")));
    }
}

fn flags(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let ItemKind::Profile(profile) = &view.item.kind.value else { return };
    let Some(flags) = &profile.flags else { return };
    let text = view.file.text(flags.span);
    if text.first() == Some(&b'(') {
        let before = view.file.source.text().get(..flags.span.start as usize).unwrap_or_default().trim_ascii_end();
        if !before.ends_with(b"=") {
            let start = Span { end: flags.span.start, ..flags.span };
            let finding = reporter.finding(flags.span, "`flags=` is left out");
            reporter.push(finding.with_fix(Fix::safe("write `flags=`", start, "flags=")));
        }
    }
}

fn leading(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some(rule) = view.rule() else { return };
    let RuleKind::File(file) = &rule.kind else { return };
    // Behind the keyword `file` it is the order of all other classes.
    if let FileBody::Access { leading: true, subset: false, path, permissions, target: None } = &file.body
        && file.safety.is_none()
        && !file.keyword
    {
        let both = Span::new(path.span.source, permissions.span.start, path.span.end);
        let text = [path.value.as_bytes(), b" ", permissions.as_bytes()].concat();
        let finding = reporter.finding(permissions.span, "permissions stand before the path");
        reporter.push(finding.with_fix(Fix::safe("write the path first", both, text)));
    }
}
