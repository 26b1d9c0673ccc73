//! `set rlimit nofile <= 1024,`

use serde::{Deserialize, Serialize};

use super::Named;
use crate::source::Spanned;
use crate::vocab::{LimitUnit, Resource, RlimitValue};

/// A resource limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rlimit {
    /// The resource.
    pub resource: Spanned<Named<Resource>>,
    /// A number or `infinity`.
    pub value: Spanned<Named<RlimitValue>>,
    /// The unit of the number.
    pub unit: Option<Spanned<Named<LimitUnit>>>,
}
