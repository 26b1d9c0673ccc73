//! Random texts for laws.

use proptest::prelude::*;

/// Texts with everything that formatting and editing move, in every untidy way.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    let line = proptest::sample::select(vec![
        "  /b  r,",
        "/a w,",
        "   # c",
        "\n",
        "\n\n",
        "# fmt: off",
        "# fmt: on",
        "include <x>",
        "@{X} = y",
        "/c r, /a r, # d",
        "set rlimit nofile <=  2,",
        "capability\n chown # e\n,",
        "dbus (send,\n # f\n receive),",
        "  deny /a   w,\r",
        "network  inet,",
        "  # armorer: allow(x) y",
    ]);
    let body = proptest::collection::vec(line.prop_map(str::to_owned), 0..6).prop_map(|lines| lines.join("\n") + "\n");
    body.prop_recursive(3, 24, 3, |inner| {
        let head = proptest::sample::select(vec![
            "profile   p {",
            "^h  flags=(complain)\n  { # g\n",
            "if $x   {\n /z r,\n } else {",
            "audit {",
            "if $x { } else if $y {\n",
        ]);
        let foot = proptest::sample::select(vec!["}", "   } # i", "\n\n}\n\n"]);
        (inner.clone(), head, inner, foot)
            .prop_map(|(before, head, body, foot)| format!("{before}{head}{body}{foot}\n"))
    })
}
