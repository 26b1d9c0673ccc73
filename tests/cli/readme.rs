//! The commands in README and in the book print what these say.

#[test]
fn commands() {
    trycmd::TestCases::new().case("README.md").case("docs/*.md").skip("docs/first-profile.md");
}

/// Pages whose commands write files: `tests/cli/walks` has links to them. They are run in a copy of `examples`, one command after the
/// other, and leave the files of `NAME.out`.
#[test]
fn walks() {
    trycmd::TestCases::new().case("tests/cli/walks/*.md");
}
