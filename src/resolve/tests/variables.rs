use super::*;

/// The path of the only file rule.
#[track_caller]
fn path(preamble: &str, path: &str) -> String {
    let mut rules = rules(&format!("{preamble}\nprofile p {{ {path} r, }}\n"));
    assert_eq!(rules.len(), 1, "{rules:?}");
    rules.remove(0).strip_suffix(" r").unwrap().to_owned()
}

#[test]
fn expansion() {
    for (preamble, written, expected) in [
        ("@{A}=c b a b", "/@{A}", "/{a,b,c}"),
        ("@{A}=@{B}/z@{C}\n@{B}=x y\n@{C}=1 2", "/@{A}", "/{x/z1,x/z2,y/z1,y/z2}"),
        ("@{A}=a /b/ //c", "/x/@{A}/y", "/x/{c,b,a}/y"),
        ("@{A}=a /b/ //c", "/@{A}/y", "/{//c,/b,a}/y"),
        ("@{A}=/", "/x/@{A}/y", "/x//y"),
        ("@{A}={x,y} z", "/@{A}", "/{z,{x,y}}"),
        ("@{V}=/a /b/", "@{V}/x", "{/a,/b}/x"),
        ("@{V}=/a", "/y/@{V}/x", "/y/a/x"),
        ("@{V}=/a", "/@{V}/x", "//a/x"),
        ("@{V}=\"\" a", "/x@{V}y", "/x{,a}y"),
        ("@{V}=a b", "/{@{V},c}", "/{{a,b},c}"),
        ("@{P}=/x/* /y", "@{P}/**", "{/x/*,/y}/**"),
        // What stands before a reference begins with the value before it.
        ("@{A}=\"\"\n@{B}=/b", "/x/@{A}@{B}", "/x//b"),
        ("@{A}=a/\n@{B}=/b", "/x/@{A}@{B}", "/x/a/b"),
        // Nested references are not trimmed.
        ("@{A}=/b/ c\n@{B}=x/@{A}/y", "/@{B}", "/{x//b//y,x/c/y}"),
        ("@{A}=a\n", r"/\@\{A\}", r"/\@\{A\}"),
        ("@{A} = a \\\n b", "/@{A}", "/{a,b}"),
        // Assignments.
        ("@{A}=a\n@{A}+=b", "/@{A}", "/{a,b}"),
        ("@{A}=a\n@{A}?=b", "/@{A}", "/a"),
        ("@{A}?=b", "/@{A}", "/b"),
        ("@{A}=a\n@{A} := b", "/@{A}", "/b"),
    ] {
        assert_eq!(path(preamble, written), expected, "{preamble:?} {written}");
    }
}

#[test]
fn automatic_variables() {
    let text = "/usr/bin/p* { @{exec_path} r, @{profile_name} w, @{attach_path} k, }\n";
    let outcome = run(text);
    assert_eq!(rules_of(&outcome.policy.profiles[0]), ["/usr/bin/p* r", r"/usr/bin/p\* w", "/usr/bin/p* k"]);
    assert_eq!(rules("@{B}=a b\nprofile p@{B} { /@{profile_name} r, }\n"), [r"/p\{a,b\} r"]);
    let outcome = run("profile t { profile c { @{profile_name} r, } }\n");
    assert_eq!(rules_of(&outcome.policy.profiles[0].children[0]), ["t//c r"]);
    // What a name has escaped stays as it stands.
    let outcome = run(
        r#"profile "/a\{b" /x { /@{profile_name} r, } /\{a,b\},c { @{profile_name} r, } profile "p\*q*" { @{profile_name} r, }"#,
    );
    let all: Vec<_> = outcome.policy.profiles.iter().flat_map(rules_of).collect();
    assert_eq!(all, [r"/\{a,b\},c r", r"//a\{b r", r"p\*q\* r"]);
    // They hide global ones, and only where they are there.
    assert_eq!(path("@{profile_name}=zz\n@{exec_path}=/ee", "/@{profile_name}@{exec_path}"), "/p/ee");
    assert_eq!(rules("profile p /usr//bin/x { @{exec_path}/ r, }\n"), ["/usr//bin/x/ r"]);
}

