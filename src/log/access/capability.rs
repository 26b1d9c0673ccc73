//! Capabilities.

use crate::analysis::access::CapabilityAccess;
use crate::log::Event;
use crate::vocab::{Capability, Vocabulary};

pub(super) fn of(event: &Event) -> Option<CapabilityAccess> {
    let by_name = event.name.as_ref().and_then(|name| Capability::from_word(name)).map(Capability::number);
    let by_number = || std::str::from_utf8(event.field("capability")?).ok()?.parse().ok();
    Some(CapabilityAccess { numbers: vec![by_name.or_else(by_number)?] })
}
