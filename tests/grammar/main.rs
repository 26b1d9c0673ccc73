//! The grammar file against the parser and the printer.

mod ebnf;
mod sentence;

use ebnf::Grammar;
use sentence::Generator;

const GRAMMAR: &str = include_str!("../../grammar/apparmor.ebnf");

/// Sentences in one run; every way of every choice occurs in far fewer.
const SENTENCES: usize = 2500;

#[test]
fn sentences_cover_the_grammar() {
    let grammar = Grammar::read(GRAMMAR);
    let mut generator = Generator::new(&grammar, 1);
    for _ in 0..SENTENCES {
        generator.sentence("file");
    }
    let mut reachable = generator.reachable("file");
    reachable.extend(generator.reachable("comment"));
    let missed: Vec<_> = reachable.iter().filter(|&&id| generator.taken[id].contains(&0)).collect();
    assert!(missed.is_empty(), "choices with ways that no sentence takes: {missed:?}");
}
