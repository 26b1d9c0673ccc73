//! Programs that are started without, or with too little, confinement.

use crate::diagnostic::{Code, Severity};
use crate::lint::check::{Check, ItemView, ProfileView, Reporter};
use crate::lint::finding::Fix;
use crate::lint::rule::{Fixes, Rule};
use crate::lint::rules::file_rule;
use crate::policy::ExecKind;
use crate::source::Span;

pub(in crate::lint::rules) static UNCONFINED: Rule = Rule {
    code: "AA0101",
    name: "unconfined-exec",
    aliases: &["dangerous-exec"],
    summary: "a program is started without confinement (`ux`, `Ux`)",
    why: "Whatever the confined program can make that program do, it can do unconfined: arguments, files it reads, and the \
          environment where it is kept.",
    bad: "profile p /usr/bin/p {\n  /usr/bin/helper Ux,\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/helper Px -> helper,\n}\n\nprofile helper {\n  /usr/bin/helper mr,\n}\n",
    remedy: "Give the program a profile (`Px`, `Cx`), or let it inherit this one (`ix`).",
    check: Check::Item(unconfined),
    ..Rule::BASE
};

pub(in crate::lint::rules) static ENVIRONMENT: Rule = Rule {
    code: "AA0102",
    name: "unconfined-environment",
    fixes: Fixes::Unsafe,
    summary: "a program may start unconfined with the environment of the confined one (`ux`, `pux`, `cux`)",
    why: "With `LD_PRELOAD` and its kind the confined program runs code of its own outside of its profile.",
    bad: "profile p /usr/bin/p {\n  /usr/bin/helper pux,\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/helper PUx,\n}\n",
    remedy: "Write the form with a capital letter, which has the environment scrubbed.",
    instead_of: &[Code::DangerousUx],
    check: Check::Item(environment),
    ..Rule::BASE
};

pub(in crate::lint::rules) static FALLBACK: Rule = Rule {
    code: "AA0103",
    name: "unconfined-fallback",
    severity: Severity::Note,
    summary: "a program starts unconfined where its profile is not loaded (`PUx`, `CUx`)",
    why: "A profile that fails to load, or has another name, turns into no confinement without a word.",
    bad: "profile p /usr/bin/p {\n  /usr/bin/helper PUx,\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/helper Px,\n}\n",
    remedy: "Ship the profile and write `Px`, or fall back to this profile with `Pix`.",
    check: Check::Item(fallback),
    ..Rule::BASE
};

pub(in crate::lint::rules) static BROAD: Rule = Rule {
    code: "AA0106",
    name: "broad-exec",
    aliases: &["too-wide"],
    summary: "every file may be executed",
    why: "Whatever the program can write, or anybody leaves lying about, it can run.",
    bad: "profile p /usr/bin/p {\n  /** rix,\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/* rix,\n}\n",
    remedy: "Name the programs, or the directories of programs, that are started.",
    check: Check::Profile(broad),
    ..Rule::BASE
};

/// The exec letters of an allowing file rule in an item, with their place in the text and where they stand in a profile.
fn exec_of<'a>(view: &ItemView<'a>) -> Option<(&'a [u8], Span)> {
    let (_, permissions, target) = file_rule(view)?;
    // With a target it is that profile that counts.
    let letters = permissions.as_bytes();
    let exec = |byte: &u8| matches!(byte.to_ascii_lowercase(), b'p' | b'c' | b'u' | b'i' | b'x');
    let start = letters.iter().position(exec)?;
    let len = letters.get(start..)?.iter().take_while(|byte| exec(byte)).count();
    let part = letters.get(start..start + len)?;
    if target.is_some() && !part.to_ascii_lowercase().contains(&b'u') {
        return None;
    }
    let at = permissions.span.start.saturating_add(u32::try_from(start).ok()?);
    Some((part, Span::new(permissions.span.source, at, at.saturating_add(u32::try_from(len).ok()?))))
}

fn unconfined(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if let Some((b"ux" | b"Ux" | b"uX" | b"UX", span)) = exec_of(view) {
        let path = path_text(view);
        let finding = reporter.finding(view.span(), format!("`{path}` runs without confinement"));
        reporter.push(finding.and_label(span, "unconfined"));
    }
}

fn environment(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some((letters, span)) = exec_of(view) else { return };
    let scrubbed: &[u8] = match letters {
        b"ux" => b"Ux",
        b"pux" => b"PUx",
        b"cux" => b"CUx",
        _ => return,
    };
    let message = format!("`{}` may run unconfined with the environment of this profile", path_text(view));
    let title = format!("write `{}`", String::from_utf8_lossy(scrubbed));
    let finding = reporter.finding(span, message).with_help(format!("{title}, which scrubs the environment"));
    reporter.push(finding.with_fix(Fix::risky(title, span, scrubbed)));
}

fn fallback(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if let Some((b"PUx" | b"Pux" | b"CUx" | b"Cux", span)) = exec_of(view) {
        reporter.report(span, format!("`{}` runs unconfined where its profile is not loaded", path_text(view)));
    }
}

fn broad(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for (rule, file) in view.allowed_files() {
        let Some(exec) = &file.exec else { continue };
        if view.is_broad(file) && !view.is_file_all(rule) {
            let how = match exec.mode.kind() {
                ExecKind::Inherit | ExecKind::Bare => "inside this profile",
                ExecKind::Profile => "in a profile of its own",
                ExecKind::Child => "in a child profile",
                ExecKind::Unconfined => "unconfined",
            };
            reporter.report(rule.span, format!("every file may be executed, {how}"));
        }
    }
}

/// The path of a file rule as it is written.
fn path_text(view: &ItemView<'_>) -> String {
    file_rule(view).map_or_else(String::new, |(path, ..)| path.value.to_string())
}
