//! The grammar file against the parser and the printer.

mod corpus;
mod ebnf;
mod laws;
mod sample;
mod sentence;
mod tree;

use armorer::source::SourceMap;
use armorer::syntax::ast::File;
use ebnf::Grammar;
use sentence::Generator;

const GRAMMAR: &str = include_str!("../../../grammar/apparmor.ebnf");

/// Sentences in one run; every way of every choice occurs in far fewer.
const SENTENCES: usize = 2500;

#[test]
fn sentences_cover_the_grammar() {
    let grammar = Grammar::read(GRAMMAR);
    let mut generator = Generator::new(&grammar, 1);
    for _ in 0..SENTENCES {
        generator.sentence("file");
    }
    let (mut choices, mut rules) = generator.reachable("file");
    let (comment_choices, comment_rules) = generator.reachable("comment");
    choices.extend(comment_choices);
    rules.extend(comment_rules);
    let missed: Vec<_> = choices.iter().filter(|&&id| generator.taken[id].contains(&0)).collect();
    assert!(missed.is_empty(), "choices with ways that no sentence takes: {missed:?}");
    // Keywords stand in the grammar as themselves; the list of them says only what is no identifier.
    let unused: Vec<_> =
        grammar.rules.keys().filter(|&name| name != "keyword" && !rules.contains(name.as_str())).collect();
    assert!(unused.is_empty(), "rules that nothing uses: {unused:?}");
}

/// The tree of a text, or its errors.
fn parse(text: &[u8]) -> Result<File, String> {
    let sources = SourceMap::new();
    let id = sources.add("text", text).map_err(|error| error.to_string())?;
    let parsed = armorer::syntax::parser::parse(&sources.get(id), id);
    let errors: Vec<_> = parsed.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    if errors.is_empty() {
        return Ok(parsed.file);
    }
    let show = |span| format!("{} ({})", sources.describe(span), sources.get(id).slice(span).escape_ascii());
    Err(errors.iter().map(|error| format!("{}: {error}", show(error.span()))).collect::<Vec<_>>().join("\n"))
}
