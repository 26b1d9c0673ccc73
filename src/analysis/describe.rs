//! Permissions in words.

use std::fmt::Write;

use super::classes;
use super::perms::{
    APPEND, CHANGE_PROFILE, ClassPerms, EXEC, EXEC_MMAP, Exec, FilePerms, GETATTR, Half, LINK, LOCK, ONEXEC, READ,
    Rare, Target, WRITE,
};
use crate::automata::Symbol;

/// `allows rw`, `denies`, `allows r (quiet w)`; with `owner` and `other` where the halves differ.
pub(super) fn file(perms: &FilePerms) -> String {
    if perms.owner == perms.other {
        return half(&perms.owner);
    }
    format!("owner {}; other {}", half(&perms.owner), half(&perms.other))
}

fn half(half: &Half) -> String {
    // What is granted everywhere is worth a word only where it is missing.
    let missing = if half.allow & GETATTR == 0 { vec!["no getattr".to_owned()] } else { Vec::new() };
    let mut granted = letters(half.allow & !GETATTR, u32::MAX);
    // Onexec alone knows only whether it is safe.
    if let Some(exec) = half.exec.as_ref().filter(|exec| half.allow & EXEC != 0 || **exec != Exec::default()) {
        granted.push(transition(exec));
    }
    let seconds = [
        (half.audit, half.allow | half.prompt, "audit"),
        (half.quiet & !GETATTR, !half.allow, "quiet"),
        (half.prompt, !half.allow, "prompt"),
    ];
    let seconds = seconds.into_iter().filter(|&(bits, ..)| bits != 0);
    let notes = seconds.map(|(bits, possible, name)| format!("{name} {}", letters(bits, possible).join(" ")));
    sentence(&granted.join(" "), missing.into_iter().chain(notes).chain(rare(&half.rare)))
}

/// Letters of the permissions as rules would have them, and the remaining bits as a number. `possible` holds the bits that
/// can be set at all: what a letter promises besides is said to be missing only among those.
fn letters(bits: u32, possible: u32) -> Vec<String> {
    const OPEN: u32 = 0x40;
    // What comes with a letter besides its own bit: attributes, create, delete, open.
    const WITH_WRITE: u32 = 0x3170 | APPEND;
    let mut word = String::new();
    let mut known = GETATTR;
    let mut promised = 0;
    for (bit, with, letter) in [
        (READ, OPEN, 'r'),
        (WRITE, WITH_WRITE, 'w'),
        (APPEND, 0, 'a'),
        (LINK, 0, 'l'),
        (LOCK, 0, 'k'),
        (EXEC_MMAP, 0, 'm'),
        (EXEC, 0, 'x'),
    ] {
        if bits & bit != 0 && !(bit == APPEND && bits & WRITE != 0) {
            word.push(letter);
            known |= bit;
            promised |= with;
        }
    }
    let mut words = Vec::new();
    if !word.is_empty() {
        words.push(word);
    }
    for (bit, name) in [(CHANGE_PROFILE, "change_profile"), (ONEXEC, "onexec")] {
        if bits & bit != 0 {
            words.push(name.to_owned());
            known |= bit;
        }
    }
    let more = bits & !known & !promised;
    if more != 0 {
        words.push(format!("{more:#x}"));
    }
    let missing = promised & possible & !bits;
    if missing != 0 {
        words.push(format!("without {missing:#x}"));
    }
    words
}

fn transition(exec: &Exec) -> String {
    let mut text = String::from("(");
    text.push_str(match (&exec.target, exec.child) {
        (Target::None, false) => "no target",
        (Target::None, true) => "no child",
        (Target::Attachment, false) => "by attachment",
        (Target::Attachment, true) => "child by attachment",
        (Target::Named(_), _) => "to ",
        (Target::Missing(_), _) => "missing target ",
        (Target::Reserved(_), _) => "reserved type ",
    });
    match &exec.target {
        Target::Named(name) => write!(text, "\"{}\"", name.escape_ascii()),
        Target::Missing(index) | Target::Reserved(index) => write!(text, "{index}"),
        Target::None | Target::Attachment => Ok(()),
    }
    .unwrap_or_default();
    for (set, word) in [(exec.r#unsafe, "unsafe"), (exec.inherit, "or inherit"), (exec.unconfined, "or unconfined")] {
        if set {
            text.push_str(", ");
            text.push_str(word);
        }
    }
    text.push(')');
    text
}

/// The same for the other classes; the names of the permissions depend on the class, the first symbols of the string.
pub(super) fn class(perms: &ClassPerms, witness: &[Symbol]) -> String {
    const LABEL: u8 = 16;
    let class = match witness {
        [Symbol::Byte(LABEL), Symbol::Byte(class), ..] | [Symbol::Byte(class), ..] => *class,
        _ => 0,
    };
    let names = |bits: u32| {
        let mut words: Vec<String> = Vec::new();
        let mut known = 0;
        for &(bit, name) in classes::permissions(class) {
            if bits & bit != 0 {
                words.push(name.to_owned());
                known |= bit;
            }
        }
        if bits & !known != 0 {
            words.push(format!("{:#x}", bits & !known));
        }
        words.join(" ")
    };
    let missing = if perms.allow & LOCK == 0 { vec!["no lock".to_owned()] } else { Vec::new() };
    let seconds = [(perms.audit & !LOCK, "audit"), (perms.quiet, "quiet"), (perms.prompt, "prompt")];
    let seconds = seconds.into_iter().filter(|&(bits, _)| bits != 0);
    let notes = seconds.map(|(bits, name)| format!("{name} {}", names(bits)));
    sentence(&names(perms.allow & !LOCK), missing.into_iter().chain(notes).chain(rare(&perms.rare)))
}

fn rare(rare: &Rare) -> impl Iterator<Item = String> {
    let Rare { subtree, cond, kill, complain, hide, tag, label } = *rare;
    let words = [
        (subtree, "subtree"),
        (cond, "cond"),
        (kill, "kill"),
        (complain, "complain"),
        (hide, "hide"),
        (tag, "tag"),
        (label, "label"),
    ];
    words.into_iter().filter(|&(bits, _)| bits != 0).map(|(bits, name)| format!("{name} {bits:#x}"))
}

fn sentence(granted: &str, notes: impl Iterator<Item = String>) -> String {
    let mut text = if granted.is_empty() { "denies".to_owned() } else { format!("allows {granted}") };
    let notes: Vec<String> = notes.collect();
    if !notes.is_empty() {
        let _infallible = write!(text, " ({})", notes.join(", "));
    }
    text
}
