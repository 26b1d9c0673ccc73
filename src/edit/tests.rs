mod laws;
mod nested;

use super::*;
use crate::Pattern;
use crate::source::{SourceId, Span};
use crate::syntax::ast::ProfileFlag;
use crate::vocab::ProfileMode;

fn kind(text: &str) -> ItemKind {
    let file = crate::parse(format!("{text}\n").as_bytes()).unwrap();
    file.items[0].kind.value.clone()
}

/// The text after a rule was added to profile `p`, or to the file where there is none.
fn added(text: &str, rule: &str) -> String {
    let mut editor = Editor::new(text).unwrap();
    let scope = if text.contains("profile p") { Scope::Profile("p") } else { Scope::File };
    assert!(editor.add_rule(scope, kind(rule)).unwrap());
    String::from_utf8(editor.finish()).unwrap()
}

fn removed(text: &str, rule: &str) -> String {
    let mut editor = Editor::new(text).unwrap();
    editor.remove_rule("p", kind(rule)).unwrap();
    String::from_utf8(editor.finish()).unwrap()
}

const GROUPS: &str = "\
# the file
abi <abi/4.0>,
include <tunables/global>

# the profile
profile p {
  include <abstractions/base>
  include <abstractions/fonts>

  # what it may do
  capability chown,
  capability setuid,

  # dbus
  dbus send bus=system,

  # programs
  /usr/bin/a rix,
  /usr/bin/c rix,

  # settings
  /etc/b r,
  deny /etc/z w,

  profile child {
  }

  include if exists <local/p>
}
";

#[test]
fn a_rule_goes_into_the_group_of_its_kind() {
    for (rule, before) in [
        ("capability dac_override,", "  capability setuid,\n"),
        ("capability audit_read,", "  capability chown,\n"),
        ("dbus receive bus=system,", "  dbus send bus=system,\n"),
        ("/usr/bin/b rix,", "  /usr/bin/c rix,\n"),
        ("/etc/a r,", "  /etc/b r,\n"),
        ("/etc/c r,", "  deny /etc/z w,\n"),
        ("deny /etc/zz w,", "\n  profile child {\n"),
        ("owner @{HOME}/x r,", "  deny /etc/z w,\n"),
        ("include <abstractions/consoles>", "  include <abstractions/fonts>\n"),
        ("include <abstractions/nameservice>", "\n  # what it may do\n"),
    ] {
        let expected = GROUPS.replacen(before, &format!("  {rule}\n{before}"), 1);
        assert_eq!(added(GROUPS, rule), expected);
    }
}

#[test]
fn a_kind_of_its_own_gets_a_group_of_its_own() {
    for (rule, before) in [
        ("set rlimit nofile <= 2,", "  # what it may do\n"),
        ("network inet,", "  # dbus\n"),
        ("signal send,", "  # dbus\n"),
        ("link /a -> /b,", "  profile child {\n"),
    ] {
        let expected = GROUPS.replacen(before, &format!("  {rule}\n\n{before}"), 1);
        assert_eq!(added(GROUPS, rule), expected);
    }
    assert_eq!(
        added("profile p {\n  include <abstractions/base>\n}\n", "/a r,"),
        "profile p {\n  include <abstractions/base>\n\n  /a r,\n}\n"
    );
    assert_eq!(
        added("profile p {\n  # rules\n  capability chown,\n  /a r,\n}\n", "network inet,"),
        "profile p {\n  # rules\n  capability chown,\n  network inet,\n  /a r,\n}\n"
    );
    assert_eq!(
        added("profile p {\n  # all rules\n  /a r,\n  /b r,\n}\n", "capability chown,"),
        "profile p {\n  # all rules\n  capability chown,\n  /a r,\n  /b r,\n}\n"
    );
}

#[test]
fn the_preamble_has_an_order() {
    let mut editor = Editor::new("# about the file\n\n# about p\nprofile p {\n}\n").unwrap();
    editor.add_rule(Scope::File, kind("@{x} = y")).unwrap();
    editor.add_rule(Scope::File, kind("abi <abi/4.0>,")).unwrap();
    editor.add_include(Scope::File, "tunables/global").unwrap();
    editor.add_rule(Scope::File, kind("profile q {\n}")).unwrap();
    let expected = "# about the file\n\nabi <abi/4.0>,\n\ninclude <tunables/global>\n\n@{x} = y\n\n# about p\nprofile p {\n}\n\n\
                    profile q {\n}\n";
    assert_eq!(String::from_utf8(editor.finish()).unwrap(), expected);
    assert_eq!(
        added("# about the file\n@{x} = y\n", "abi <abi/4.0>,"),
        "# about the file\nabi <abi/4.0>,\n\n@{x} = y\n"
    );
    assert_eq!(added("", "/a r,"), "/a r,\n");
    assert_eq!(added("# a piece\n", "/a r,"), "# a piece\n\n/a r,\n");
    assert_eq!(added("  /b r,\n", "/a r,"), "  /a r,\n  /b r,\n");
}

