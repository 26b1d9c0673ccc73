//! New user namespaces.

use crate::analysis::access::UsernsAccess;

pub(super) fn of() -> UsernsAccess {
    UsernsAccess {}
}
