//! Layout of a policy in its bytes, which [`super::read()`] omits because it does not change the meaning.

use serde::Serialize;

use super::verify::Automaton;

/// The place of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct ProfileLayout {
    /// Offset of its first byte.
    pub offset: usize,
    /// Its length in bytes.
    pub bytes: usize,
    /// Offset of the `profile` element in it, after version and namespace: what the kernel's hash covers starts there.
    pub element: usize,
    /// Its automata, in the order in which they stand.
    pub automata: Vec<(Automaton, AutomatonLayout)>,
}

/// The place of an automaton.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct AutomatonLayout {
    /// Offset of its header, after the padding.
    pub offset: usize,
    /// The length of header and tables in bytes.
    pub bytes: usize,
    /// The number of bytes before it that align it.
    pub padding: usize,
    /// Its tables, in the order in which they stand.
    pub tables: Vec<TableLayout>,
}

impl AutomatonLayout {
    /// Bits of an element of a table, if there is such a table.
    #[must_use]
    pub fn width(&self, name: &str) -> Option<usize> {
        self.tables.iter().find(|table| table.name == name).map(|table| table.element * 8)
    }
}

/// The shape of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableLayout {
    /// The field of [`Tables`](crate::automata::Tables) that it became.
    pub name: &'static str,
    /// Bytes of an element.
    pub element: usize,
    /// The number of elements.
    pub count: usize,
}
