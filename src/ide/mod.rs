//! Answers to an editor's questions about profiles: problems, meanings of words, completions, and origins of names.
//!
//! A [`Workspace`] holds the open texts and the index of their tree; a [`Snapshot`] of it answers questions that take long on another
//! thread. The file `workspace.rs` is the one to read first, and each kind of question has a file of its own.
//!
//! The answers come from the parser, the resolver, the linter and the automata that compile the policy. Nothing here knows a
//! protocol: places are byte offsets and spans, texts are Markdown.

mod access;
mod calls;
mod complete;
mod construct;
mod context;
mod denial;
mod document;
mod edit;
mod examples;
mod folding;
mod format;
mod hover;
mod index;
mod navigate;
mod outline;
mod overlay;
mod query;
mod selection;
mod settings;
mod signature;
mod snapshot;
mod structure;
mod suggest;
mod symbols;
mod tokens;
mod visit;
mod words;
mod workspace;

pub use calls::{Call, Callee};
pub use denial::{Denial, DenialRemedies, DenialRemedy, Denials, TextChange};
pub use document::TextPlace;
pub use hover::Hover;
pub use index::Indexer;
pub use navigate::WorkspaceSymbol;
pub use query::RuleCost;
pub use settings::{EditorSettings, Settings};
pub use snapshot::{ADOPTED, FileProblem, FileProblems, Snapshot};
pub use structure::{Fold, FoldKind, OutlineKind, OutlineSymbol, Signature, Token, TokenKind};
pub use suggest::{Completion, CompletionKind};
pub use workspace::Workspace;
