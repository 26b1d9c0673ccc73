//! Any bytes parse without panic; what parses without error prints, and what is printed parses to the same tree.
#![no_main]

use armorer::source::SourceMap;
use armorer::syntax;

libfuzzer_sys::fuzz_target!(|text: &[u8]| {
    let sources = SourceMap::new();
    let id = sources.add("fuzz", text).expect("small");
    if let Ok(formatted) = syntax::format(&sources.get(id), id) {
        let again = sources.add("again", formatted.clone()).expect("small");
        let twice = syntax::format(&sources.get(again), again).expect("formatted text parses");
        assert_eq!(formatted, twice);
    }
});
