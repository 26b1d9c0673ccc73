use super::*;

const TEXT: &str = "abi <abi/4.0>,\n@{A} = /x/@{B} \\@{C}\n$B = not ${A} or @{A} == x\nalias /a/ -> /b/,\n\
    profile p /usr/bin/@{x} xattrs=(user.a=b) flags=(complain, error=EPERM) {\n  include <abstractions/base>\n  \
    audit deny owner @{HOME}/a rw,\n  rPx /b -> q,\n  /l l -> @{A},\n  capability chown kill,\n  \
    network send inet tcp ip=::1,\n  unix type=stream peer=(label=@{B}),\n  signal set=(hup) peer=p,\n  \
    mount options=(ro) fstype=ext4 /a -> /b/,\n  set rlimit cpu <= 3 min,\n  mqueue r type=posix /q,\n  \
    if defined @{A} and a == @{B} {\n    ^h {\n      /z r,\n    }\n  } else if $B {\n    /y r,\n  }\n}\n";

fn roles(text: &str) -> Vec<(WordRole, String)> {
    let file = crate::parse(text.as_bytes()).unwrap();
    let mut found = Vec::new();
    file.walk(&mut |item| {
        words(item, &mut |role, word| found.push((role, String::from_utf8_lossy(word.value).into_owned())))
    });
    found
}

#[test]
fn every_word_has_its_role() {
    let found = roles(TEXT);
    for (role, word) in [
        (WordRole::AbiPath, "abi/4.0"),
        (WordRole::VariableName, "A"),
        (WordRole::BoolName, "B"),
        (WordRole::Variable, "${A}"),
        (WordRole::Variable, "@{A}"),
        (WordRole::Operand, "x"),
        (WordRole::AliasTo, "/b/"),
        (WordRole::ProfileName, "p"),
        (WordRole::Attachment, "/usr/bin/@{x}"),
        (WordRole::XattrName, "user.a"),
        (WordRole::Flag, "error=EPERM"),
        (WordRole::Path, "@{HOME}/a"),
        (WordRole::Permission(Construct::File), "rPx"),
        (WordRole::ExecTarget, "q"),
        (WordRole::LinkTarget, "@{A}"),
        (WordRole::Capability, "kill"),
        (WordRole::Permission(Construct::Network), "send"),
        (WordRole::Family, "inet"),
        (WordRole::Protocol, "tcp"),
        (WordRole::ConditionValue(Construct::Network), "::1"),
        (WordRole::SocketType, "stream"),
        (WordRole::ConditionName(Construct::Unix), "peer"),
        (WordRole::Label, "@{B}"),
        (WordRole::Signal, "hup"),
        (WordRole::MountOption, "ro"),
        (WordRole::Fstype, "ext4"),
        (WordRole::MountPoint, "/b/"),
        (WordRole::Unit, "min"),
        (WordRole::QueueType, "posix"),
        (WordRole::QueueName, "/q"),
        (WordRole::Variable, "$B"),
    ] {
        assert!(found.contains(&(role, word.to_owned())), "{role:?} {word}: {found:?}");
    }
}

#[test]
fn words_come_in_the_order_of_the_text() {
    let file = crate::parse(TEXT.as_bytes()).unwrap();
    file.walk(&mut |item| {
        let mut last = 0;
        words(item, &mut |_, word| {
            assert!(word.span.start >= last, "{word:?}");
            last = word.span.end;
        });
    });
}

#[test]
fn finds_what_stands_at_an_offset() {
    let file = crate::parse(TEXT.as_bytes()).unwrap();
    let offset = |needle: &str| u32::try_from(TEXT.find(needle).unwrap()).unwrap();
    let found = at(&file, offset("/z r") + 2).unwrap();
    assert_eq!(
        found.word.map(|(role, word)| (role, String::from_utf8_lossy(word.value).into_owned())),
        Some((WordRole::Path, "/z".into()))
    );
    assert_eq!(found.around.len(), 3);
    let found = at(&file, offset("chown") + 5).unwrap();
    assert_eq!(found.word.map(|(role, _)| role), Some(WordRole::Capability));
    let found = at(&file, offset("capability") + 1).unwrap();
    assert!(found.word.is_none() && matches!(found.item.kind.value, ItemKind::Rule(_)));
    assert_eq!(at(&file, offset("/y r")).unwrap().around.len(), 2);
    assert!(at(&file, u32::MAX).is_none());
}

#[test]
fn finds_references() {
    let file = crate::parse(TEXT.as_bytes()).unwrap();
    let mut found = Vec::new();
    file.walk(&mut |item| {
        words(item, &mut |role, word| {
            for reference in variable_references(role, word) {
                let whole = &TEXT[reference.span.start as usize..reference.span.end as usize];
                let name = reference.name_span();
                assert_eq!(&TEXT.as_bytes()[name.start as usize..name.end as usize], reference.name);
                found.push((whole, reference.boolean));
            }
        });
    });
    assert_eq!(
        found,
        [
            ("@{B}", false),
            ("${A}", true),
            ("@{A}", false),
            ("@{x}", false),
            ("@{HOME}", false),
            ("@{A}", false),
            ("@{B}", false),
            ("@{A}", false),
            ("@{B}", false),
            ("$B", true)
        ]
    );
}
