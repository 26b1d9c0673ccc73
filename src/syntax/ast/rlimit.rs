//! `set rlimit nofile <= 1024,`

use serde::{Deserialize, Serialize};

use crate::syntax::word::Word;

/// A resource limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rlimit {
    /// The resource.
    pub name: Word,
    /// A number or `infinity`.
    pub value: Word,
    /// The unit of the number.
    pub unit: Option<Word>,
}
