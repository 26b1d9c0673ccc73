use super::{check_errors, check_warnings, lower};

#[test]
fn values() {
    for (text, expected) in [
        ("cpu <= 3 min", (0, 180)),
        ("cpu <= 1500 ms", (0, 1)),
        ("cpu <= 2 weeks", (0, 1_209_600)),
        ("data <= 100 M", (2, 100 << 20)),
        ("data <= 100 KB", (2, 102_400)),
        ("data <= 5", (2, 5)),
        ("nice <= -5", (13, 15)),
        ("nice <= -20", (13, 0)),
        ("nice <= 19", (13, 39)),
        ("rttime <= 2 ms", (15, 2000)),
        ("nproc <= infinity", (6, u64::MAX)),
        ("cpu <= infinity s", (0, u64::MAX)),
        ("core <= 0", (4, 0)),
        ("core <= 0 K", (4, 0)),
        ("nofile <= -0", (7, 0)),
        ("ofile <= 5", (7, 5)),
        ("rtprio <= 9223372036854775807", (14, i64::MAX as u64)),
    ] {
        let outcome = lower(&format!("set rlimit {text},"));
        assert_eq!(outcome.said, [], "{text}");
        assert_eq!(outcome.rlimit, Some(expected), "{text}");
    }
}

#[test]
fn warnings() {
    check_warnings(&[
        ("set rlimit cpu <= 5,", "rlimit-unit", "5"),
        ("set rlimit cpu <= 0,", "rlimit-unit", "0"),
        ("set rlimit rttime <= 0,", "rlimit-unit", "0"),
        ("set rlimit nofile <= 010,", "octal-number", "010"),
        ("set rlimit nofile <= 08,", "octal-number", "08"),
    ]);
    assert_eq!(lower("set rlimit nofile <= 010,").rlimit, Some((7, 8)));
    assert_eq!(lower("set rlimit nofile <= 08,").rlimit, Some((7, 0)));
    assert_eq!(lower("set rlimit nofile <= 0178,").rlimit, Some((7, 15)));
}

#[test]
fn mistakes() {
    check_errors(&[
        ("set rlimit x <= 1,", "rlimit-name", "x"),
        ("set rlimit foo <= infinity,", "rlimit-name", "foo"),
        ("set rlimit CPU <= 1 s,", "rlimit-name", "CPU"),
        ("set rlimit cpu <= 999 ms,", "rlimit-value", "999 ms"),
        ("set rlimit cpu <= 0 ms,", "rlimit-value", "0 ms"),
        ("set rlimit rttime <= 0 us,", "rlimit-value", "0 us"),
        ("set rlimit cpu <= 1 foo,", "rlimit-value", "foo"),
        ("set rlimit cpu <= 1 K,", "rlimit-value", "K"),
        ("set rlimit cpu <= -1,", "rlimit-value", "-1"),
        ("set rlimit rttime <= 5 KB,", "rlimit-value", "KB"),
        ("set rlimit nofile <= 5 K,", "rlimit-value", "K"),
        ("set rlimit nofile <= -1,", "rlimit-value", "-1"),
        ("set rlimit nice <= -21,", "rlimit-value", "-21"),
        ("set rlimit nice <= 20,", "rlimit-value", "20"),
        ("set rlimit nice <= 9223372036854775807,", "rlimit-value", "9223372036854775807"),
        ("set rlimit nice <= -9223372036854775808,", "rlimit-value", "-9223372036854775808"),
        ("set rlimit nice <= 5 s,", "rlimit-value", "s"),
        ("set rlimit data <= 5 s,", "rlimit-value", "s"),
        ("set rlimit data <= 5 kb,", "rlimit-value", "kb"),
        ("set rlimit data <= 5 B,", "rlimit-value", "B"),
        // The reference compiler lets these wrap or saturate.
        ("set rlimit data <= 17179869184 G,", "rlimit-value", "17179869184 G"),
        ("set rlimit data <= 9223372036854775808,", "rlimit-value", "9223372036854775808"),
        ("set rlimit rttime <= 9223372036854775807 weeks,", "rlimit-value", "9223372036854775807 weeks"),
    ]);
}
