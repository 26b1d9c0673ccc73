//! Messages about broken texts.

use crate::source::SourceMap;
use crate::syntax::parser::parse;

/// The diagnostics of a text, one a line: place, code, the text pointed at, message, help.
fn errors(text: &str) -> String {
    let sources = SourceMap::new();
    let id = sources.add("", text.as_bytes()).expect("the text is small");
    let source = sources.get(id);
    let lines = parse(&source, id).diagnostics.into_iter().map(|diagnostic| {
        let (line, column) = source.line_column(diagnostic.span().start);
        let slice = source.slice(diagnostic.span()).escape_ascii();
        let help = diagnostic.help.as_deref().unwrap_or("-");
        format!("{line}:{column} {} [{slice}] {}\n  = {help}", diagnostic.code, diagnostic.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Each broken text with its diagnostics. The snapshot is the specification of the messages.
#[test]
fn messages() {
    let texts = [
        "profile p {\n  capabilty chown,\n  newtork inet,\n  foo bar,\n}\n",
        "profile p {\n  /a r\n  /b w,\n  capability chown\n}\n",
        "profile p {\n  network inet\n  capability kill,\n  network\n  /a r,\n  signal\n  unix,\n}\n",
        "profile p { /a px -> b,}\n",
        "profile p { /a r,/b px -> c,/d r, }\n",
        "profile p { change_profile,}\n",
        "profile p { /a r}\n",
        "profile p { /a r; capability chown; }\n",
        "profile a{\n  /x r,\n}\n",
        "profile a{}\n",
        "profile a /x{\n  /x r,\n}\n",
        "profile p flags=complain {\n  /a rq,\n}\n",
        "/bin/p flogs=(complain) {\n  /a r,\n}\n",
        "profile p flags=(complain) xattrs=(a) {\n}\n",
        "profile p flags=(complain {\n}\n",
        "profile\np { }\n",
        "^ h { }\n",
        "profile p {\n  ^hat {\n    /x r,\n  /y r,\n}\n",
        "/bin/x\n  /a r,\n}\n",
        "profile p { }\n}\n",
        "profile p {\n  deny audit /a r,\n  owner owner /a r,\n  audit if true { /b r, }\n}\n",
        "@{A} = a,\n@{B} = a, b\n$C = true,\n",
        "@{A} =\n@{B}:=x\n",
        "@{A} = \"a b\nprofile p { }\n",
        "profile p {\n  signal send peer=(a),\n  ptrace peer=(a),\n  userns (create),\n}\n",
        "profile p {\n  dbus peer=(name=x) bus=system,\n  dbus peer=(\"name\"=x),\n  dbus bus=(),\n}\n",
        "profile p {\n  mount options=\n    ro /a,\n}\n",
        "profile p {\n  /a\n  include <b>\n}\n",
        "profile p {\n  if true {}\n  if $a and { /x rq, } else { /y r, }\n  if a b { }\n}\n",
        "profile p {\n  /a,\n  /b -> c px,\n  /c px->d,\n  , \n  priority=x /d r,\n}\n",
        "profile p {\n  set rlmit nofile <= 5,\n  rlimit nofile <= 5,\n  set rlimit nofile <= 0x10,\n}\n",
        "profile p { ! }\nprofile q { \\ }\n",
        "profile p {\r  /a r,\r}\r",
        "\u{feff}profile p { }\n",
        "abi < \"x\" >,\ninclude <>\n",
        "include<x>\n",
        "profile p {\n  if (@{X} == /a) { }\n}\n",
        "profile p { }\n# the end",
        "profile p { /a\0 r, }\n",
    ];
    let report: String = texts.iter().map(|text| format!("{text:?}\n{}\n\n", errors(text))).collect();
    insta::assert_snapshot!(report);
}

#[test]
fn the_last_of_too_many_errors_says_so() {
    let text = format!("profile p {{\n{}}}\n", "  capabilty chown,\n".repeat(600));
    let error = crate::parse(text.as_bytes()).unwrap_err();
    assert_eq!(error.diagnostics.len(), 500);
    assert!(error.diagnostics[499].help.as_deref().unwrap().contains("after the first 500"));
}
