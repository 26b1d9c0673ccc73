use super::{check_errors, check_silent, lower};
use crate::policy::{Owner, Prefix, RuleMode};

#[test]
fn parts() {
    let prefix = |text| lower(text).rule.unwrap().prefix;
    let deny = Prefix { priority: 10, audit: true, mode: Some(RuleMode::Deny), owner: Some(Owner::Other) };
    assert_eq!(prefix("priority=010 audit deny other /a r,"), deny);
    assert_eq!(prefix("priority=+5 /a r,").priority, 5);
    assert_eq!(prefix("priority=-1000 /a r,").priority, -1000);
    assert_eq!(prefix("/a r,"), Prefix::default());
}

#[test]
fn what_a_rule_takes() {
    check_silent(&[
        "priority=1000 /a r,",
        "owner file,",
        "owner link /a -> /b,",
        "priority=0 network,",
        "priority=5 audit deny unix,",
        "priority=5 dbus,",
        "prompt signal,",
        "priority=5 ptrace,",
        "priority=5 mount,",
        "priority=5 pivot_root,",
        "priority=5 userns,",
        "priority=5 mqueue,",
        "priority=5 io_uring,",
    ]);
    check_errors(&[
        ("priority=1001 /a r,", "priority-range", "1001"),
        ("priority=-1001 /a r,", "priority-range", "-1001"),
        ("priority=99999999999999999999 /a r,", "priority-range", "99999999999999999999"),
        ("priority=5 network,", "prefix", "priority=5"),
        ("priority=5 all,", "prefix", "priority=5"),
        ("owner all,", "prefix", "owner"),
        ("owner network,", "prefix", "owner"),
        ("owner unix,", "prefix", "owner"),
        ("owner dbus,", "prefix", "owner"),
        ("other signal,", "prefix", "other"),
        ("owner ptrace,", "prefix", "owner"),
        ("owner mount,", "prefix", "owner"),
        ("owner umount,", "prefix", "owner"),
        ("owner pivot_root,", "prefix", "owner"),
        ("owner userns,", "prefix", "owner"),
        ("owner mqueue,", "prefix", "owner"),
        ("owner io_uring,", "prefix", "owner"),
    ]);
}

#[test]
fn all_is_left_to_the_caller() {
    let outcome = lower("audit deny all,");
    assert!(outcome.rule.is_none() && outcome.said.is_empty());
}
