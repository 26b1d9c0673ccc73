//! armorer under the name of `apparmor_parser`: the command lines of the programs that call it, with what they read of the answer,
//! and the same command lines beside the reference.
//!
//! Plain files stand for the kernel's (`-f`), a features file for the kernel's features (`-M`): nothing here needs a kernel with
//! AppArmor, or root.

mod callers;
mod debug;
mod oracle;
mod place;
mod table;
mod threads;
