use super::{check_errors, check_rules, check_silent, check_warnings};

#[test]
fn rules() {
    check_rules(&[
        ("mount,", r#"{"operation": "mount"}"#),
        ("remount /a,", r#"{"operation": "remount", "point": "/a"}"#),
        ("umount /a,", r#"{"operation": "umount", "point": "/a"}"#),
        (
            "mount fstype=ext4 vfstype=(a, b) options=(ro, nosuid) option in (rw,noatime) /a -> @{B},",
            r#"{"operation": "mount", "options": [{"set": 3, "clear": 0}], "optional": [{"set": 1024, "clear": 1}],
                "fstypes": ["ext4", "a", "b"], "source": "/a", "point": "@{B}"}"#,
        ),
        (
            "mount options=ro options=rw -> /a,",
            r#"{"operation": "mount", "options": [{"set": 1, "clear": 0}, {"set": 0, "clear": 1}], "point": "/a"}"#,
        ),
        ("mount detached -> /b,", r#"{"operation": "mount", "source": "detached", "point": "/b"}"#),
        ("mount fstype in (ext3),", r#"{"operation": "mount", "fstypes": ["ext3"]}"#),
        ("pivot_root,", "{}"),
        ("pivot_root oldroot=/y /z,", r#"{"old_root": "/y", "new_root": "/z"}"#),
        ("pivot_root oldroot in (/y),", r#"{"old_root": "/y"}"#),
    ]);
    check_silent(&[
        "mount options in (ro, rw),",
        "mount options=(R rw) /a -> /b,",
        "remount options=(bind),",
        "umount fstype=ro options=ro /a,",
        "mount options=shared -> /a,",
        "mount options=rbind /a,",
    ]);
}

#[test]
fn mistakes() {
    check_errors(&[
        ("mount x=y,", "mount-cond", "x"),
        ("umount foo=ro /a,", "mount-cond", "foo"),
        ("mount /a -> options=ro /b,", "mount-dst-cond", "options=ro"),
        ("mount options=x,", "mount-option", "x"),
        ("umount options=x /a,", "mount-option", "x"),
        ("mount options in (foo),", "mount-option", "foo"),
        ("mount options=ro,nosuid,", "mount-option", "ro,nosuid"),
        ("mount options=@{X},", "mount-option", "@{X}"),
        ("mount options=(ro,rw),", "mount-flag-conflict", "rw"),
        ("umount options=(rw nosuid ro) /a,", "mount-flag-conflict", "ro"),
        ("pivot_root x=/y,", "pivot-cond", "x"),
    ]);
}

#[test]
fn warnings() {
    check_warnings(&[
        ("mount options=private /x,", "mount-source", "/x"),
        ("mount /x,", "mount-source", "/x"),
        ("remount fstype=ext4 /b,", "mount-fstype", "ext4"),
        ("mount options=(bind ro) fstype=ext4 /a -> /b,", "mount-fstype", "ext4"),
        ("mount options=bind options in (ro) fstype=ext4 /a -> /b,", "mount-fstype", "ext4"),
        ("pivot_root foo=x oldroot=/y /z,", "cond-ignored", "foo=x"),
        ("pivot_root oldroot=(/y /w) /z,", "cond-ignored", "/w"),
        ("pivot_root oldroot=/y /z -> p,", "pivot-target", "p"),
    ]);
}
