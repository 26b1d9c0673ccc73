use super::{check_errors, check_rules, check_silent, check_warnings, lower};
use crate::policy::{ExecTarget, FileRule, LinkTarget, RuleKind};

fn file(text: &str) -> FileRule {
    match lower(text).rule.map(|rule| rule.kind) {
        Some(RuleKind::File(rule)) => rule,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn rules() {
    check_rules(&[
        ("/a rw,", r#"{"path": "/a", "access": "rw", "link": "any"}"#),
        ("\"/a b\" kma,", r#"{"path": "/a b", "access": "mak", "link": "any"}"#),
        ("file /@{A} mrr,", r#"{"path": "/@{A}", "access": "mr", "link": "any"}"#),
        (
            "owner file,",
            r#"{"path": "/{**,}", "access": "mrwlk",
                "exec": {"mode": "ix"}, "link": "any"}"#,
        ),
        (
            "/a PUx -> b,",
            r#"{"path": "/a", "access": "", "link": "any",
                "exec": {"mode": "PUx", "target": {"named": "b"}}}"#,
        ),
        (
            "link subset /a -> /b,",
            r#"{"path": "/a", "access": "l", "link": {"path": {"target": "/b", "subset": true}}}"#,
        ),
        ("link /a -> :n:b,", r#"{"path": "/a", "access": "l", "link": {"path": {"target": ":n:b"}}}"#),
    ]);
}

#[test]
fn exec_forms() {
    for (text, kind, fallback, keeps) in [
        ("/a ix,", "Inherit", "None", false),
        ("/a px,", "Profile", "None", true),
        ("/a Px,", "Profile", "None", false),
        ("/a cix,", "Child", "Inherit", true),
        ("/a Cix,", "Child", "Inherit", false),
        ("/a pUx,", "Profile", "Unconfined", true),
        ("/a Pux,", "Profile", "Unconfined", false),
        ("/a PIx,", "Profile", "Inherit", false),
        ("/a Ux,", "Unconfined", "None", false),
        ("/a pxpx,", "Profile", "None", true),
        ("/a xix,", "Inherit", "None", false),
        ("/a ixrx,", "Inherit", "None", false),
        ("safe /a px,", "Profile", "None", false),
        ("unsafe /a Px,", "Profile", "None", true),
        ("unsafe /a ix,", "Inherit", "None", true),
        ("safe /a ux,", "Unconfined", "None", false),
        ("deny /a x,", "Bare", "None", false),
        ("deny safe /a x,", "Bare", "None", false),
        ("unsafe /a x,", "Bare", "None", true),
        ("allow unsafe /a x -> b,", "Bare", "None", true),
        ("px /a,", "Profile", "None", true),
    ] {
        assert_eq!(lower(text).said, [], "{text}");
        let exec = file(text).exec.unwrap();
        let found = (
            format!("{:?}", exec.mode.kind()),
            format!("{:?}", exec.mode.fallback()),
            exec.mode.keeps_environment(),
        );
        assert_eq!(found, (kind.to_owned(), fallback.to_owned(), keeps), "{text}");
    }
}

#[test]
fn targets() {
    let path = |target: &str, subset| LinkTarget::Path { target: crate::policy::Glob::bare(target.into()), subset };
    for (text, exec, link) in [
        ("/a px -> @{profile_name}//y,", Some("@{profile_name}//y"), LinkTarget::Any),
        ("px /a -> &:ns:t,", Some("&:ns:t"), LinkTarget::Any),
        ("/a l -> :n:b,", None, path(":n:b", false)),
        ("l /a -> :b,", None, path(":b", false)),
        ("l /a -> :n:,", None, path(":n:", false)),
        ("lr /a -> /b,", None, path("/b", false)),
        ("l subset /a -> /b,", None, path("/b", true)),
        ("ll subset /a,", None, LinkTarget::Any),
        ("lpx /a,", None, LinkTarget::Any),
        ("deny /a x -> \"\",", Some(""), LinkTarget::Any),
    ] {
        let rule = file(text);
        assert_eq!(lower(text).said, [], "{text}");
        assert_eq!(rule.exec.and_then(|exec| exec.target), exec.map(|name| ExecTarget::Named(name.into())), "{text}");
        assert_eq!(rule.link, link, "{text}");
    }
    let rule = file("/a rw -> h,");
    assert_eq!((rule.exec, rule.unused_target), (None, Some(ExecTarget::Named("h".into()))));
    let rule = file("/a lpx -> b,");
    assert_eq!((rule.exec.unwrap().target, rule.link), (Some(ExecTarget::Named("b".into())), LinkTarget::Any));
}

#[test]
fn mistakes() {
    check_errors(&[
        ("/a rwa,", "aw-conflict", "rwa"),
        ("/a aw,", "aw-conflict", "aw"),
        ("/a rpxix,", "x-qual-conflict", "ix"),
        ("/a uxUx,", "x-qual-conflict", "Ux"),
        ("/a pxPx,", "x-qual-conflict", "Px"),
        ("/a pxpix,", "x-qual-conflict", "pix"),
        ("deny /a xux,", "x-qual-conflict", "ux"),
        ("unsafe /a xpx,", "x-qual-conflict", "px"),
        ("/a rx,", "x-needs-qual", "x"),
        ("lx /a,", "x-needs-qual", "x"),
        ("safe /a x,", "x-needs-qual", "x"),
        ("prompt /a x,", "x-needs-qual", "x"),
        ("deny /a rpx,", "deny-x-qual", "px"),
        ("deny /a xix,", "deny-x-qual", "ix"),
        ("deny unsafe /a x,", "deny-x-qual", "x"),
        ("deny file,", "deny-x-qual", "deny file,"),
        ("lr subset /a -> /b,", "subset-nonlink", "lr"),
        ("r subset /a,", "subset-nonlink", "r"),
        ("lpx /a -> b,", "link-exec-conflict", "lpx"),
        ("l /a -> :n:b,", "link-ns", ":n:b"),
        ("l /a -> &:n://b,", "link-ns", "&:n://b"),
        ("l subset /a -> :n:b,", "link-ns", ":n:b"),
        ("unsafe /a r,", "unsafe-nonexec", "unsafe /a r,"),
    ]);
}

#[test]
fn warnings() {
    check_warnings(&[
        ("/a rW,", "upper-case-perms", "W"),
        ("/a pX,", "upper-case-perms", "pX"),
        ("/a IX,", "upper-case-perms", "IX"),
        ("/a ux,", "dangerous-ux", "ux"),
        ("unsafe /a Ux,", "dangerous-ux", "Ux"),
        ("/a lpx -> b,", "link-exec-target", "b"),
        ("/a rw -> h,", "unused-target", "h"),
    ]);
    check_silent(&["/a PUx,", "/a Cix,", "/a rwlkm,"]);
}
