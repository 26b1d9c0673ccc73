//! Selection, suppressions, includes.

use armorer::Features;
use armorer::lint::{Input, Linter, Selection};

use super::{lines, lint, linter, tree};

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
        "no lint rule or family is named `AA0O01`; there is `AA0001`"
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
    insta::assert_snapshot!(lines(&outcome.findings, rules.sources()));
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

/// Two profiles that include the same file.
fn including(rules: Linter) -> String {
    let inputs = ["p", "q"].map(|name| Input {
        name: format!("/base/{name}"),
        text: format!("profile {name} /usr/bin/{name} {{\n  include <abstractions/own>\n  /srv/{name}/** r,\n}}\n")
            .into(),
    });
    let rules = rules.base("/base").loader(tree().with(
        "/base/abstractions/own",
        "/usr/bin/helper Ux,\n/etc/own/** r,\n/etc/own/own.conf r,\n/srv/p/data r,\n/var/run/own.pid r,\n",
    ));
    let outcome = rules.lint(inputs.to_vec()).unwrap();
    lines(&outcome.findings, rules.sources())
}

#[test]
fn an_included_file_is_told_of_once_and_only_in_scope() {
    let rules = || Linter::new(Features::builtin("linux-7.2").unwrap());
    assert_eq!(including(rules().selection(Selection::only(["danger", "correctness"]).unwrap())), "");
    let told = including(rules().selection(Selection::only(["danger", "correctness"]).unwrap()).scope("/base"));
    // `/srv/p/data` is subsumed in one of the profiles only.
    insta::assert_snapshot!(told, @r"
    /base/abstractions/own:1:1 AA0101 `/usr/bin/helper` runs without confinement
    /base/abstractions/own:3:1 AA0201 the rule at line 2 says all of this
    /base/abstractions/own:5:1 AA0217 `/var/run/` is a link to `/run/`
        fix: write `/run/`
    ");
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
