use super::{check_errors, check_rules, check_silent};
use crate::diagnostic::Diagnostics;
use crate::policy::{Glob, Prefix, Rule, RuleKind, RuleOrigin, UnixAddress, UnixRule};
use crate::source::{Span, Text};
use crate::vocab::NetworkPermissions;

#[test]
fn rules() {
    check_rules(&[("unix,", r#"{"permissions": EVERY}"#), ("unix (),", r#"{"permissions": EVERY}"#)]);
    check_rules(&[
        ("unix (send, rw) type=stream,", r#"{"permissions": ["send", "receive"], "kind": 1}"#),
        ("unix type=none,", r#"{"permissions": EVERY, "kind": 0}"#),
        ("unix accept type=dccp addr=none,", r#"{"permissions": ["accept"], "kind": 6, "address": "none"}"#),
        (
            "unix send addr=@a peer=(addr=auto label=l),",
            r#"{"permissions": ["send"], "address": {"abstract": "a"}, "peer_address": "auto", "peer_label": "l"}"#,
        ),
        ("unix bind addr=\"@\",", r#"{"permissions": ["bind"], "address": {"abstract": ""}}"#),
        ("unix bind addr=\\x40a,", r#"{"permissions": ["bind"], "address": {"abstract": "a"}}"#),
    ]);
    check_silent(&["unix bind peer=(),", "unix accept peer=(addr=none),", "unix peer=(label=a),", "unix addr=(@a),"]);
}

#[test]
fn mistakes() {
    check_errors(&[
        ("unix (x),", "perm-word", "x"),
        ("unix type=x,", "unix-type", "x"),
        ("unix type=@{X},", "unix-type", "@{X}"),
        ("unix type=(stream dgram),", "cond-multi", "dgram"),
        ("unix addr=x,", "unix-addr", "x"),
        ("unix addr=/run/socket,", "unix-addr", "/run/socket"),
        ("unix peer=(addr=none@),", "unix-addr", "none@"),
        ("unix addr=(@a @b),", "cond-multi", "@b"),
        ("unix addr in (@a),", "cond-op", "in"),
        ("unix addr=@a addr=@b,", "cond-once", "addr=@b"),
        ("unix label=a,", "cond-side", "label"),
        ("unix peer=(type=stream),", "cond-side", "type"),
        ("unix protocol=0,", "cond-unsupported", "protocol"),
        ("unix peer=(protocol=0),", "cond-unsupported", "protocol"),
        ("unix attr=x,", "cond-invalid", "attr"),
        ("unix peer=(opt=x),", "cond-invalid", "opt"),
        ("unix peer=(label:=a),", "cond-op", ":="),
        ("unix peer=(label),", "cond-op", "label"),
        ("unix xattrs=(label=a),", "cond-group", "xattrs"),
        ("unix bind peer=(label=a),", "unix-perm-peer", "bind"),
        ("unix (send, create) peer=(addr=@a),", "unix-perm-peer", "create"),
    ]);
}

/// Returns the address of an expanded text.
fn finished(text: &str) -> Option<UnixAddress> {
    let value = Glob::new(Text::from(text), Span::NONE);
    let unix = UnixRule {
        permissions: NetworkPermissions::SEND,
        kind: None,
        address: None,
        peer_address: Some(UnixAddress::Abstract(value)),
        peer_label: None,
        from_network: false,
    };
    let mut rule =
        Rule { prefix: Prefix::default(), kind: RuleKind::Unix(unix), span: Span::NONE, origin: RuleOrigin::Written };
    let mut diagnostics = Diagnostics::new();
    let right = super::super::finish(&mut rule, &mut diagnostics);
    assert_eq!(right, !diagnostics.has_errors());
    match rule.kind {
        RuleKind::Unix(unix) if right => unix.peer_address,
        _ => None,
    }
}

#[test]
fn expanded_addresses() {
    let name = |text: &str| Some(UnixAddress::Abstract(Glob::new(Text::from(text), Span::NONE)));
    assert_eq!(finished("@one"), name("one"));
    assert_eq!(finished("@{one,two}"), name("{one,two}"));
    assert_eq!(finished("{@one,@two{@a,b}}@x"), name("{one,two{@a,b}}@x"));
    assert_eq!(finished("{{@a,@b},@c}"), name("{{a,b},c}"));
    assert_eq!(finished(r"{@a\,b,@[,}]}"), name(r"{a\,b,[,}]}"));
    assert_eq!(finished("none"), Some(UnixAddress::None));
    assert_eq!(finished("auto"), Some(UnixAddress::Auto));
    for bad in ["one", "", "{@one,two}", "{@a,none}", "{@a", "{", "/run/x"] {
        assert_eq!(finished(bad), None, "{bad}");
    }
    // Nested deeper than patterns may be.
    assert_eq!(finished(&[&"{".repeat(100_000), "@a,@b", &"}".repeat(100_000)].concat()), None);
}
