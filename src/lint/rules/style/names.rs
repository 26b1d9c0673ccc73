//! How profiles and files are called, and what every profile has.

use crate::diagnostic::Severity;
use crate::lint::check::{Check, FileView, ItemView, Reporter, Role};
use crate::lint::finding::Fix;
use crate::lint::rule::{Confidence, Fixes, Rule};
use crate::source::Span;
use crate::syntax::ast::{ItemKind, ProfileKeyword};
use crate::syntax::word::unquoted;

pub(in crate::lint::rules) static LOCAL: Rule = Rule {
    code: "AA0409",
    name: "missing-local-include",
    severity: Severity::Note,
    default: false,
    aliases: &["missing-local-include", "include"],
    summary: "a profile does not include its local additions",
    why: "Administrators put rules of their own into `local/NAME`, which package updates leave alone.",
    bad: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n\n  include if exists <local/p>\n}\n",
    remedy: "End the profile with `include if exists <local/NAME>`.",
    check: Check::File(local),
    ..Rule::BASE
};

pub(in crate::lint::rules) static FILE_NAME: Rule = Rule {
    code: "AA0410",
    name: "file-name",
    severity: Severity::Note,
    confidence: Confidence::Low,
    default: false,
    aliases: &["profile-name-mismatch"],
    summary: "a file is not called like its profile or program",
    why: "Who looks for a profile looks for its name.",
    bad: "# In a file called `example`.\nprofile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    good: "# In a file called `example`.\nprofile example /usr/bin/example {\n  /etc/example.conf r,\n}\n",
    remedy: "Call the file like the profile, or like its path with dots for slashes; `_` may stand for a blank.",
    check: Check::File(file_name),
    ..Rule::BASE
};

pub(in crate::lint::rules) static CARET: Rule = Rule {
    code: "AA0411",
    name: "hat-with-caret",
    severity: Severity::Note,
    default: false,
    fixes: Fixes::Safe,
    summary: "a hat is introduced by `^`",
    why: "The keyword `hat` says what it is.",
    bad: "profile p /usr/bin/p {\n  ^worker {\n    /etc/p.conf r,\n  }\n}\n",
    good: "profile p /usr/bin/p {\n  hat worker {\n    /etc/p.conf r,\n  }\n}\n",
    remedy: "Write `hat NAME {`.",
    check: Check::Item(caret),
    ..Rule::BASE
};

pub(in crate::lint::rules) static OWNER: Rule = Rule {
    code: "AA0412",
    name: "home-without-owner",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    default: false,
    aliases: &["missing-owner-qualifier"],
    summary: "a rule for home directories or `/run/user` without `owner`",
    why: "The program may get at the files of every user, not only of its own.",
    bad: "@{HOME} = /home/*/\n\nprofile p /usr/bin/p {\n  @{HOME}/.prc rw,\n}\n",
    good: "@{HOME} = /home/*/\n\nprofile p /usr/bin/p {\n  owner @{HOME}/.prc rw,\n}\n",
    remedy: "Write `owner` before the rule, unless the program serves several users.",
    check: Check::Item(owner),
    ..Rule::BASE
};

fn local(view: &FileView<'_>, reporter: &mut Reporter<'_>) {
    if view.role != Role::Profiles {
        return;
    }
    for item in &view.file.items {
        let ItemKind::Profile(profile) = &item.kind.value else { continue };
        let includes = profile.body.items.iter().any(|item| match &item.kind.value {
            ItemKind::Include(include) => unquoted(&include.path.path.value).starts_with(b"local/"),
            _ => false,
        });
        if !includes {
            reporter.report(
                profile.name.span,
                format!("profile `{}` has no `include if exists <local/…>`", profile.name.value),
            );
        }
    }
}

fn file_name(view: &FileView<'_>, reporter: &mut Reporter<'_>) {
    let file = view.source.name().rsplit('/').next().unwrap_or_default();
    let profiles: Vec<_> = view
        .file
        .items
        .iter()
        .filter_map(|item| match &item.kind.value {
            ItemKind::Profile(profile) => Some(profile),
            _ => None,
        })
        .collect();
    let Some(first) = profiles.first() else { return };
    // Of a path with dots for slashes, a namespace with one before the name; blanks make a poor file name.
    let dotted = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        text.trim_start_matches(['/', ':']).replace("://", ".").replace(['/', ':'], ".").replace(' ', "_")
    };
    let fits = profiles.iter().any(|profile| {
        let words = std::iter::once(&profile.name).chain(&profile.attachment);
        words.map(|word| dotted(unquoted(&word.value))).any(|name| name == file.replace(' ', "_"))
    });
    if !fits && view.role == Role::Profiles {
        reporter.report(first.name.span, format!("the file is called `{file}`"));
    }
}

fn caret(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let ItemKind::Profile(profile) = &view.item.kind.value else { return };
    let start = Span { end: view.span().start.saturating_add(1), ..view.span() };
    if profile.keyword == ProfileKeyword::Caret && view.file.text(start) == b"^" && start.end == profile.name.span.start
    {
        let finding = reporter.finding(profile.name.span, "the keyword `hat` says what it is");
        reporter.push(finding.with_fix(Fix::safe("write `hat`", start, "hat ")));
    }
}

fn owner(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some((path, _, _)) = crate::lint::rules::file_rule(view) else { return };
    let Some(rule) = view.rule() else { return };
    let text = unquoted(&path.value);
    let homes = [&b"@{HOME}"[..], b"@{user_", b"/home/", b"/run/user/", b"@{run}/user/"];
    // The directory that the homes are in belongs to nobody.
    let below = |home: &&[u8]| text.strip_prefix(*home).is_some_and(|rest| !rest.is_empty() || !home.ends_with(b"/"));
    if rule.prefix.owner.is_none() && homes.iter().any(below) {
        reporter.report(view.span(), "files of every user are allowed");
    }
}
