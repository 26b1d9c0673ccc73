use proptest::prelude::*;

use super::*;
use crate::Pattern;
use crate::syntax::ast::ProfileFlag;
use crate::syntax::untidy::texts;
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
        "no profile `c` among `a`, `a//h`, `b`, `b`; a child is named `parent//child`"
    );
    assert_eq!(
        error("b".into(), kind("/x r,")),
        "2 profiles are named `b` (lines 5, 7); give them different names first"
    );
    assert_eq!(
        error("a//h".into(), kind("/x r,")),
        "no rule `/x r,` directly in profile `a//h`; it must be spelled as in the text"
    );
    let raw = Pattern::written("/x r,\n/** rwix,\n/y");
    let hostile = crate::ast::FileRule::allow(raw, "r".parse().unwrap());
    assert!(matches!(editor.add_rule("a", hostile).unwrap_err(), EditError::NotOne { what: "rule", .. }));
    assert!(matches!(editor.add_include("a", "x>\n/** rwix,").unwrap_err(), EditError::Include(_)));
    assert_eq!(editor.text(), text.as_bytes());
    assert!(editor.edits().is_empty());
    assert!(Editor::new("profile a {\n  /x r\n}\n").is_err());
}

/// The parts in which two texts differ.
fn difference<'a>(old: &'a [u8], new: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    (&old[..old.len() - tail], &new[..new.len() - tail])
}

/// Every item that holds no others.
fn outline(file: &File) -> Vec<ItemKind> {
    let mut found = Vec::new();
    file.walk(&mut |item| {
        if !matches!(item.kind.value, ItemKind::Profile(_) | ItemKind::Block(_) | ItemKind::Conditional(_)) {
            found.push(item.kind.value.clone());
        }
    });
    found
}

fn comments(file: &File) -> Vec<Vec<u8>> {
    let mut found: Vec<_> = file.comments().iter().map(|comment| comment.to_vec()).collect();
    found.sort();
    found
}

const RULES: &[&str] = &[
    "/aa r,",
    "/a w,",
    "deny /c w,",
    "network inet,",
    "capability chown,",
    "set rlimit nofile <= 2,",
    "include <x>",
    "include <y>",
    "include z",
    "include if exists <local/x>",
    "abi <abi/4.0>,",
    "@{Y} = y",
    "^child {\n  /a r,\n}",
    "audit {\n  /a r,\n}",
    "dbus send bus=system path=/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa interface=aaaaaaaaaa member=aaaaaaaaaaaa,",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// An edit changes the text at one place, and the tree by what was asked for.
    #[test]
    fn edits_do_one_thing(
        text in texts(),
        crlf in any::<bool>(),
        steps in proptest::collection::vec((0..5_usize, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6),
    ) {
        let text = if crlf { text.replace('\r', "").replace('\n', "\r\n") } else { text };
        let mut editor = Editor::new(text.as_str()).unwrap();
        for (step, scope, rule) in steps {
            let (old, before) = (editor.text().to_vec(), editor.file().clone());
            let Err(EditError::UnknownProfile { known, .. }) = editor.set_mode("?", ProfileMode::Kill) else { panic!() };
            let name = known.get(scope.index(known.len() + 1)).cloned();
            let place = name.as_deref().map_or(Scope::File, Scope::Profile);
            let mut direct = Vec::new();
            if let Ok(owner) = editor.owner(place) {
                scope::visit(&mut before.clone(), &mut |other, items, _| {
                    let all = items.iter().map(|item| item.kind.value.clone());
                    direct = if owner == other { all.collect() } else { Vec::new() };
                    owner == other
                });
            }
            let new = kind(rule.get::<&str>(RULES));
            let result = match step {
                0 | 1 => editor.add_rule(place, new.clone()).map(|_| ()),
                2 | 3 if direct.is_empty() => Ok(()),
                2 => editor.remove_rule(place, rule.get(&direct).clone()),
                3 => editor.replace_rule(place, rule.get(&direct).clone(), new.clone()),
                _ => {
                    let modes = [ProfileMode::Kill, ProfileMode::Enforce, ProfileMode::Prompt];
                    editor.set_mode(name.as_deref().unwrap_or("p"), *rule.get(&modes)).map(|_| ())
                }
            };
            match result {
                Ok(()) => {}
                Err(EditError::AmbiguousProfile { .. } | EditError::UnknownProfile { .. }) => {
                    prop_assert_eq!(editor.text(), &old);
                    continue;
                }
                Err(error) => prop_assert!(false, "{}\nstep {} {:?} {:?}\n{}", error, step, place, new, String::from_utf8_lossy(&old)),
            }
            let applied = apply(text.as_bytes(), editor.edits());
            prop_assert_eq!(applied.as_deref(), Some(editor.text()));
            let (gone, come) = difference(&old, editor.text());
            match step {
                0 | 1 => {
                    prop_assert!(gone.trim_ascii().is_empty(), "an addition replaces nothing but blanks");
                    prop_assert_eq!(comments(&before), comments(editor.file()));
                    let mut rest = outline(editor.file());
                    let is_leaf = !matches!(new, ItemKind::Profile(_) | ItemKind::Block(_));
                    if is_leaf && direct.iter().all(|other| *other != new) {
                        let old = outline(&before);
                        let at = rest.iter().zip(&old).take_while(|(a, b)| a == b).count();
                        prop_assert_eq!(rest.remove(at), new);
                        prop_assert_eq!(rest, old);
                    }
                }
                2 if direct.iter().filter(|other| *other == rule.get(&direct)).count() == 1 => {
                    prop_assert!(come.is_empty(), "a removal writes nothing");
                }
                4 => {
                    prop_assert_eq!(outline(&before), outline(editor.file()));
                    prop_assert_eq!(comments(&before), comments(editor.file()));
                    prop_assert!(!come.contains(&b'\n') && !gone.contains(&b'\n') || gone.trim_ascii().starts_with(b"flags"));
                }
                _ => {}
            }
        }
    }
}
