//! What an editor asks about profiles: what is wrong, what a word means, what may stand here, where a name comes from.
//!
//! The answers come from the parser, the resolver, the linter and the automata that compile the policy. Nothing here knows a
//! protocol: places are byte offsets and spans, texts are Markdown.
