use super::*;
use proptest::prelude::*;

fn parsed(text: &[u8]) -> File {
    let sources = crate::source::SourceMap::new();
    let id = sources.add("t", text).unwrap();
    crate::syntax::parser::parse(&sources.get(id), id).file
}

fn shown(text: &str) -> Vec<(TokenKind, &str)> {
    let tokens = tokens(&parsed(text.as_bytes()), text.as_bytes());
    tokens.iter().map(|token| (token.kind, &text[token.start as usize..(token.start + token.len) as usize])).collect()
}

#[test]
fn everything_is_told_apart() {
    use TokenKind::*;
    let text = "#include <tunables/global> # all\n@{X} += a/@{Y}b\n$B = not $C\nprofile p /x flags=(audit) {\n  \
        priority=1 audit deny owner /a/@{X} rUx,\n  signal send set=(hup) peer=q,\n  set rlimit cpu <= 3 min,\n  \
        userns create,\n  network inet tcp port=80,\n  /b px -> c,\n  if @{X} == a {\n  } else {\n  }\n  ^h {\n  }\n}\n";
    assert_eq!(
        shown(text),
        [
            (Keyword, "#include"),
            (String, "tunables/global"),
            (Comment, "# all"),
            (Variable, "@{X}"),
            (Operator, "+="),
            (String, "a/"),
            (Variable, "@{Y}"),
            (String, "b"),
            (Variable, "$B"),
            (Operator, "="),
            (Keyword, "not"),
            (Variable, "$C"),
            (Keyword, "profile"),
            (Class, "p"),
            (String, "/x"),
            (Keyword, "flags"),
            (Operator, "="),
            (EnumMember, "audit"),
            (Keyword, "priority"),
            (Operator, "="),
            (Number, "1"),
            (Keyword, "audit"),
            (Keyword, "deny"),
            (Keyword, "owner"),
            (String, "/a/"),
            (Variable, "@{X}"),
            (Modifier, "rUx"),
            (Keyword, "signal"),
            (Modifier, "send"),
            (Parameter, "set"),
            (Operator, "="),
            (EnumMember, "hup"),
            (Parameter, "peer"),
            (Operator, "="),
            (Class, "q"),
            (Keyword, "set"),
            (Keyword, "rlimit"),
            (EnumMember, "cpu"),
            (Operator, "<="),
            (Number, "3"),
            (EnumMember, "min"),
            (Keyword, "userns"),
            (Modifier, "create"),
            (Keyword, "network"),
            (EnumMember, "inet"),
            (EnumMember, "tcp"),
            (Parameter, "port"),
            (Operator, "="),
            (Number, "80"),
            (String, "/b"),
            (Modifier, "px"),
            (Operator, "->"),
            (Class, "c"),
            (Keyword, "if"),
            (Variable, "@{X}"),
            (Operator, "=="),
            (String, "a"),
            (Keyword, "else"),
            (Operator, "^"),
            (Class, "h"),
        ]
    );
}

#[test]
fn modifiers() {
    let text = "profile p {\n  @{profile_name} Ux,\n  /a rix,\n}\n";
    let tokens = tokens(&parsed(text.as_bytes()), text.as_bytes());
    let with = |is: fn(&TokenModifiers) -> bool| tokens.iter().filter(|token| is(&token.modifiers)).count();
    assert_eq!((with(|it| it.declaration), with(|it| it.built_in), with(|it| it.unconfined)), (1, 1, 1));
}

#[test]
fn broken_items_have_their_keywords() {
    let found = shown("profile p {\n  deny capability chown\n  /a/deny/file\n  # c\n  owner /b r,\n}\n");
    assert!(found.contains(&(TokenKind::Keyword, "capability")));
    assert!(found.contains(&(TokenKind::Comment, "# c")));
    assert!(!found.contains(&(TokenKind::Keyword, "file")));
}

proptest! {
    #[test]
    fn ordered_and_apart(text in "[a-z/@{}$#=,() \\n\"<>-]{0,200}") {
        let mut end = 0;
        for token in tokens(&parsed(text.as_bytes()), text.as_bytes()) {
            prop_assert!(token.start >= end && token.len > 0);
            end = token.start + token.len;
            prop_assert!(end as usize <= text.len());
        }
    }
}
