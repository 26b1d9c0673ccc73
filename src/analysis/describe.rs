//! Permissions in words.

use std::fmt::Write;

use super::classes;
use super::names::Quoted;
use super::perms::{
    APPEND, CHANGE_PROFILE, ClassPerms, EXEC, EXEC_MMAP, ExecTransition, FilePerms, FilePermsHalf, GETATTR, LINK, LOCK,
    ONEXEC, READ, RareWords, TransitionTarget, WRITE,
};
use crate::automata::Symbol;
use crate::vocab::ExecMode;

/// `allows rw`, `denies`, `allows r (quiet w)`; with `owner` and `other` where the halves differ.
pub(super) fn file(perms: &FilePerms) -> String {
    if perms.owner == perms.other {
        return half(&perms.owner);
    }
    format!("owner {}; other {}", half(&perms.owner), half(&perms.other))
}

fn half(half: &FilePermsHalf) -> String {
    // What is granted everywhere is worth a word only where it is missing.
    let missing = if half.allow & GETATTR == 0 { vec!["no getattr".to_owned()] } else { Vec::new() };
    let executes = half.allow & EXEC != 0;
    let form = half.exec.as_ref().filter(|_| executes).and_then(exec_form);
    // The form has the `x` in it.
    let letters_of = if form.is_some() { half.allow & !(GETATTR | EXEC) } else { half.allow & !GETATTR };
    let (word, mut more) = letters(letters_of, u32::MAX);
    let mut granted = vec![word + form.as_deref().unwrap_or_default()];
    granted.append(&mut more);
    // Onexec alone knows only whether it is safe.
    let odd = half.exec.as_ref().filter(|exec| form.is_none() && (executes || **exec != ExecTransition::default()));
    granted.extend(odd.map(transition));
    granted.retain(|word| !word.is_empty());
    let seconds = [
        (half.audit, half.allow | half.prompt, "audit"),
        (half.quiet & !GETATTR, !half.allow, "quiet"),
        (half.prompt, !half.allow, "prompt"),
    ];
    let seconds = seconds.into_iter().filter(|&(bits, ..)| bits != 0);
    let notes = seconds.map(|(bits, possible, name)| {
        let (word, more) = letters(bits, possible);
        let words: Vec<String> = [word].into_iter().chain(more).filter(|word| !word.is_empty()).collect();
        format!("{name} {}", words.join(" "))
    });
    sentence(&granted.join(" "), missing.into_iter().chain(notes).chain(rare(&half.rare)))
}

/// Bits that have no letter of their own, by name; what has no name as one number.
fn bit_names(bits: u32) -> Vec<String> {
    const NAMES: [(u32, &str); 9] = [
        (APPEND, "append"),
        (0x10, "create"),
        (0x20, "delete"),
        (0x40, "open"),
        (0x80, "rename"),
        (0x100, "setattr"),
        (0x1000, "chmod"),
        (0x2000, "chown"),
        (0x4000, "chgrp"),
    ];
    let named = NAMES.into_iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| name.to_owned());
    let rest = bits & !NAMES.iter().fold(0, |bits, (bit, _)| bits | bit);
    named.chain((rest != 0).then(|| format!("{rest:#x}"))).collect()
}

/// The transition as rules have it: `ix`, `Px`, `pix -> "target"`. `None` for what no rule says.
fn exec_form(exec: &ExecTransition) -> Option<String> {
    let name = match &exec.target {
        TransitionTarget::None | TransitionTarget::Attachment => None,
        TransitionTarget::Named(name) => Some(name),
        TransitionTarget::Missing(_) | TransitionTarget::Reserved(_) => return None,
    };
    let has_target = exec.target != TransitionTarget::None;
    let base = if exec.child { ExecMode::CHILD } else { ExecMode::PROFILE };
    let mode = match (exec.inherit, exec.unconfined) {
        (false, false) if has_target => base,
        (true, false) if has_target => base.or_inherit(),
        (false, true) if has_target => base.or_unconfined(),
        (true, false) if !exec.child && !exec.r#unsafe => ExecMode::INHERIT,
        (false, true) if !exec.child => ExecMode::UNCONFINED,
        _ => return None,
    };
    let mode = mode.with_environment(exec.r#unsafe);
    Some(match name {
        Some(name) => format!("{mode} -> {}", Quoted(name)),
        None => mode.to_string(),
    })
}

/// Letters of the permissions as rules would have them, then the words of others, and the remaining bits as a number. `possible` holds the bits that
/// can be set at all: what a letter promises besides is said to be missing only among those.
fn letters(bits: u32, possible: u32) -> (String, Vec<String>) {
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
    for (bit, name) in [(CHANGE_PROFILE, "change_profile"), (ONEXEC, "onexec")] {
        if bits & bit != 0 {
            words.push(name.to_owned());
            known |= bit;
        }
    }
    words.extend(bit_names(bits & !known & !promised));
    let missing = bit_names(promised & possible & !bits);
    if !missing.is_empty() {
        words.push(format!("without {}", missing.join(" ")));
    }
    (word, words)
}

fn transition(exec: &ExecTransition) -> String {
    let mut text = String::from("(");
    text.push_str(match (&exec.target, exec.child) {
        (TransitionTarget::None, false) => "no target",
        (TransitionTarget::None, true) => "no child",
        (TransitionTarget::Attachment, false) => "by attachment",
        (TransitionTarget::Attachment, true) => "child by attachment",
        (TransitionTarget::Named(_), _) => "to ",
        (TransitionTarget::Missing(_), _) => "missing target ",
        (TransitionTarget::Reserved(_), _) => "reserved type ",
    });
    match &exec.target {
        TransitionTarget::Named(name) => write!(text, "{}", Quoted(name)),
        TransitionTarget::Missing(index) | TransitionTarget::Reserved(index) => write!(text, "{index}"),
        TransitionTarget::None | TransitionTarget::Attachment => Ok(()),
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
    // After the byte of the class alone stands the mark that it is mediated, whatever it is.
    let unasked = if witness.len() == 1 { classes::MEDIATED_MARK } else { classes::unasked(class) };
    let names = |bits: u32| {
        let bits = bits & !unasked;
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
    let seconds = [(perms.audit & !LOCK, "audit"), (perms.quiet, "quiet"), (perms.prompt, "prompt")];
    let seconds = seconds.into_iter().filter(|&(bits, _)| bits != 0);
    let notes = seconds.map(|(bits, name)| format!("{name} {}", names(bits)));
    sentence(&names(perms.allow & !LOCK), notes.chain(rare(&perms.rare)))
}

fn rare(rare: &RareWords) -> impl Iterator<Item = String> {
    let RareWords { subtree, cond, kill, complain, hide, tag, label } = *rare;
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
