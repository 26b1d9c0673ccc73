use super::*;

#[test]
fn rules_that_differ_in_permissions_are_one_to_those_who_ask() {
    for (text, expected) in [
        ("/a r, /b w, /a w,", &["/a rw", "/b w"][..]),
        ("/a r, allow /a w,", &["/a r", "allow /a w"]),
        ("/a r, owner /a w, owner /a k,", &["/a r", "owner /a wk"]),
        ("audit /a r, /a r, priority=1 /a r,", &["audit /a r", "/a r", "1 /a r"]),
        ("/a l, /a r, l /a -> /b, link subset /a -> /b,", &["/a rl", "/a l -> /b", "/a l subset -> /b"]),
        ("/a px, /a rpx,", &["/a rpx"]),
        ("owner /a ix, other /a px,", &["owner /a ix", "other /a px"]),
    ] {
        let outcome = run(&format!("profile p {{ {text} }}\n"));
        assert_eq!(merged_rules_of(&outcome.policy.profiles[0]), expected, "{text}");
    }
}

#[test]
fn links_are_not_merged_by_the_tails_of_their_targets() {
    let outcome = run("profile p { link /a -> /b, link /a -> xb, owner link /c -> /d, link /c -> /d, }\n");
    assert_eq!(outcome.codes(), [(Code::RefMerge, "link /a -> xb,".into())]);
}

#[test]
fn files_are_not_merged_by_their_tails() {
    let outcome = run("@{V} = a\nprofile p { /b l, @{V}b r, /c r, owner /c w, /d r, deny @{V}d w, }\n");
    assert_eq!(outcome.codes(), [(Code::RefMerge, "@{V}b r,".into())]);
}

#[test]
fn change_profile_is_not_merged_by_its_tail() {
    let text = "profile p { change_profile -> aaa, change_profile -> baa, /bin/foo r, change_profile -> /bin/foo, }\n";
    let outcome = run(text);
    // The reference loses two of them, and says nothing.
    let lost = (Code::RefMerge, "change_profile -> baa,".into());
    let lost_file = (Code::RefMerge, "/bin/foo r,".into());
    assert_eq!(outcome.codes(), [lost, lost_file]);
    let rules: Vec<_> = outcome.policy.profiles[0].rules.iter().filter_map(show).collect();
    assert_eq!(
        rules[..4],
        ["change_profile -> aaa", "change_profile -> baa", "/bin/foo r", "change_profile -> /bin/foo"]
    );
    assert_eq!(
        rules[4..],
        [
            "owner /proc/*/attr/apparmor/ r",
            "owner /sys/module/apparmor/parameters/enabled r",
            "owner /proc/*/attr/{apparmor/,}{current,exec} w"
        ]
    );
}

#[test]
fn change_profile_that_the_reference_takes_for_another_rule() {
    let warns = |rules: &str| {
        let codes = run(&format!("profile p {{ {rules} }}\n")).codes();
        codes.iter().any(|(code, _)| *code == Code::RefMerge)
    };
    for rules in [
        "change_profile -> a, change_profile -> b,",
        "allow change_profile, change_profile -> p*,",
        "priority=3 change_profile -> aa, prompt change_profile -> ba,",
        "change_profile /ar -> aa, change_profile /ar -> ba,",
        "/foo r, priority=2 change_profile -> /foo,",
        "/foo l -> /bar, change_profile /bar -> /foo,",
    ] {
        assert!(warns(rules), "{rules}");
    }
    for rules in [
        "change_profile -> aaa, change_profile -> aab,",
        "audit change_profile -> aa, change_profile -> ba,",
        "deny change_profile -> aa, change_profile -> ba,",
        "change_profile /xar -> a, change_profile /yar -> a,",
        "allow /foo r, change_profile -> /foo,",
    ] {
        assert!(!warns(rules), "{rules}");
    }
}

#[test]
fn other_rules_are_one_to_those_who_ask() {
    let outcome = run(
        "profile p { signal send peer=a, signal receive peer=a, signal send peer=b, network inet stream, network inet stream, userns, userns, }\n",
    );
    let profile = outcome.only_profile();
    assert_eq!(profile.rules.len(), 7, "as they are written");
    let permissions = policy::merged(&profile.rules).into_iter().map(|rule| match &rule.kind {
        RuleKind::Signal(signal) => signal.permissions.bits(),
        _ => 0,
    });
    assert_eq!(permissions.collect::<Vec<_>>(), [6, 2, 0, 0]);
}

