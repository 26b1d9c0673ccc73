//! `userns create,`

use serde::{Deserialize, Serialize};

/// Creation of user namespaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsernsRule {
    /// Whether `create` is written; it is the only permission.
    pub create: bool,
}
