//! `flags=(…)`

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Flags, Glob, ProfileMode};
use crate::source::{Span, Spanned, Text};
use crate::syntax::ast;
use crate::syntax::word::Word;
use crate::vocab::{errno, flags as words, nearest, signals};

use super::preamble::stored_text;
use super::{Resolver, slashes};

/// What the flags read so far have said, and where.
#[derive(Default)]
struct Seen {
    mode: Option<Spanned<ProfileMode>>,
    /// Path flags by name.
    path: Vec<Spanned<&'static str>>,
    bits: u32,
    ipc: Option<Span>,
    disconnected: Option<Glob>,
    disconnected_ipc: Option<Glob>,
    kill_signal: Option<Spanned<u8>>,
    error: Option<Spanned<u32>>,
}

fn mode(word: &[u8]) -> Option<ProfileMode> {
    Some(match word {
        b"enforce" => ProfileMode::Enforce,
        b"complain" => ProfileMode::Complain,
        b"kill" => ProfileMode::Kill,
        b"unconfined" => ProfileMode::Unconfined,
        b"default_allow" => ProfileMode::DefaultAllow,
        b"prompt" => ProfileMode::Prompt,
        _ => return None,
    })
}

/// Takes a value that may be said once; says where it was said before with another value.
fn once<T: PartialEq>(slot: &mut Option<Spanned<T>>, value: T, span: Span) -> Result<(), Span> {
    match slot {
        Some(before) if before.value != value => Err(before.span),
        Some(_) => Ok(()),
        None => {
            *slot = Some(Spanned::new(value, span));
            Ok(())
        }
    }
}

/// Why a flag is not taken.
enum Refusal {
    Unknown,
    /// With an earlier one.
    Conflict(Span),
    Signal,
    Errno,
}

impl Seen {
    fn path_flag(&mut self, flag: &words::PathFlag, span: Span) -> Result<(), Refusal> {
        if let Some(before) = self.path.iter().find(|before| before.value == flag.opposite) {
            return Err(Refusal::Conflict(before.span));
        }
        if let Some(before) = self.ipc.filter(|_| flag.name == "no_attach_disconnected") {
            return Err(Refusal::Conflict(before));
        }
        self.path.push(Spanned::new(flag.name, span));
        self.bits |= flag.bit;
        Ok(())
    }

    fn ipc(&mut self, span: Span) -> Result<(), Refusal> {
        if let Some(before) = self.path.iter().find(|before| before.value == "no_attach_disconnected") {
            return Err(Refusal::Conflict(before.span));
        }
        self.ipc.get_or_insert(span);
        self.bits |= words::ATTACH_DISCONNECTED_IPC;
        Ok(())
    }

    /// A flag with a value.
    fn valued(&mut self, name: &[u8], value: &[u8], span: Span) -> Result<(), Refusal> {
        match name {
            b"attach_disconnected.path" => {
                if let Some(flag) = words::path_flag(b"attach_disconnected") {
                    self.path_flag(flag, span)?;
                }
                once(&mut self.disconnected, value.into(), span).map_err(Refusal::Conflict)
            }
            b"attach_disconnected.ipc" => {
                self.ipc(span)?;
                once(&mut self.disconnected_ipc, value.into(), span).map_err(Refusal::Conflict)
            }
            b"kill.signal" => {
                let number = signals::number(value).ok_or(Refusal::Signal)?;
                once(&mut self.kill_signal, number, span).map_err(Refusal::Conflict)
            }
            b"error" => {
                let number = errno::number(value).ok_or(Refusal::Errno)?;
                once(&mut self.error, number.into(), span).map_err(Refusal::Conflict)
            }
            _ => Err(Refusal::Unknown),
        }
    }

