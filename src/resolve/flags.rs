//! `flags=(…)`

use crate::diagnostic::{Code, Detail, Diagnostic};
use crate::policy::{Flags, Glob, ProfileMode, slashes};
use crate::source::{Span, Spanned, Text};
use crate::syntax::ast::{self, Named, ProfileFlag};
use crate::vocab::{Errno, Signal, Vocabulary, flags as words, nearest};

use super::Resolver;

/// The flags read so far, with their places.
#[derive(Default)]
struct SeenFlags {
    mode: Option<Spanned<ProfileMode>>,
    /// Path flags by name.
    path: Vec<Spanned<&'static str>>,
    bits: u32,
    ipc: Option<Span>,
    disconnected: Option<Glob>,
    disconnected_ipc: Option<Glob>,
    kill_signal: Option<Spanned<Signal>>,
    error: Option<Spanned<Errno>>,
}

/// Takes a value that may be given once; returns the place where another value was given before.
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

impl SeenFlags {
    fn path_flag(&mut self, flag: &words::PathFlag, span: Span) -> Result<(), Span> {
        if let Some(before) = self.path.iter().find(|before| before.value == flag.opposite) {
            return Err(before.span);
        }
        if let Some(before) = self.ipc.filter(|_| flag.name == "no_attach_disconnected") {
            return Err(before);
        }
        self.path.push(Spanned::new(flag.name, span));
        self.bits |= flag.bit;
        Ok(())
    }

    fn ipc(&mut self, span: Span) -> Result<(), Span> {
        if let Some(before) = self.path.iter().find(|before| before.value == "no_attach_disconnected") {
            return Err(before.span);
        }
        self.ipc.get_or_insert(span);
        self.bits |= words::ATTACH_DISCONNECTED_IPC;
        Ok(())
    }

    /// Takes a flag; the place of an earlier one that it contradicts is the error.
    fn flag(&mut self, flag: &ProfileFlag, span: Span, flags: &mut Flags) -> Result<(), Span> {
        match flag {
            ProfileFlag::Mode(mode) => return once(&mut self.mode, *mode, span),
            ProfileFlag::Path(flag) => return self.path_flag(flag, span),
            ProfileFlag::Audit => flags.audit = true,
            ProfileFlag::Debug => flags.debug = true,
            ProfileFlag::Interruptible => flags.interruptible = true,
            ProfileFlag::DisconnectedPath(path) => {
                if let Some(flag) = words::path_flag(b"attach_disconnected") {
                    self.path_flag(flag, span)?;
                }
                return once(&mut self.disconnected, path.clone(), span);
            }
            ProfileFlag::DisconnectedIpc(path) => {
                self.ipc(span)?;
                return path.as_ref().map_or(Ok(()), |path| once(&mut self.disconnected_ipc, path.clone(), span));
            }
            ProfileFlag::KillSignal(signal) => return once(&mut self.kill_signal, *signal, span),
            ProfileFlag::Error(error) => return once(&mut self.error, *error, span),
        }
        Ok(())
    }
}

impl Resolver<'_> {
    /// The flags of a profile.
    pub(super) fn flags(&mut self, profile: &ast::Profile) -> Flags {
        let mut flags = Flags::default();
        let mut seen = SeenFlags::default();
        for (place, word) in profile.flags.iter().flat_map(|list| &list.value).enumerate() {
            let Some(flag) = word.value() else {
                self.diagnostics.push(unknown(word));
                continue;
            };
            if place > 0 && matches!(flag, ProfileFlag::Debug | ProfileFlag::Interruptible) {
                let message =
                    format!("apparmor_parser ignores the flag `{}` unless it is the first one", flag.to_word());
                self.diagnostics.push(Diagnostic::new(Code::RefFlagOrder, message, word.span));
            }
            if let Err(before) = seen.flag(flag, word.span, &mut flags) {
                let message =
                    format!("flag `{}` contradicts an earlier flag", String::from_utf8_lossy(word.as_bytes()));
                let diagnostic = Diagnostic::new(Code::FlagConflict, message, word.span);
                self.diagnostics.push(diagnostic.and_label(before, "the earlier flag"));
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
            let message = format!("the path `{}` for disconnected objects must begin with `/`", path.value);
            self.diagnostics.push(Diagnostic::new(Code::Disconnected, message, path.span));
            return None;
        }
        let end = filtered.iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
        Some(filtered.get(..end).unwrap_or_default().into())
    }
}

/// The error about a word that is no flag.
fn unknown(word: &Spanned<Named<ProfileFlag>>) -> Diagnostic {
    let written = String::from_utf8_lossy(word.as_bytes());
    let stored = word.stored();
    let mut parts = stored.splitn(2, |&byte| byte == b'=');
    let (name, value) = (parts.next().unwrap_or_default(), parts.next());
    let (code, message, near) = match (name, value) {
        (b"kill.signal", Some(value)) => {
            let near = nearest(value, Signal::words());
            (Code::FlagSignal, format!("unknown signal `{}`", String::from_utf8_lossy(value)), near)
        }
        (b"error", Some(value)) => {
            let near = nearest(value, Errno::words());
            (Code::FlagError, format!("unknown error name `{}`", String::from_utf8_lossy(value)), near)
        }
        _ => (Code::FlagInvalid, format!("unknown profile flag `{written}`"), nearest(name, words::words())),
    };
    let mut diagnostic = Diagnostic::new(code, message, word.span);
    diagnostic.help = near.map(|near| format!("did you mean `{near}`?"));
    let shown = String::from_utf8_lossy;
    let near = near.map(|near| match value {
        None => near.to_owned(),
        Some(value) if code == Code::FlagInvalid => format!("{near}={}", shown(value)),
        Some(_) => format!("{}={near}", shown(name)),
    });
    diagnostic.with_detail(Detail::unknown_word(&stored, near.as_deref()))
}
