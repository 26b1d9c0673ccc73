//! Signals.

use crate::analysis::access::SignalAccess;
use crate::log::Event;
use crate::vocab::{Signal, SignalPermissions, Vocabulary};

pub(super) fn of(event: &Event) -> Option<SignalAccess> {
    let signal = Signal::from_word(event.field("signal")?)?.number();
    Some(SignalAccess {
        permissions: super::permissions::<SignalPermissions>(event)?,
        signal,
        peer: event.peer.clone()?,
    })
}