#[test]
fn odd_layouts_stay_as_they_are() {
    for (text, expected) in [
        ("profile p { }\n", "profile p {\n  /x r,\n}\n"),
        ("profile p {}\n", "profile p {\n  /x r,\n}\n"),
        ("profile p {\n}\n", "profile p {\n  /x r,\n}\n"),
        ("profile p { # head\n}\n", "profile p { # head\n  /x r,\n}\n"),
        ("profile p {\n\n   # only this\n\n}\n", "profile p {\n\n   # only this\n   /x r,\n\n}\n"),
        ("profile p # {\n {\n }\n", "profile p # {\n {\n   /x r,\n }\n"),
        ("profile p { /a r, }\n", "profile p { /a r, /x r, }\n"),
        ("profile p { /z r, }\n", "profile p { /x r, /z r, }\n"),
        ("profile p { /z r, /zz r,\n}\n", "profile p { /x r, /z r, /zz r,\n}\n"),
        ("profile p { /a r, # a\n}\n", "profile p { /a r, # a\n  /x r,\n}\n"),
        ("profile p {\r\n\t/a r,\r\n}\r\n", "profile p {\r\n\t/a r,\r\n\t/x r,\r\n}\r\n"),
        ("profile p {\r\n}\r\n", "profile p {\r\n  /x r,\r\n}\r\n"),
        ("profile p {\n    /a   r,   # a\n}", "profile p {\n    /a   r,   # a\n    /x r,\n}"),
        (
            "profile p {\n  audit {\n    /a r,\n  }\n  if $y {\n    /b r,\n  }\n}\n",
            "profile p {\n  /x r,\n\n  audit {\n    /a r,\n  }\n  if $y {\n    /b r,\n  }\n}\n",
        ),
        (
            "profile p {\n  # fmt: off\n  /a    r,\n  # fmt: on\n  /b r,\n}\n",
            "profile p {\n  # fmt: off\n  /a    r,\n  # fmt: on\n  /b r,\n  /x r,\n}\n",
        ),
        (
            "profile p {\n  # fmt: off\n  /a    r,\n  # fmt: on\n  /z r,\n}\n",
            "profile p {\n  # fmt: off\n  /a    r,\n  # fmt: on\n  /x r,\n  /z r,\n}\n",
        ),
        ("# fmt: off\nprofile p {\n  /a    r,\n}\n", "# fmt: off\nprofile p {\n  /a    r,\n  /x r,\n}\n"),
    ] {
        assert_eq!(added(text, "/x r,"), expected);
    }
    assert_eq!(
        added("profile p { /a r, }\n", "@{x} = y"),
        "profile p { @{x} = y\n/a r, }\n",
        "an assignment ends with its line"
    );
    let wide = format!("dbus send bus=system path=/{} member=x peer=(name=y),", "a".repeat(60));
    let text = added("profile p {\r\n\t/a r,\r\n}\r\n", &wide);
    assert!(text.lines().count() > 4 && !text.replace("\r\n", "").contains('\n'), "{text}");
}

#[test]
fn removing_takes_whole_lines_where_it_can() {
    for (text, expected) in [
        ("profile p {\n  # above\n  /x   r, # after\n  /b r,\n}\n", "profile p {\n  # above\n  /b r,\n}\n"),
        ("profile p {\n  /a r,\n\n  /x r,\n\n  /b r,\n}\n", "profile p {\n  /a r,\n\n  /b r,\n}\n"),
        ("profile p {\n  /a r,\n\n  /x r,\n}\n", "profile p {\n  /a r,\n}\n"),
        ("profile p {\n  /x r,\n\n  /a r,\n}\n", "profile p {\n  /a r,\n}\n"),
        ("profile p {\n  /a r,\n\n  # last\n  /x r,\n}\n", "profile p {\n  /a r,\n\n  # last\n}\n"),
        ("profile p { /x r, }\n", "profile p { }\n"),
        ("profile p {/x r,}\n", "profile p {}\n"),
        ("profile p { /x r, # c\n}\n", "profile p {\n}\n"),
        ("profile p { /a r, /x r, /b r, }\n", "profile p { /a r, /b r, }\n"),
        ("profile p {\n  /x r, /b r,\n}\n", "profile p {\n  /b r,\n}\n"),
        ("profile p {\n  /x r,\n  /a r,\n  /x r,\n}\n", "profile p {\n  /a r,\n}\n"),
        ("profile p {\r\n  /x r,\r\n}\r\n", "profile p {\r\n}\r\n"),
    ] {
        assert_eq!(removed(text, "/x r,"), expected);
    }
}

#[test]
fn comments_go_with_their_rule_when_asked_for() {
    for (text, expected) in [
        ("profile p {\n  # heading\n\n  # x\n  # more\n  /x r,\n}\n", "profile p {\n  # heading\n\n}\n"),
        ("profile p {\n  # heading\n  /x r,\n  /y r,\n}\n", "profile p {\n  # heading\n  /y r,\n}\n"),
        ("profile p {\n  # x\n  /x r,\n  # y\n  /y r,\n}\n", "profile p {\n  # y\n  /y r,\n}\n"),
        ("profile p {\n  /a r,\n  # x\n  /x r,\n}\n", "profile p {\n  /a r,\n}\n"),
        ("profile p {\n  /a r,\n\n  # x\n  /x r,\n}\n", "profile p {\n  /a r,\n}\n"),
    ] {
        let mut editor = Editor::new(text).unwrap();
        editor.remove_rule_with_comments("p", kind("/x r,")).unwrap();
        assert_eq!(String::from_utf8(editor.finish()).unwrap(), expected.replace("\n\n}", "\n}"));
    }
}

