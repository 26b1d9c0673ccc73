//! The text of profiles: syntax tree, parser and canonical printer.

pub mod ast;
mod format;
pub mod parser;
pub mod printer;
pub mod word;

pub use format::format;