    fn flag(&mut self, text: &[u8], span: Span, flags: &mut Flags) -> Result<(), Refusal> {
        if let Some(mode) = mode(text) {
            return once(&mut self.mode, mode, span).map_err(Refusal::Conflict);
        }
        if let Some(flag) = words::path_flag(text) {
            return self.path_flag(flag, span);
        }
        match text {
            b"audit" => flags.audit = true,
            b"debug" => flags.debug = true,
            b"interruptible" => flags.interruptible = true,
            b"attach_disconnected.ipc" => self.ipc(span)?,
            _ => {
                let at = text.iter().position(|&byte| byte == b'=').ok_or(Refusal::Unknown)?;
                let (name, value) = text.split_at_checked(at).ok_or(Refusal::Unknown)?;
                self.valued(name, value.get(1..).unwrap_or_default(), span)?;
            }
        }
        Ok(())
    }
}

impl Resolver<'_> {
    /// The flags of a profile.
    pub(super) fn flags(&mut self, profile: &ast::Profile) -> Flags {
        let mut flags = Flags::default();
        let mut seen = Seen::default();
        for (place, word) in profile.flags.iter().flat_map(|list| &list.value).enumerate() {
            let text = stored_text(word).value;
            if place > 0 && matches!(&*text, b"debug" | b"interruptible") {
                let message = format!("apparmor_parser loses the flag `{text}` where it does not stand first");
                self.diagnostics.push(Diagnostic::new(Code::RefFlagOrder, message, word.span));
            }
            if let Err(refusal) = seen.flag(&text, word.span, &mut flags) {
                self.diagnostics.push(refused(word, &text, &refusal));
            }
        }
        flags.mode = seen.mode.map_or(ProfileMode::Enforce, |mode| mode.value);
        flags.path_flags = (!seen.path.is_empty() || seen.ipc.is_some()).then_some(seen.bits);
        flags.disconnected = seen.disconnected.and_then(|path| self.disconnected(path));
        flags.disconnected_ipc = seen.disconnected_ipc.and_then(|path| self.disconnected(path));
        flags.kill_signal = seen.kill_signal.map(|number| number.value);
        flags.error = seen.error.map(|number| number.value);
        flags
    }

    fn disconnected(&mut self, mut path: Glob) -> Option<Text> {
        if !self.expand_in_header(&mut path) || self.dead {
            return None;
        }
        let filtered = slashes::filter(&path.value);
        if !filtered.starts_with(b"/") {
            let message = format!("the path of disconnected objects, `{}`, must begin with a slash", path.value);
            self.diagnostics.push(Diagnostic::new(Code::Disconnected, message, path.span));
            return None;
        }
        let end = filtered.iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
        Some(filtered.get(..end).unwrap_or_default().into())
    }
}

fn refused(word: &Word, text: &[u8], refusal: &Refusal) -> Diagnostic {
    let value = String::from_utf8_lossy(text.splitn(2, |&byte| byte == b'=').nth(1).unwrap_or_default());
    match refusal {
        Refusal::Unknown => {
            let mut diagnostic =
                Diagnostic::new(Code::FlagInvalid, format!("unknown profile flag `{}`", word.value), word.span);
            let name = text.split(|&byte| byte == b'=').next().unwrap_or_default();
            diagnostic.help = nearest(name, words::words()).map(|near| format!("there is `{near}`"));
            diagnostic
        }
        Refusal::Conflict(before) => {
            let message = format!("the flag `{}` contradicts an earlier one", word.value);
            Diagnostic::new(Code::FlagConflict, message, word.span).and_label(*before, "the earlier flag")
        }
        Refusal::Signal => {
            let mut diagnostic = Diagnostic::new(Code::FlagSignal, format!("unknown signal `{value}`"), word.span);
            let names = signals::ALL.iter().map(|&(name, _)| name);
            diagnostic.help = nearest(value.as_bytes(), names).map(|near| format!("there is `{near}`"));
            diagnostic
        }
        Refusal::Errno => {
            let mut diagnostic = Diagnostic::new(Code::FlagError, format!("unknown error name `{value}`"), word.span);
            let names = errno::ALL.iter().map(|&(name, _)| name);
            diagnostic.help = nearest(value.as_bytes(), names).map(|near| format!("there is `{near}`"));
            diagnostic
        }
    }
}
