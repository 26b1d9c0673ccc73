use std::path::Path;

use super::*;

const TREE: &str = "profile web {
  /etc/shadow r,
  /bin/* Pux,
  /usr/bin/helper px -> helper,
}
profile web-2 flags=(complain) { }
profile backup {
  /etc/shadow r,
  /bin/* ix,
  profile child { }
}
profile helper { }
";

/// Place, profile and failures of each test that failed, and the number of the others.
fn run_in(directory: &Path, text: &str) -> Result<(Vec<String>, usize), String> {
    std::fs::create_dir_all(directory.join("tree")).unwrap();
    std::fs::write(directory.join("tree/all"), TREE).unwrap();
    let suite = Suite::parse(&directory.join("suite.toml"), text).map_err(|error| error.to_string())?;
    let compiler = suite.compiler(Features::builtin("linux-7.2").unwrap());
    let results = suite.run(&compiler, "linux-7.2").map_err(|error| error.to_string())?;
    let (passed, failed): (Vec<_>, Vec<_>) = results.iter().partition(|result| result.passed());
    let file = |suite: &str| Path::new(suite).file_name().unwrap().to_str().unwrap().to_owned();
    let failed = failed.iter().map(|result| {
        format!("{}:{} {}: {}", file(&result.suite), result.line, result.profile, result.failures.join("; "))
    });
    Ok((failed.collect(), passed.len()))
}

fn run(tests: &str) -> Result<(Vec<String>, usize), String> {
    let directory = tempfile::tempdir().unwrap();
    run_in(directory.path(), &format!("profiles = ['tree']\n{tests}"))
}

fn test(keys: &str) -> String {
    format!("[[test]]\n{keys}\nreason = 'why'\n")
}

#[test]
fn every_profile_and_patterns() {
    let shadow = "access = 'file /etc/shadow r'\nexpect = 'denied'";
    let (failed, passed) = run(&test(&format!("profile = '*'\n{shadow}"))).unwrap();
    assert_eq!(failed, ["suite.toml:2 backup: read: allowed", "suite.toml:2 web: read: allowed"]);
    assert_eq!(passed, 3);
    let of = |name: &str| run(&test(&format!("profile = '{name}'\n{shadow}"))).unwrap();
    assert_eq!(of("web*").1, 1);
    assert_eq!(of("{helper,back*}").0.len(), 1);
    assert_eq!(of("backup//*").1, 1);
    assert_eq!(of("x*").0, ["suite.toml:2 x*: no profile has such a name"]);
    assert!(of("wep").0[0].contains("is it `web`?"));
    assert!(
        run(&test(&format!("profile = 'a['\n{shadow}")))
            .unwrap_err()
            .ends_with("suite.toml:2: `a[` is not a valid pattern of names")
    );
}

#[test]
fn exemptions_that_are_needed() {
    let with = |exempt: &str| {
        run(&test(&format!("profile = '*'\naccess = 'file /etc/shadow r'\nexpect = 'denied'\nexempt = [{exempt}]")))
            .unwrap()
    };
    let both = "{ profile = 'web', reason = 'a' }, { profile = 'back**', reason = 'b' }";
    let (failed, passed) = with(both);
    assert_eq!(failed, ["suite.toml:2 backup//child: the exemption is needless: b"]);
    assert_eq!(passed, 2);
    let fine = "{ profile = '{web,backup}', reason = 'a' }";
    assert_eq!(with(fine), (vec![], 3));
    let gone = format!("{fine}, {{ profile = 'gone', reason = 'c' }}");
    assert_eq!(with(&gone).0, ["suite.toml:2 gone: no profile has the exempt name"]);
    let other = format!("{fine}, {{ profile = 'gone', reason = 'c', features = ['linux-6.1'] }}");
    assert_eq!(with(&other).0, Vec::<String>::new());
}

#[test]
fn no_profile_but_these() {
    let only = |names: &str| run(&test(&format!("only = [{names}]\naccess = 'file /etc/shadow r'"))).unwrap();
    let (failed, passed) = only("'web', 'backup'");
    // What is denied happens in complain mode all the same.
    assert_eq!(failed, ["suite.toml:2 web-2: read: denied, but the mode of the profile lets it happen"]);
    assert_eq!(passed, 4);
    assert_eq!(
        only("'web', 'helper', 'none'").0,
        [
            "suite.toml:2 none: no profile has such a name",
            "suite.toml:2 backup: read: allowed",
            "suite.toml:2 helper: read: denied",
            "suite.toml:2 web-2: read: denied, but the mode of the profile lets it happen",
        ]
    );
    let refused = |keys: &str| run(&test(keys)).unwrap_err();
    assert!(refused("only = ['a']\nexpect = 'denied'\naccess = 'userns'").contains("expects nothing else"));
    assert!(refused("only = ['a']\nprofile = 'b'\naccess = 'userns'").contains("and not both"));
    assert!(refused("access = 'userns'").contains("missing field `profile`"));
    assert!(refused("profile = 'web'\naccess = 'userns'").contains("missing field `expect`"));
}

#[test]
fn where_execs_lead() {
    let exec = |keys: &str| run(&test(&format!("profile = '*'\naccess = 'file /bin/sh x'\n{keys}"))).unwrap();
    assert_eq!(exec("exec = ['inherit', 'attachment']"), (vec![], 5));
    assert_eq!(exec("exec = '!inherit'").0, ["suite.toml:2 backup: exec leads to inherit"]);
    assert_eq!(
        exec("exec = ['child', 'inherit']").0,
        ["suite.toml:2 web: exec leads to attachment, and not to child or inherit"]
    );
    assert_eq!(exec("fallback = 'none'").0, ["suite.toml:2 web: the fallback is unconfined"]);
    let must = run(&test("profile = 'helper'\naccess = 'file /bin/sh x'\nexpect = 'denied'\nexec = 'child'")).unwrap();
    assert_eq!(must.0, ["suite.toml:2 helper: nothing is executed"]);
}

#[test]
fn suites_inherit() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    std::fs::create_dir(directory.path().join("common")).unwrap();
    let shadow = test("profile = '*'\naccess = 'file /etc/shadow r'\nexpect = 'denied'");
    write("common/a.toml", &format!("profiles = ['../tree']\nfeatures = ['linux-6.1']\n{shadow}"));
    write(
        "b.toml",
        &format!("extends = ['common/a.toml']\n{}", test("profile = 'web'\naccess = 'userns'\nexpect = 'denied'")),
    );
    let exempt = "[[exempt]]\nprofile = '{web,backup}'\naccess = 'file  \"/etc/shadow\" r'\nreason = 'they read it'\n";
    let run = |text: &str| run_in(directory.path(), text);
    assert_eq!(run(&format!("extends = ['b.toml']\n{exempt}")).unwrap(), (vec![], 4));
    let (failed, _) = run("extends = ['b.toml']\n").unwrap();
    assert_eq!(failed[0], "a.toml:3 backup: read: allowed");
    let other = exempt.replace("shadow", "passwd");
    assert!(run(&format!("extends = ['b.toml']\n{other}")).unwrap_err().contains("no test is about"));

    // A suite has its own settings where it says them, else those of the suites that it extends.
    let suite = Suite::parse(&directory.path().join("s.toml"), "extends = ['b.toml']\n").unwrap();
    assert_eq!(suite.features().unwrap()[0].0, "linux-6.1");
    let suite = Suite::parse(&directory.path().join("s.toml"), "extends = ['b.toml']\nfeatures = ['linux-7.2']\n");
    assert_eq!(suite.unwrap().features().unwrap()[0].0, "linux-7.2");

    write("loop.toml", "extends = ['suite.toml']\n");
    write("suite.toml", "extends = ['loop.toml']\n");
    assert!(run("extends = ['loop.toml']\n").unwrap_err().ends_with("extends itself"));
    assert!(run("extends = ['nowhere.toml']\n").unwrap_err().contains("nowhere.toml"));
}
