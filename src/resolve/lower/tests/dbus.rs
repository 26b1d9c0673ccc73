use super::{check_errors, check_rules, check_silent, check_warnings};

#[test]
fn default_permissions() {
    check_rules(&[
        ("dbus,", r#"{"permissions": ["send", "receive", "bind", "eavesdrop"]}"#),
        ("dbus (),", r#"{"permissions": ["send", "receive", "bind", "eavesdrop"]}"#),
        ("dbus bus=a,", r#"{"permissions": ["send", "receive", "bind", "eavesdrop"], "bus": "a"}"#),
        ("dbus name=a,", r#"{"permissions": ["bind"], "name": "a"}"#),
        ("dbus peer=(name=a),", r#"{"permissions": ["send", "receive"], "name": "a"}"#),
        ("dbus peer=(path=/a),", r#"{"permissions": ["send", "receive"], "path": "/a"}"#),
        (
            "dbus (rw) bus=a path=/p interface=i member=m peer=(name=n label=@{L}),",
            r#"{"permissions": ["send", "receive"], "bus": "a", "path": "/p", "interface": "i", "member": "m", "name": "n", "label": "@{L}"}"#,
        ),
        ("dbus write path=/a,", r#"{"permissions": ["send"], "path": "/a"}"#),
    ]);
    check_silent(&[
        "dbus bind bus=a name=b,",
        "dbus eavesdrop bus=a,",
        "dbus (send eavesdrop) bus=a,",
        "dbus eavesdrop peer=(),",
        "dbus peer=(n\\x61me=a),",
    ]);
    check_warnings(&[("dbus (RW),", "upper-case-perms", "RW")]);
}

#[test]
fn mistakes() {
    check_errors(&[
        ("dbus (x),", "perm-word", "x"),
        ("dbus x=y,", "cond-invalid", "x"),
        ("dbus bus in (a),", "cond-op", "in"),
        ("dbus peer=(name),", "cond-op", "name"),
        ("dbus peer=(label:=a),", "cond-op", ":="),
        ("dbus bus=a bus=b,", "cond-once", "bus=b"),
        ("dbus bus=a peer=(bus=b),", "cond-once", "bus=b"),
        ("dbus bus=(a b),", "cond-multi", "b"),
        ("dbus xattrs=(label=a),", "cond-group", "xattrs"),
        ("dbus label=a,", "dbus-label", "label"),
        ("dbus name=a path=/b,", "dbus-mixed", "name=a"),
        ("dbus bind path=/a,", "dbus-bind", "bind"),
        ("dbus (send bind) path=/a,", "dbus-bind", "bind"),
        ("dbus send name=a,", "dbus-service", "send"),
        ("dbus eavesdrop name=a,", "dbus-eavesdrop", "eavesdrop"),
        ("dbus (send eavesdrop) path=/a,", "dbus-eavesdrop", "eavesdrop"),
        ("dbus (bind eavesdrop) name=a,", "dbus-eavesdrop", "eavesdrop"),
        ("dbus send peer=a,", "cond-invalid", "peer"),
    ]);
}
