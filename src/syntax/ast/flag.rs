//! The words of `flags=(…)`.

use std::borrow::Cow;

use crate::source::Text;
use crate::vocab::flags::{self, PathFlag};
use crate::vocab::{Errno, ProfileMode, Signal, Vocabulary};

/// A word of `flags=(…)`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProfileFlag {
    /// `complain` and the other modes.
    Mode(ProfileMode),
    /// `audit`: every access is logged.
    Audit,
    /// `debug`
    Debug,
    /// `interruptible`
    Interruptible,
    /// `attach_disconnected` and the other flags about paths that have no value.
    Path(PathFlag),
    /// `attach_disconnected.path=`: the place of disconnected paths, in stored form.
    DisconnectedPath(Text),
    /// `attach_disconnected.ipc`, with or without a path in stored form.
    DisconnectedIpc(Option<Text>),
    /// `kill.signal=`: the signal that a violation sends.
    KillSignal(Signal),
    /// `error=`: the error that a violation returns.
    Error(Errno),
}

impl Vocabulary for ProfileFlag {
    const KIND: &'static str = "profile flag";

    fn from_word(word: &[u8]) -> Option<Self> {
        if let Some(mode) = ProfileMode::from_word(word) {
            return Some(ProfileFlag::Mode(mode));
        }
        if let Some(flag) = flags::path_flag(word) {
            return Some(ProfileFlag::Path(*flag));
        }
        let mut parts = word.splitn(2, |&byte| byte == b'=');
        Some(match (parts.next()?, parts.next()) {
            (b"audit", None) => ProfileFlag::Audit,
            (b"debug", None) => ProfileFlag::Debug,
            (b"interruptible", None) => ProfileFlag::Interruptible,
            (b"attach_disconnected.path", Some(path)) => ProfileFlag::DisconnectedPath(path.into()),
            (b"attach_disconnected.ipc", path) => ProfileFlag::DisconnectedIpc(path.map(Text::from)),
            (b"kill.signal", Some(signal)) => ProfileFlag::KillSignal(Signal::from_word(signal)?),
            (b"error", Some(error)) => ProfileFlag::Error(Errno::from_word(error)?),
            _ => return None,
        })
    }

    fn to_word(&self) -> Cow<'static, str> {
        match self {
            ProfileFlag::Mode(mode) => mode.to_word(),
            ProfileFlag::Audit => "audit".into(),
            ProfileFlag::Debug => "debug".into(),
            ProfileFlag::Interruptible => "interruptible".into(),
            ProfileFlag::Path(flag) => flag.name.into(),
            ProfileFlag::DisconnectedPath(path) => format!("attach_disconnected.path={path}").into(),
            ProfileFlag::DisconnectedIpc(None) => "attach_disconnected.ipc".into(),
            ProfileFlag::DisconnectedIpc(Some(path)) => format!("attach_disconnected.ipc={path}").into(),
            ProfileFlag::KillSignal(signal) => format!("kill.signal={signal}").into(),
            ProfileFlag::Error(error) => format!("error={error}").into(),
        }
    }
}