#[test]
fn conflicts() {
    for text in [
        "/a px, /a cx,",
        "/a px, /a Px,",
        "/a ix, owner /a px,",
        "owner /a px, /a rix,",
        "/a px -> b, /a px -> c,",
        "/a px, unsafe /a ix,",
        "change_profile safe /a -> b, change_profile unsafe /a -> b,",
    ] {
        let codes: Vec<_> = run(&format!("profile p {{ {text} }}\n")).codes().into_iter().map(|c| c.0).collect();
        assert_eq!(codes, [Code::MergeXConflict], "{text}");
    }
    // Without the index, which the table takes the place of, `px` and `ux` are the same.
    assert!(run("profile p { /a px -> b, /a ux -> b, }\n").diagnostics.iter().all(|d| !d.is_error()));
}

#[test]
fn transitions() {
    let outcome = run(
        "profile t { /a px -> bar, /b cx -> bar, /c cx -> /c, /d px -> :ns:x, profile c { /e cx -> d, ^h { /f Cix -> g, } } }\n",
    );
    let profile = &outcome.policy.profiles[0];
    assert_eq!(rules_of(profile), ["/a px => bar", "/b cx => t//bar", "/c cx => child", r"/d px => :ns\x00x"]);
    assert_eq!(rules_of(&profile.children[0]), ["/e cx => t//c//d"]);
    assert_eq!(rules_of(&profile.children[0].children[0]), ["/f Cix => t//c//h//g"]);
    let outcome = run("@{V}=x\nprofile p { /a px -> @{V}, }\n");
    assert_eq!(outcome.codes()[0].0, Code::VarNotExpanded);
    assert_eq!(rules_of(&outcome.policy.profiles[0]), ["/a px => @{V}"]);
}

#[test]
fn implied_rules() {
    let hat = [
        "owner /proc/*/attr/apparmor/ r",
        "owner /sys/module/apparmor/parameters/enabled r",
        "owner /proc/[0-9]*/attr/{apparmor/,}current w",
    ];
    let shown = |profile: &Profile| profile.rules.iter().filter_map(show).collect::<Vec<_>>();
    let outcome = run("profile t { hat h2 { } profile c { } }\n");
    let profile = outcome.only_profile();
    assert_eq!(shown(profile), hat);
    assert_eq!(shown(&profile.children[0]), [""; 0], "a child without children");
    assert_eq!(shown(&profile.children[1]), hat);
    let outcome = run("profile t { ^h { } deny change_profile, }\n");
    assert_eq!(shown(&outcome.policy.profiles[0]).len(), 5);
}

#[test]
fn all() {
    let outcome = run("profile p { audit all, }\n");
    let profile = outcome.only_profile();
    let files: Vec<_> = profile.rules.iter().filter_map(show).collect();
    assert_eq!(files, ["audit /{**,} rwlkm", "-2 audit /{**,} ix"]);
    assert_eq!(profile.rules.len(), 15);
    assert!(profile.rules.iter().all(|rule| rule.prefix.audit));
    let outcome = run("profile p { deny all, }\n");
    assert_eq!(outcome.codes(), [(Code::RefDenyAll, "deny all,".into())]);
    assert_eq!(rules_of(&outcome.policy.profiles[0]), ["deny /{**,} rwlkm", "-2 deny /{**,} x"]);
    let codes = |text: &str| run(&format!("profile p {{ {text} }}\n")).codes();
    assert_eq!(codes("owner all,"), [(Code::Prefix, "owner".into())]);
    assert_eq!(codes("priority=1 all,"), [(Code::Prefix, "priority=1".into())]);
    assert_eq!(codes("priority=0 all,"), []);
}

#[test]
fn slashes_are_filtered_where_they_do_not_decide() {
    let outcome = run("@{A}=/\nprofile p { dbus send bus=system path=/a//@{A}/b, mount /x//y -> @{A}@{A}z/, }\n");
    let profile = outcome.only_profile();
    let globs = profile.rules.iter().map(|rule| match &rule.kind {
        RuleKind::Dbus(dbus) => dbus.path.as_ref().unwrap().value.to_string(),
        RuleKind::Mount(mount) => {
            format!("{} {}", mount.source.as_ref().unwrap().value, mount.point.as_ref().unwrap().value)
        }
        kind => format!("{kind:?}"),
    });
    assert_eq!(globs.collect::<Vec<_>>(), ["/a/b", "/x/y //z/"]);
}