#[test]
fn replacing_keeps_the_place() {
    let text = "profile p {\n  # why\n  /b   r, # here\n  /a w,\n  /b   r,\n}\n";
    let mut editor = Editor::new(text).unwrap();
    editor.replace_rule("p", kind("/b r,"), kind("/c rw,")).unwrap();
    assert_eq!(editor.text(), b"profile p {\n  # why\n  /c rw, # here\n  /a w,\n}\n");
    editor.replace_rule("p", kind("/c rw,"), kind("/a w,")).unwrap();
    assert_eq!(editor.text(), b"profile p {\n  # why\n  /a w,\n}\n");
    assert_eq!(apply(text.as_bytes(), editor.edits()).as_deref(), Some(editor.text()));
}

#[test]
fn flags() {
    use ProfileMode::{Complain, Enforce, Kill};
    for (text, mode, expected) in [
        ("profile p {", Complain, "profile p flags=(complain) {"),
        ("profile p /x{a,b} xattrs=(a=b) {", Kill, "profile p /x{a,b} xattrs=(a=b) flags=(kill) {"),
        ("profile p flags=(enforce) {", Enforce, "profile p flags=(enforce) {"),
        ("profile p flags=(complain) {", Enforce, "profile p {"),
        ("profile p (complain) {", Kill, "profile p (kill) {"),
        ("profile p flags=(audit,complain) {", Enforce, "profile p flags=(audit) {"),
        ("profile p flags=(complain, audit) {", Enforce, "profile p flags=(audit) {"),
        ("profile p flags=(audit, debug) {", Complain, "profile p flags=(audit, debug, complain) {"),
        ("profile p flags=(audit debug) {", Complain, "profile p flags=(audit debug complain) {"),
        ("profile p # a\n flags=(complain) # b\n{", Enforce, "profile p # a\n  # b\n{"),
        ("profile p flags=(complain,\n audit) {", Enforce, "profile p flags=(audit) {"),
    ] {
        let mut editor = Editor::new(format!("{text}\n}}\n")).unwrap();
        let changed = editor.set_mode("p", mode).unwrap();
        assert_eq!(String::from_utf8_lossy(editor.text()), format!("{expected}\n}}\n"));
        assert_eq!(changed, text != expected);
        assert!(!editor.set_mode("p", mode).unwrap());
    }
    let mut editor = Editor::new("profile p flags=(no_attach_disconnected) {\n}\n").unwrap();
    let flag = ProfileFlag::Path(*crate::vocab::flags::path_flag(b"attach_disconnected").unwrap());
    editor.set_flag("p", flag.clone()).unwrap();
    assert_eq!(editor.text(), b"profile p flags=(attach_disconnected) {\n}\n");
    assert!(editor.remove_flag("p", &flag).unwrap());
    assert!(!editor.remove_flag("p", &flag).unwrap());
    let hostile = ProfileFlag::DisconnectedPath("/x) { /** rwix, } profile q (audit".into());
    let error = editor.set_flag("p", hostile).unwrap_err();
    assert!(matches!(error, EditError::NotOne { what: "flag", .. }), "{error}");
}

#[test]
fn errors_say_what_to_do() {
    let text = "profile a {\n  ^h {\n  }\n}\nprofile b {\n}\nprofile b {\n  \"/x\" r,\n}\n";
    let mut editor = Editor::new(text).unwrap();
    let mut error = |scope: Scope<'_>, rule: ItemKind| editor.remove_rule(scope, rule).unwrap_err().to_string();
    assert_eq!(
        error("c".into(), kind("/x r,")),
        "no profile `c` among `a`, `a//h`, `b`, `b`; write the name of a child as `parent//child`"
    );
    assert_eq!(
        error("b".into(), kind("/x r,")),
        "2 profiles are named `b` (lines 5, 7); give them different names first"
    );
    assert_eq!(
        error("a//h".into(), kind("/x r,")),
        "no rule `/x r,` in profile `a//h`; it must be spelled as in the text"
    );
    let raw = Pattern::written("/x r,\n/** rwix,\n/y");
    let hostile = crate::ast::FileRule::allow(raw, "r".parse().unwrap());
    assert!(matches!(editor.add_rule("a", hostile).unwrap_err(), EditError::NotOne { what: "rule", .. }));
    assert!(matches!(editor.add_include("a", "x>\n/** rwix,").unwrap_err(), EditError::Include(_)));
    assert_eq!(editor.text(), text.as_bytes());
    assert!(editor.edits().is_empty());
    assert!(Editor::new("profile a {\n  /x r\n}\n").is_err());
}
