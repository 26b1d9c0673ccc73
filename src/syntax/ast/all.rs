//! `all,`

use serde::{Deserialize, Serialize};

/// Everything: one bare rule of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct All {}
