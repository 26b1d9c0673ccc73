//! The commands in the README print what it says.

#[test]
fn commands() {
    trycmd::TestCases::new().case("README.md");
}
