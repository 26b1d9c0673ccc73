//! `userns create,`

use serde::{Deserialize, Serialize};

/// Creation of user namespaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsernsRule {
    /// Whether `create` is written; it is the only permission.
    pub create: bool,
}
