//! The commands in the README print what it says.

#![cfg(feature = "cli")]

#[test]
fn commands() {
    trycmd::TestCases::new().case("README.md");
}
