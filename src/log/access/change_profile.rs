//! Changes of the profile.

use crate::analysis::access::ChangeProfileAccess;
use crate::log::Event;
use crate::source::Text;

pub(super) fn of(event: &Event) -> Option<ChangeProfileAccess> {
    // At the next exec the record does not know the program yet.
    let target = event.target.as_ref().or(event.name.as_ref())?;
    let stacks = event.operation.starts_with(b"stack") && !target.starts_with(b"&");
    let target = if stacks { Text::from([b"&", &**target].concat()) } else { target.clone() };
    Some(ChangeProfileAccess { program: None, target })
}
