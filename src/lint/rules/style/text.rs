//! Words that could be shorter, or plainer.

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, PathView, Reporter};
use crate::lint::finding::Fix;
use crate::lint::rule::{Fixes, Rule};
use crate::source::Span;
use crate::syntax::ast::RuleMode;

pub(in crate::lint::rules) static REPEATED: Rule = Rule {
    code: "AA0401",
    name: "repeated-permission",
    fixes: Fixes::Safe,
    summary: "a permission letter is written twice",
    why: "It may be a slip for another letter.",
    bad: "profile p /usr/bin/p {\n  /etc/p.conf rr,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Delete or mend it.",
    check: Check::Item(repeated),
    ..Rule::BASE
};

pub(in crate::lint::rules) static ORDER: Rule = Rule {
    code: "AA0402",
    name: "permission-order",
    severity: Severity::Note,
    default: false,
    fixes: Fixes::Safe,
    summary: "permission letters are not in their usual order (`mrwalk`, exec last)",
    why: "In one order the eye finds what differs.",
    bad: "profile p /usr/bin/p {\n  /usr/bin/q ixmr,\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/q mrix,\n}\n",
    remedy: "Write them in that order.",
    check: Check::Item(order),
    ..Rule::BASE
};

pub(in crate::lint::rules) static QUOTES: Rule = Rule {
    code: "AA0403",
    name: "needless-quotes",
    severity: Severity::Note,
    fixes: Fixes::Safe,
    summary: "a path stands in quotes that it does not need",
    why: "Quotes are for blanks and for what would end a word; elsewhere they make one wonder.",
    bad: "profile p /usr/bin/p {\n  \"/etc/p.conf\" r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Leave them out.",
    check: Check::Path(quotes),
    ..Rule::BASE
};

pub(in crate::lint::rules) static SLASHES: Rule = Rule {
    code: "AA0404",
    name: "double-slash",
    severity: Severity::Note,
    fixes: Fixes::Safe,
    summary: "a path has two slashes where one is meant",
    why: "Compilers make one of them; readers wonder.",
    bad: "profile p /usr/bin/p {\n  /etc//p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Delete one.",
    check: Check::Path(slashes),
    ..Rule::BASE
};

pub(in crate::lint::rules) static ALLOW: Rule = Rule {
    code: "AA0407",
    name: "needless-allow",
    severity: Severity::Note,
    default: false,
    summary: "`allow` is written out",
    why: "A rule without it allows, too.",
    bad: "profile p /usr/bin/p {\n  allow /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Leave it out.",
    check: Check::Item(allow),
    ..Rule::BASE
};

pub(in crate::lint::rules) static CLASS: Rule = Rule {
    code: "AA0408",
    name: "class-of-one",
    severity: Severity::Note,
    summary: "a class has one member",
    why: "`[a]` is `a`; it may be a slip for a range.",
    bad: "profile p /usr/bin/p {\n  /srv/[a]b r,\n}\n",
    good: "profile p /usr/bin/p {\n  /srv/ab r,\n}\n",
    remedy: "Write the character.",
    check: Check::Path(class),
    ..Rule::BASE
};

fn is_exec(letter: u8) -> bool {
    matches!(letter, b'x' | b'i' | b'p' | b'P' | b'c' | b'C' | b'u' | b'U')
}

fn repeated(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some(permissions) = any_file_rule(view) else { return };
    let letters = permissions.as_bytes();
    let mut kept = Vec::new();
    for &letter in letters {
        if is_exec(letter) || !kept.contains(&letter) {
            kept.push(letter);
        }
    }
    if kept.len() != letters.len() {
        let finding = reporter.finding(permissions.span, "a letter is written twice");
        reporter.push(finding.with_fix(Fix::safe("delete it", permissions.span, kept)));
    }
}

fn order(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some(permissions) = any_file_rule(view) else { return };
    let letters = permissions.as_bytes();
    let rank = |letter: &u8| b"mrwalk".iter().position(|known| known == letter).unwrap_or(usize::MAX);
    let mut plain: Vec<u8> = letters.iter().copied().filter(|&letter| !is_exec(letter)).collect();
    plain.sort_by_key(rank);
    plain.extend(letters.iter().copied().filter(|&letter| is_exec(letter)));
    // Exec letters that stand apart belong to no one form.
    let together = letters.split(|&letter| !is_exec(letter)).filter(|part| !part.is_empty()).count() <= 1;
    if plain != letters && together {
        let text = String::from_utf8_lossy(&plain).into_owned();
        let finding = reporter.finding(permissions.span, format!("the usual order is `{text}`"));
        reporter.push(finding.with_fix(Fix::safe(format!("write `{text}`"), permissions.span, plain)));
    }
}

/// The permissions of a file rule, whatever its prefix.
fn any_file_rule<'a>(view: &ItemView<'a>) -> Option<&'a crate::source::Spanned<crate::syntax::ast::FileLetters>> {
    use crate::syntax::ast::{FileBody, RuleKind};
    let RuleKind::File(file) = &view.rule()?.kind else { return None };
    match &file.body {
        FileBody::Access { permissions, .. } => Some(permissions),
        FileBody::All => None,
    }
}

fn quotes(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let quoted = path.word.value.len() != path.text.len();
    let plain = |&byte: &u8| byte.is_ascii_alphanumeric() || b"/._-*@{}+".contains(&byte);
    // Only what begins like a path is one without quotes.
    let begins = path.text.first() == Some(&b'/') || path.text.starts_with(b"@{");
    if quoted && begins && path.text.iter().all(plain) {
        let finding = reporter.finding(path.word.span, "the quotes are not needed");
        reporter.push(finding.with_fix(Fix::safe("leave the quotes out", path.word.span, path.text)));
    }
}

fn slashes(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let inner = path.text.get(1..).unwrap_or_default();
    if let Some(at) = memchr::memmem::find(inner, b"//") {
        let place = path.part(at + 1, 2);
        let finding = reporter.finding(place, "one slash is meant");
        reporter.push(finding.with_fix(Fix::safe("delete a slash", place, "/")));
    }
}

fn allow(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some(rule) = view.rule() else { return };
    if rule.prefix.value.mode == Some(RuleMode::Allow) {
        let start: Span = rule.prefix.span;
        reporter.report(start, "a rule allows without it");
    }
}

fn class(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for (at, window) in path.text.windows(3).enumerate() {
        if let [b'[', member, b']'] = window
            && at.checked_sub(1).and_then(|before| path.text.get(before)) != Some(&b'\\')
            && !matches!(member, b'^' | b'\\' | b'*' | b'?' | b'{' | b'}' | b'[' | b']' | b',')
        {
            reporter.report(path.part(at, 3), format!("`[{0}]` is `{0}`", char::from(*member)));
        }
    }
}
