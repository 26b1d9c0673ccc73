//! `armorer lsp`, as an editor has it: a client with a script over pipes.

mod client;
mod corpus;
mod denials;
mod formatting;
mod hostile;
mod lifecycle;
mod navigation;
mod problems;
mod structure;
mod text;
mod tree;
mod writing;
