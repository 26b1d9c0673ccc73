//! The commands in README and `docs` print what these say.

#[test]
fn commands() {
    trycmd::TestCases::new()
        .case("README.md")
        .case("docs/modes.md")
        .case("docs/log.md")
        .case("docs/review.md")
        .case("docs/tests.md")
        .case("docs/compat.md")
        .case("docs/graph.md");
}
