//! `include` and the paths of `include` and `abi`.

use serde::{Deserialize, Serialize};

use crate::syntax::word::{Word, stored};

/// `include <abstractions/base>`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Include {
    /// Whether the old spelling `#include` is written.
    pub pound: bool,
    /// `if exists`: a missing file is no error.
    pub if_exists: bool,
    /// The included path.
    pub path: IncludePath,
}

/// A path with its way of looking it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IncludePath {
    /// The delimiters around it.
    pub form: PathForm,
    /// The path without angle brackets; with its quotes, where it has any.
    pub path: Word,
}

impl IncludePath {
    /// The path as text, without its quotes and with its escapes replaced.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&stored(&self.path)).into_owned()
    }
}

/// The form in which an include path is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PathForm {
    /// `<path>`: looked up in the include directories.
    Angle,
    /// `"path"` or `path`: relative to the working directory.
    Plain,
}
