use super::*;

fn text(glob: &str, nul: Nul) -> String {
    match read(glob.as_bytes(), nul) {
        Ok(glob) => glob.expression.into_pattern().to_string(),
        Err(error) => panic!("{glob}: {error}"),
    }
}

#[test]
fn wildcards() {
    for (glob, default, allowed) in [
        ("/*", r"/[^\x00/][^\x00/]*", "/[^/][^/]*"),
        ("/**", r"/[^\x00/][^\x00]*", "/[^/].*"),
        ("/***", r"/[^\x00/][^\x00]*[^\x00/]*", "/[^/].*[^/]*"),
        ("/a/**/b", r"/a/[^\x00/][^\x00]*/b", "/a/[^/].*/b"),
        ("/{**,}", r"/([^\x00]*|)", "/(.*|)"),
        ("/a/*/", r"/a/[^\x00/][^\x00/]*/", "/a/[^/][^/]*/"),
        ("/a/*.so", r"/a/[^\x00/]*\.so", r"/a/[^/]*\.so"),
        ("/{a/*,b}", r"/(a/[^\x00/]*|b)", "/(a/[^/]*|b)"),
        ("/{*,b}", r"/([^\x00/]*|b)", "/([^/]*|b)"),
        ("/a/*{,x}", r"/a/[^\x00/]*(|x)", "/a/[^/]*(|x)"),
        ("/{a/,}*", r"/(a/|)[^\x00/]*", "/(a/|)[^/]*"),
        ("/a/*?", r"/a/[^\x00/]*[^\x00/]", "/a/[^/]*[^/]"),
        (r"/a\/*", r"/a/[^\x00/][^\x00/]*", "/a/[^/][^/]*"),
        (r"/a\000b", r"/a\x00b", r"/a\x00b"),
        (r"/a\*", r"/a\*", r"/a\*"),
    ] {
        assert_eq!(text(glob, Nul::Excluded), default, "{glob}");
        assert_eq!(text(glob, Nul::Allowed), allowed, "{glob}");
    }
}

#[test]
fn alternations_and_sets() {
    for (glob, expected) in [
        ("/a{b,c[},]}d", r"/a(b|c[,\}])d"),
        ("/a b{c d,}", "/a b(c d|)"),
        ("a,b", "a,b"),
        (r"{a\,b,c}", "(a,b|c)"),
        ("/a[^b]", "/a[^b]"),
        ("/a[^^]b", r"/a[^\^]b"),
        ("/a[b^]", r"/a[\^b]"),
        ("/a[[]b", r"/a[\[]b"),
        ("/a[z-a]", "/a[a-z]"),
        ("/a[--/]", r"/a[\--/]"),
        ("/a[^-a]", r"/a[^\-a]"),
        (r"/a[\]]", r"/a[\]]"),
        (r"/a[]-a]", ""),
        (r"/a[a\-z]", "/a[a-z]"),
        (r"/a[\-z]", r"/a[\-z]"),
        (r"/a[\^a]", "/a[^a]"),
        (r"/a[\\-a]", r"/a[\\-a]"),
        ("/a[*?]", "/a[*?]"),
        (r"/a[\,x]", "/a[,x]"),
        ("/a[b{c,d}]", r"/a[,b-d\{\}]"),
    ] {
        let read = read(glob.as_bytes(), Nul::Excluded);
        match expected {
            "" => assert!(read.is_err(), "{glob}"),
            _ => assert_eq!(text(glob, Nul::Excluded), normal(expected), "{glob}"),
        }
    }
}

/// The set in the form in which patterns are printed: ascending, without needless escapes.
fn normal(expected: &str) -> String {
    expected.replace(r"[,b-d\{\}]", "[,b-d{}]").replace(r"[,\}]", "[,}]")
}

#[test]
fn errors() {
    for (glob, error) in [
        ("{a}", GlobError::NoAlternative),
        ("{}", GlobError::NoAlternative),
        ("{{a,b}}", GlobError::NoAlternative),
        ("/{a", GlobError::OpenGroup),
        ("/a}", GlobError::CloseGroup),
        ("/[a", GlobError::OpenSet),
        (r"/[a\", GlobError::OpenSet),
        ("/a]", GlobError::CloseSet),
        ("[]a]", GlobError::EmptySet),
        ("[^]", GlobError::EmptySet),
        ("[a-]", GlobError::Dash),
        (r"[a\-]", GlobError::Dash),
        (r"[a\--z]", GlobError::Dash),
        ("[a-z-9]", GlobError::Dash),
        ("[a-b-c]", GlobError::Dash),
        (r"/a\", GlobError::TrailingBackslash),
    ] {
        assert_eq!(read(glob.as_bytes(), Nul::Excluded).map(|_| ()), Err(error), "{glob}");
    }
    let nested = |depth: usize| format!("{}a{}", "{".repeat(depth), ",b}".repeat(depth));
    assert!(read(nested(49).as_bytes(), Nul::Excluded).is_ok());
    assert_eq!(read(nested(50).as_bytes(), Nul::Excluded).map(|_| ()), Err(GlobError::TooDeep));
}

#[test]
fn notes() {
    let notes = |glob: &str| read(glob.as_bytes(), Nul::Excluded).map(|glob| glob.notes);
    assert_eq!(notes(r"/a\qb"), Ok(vec![GlobNote::NeedlessEscape(b'q')]));
    assert_eq!(notes(r"/a\.\(\^\,\?\{"), Ok(vec![]));
    assert_eq!(notes("[*?]"), Ok(vec![GlobNote::LiteralInSet(b'*'), GlobNote::LiteralInSet(b'?')]));
    assert_eq!(notes(r"[a\-z]"), Ok(vec![GlobNote::EscapeInSet(b'-')]));
}

#[test]
fn exactness_and_length() {
    for (glob, exact, length) in [
        ("/bin/foo", true, 8),
        ("/bin/foo*", false, 8),
        ("/bin/*.sh", false, 5),
        ("/e/*", false, 4),
        ("/**", false, 2),
        ("/{**,}", false, 1),
        ("/bin/[ab]c", true, 7),
        ("/bin/[^a]c", false, 6),
        ("/bin/{a*,bcd}/x", false, 6),
        ("/bin/{az,bc?z}", false, 7),
        ("/f{a,b}", true, 3),
        ("/f?", false, 3),
    ] {
        let expression = read(glob.as_bytes(), Nul::Excluded).unwrap().expression;
        assert_eq!((expression.is_exact(), expression.length()), (exact, length), "{glob}");
    }
}

#[test]
fn patterns_are_told_from_text() {
    for (text, expected) in [("t", false), ("t*", true), (r"t\*", false), ("a{b", true), ("x[", true), (r"a\\?", true)]
    {
        assert_eq!(is_pattern(text.as_bytes()), expected, "{text}");
    }
}