#[test]
fn a_name_with_a_backslash_does_not_match_itself() {
    let peer = |name: &str, rule: &str| {
        let outcome = run(&format!("profile \"{name}\" /x {{ {rule}, }}\n"));
        outcome.codes().into_iter().map(|(code, _)| code).collect::<Vec<_>>()
    };
    for rule in
        ["signal peer=@{profile_name}", "unix peer=(label=@{profile_name})", "change_profile -> @{profile_name}"]
    {
        assert_eq!(peer(r"a\{b", rule), [Code::OwnNameEscape], "{rule}");
        assert_eq!(peer("a*b", rule), [], "{rule}");
    }
    assert_eq!(peer(r"a\[b", "/@{profile_name} r"), [], "a path is no label");
}

#[test]
fn nothing_goes_stale() {
    let outcome = run("@{A}=@{profile_name}\nprofile p { /@{A} r, }\nprofile q { /@{A} r, }\n");
    assert_eq!(outcome.codes(), [(Code::RefVariable, "A".into())]);
    let all: Vec<_> = outcome.policy.profiles.iter().flat_map(rules_of).collect();
    assert_eq!(all, ["/p r", "/q r"]);
    let outcome = run("@{A}=a\n$B = @{A} == a\n@{A}+=b\nprofile p { /@{A} r, }\n");
    assert_eq!(outcome.codes(), [(Code::RefVariable, "A".into())]);
    assert_eq!(rules_of(&outcome.policy.profiles[0]), ["/{a,b} r"]);
}

#[test]
fn an_old_alternation_ends_expansion() {
    let outcome = run("@{c}=x\nprofile p { /@{a,b}/@{c} r, }\n");
    assert_eq!(outcome.codes(), [(Code::OldAlternation, "/@{a,b}/@{c}".into())]);
    assert_eq!(rules_of(&outcome.policy.profiles[0]), ["/@{a,b}/@{c} r"]);
}

#[test]
fn unused_mistakes_are_none() {
    assert_eq!(rules("@{A}=@{A}\n@{B}=@{NOPE}\nprofile p { /a r, }\n"), ["/a r"]);
}

#[test]
fn a_chain_of_any_length_is_expanded() {
    let mut text = String::from("@{v0}=x\n");
    for i in 1..5000 {
        writeln!(text, "@{{v{i}}}=@{{v{}}}", i - 1).unwrap();
    }
    text.push_str("profile p { /@{v4999} r, }\n");
    assert_eq!(rules(&text), ["/x r"]);
}

#[test]
fn products_are_bounded() {
    let mut text = String::from("@{v0}=a b\n");
    for i in 1..40 {
        writeln!(text, "@{{v{i}}}=@{{v{0}}}@{{v{0}}}", i - 1).unwrap();
    }
    text.push_str("profile p { /@{v39} r, }\n");
    let codes: Vec<_> = run(&text).codes().into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, [Code::VarLimit]);
}

#[test]
fn aliases() {
    let text = "alias /a -> /z,\nprofile p { /ab r, deny /a/d w, /x r, }\n";
    assert_eq!(rules(text), ["/ab r", "/zb r", "deny /a/d w", "deny /z/d w", "/x r"]);
    let text = "alias /a/ -> /b/,\nalias /a/ -> /d/,\nprofile p { link /a/x -> /a/y, //a/x r, /{a/,b/}x r, }\n";
    assert_eq!(rules(text), ["/a/x l -> /a/y", "/b/x l -> /b/y", "/d/x l -> /d/y", "//a/x r", "/{a/,b/}x r"]);
    let outcome = run("alias /a/ -> /q//,\nprofile p /a//b { signal peer=/a/b, change_profile -> /a/b, }\n");
    let profile = outcome.only_profile();
    assert_eq!(profile.attachment.as_ref().unwrap().value, "/a/b".into());
    assert_eq!(profile.alias_attachments.iter().map(|glob| glob.value.to_string()).collect::<Vec<_>>(), ["/q/b"]);
    assert_eq!(rules_of(profile)[0], "change_profile -> /a/b");
}
