//! What an editor asks about profiles: what is wrong, what a word means, what may stand here, where a name comes from.
//!
//! The answers come from the parser, the resolver, the linter and the automata that compile the policy. Nothing here knows a
//! protocol: places are byte offsets and spans, texts are Markdown.

pub(crate) mod complete;
pub(crate) mod construct;
pub(crate) mod context;
pub(crate) mod folding;
pub(crate) mod outline;
pub(crate) mod selection;
pub(crate) mod signature;
pub(crate) mod tokens;
pub(crate) mod visit;
pub(crate) mod words;
