//! A file with one of everything, and how it is printed.

use crate::grammar::{laws, parse};

#[test]
fn one_of_everything() {
    let file = parse(include_bytes!("sample.aa")).unwrap_or_else(|errors| panic!("{errors}"));
    let printed = laws::check(&file).unwrap_or_else(|error| panic!("{error}"));
    insta::assert_snapshot!(String::from_utf8(printed).unwrap());
}
