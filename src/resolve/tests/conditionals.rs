use super::*;

/// Evaluates a condition.
#[track_caller]
fn value(preamble: &str, condition: &str) -> bool {
    let text = format!("{preamble}\nprofile p {{ if {condition} {{ /yes r, }} else {{ /no r, }} }}\n");
    match rules(&text).as_slice() {
        [path] => path == "/yes r",
        several => panic!("{several:?}"),
    }
}

#[test]
fn comparisons() {
    let preamble = "@{A}=a b\n@{B}=b a a\n@{C}=a\n@{N}=10\n@{E}=\"\"\n$T = true\n$F = FALSE";
    for (condition, expected) in [
        ("@{A} == @{B}", true),
        ("@{A} != @{B}", false),
        ("@{C} in @{A}", true),
        ("@{A} in @{C}", false),
        ("@{C} == a", true),
        ("1 == 01", false),
        ("010 >= 8", true),
        ("0x10 > 15", true),
        ("@{N} < 9", false),
        ("a > b", false),
        ("@{A} < @{C}", false),
        ("@{A} > @{C}", true),
        ("$T", true),
        ("not $T", false),
        ("${F} or $T", true),
        ("$F and $T", false),
        ("not ($F and $T) and @{C} == a", true),
        ("True", true),
        ("defined @{A}", true),
        ("defined @{nope}", false),
        ("defined @{T}", false),
        ("defined $nope", false),
        ("not defined $A", true),
    ] {
        assert_eq!(value(preamble, condition), expected, "{condition}");
    }
}

#[test]
fn defined_is_right_about_booleans() {
    let outcome = run("$T = true\nprofile p { if defined $T { /a r, } }\n");
    assert_eq!(outcome.codes(), [(Code::RefDefined, "$T".into())]);
    assert_eq!(rules_of(&outcome.policy.profiles[0]), ["/a r"]);
}

#[test]
fn branches() {
    let text =
        "@{A}=b\nprofile p { if @{A} == a { /a r, ^h { } } else if @{A} == b { /b r, ^h { } } else { /c r, } /d r, }\n";
    let outcome = run(text);
    let profile = outcome.only_profile();
    assert_eq!(rules_of(profile), ["/b r", "/d r"]);
    assert_eq!(profile.children.len(), 1);
}

#[test]
fn limits_in_branches_count() {
    let outcome = run("profile p { if true { set rlimit nofile <= 8, } else { set rlimit nproc <= 8, } }\n");
    assert_eq!(outcome.codes(), [(Code::BlockKept, "set rlimit nofile <= 8,".into())]);
    assert_eq!(outcome.policy.profiles[0].rlimits[7], Some(8));
    assert_eq!(outcome.policy.profiles[0].rlimits[6], None);
}

#[test]
fn branches_not_taken_are_checked() {
    let outcome = run("profile p { if false { /a x, if $X { } ^h { /a wa, } /@{NOPE} r, } }\n");
    let codes: Vec<_> = outcome.codes().into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, [Code::XNeedsQual, Code::BoolUnset, Code::AwConflict]);
}

#[test]
fn errors() {
    for (text, code, at) in [
        ("$A = yes\n", Code::BoolInvalid, "yes"),
        ("@{X}=true\nprofile p { if @{X} { } }\n", Code::BoolInvalid, "@{X}"),
        ("profile p { if $X { } }\n", Code::BoolUnset, "$X"),
        ("@{X}=a\nprofile p { if $X { } }\n", Code::BoolUnset, "$X"),
        ("profile p { if true or $X { } }\n", Code::BoolUnset, "$X"),
        ("profile p { if @{X} == a { } }\n", Code::VarRetrieve, "@{X}"),
        ("$B = true\nprofile p { if @{B} == a { } }\n", Code::VarBoolInSet, "@{B}"),
        ("profile p { if a > 1 { } }\n", Code::CmpMixed, "a > 1"),
        ("profile p { if 1 > 99999999999999999999 { } }\n", Code::NumRange, "1 > 99999999999999999999"),
        ("@{A}=@{A}\n$B = @{A} == a\n", Code::VarRecursive, "@{A}"),
    ] {
        assert_eq!(run(text).codes(), [(code, at.into())], "{text}");
    }
}
