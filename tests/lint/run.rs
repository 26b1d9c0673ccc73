//! Selection, suppressions, includes.

use armorer::lint::{Linter, Selection};
use armorer::{Compiler, Features, Input};

use super::{all_lines, lint, linter, linter_of, tree};

#[test]
fn families_names_and_codes_select() {
    let default = Selection::default();
    let on = |selection: &Selection, word: &str| selection.includes(armorer::lint::rule(word).unwrap());
    assert!(on(&default, "AA0101") && !on(&default, "complain-mode"));
    let style = Selection::only(["style"]).unwrap();
    assert!(on(&style, "AA0403") && !on(&style, "AA0402") && !on(&style, "AA0101"));
    assert!(on(&style.and(["permission-order"]).unwrap(), "AA0402"));
    assert!(on(&Selection::only(["all"]).unwrap(), "AA0402"));
    assert!(!on(&default.clone().ignore(["AA01"]).unwrap(), "AA0101"));
    assert_eq!(
        default.ignore(["AA0O01"]).unwrap_err().to_string(),
        "unknown lint rule or family `AA0O01`; did you mean `AA0001`?"
    );
}

#[test]
fn comments_keep_findings_quiet() {
    let rules = linter(&["danger", "meta"]);
    let text = "\
# armorer: allow-file(broad-read) a backup reads everything
profile p /usr/bin/p {
  /** r,
  /usr/bin/a Ux, # armorer: allow(AA0101) it confines itself

  # armorer: allow(unconfined-exec) this one, too
  # and a line more
  /usr/bin/b
    Ux,
  /usr/bin/c Ux, #aa:lint ignore=dangerous-exec,too-wide
  /usr/bin/d Ux, # apparmor-lint: ignore=AA0101
  # armorer: allow(AA0101)
  /usr/bin/e Ux,
  /usr/bin/f Ux,
  # armorer: allow(AA0101, AA0113) there is no such capability
  /usr/bin/g Ux,
  # armorer: allow(AA0199, danger) no such rule
  /usr/bin/h ix,
}
";
    let outcome = lint(&rules, "p", text);
    assert_eq!(outcome.suppressed, 7);
    insta::assert_snapshot!(all_lines(&outcome));
}

#[test]
fn rules_that_are_off_make_no_suppression_unused() {
    let text = "profile p /usr/bin/p {\n  /etc/p r, # armorer: allow(subsumed-rule) for clarity\n}\n";
    let rules = linter(&["AA0001", "AA0201"]);
    assert_eq!(lint(&rules, "p", text).findings.len(), 1);
    let rules = linter(&["AA0001", "AA0201"]).automata(false);
    assert_eq!(lint(&rules, "p", text).findings.len(), 0);
    let rules = linter(&["AA0001"]);
    assert_eq!(lint(&rules, "p", text).findings.len(), 0);
}

#[test]
fn rules_are_off_in_some_files() {
    let text = "profile p /usr/bin/p {\n  /usr/bin/a Ux,\n}\n";
    let rules = linter(&["AA0101"]).root("/repository").ignore_in("policy/*.old", ["danger"]).unwrap();
    assert_eq!(lint(&rules, "/repository/policy/p.old", text).findings.len(), 0);
    assert_eq!(lint(&rules, "/repository/policy/p", text).findings.len(), 1);
    assert_eq!(lint(&rules, "/repository/policy/more/p.old", text).findings.len(), 1);
}

#[test]
fn targets_named_like_a_rule_for_everything_hide_nothing() {
    let rules = linter(&["AA0105", "AA0106", "AA0107"]);
    for target in ["fila", "file", "all"] {
        let text = format!("profile p /usr/bin/p {{\n  /** rwPx -> {target},\n}}\nprofile {target} {{\n}}\n");
        let outcome = lint(&rules, "p", &text);
        let found: Vec<_> = outcome.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(found, ["AA0105", "AA0106", "AA0107"], "{target}");
    }
    // Those for everything have findings of their own.
    for rule in ["file", "all"] {
        assert_eq!(lint(&rules, "p", &format!("profile p /usr/bin/p {{\n  {rule},\n}}\n")).findings.len(), 0, "{rule}");
    }
}

/// Two profiles that include the same file.
fn including(configured: impl Fn(Linter) -> Linter) -> String {
    let inputs = ["p", "q"].map(|name| {
        let text =
            format!("profile {name} /usr/bin/{name} {{\n  include <abstractions/own>\n  /srv/{name}/** r,\n}}\n");
        Input::text(format!("/base/{name}"), text)
    });
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(tree().with(
        "/base/abstractions/own",
        "/usr/bin/helper Ux,\n/etc/own/** r,\n/etc/own/own.conf r,\n/srv/p/data r,\n/var/run/own.pid r,\n",
    ));
    let rules = configured(Linter::new(&compiler).selection(Selection::only(["danger", "correctness"]).unwrap()));
    let outcome = rules.lint(inputs).unwrap();
    all_lines(&outcome)
}

#[test]
fn an_included_file_is_told_of_once_and_only_in_scope() {
    assert_eq!(including(|rules| rules), "");
    let told = including(|rules| rules.scope("/base"));
    // `/srv/p/data` is subsumed in one of the profiles only.
    insta::assert_snapshot!(told, @r"
    /base/abstractions/own:1:1 AA0101 `/usr/bin/helper` runs without confinement
    /base/abstractions/own:3:1 AA0201 the rule at line 2 already covers everything in this rule
    /base/abstractions/own:5:1 AA0217 `/var/run/` is a symbolic link to `/run/`
        fix: write `/run/`
    ");
}

#[test]
fn a_comment_is_no_use_of_a_variable() {
    let unused = |included: &str| {
        let loader = tree().with("/base/tunables/own", included);
        let rules = linter_of(&["unused-variable"], loader);
        let text = "include <tunables/own>\n@{a} = /srv # not @{a}\n@{a} += /opt\nprofile p /usr/bin/p {\n  /etc/p r, # @{a}\n}\n";
        all_lines(&lint(&rules, "p", text))
    };
    let found = "p:2:1 AA0228 `@{a}` is never used\n";
    assert_eq!(unused("# @{a} is set by others\n"), found);
    assert_eq!(unused("@{b} = x # @{a}\n"), found);
    assert_eq!(unused("@{b} = @{a}/b\n"), "");
}

#[test]
fn profiles_are_missed_only_where_all_are_given() {
    let text = "profile p /usr/bin/p {\n  /usr/bin/a Px -> helpr,\n  /usr/bin/b Px,\n  signal send peer=helpr,\n}\n\nprofile helper {\n}\n";
    let found = |complete| {
        let rules = linter(&["AA0210", "AA0211", "AA0212"]).complete(complete);
        all_lines(&lint(&rules, "p", text))
    };
    assert_eq!(found(false), "");
    insta::assert_snapshot!(found(true), @r"
    p:2:3 AA0210 no profile `helpr`
    p:3:3 AA0212 no profile attaches to `/usr/bin/b`
    p:4:3 AA0211 no profile with the label `helpr`
    ");
}

#[test]
fn one_side_alone_is_told_of() {
    let found = |p: &str, helper: &str| {
        let text = format!("abi <abi/4.0>,\nprofile p /usr/bin/p {{\n  {p},\n}}\nprofile helper {helper}\n");
        let rules = linter(&["one-sided-rule"]);
        let outcome = lint(&rules, "p", &text);
        assert!(outcome.findings.iter().all(|finding| finding.rule.is_some()), "{text}");
        !outcome.findings.is_empty()
    };
    for (p, helper) in [
        ("signal send peer=helper", "{\n}"),
        ("signal send peer=helper", "{\n  signal send,\n}"),
        ("signal send peer=helper", "{\n  signal receive peer=q,\n}"),
        ("signal send set=(term) peer=helper", "{\n  signal receive set=(kill hup),\n}"),
        ("signal receive peer=helper", "{\n  signal receive,\n}"),
        ("signal send peer=helper", "{\n  signal receive set=exists,\n  signal peer=\"helper//&*\",\n}"),
        ("ptrace read peer=helper", "{\n  ptrace (read tracedby),\n}"),
        ("ptrace peer=helper", "{\n  signal,\n}"),
    ] {
        assert!(found(p, helper), "{p} {helper}");
    }
    for (p, helper) in [
        ("signal send peer=helper", "{\n  signal receive,\n}"),
        ("signal send peer=helper", "{\n  all,\n}"),
        ("signal send peer=helper", "{\n  signal receive peer={p,q},\n}"),
        ("signal send peer=helper", "{\n  signal receive peer=\"p//&q\",\n}"),
        ("signal peer=helper", "{\n  signal send set=(term),\n}"),
        ("signal send set=(term kill) peer=helper", "{\n  signal receive set=(kill hup),\n}"),
        ("ptrace trace peer=helper", "{\n  ptrace tracedby peer=p,\n}"),
        // What is not confined, only logs, is not named, or is not there.
        ("signal send peer=helper", "flags=(unconfined) {\n}"),
        ("signal send peer=helper", "flags=(complain) {\n}"),
        ("signal send peer=help*", "{\n}"),
        ("signal send", "{\n}"),
        ("signal send peer=other", "{\n}"),
        ("deny signal send peer=helper", "{\n}"),
    ] {
        assert!(!found(p, helper), "{p} {helper}");
    }
}

#[test]
fn a_rule_that_one_of_its_profiles_has_answered_is_not_one_sided() {
    let included = |other: &str| {
        let loader = tree().with("/base/abstractions/own", "signal send peer=helper,\n");
        let rules = linter_of(&["one-sided-rule"], loader).scope("/base");
        let text = format!(
            "profile p {{\n  include <abstractions/own>\n}}\nprofile q {{\n  include <abstractions/own>\n}}\nprofile helper {{\n  signal receive peer={other},\n}}\n"
        );
        all_lines(&lint(&rules, "/base/p", &text))
    };
    assert_eq!(included("q"), "");
    assert_eq!(
        included("r"),
        "/base/abstractions/own:1:1 AA0235 no rule of `helper` allows the other side of this rule of `p`\n"
    );
}

#[test]
fn what_an_included_rule_does_alone_is_its_own_files_business() {
    let loader = || tree().with("/base/abstractions/own", "owner /home/*/.cache/** mrwix,\n");
    let text = "profile p {\n  include <abstractions/own>\n  owner /home/** rw,\n}\n";
    let found = |rules: Linter| all_lines(&lint(&rules, "/p", text));
    assert_eq!(found(linter_of(&["write-and-exec"], loader())), "");
    let told = found(linter_of(&["write-and-exec"], loader()).scope("/base"));
    assert!(told.starts_with("/base/abstractions/own:1:1 AA0104 `/home/"), "{told}");
    let devices = "profile p {\n  /{dev,proc,sys}/** rwix,\n}\n";
    let rules = linter(&["write-and-exec"]);
    assert!(all_lines(&lint(&rules, "p", devices)).contains("`/dev/shm/"));
}

#[test]
fn what_is_an_error_elsewhere_is_one_here() {
    let rules = linter(&[]);
    let outcome = lint(&rules, "p", "profile p {\n  /etc/p rq,\n  @{nothing}/x r,\n}\n");
    assert!(!outcome.findings.is_empty() && outcome.findings.iter().all(|found| found.rule.is_none()));
}

#[test]
fn any_text_is_survived() {
    for text in
        ["", "\0", "profile", "{{{{", "@{", "# armorer: allow(", "# armorer: allow()\n", "profile p { /[ r, }\n"]
    {
        for name in ["p", "p.yaml"] {
            lint(&linter(&["all"]), name, text);
        }
    }
}
