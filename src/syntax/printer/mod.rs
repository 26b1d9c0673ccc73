//! The canonical text of a syntax tree.
//!
//! There is one style and there are no options:
//!
//! - two blanks of indentation a level, LF line ends, no trailing blanks, at most one blank line between items, and only where
//!   the author left one;
//! - one item a line; ` {` ends the line of what it belongs to, `}` stands alone, `} else {` on one line;
//! - prefixes in the order of the grammar: `priority=N audit deny owner`;
//! - lists in parentheses are separated by `, ` (as `apparmor.d(5)` writes them), `flags=(a,b)` by the comma alone; a list of one
//!   keeps its parentheses;
//! - a `dbus` rule wider than 80 columns is broken before each of its conditions but `bus` and `path`; any other rule wider than
//!   120 columns before conditions and arrow, as seldom as possible. What follows is indented by five more than the rule;
//! - a file that holds rules outside of profiles is a piece of a profile and indented like one, but for the comments at its end,
//!   and those before its first rule that a blank line separates from what follows: they are about the file.
//!
//! Words, permission letters and comments are printed as they are written, so that `parse(print(tree)) == tree`: a printer that
//! re-quotes or re-orders could change what a profile means.
//!
//! The scanner of the reference compiler decides where a line may be broken and where a blank is needed: a comma or brace after a word
//! belongs to the word unless a blank or the end of the line separates them, and a backslash at the end of a word would escape the blank
//! or comma after it.

mod abi;
mod all;
mod capability;
mod change_profile;
mod condition;
mod conditional;
mod dbus;
mod file;
mod include;
mod io_uring;
mod item;
mod line;
mod link;
mod mount;
mod mqueue;
mod network;
mod pivot_root;
mod prefix;
mod profile;
mod ptrace;
mod rlimit;
mod signal;
mod unit;
mod unix;
mod userns;
mod variable;

use std::fmt;

use super::ast::{File, ItemKind};
use item::Printer;
pub(super) use unit::PrintedUnit;

/// The canonical text of a file.
///
/// ```
/// use armorer::source::Spanned;
/// use armorer::syntax::ast::{Abi, File, IncludePath, Item, ItemKind, PathForm};
/// use armorer::syntax::printer::print;
///
/// let path = IncludePath { form: PathForm::Angle, path: Spanned::bare("abi/4.0".into()) };
/// let kind = Spanned::bare(ItemKind::Abi(Abi { path }));
/// let file = File { items: vec![Item { leading: vec![], kind, trailing: None }], tail: vec![] };
/// assert_eq!(print(&file), b"abi <abi/4.0>,\n");
/// ```
#[must_use]
pub fn print(file: &File) -> Vec<u8> {
    let mut printer = Printer::default();
    printer.file(file);
    printer.into_bytes()
}

/// The canonical text of one item, not indented and without a line end.
pub(crate) fn item_text(kind: &ItemKind) -> Vec<u8> {
    let mut printer = Printer::default();
    printer.item(kind);
    printer.into_bytes()
}

/// The canonical text with the places that its lines come from, in the order of the text.
pub(super) fn print_units(file: &File) -> (Vec<u8>, Vec<PrintedUnit>) {
    let mut printer = Printer::default();
    printer.file(file);
    printer.into_units()
}

impl File {
    /// The canonical text, byte for byte.
    ///
    /// ```
    /// let file = armorer::parse(b"profile p { /a   rw, }\n")?;
    /// assert_eq!(file.to_bytes(), b"profile p {\n  /a rw,\n}\n");
    /// # Ok::<(), armorer::ParseError>(())
    /// ```
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        print(self)
    }
}

/// The canonical text; bytes that are not UTF-8 become replacement characters. [`File::to_bytes`] keeps them.
impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}
