use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever variables refer to: an end comes, and no reference is left where no error was raised.
    #[test]
    fn random_variable_graphs(edges in prop::collection::vec((0..12usize, prop::collection::vec(0..12usize, 0..4)), 1..24)) {
        let mut text = String::new();
        let mut declared = std::collections::BTreeSet::new();
        for (variable, references) in &edges {
            let op = if declared.insert(variable) { "=" } else { "+=" };
            write!(text, "@{{v{variable}}}{op}x{variable}").unwrap();
            for reference in references {
                write!(text, "/@{{v{reference}}}").unwrap();
            }
            text.push('\n');
        }
        text.push_str("profile p {\n");
        for variable in 0..12 {
            writeln!(text, "  /@{{v{variable}}}/y r,").unwrap();
        }
        text.push_str("}\n");
        let outcome = run(&text);
        if !outcome.diagnostics.iter().any(Diagnostic::is_error) {
            prop_assert!(rules_of(&outcome.policy.profiles[0]).iter().all(|rule| !rule.contains('@')));
        }
    }

    /// No text of the language's words makes the resolver panic.
    #[test]
    fn random_words(words in prop::collection::vec(prop::sample::select(&[
        "profile", "p", "{", "}", "\n", "@{A}", "=", "+=", "$B", "if", "else", "not", "defined", "/a", "r,", "px,", "->", "b,",
        "audit", "deny", "owner", "include", "<a>", "abi", "<kernel>,", "all,", "flags=(complain)", "^h", "priority=3", "@{A}/x",
        "alias", "change_profile,", "signal,", "set rlimit nofile <= 3,", "==", "c", ":n:x", "true",
    ][..]), 0..60)) {
        let text = words.join(" ");
        run_with(&[("/base/a", "@{A}=x y\n/inc/@{A} r,\n")], &format!("@{{A}}=1\nprofile q {{ {text} }}\n{text}\n"));
    }
}
