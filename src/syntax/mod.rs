//! The text of profiles: syntax tree, parser and canonical printer.

pub mod ast;
pub mod parser;
pub mod printer;
pub mod word;
