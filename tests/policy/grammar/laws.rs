//! Laws of parser and printer: `parse ∘ print = id`, and printing twice changes nothing.

use armorer::syntax::ast::File;
use armorer::syntax::printer::print;
use proptest::prelude::*;

use crate::grammar::ebnf::Grammar;
use crate::grammar::sentence::Generator;
use crate::grammar::{GRAMMAR, SENTENCES, parse, tree};

/// Prints and parses until the laws are shown; gives the canonical text.
pub(crate) fn check(file: &File) -> Result<Vec<u8>, String> {
    let printed = print(file);
    let show = || String::from_utf8_lossy(&printed).into_owned();
    let again = parse(&printed).map_err(|errors| format!("{errors}\nin the printed text\n{}", show()))?;
    if again != *file {
        return Err(format!("parsed again, the tree differs:\n{again:#?}\nprinted:\n{}", show()));
    }
    if print(&again) != printed {
        return Err(format!("printed again, the text differs:\n{}", show()));
    }
    match printed.split(|&byte| byte == b'\n').next_back() {
        Some([]) => Ok(printed),
        _ => Err("the last line has no end".into()),
    }
}

/// Returns the number of comments in a tree.
fn comments(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(values) => values.iter().map(comments).sum(),
        serde_json::Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match name.as_str() {
                "comment" | "trailing" | "opening" => usize::from(!value.is_null()),
                _ => comments(value),
            })
            .sum(),
        _ => 0,
    }
}

#[test]
fn sentences_parse_and_print() {
    let grammar = Grammar::read(GRAMMAR);
    let mut generator = Generator::new(&grammar, 1);
    let mut failures = Vec::new();
    for i in 0..SENTENCES {
        let text = generator.sentence("file");
        let result = parse(&text).and_then(|file| {
            let comments = comments(&serde_json::to_value(&file).unwrap());
            if comments != generator.comment_count {
                return Err(format!("{comments} of {} comments", generator.comment_count));
            }
            check(&file)
        });
        if let Err(error) = result {
            failures.push(format!("sentence {i}:\n{}\n{error}", String::from_utf8_lossy(&text)));
        }
    }
    failures.sort_by_key(String::len);
    assert!(failures.is_empty(), "{} failures, the shortest:\n{}", failures.len(), failures[0]);
}

proptest! {
    #[test]
    fn any_sentence(seed: u64) {
        let grammar = Grammar::read(GRAMMAR);
        let text = Generator::new(&grammar, seed).sentence("file");
        let file = parse(&text).map_err(TestCaseError::fail)?;
        check(&file).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn any_tree(file in tree::file()) {
        check(&file).map_err(TestCaseError::fail)?;
    }
}
