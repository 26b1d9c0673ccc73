//! `abi <abi/4.0>,`

use serde::{Deserialize, Serialize};

use super::IncludePath;

/// Selects the features that the policy is written for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Abi {
    /// The features file; `<kernel>` and `<default>` are special.
    pub path: IncludePath,
}
