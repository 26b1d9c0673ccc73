//! Pairs of real profiles, one of them changed, with the right answer found by asking about every access that the change may be
//! about.

use std::path::{Path, PathBuf};

use armorer::analysis::new_access::{NewAccess, NewAccessKind, NewAccessOptions, new_access};
use armorer::query::Subject;
use armorer::{Access, Compiled, Compiler, Features, Input};

use crate::support;
use crate::support::material::directory;

/// A change: what stands in the preamble and in the profile before and after it.
struct Change {
    name: &'static str,
    before: [&'static str; 2],
    after: [&'static str; 2],
}

const CHANGES: &[Change] = &[
    Change { name: "a rule is added", before: ["", ""], after: ["", "  /zz/a r,\n"] },
    Change { name: "a path is widened", before: ["", "  /zz/a w,\n"], after: ["", "  /zz/* w,\n"] },
    Change { name: "permissions are added", before: ["", "  /zz/** r,\n"], after: ["", "  /zz/** rw,\n"] },
    Change { name: "owner is left out", before: ["", "  owner /zz/a rw,\n"], after: ["", "  /zz/a rw,\n"] },
    Change {
        name: "a variable has another value",
        before: ["@{zz}=/zz/a\n", "  @{zz} rw,\n"],
        after: ["@{zz}=/zz/a /zz/b\n", "  @{zz} rw,\n"],
    },
    Change {
        name: "an include has another rule",
        before: ["", "  include <zz-1>\n"],
        after: ["", "  include <zz-2>\n"],
    },
    Change {
        name: "a priority is higher",
        before: ["", "  deny /zz/* w,\n  /zz/a w,\n"],
        after: ["", "  deny /zz/* w,\n  priority=1 /zz/a w,\n"],
    },
    Change {
        name: "a deny rule is removed",
        before: ["", "  /zz/* r,\n  deny /zz/b r,\n"],
        after: ["", "  /zz/* r,\n"],
    },
    Change {
        name: "another class",
        before: ["", "  signal send set=term peer=zz,\n"],
        after: ["", "  signal send set=(term kill) peer=zz,\n  capability mac_admin,\n"],
    },
];

/// Everything that a change may be about.
fn accesses() -> Vec<Access> {
    let mut all = Vec::new();
    for path in ["/zz/a", "/zz/b", "/zz/c", "/zz/a/b"] {
        for owner in ["owner", "other"] {
            all.extend(["r", "w"].map(|permission| vec!["file", owner, path, permission]));
        }
    }
    all.extend(["term", "kill"].map(|signal| vec!["signal", "send", signal, "zz"]));
    all.push(vec!["capability", "mac_admin"]);
    all.iter().map(|words| Access::parse(words).expect("an access")).collect()
}

/// A file with more in its preamble, and in its first profile.
fn changed(text: &str, [preamble, rules]: [&str; 2]) -> Option<String> {
    let mut out = String::from(preamble);
    let mut done = false;
    for line in text.lines() {
        out.push_str(line);
        out.push('\n');
        let begins = line.starts_with("profile ") || line.starts_with('/') || line.starts_with("@{exec_path}");
        if !done && begins && line.trim_end().ends_with('{') {
            out.push_str(rules);
            done = true;
        }
    }
    done.then_some(out)
}

/// Returns the accesses that the new policy allows and the old one does not, by asking.
fn more(base: &Subject, new: &Subject) -> Vec<String> {
    let mut more = Vec::new();
    for name in base.names() {
        for access in accesses() {
            let allows = |subject: &Subject| {
                subject.ask(Some(name.as_bytes()), &access).expect("the profile is there").is_allowed()
            };
            if allows(new) && !allows(base) {
                more.push(format!("{name}: {access}"));
            }
        }
    }
    more
}

struct Pairs {
    compiler: Compiler,
    number: usize,
    granting: usize,
    wrong: Vec<String>,
}

impl Pairs {
    fn compile(&self, text: &str) -> Compiled {
        self.compiler.compile(Input::text("p", text)).unwrap_or_else(|error| panic!("{text}\n{error}"))
    }

    fn compare(&mut self, what: &str, base: &str, new: &str) {
        let policies = [base, new].map(|text| self.compile(text));
        let options = NewAccessOptions::default().ignore_audit(true);
        let found = new_access(policies[0].records(), policies[1].records(), &options).expect("sound policies");
        let [base, new] = policies.map(|policy| Subject::from_compiled(policy).expect("a sound policy"));
        let more = more(&base, &new);
        let granting = found.findings.iter().any(|finding| finding.kind == NewAccessKind::NewAccess);
        let unproven = found.findings.iter().any(|finding| finding.kind != NewAccessKind::NewAccess);
        if granting == more.is_empty() || unproven {
            self.wrong.push(format!("{what}: {found}asked: {more:?}"));
        }
        self.wrong.extend(unwitnessed(&found, &base, &new).map(|text| format!("{what}: {text}")));
        self.number += 1;
        self.granting += usize::from(granting);
    }
}

/// The findings about files whose witness is no access that only the new policy allows.
fn unwitnessed(found: &NewAccess, base: &Subject, new: &Subject) -> impl Iterator<Item = String> {
    let wrong = found.findings.iter().filter_map(|finding| {
        let text = finding.to_string();
        let path = text.split_once(": file \"")?.1.split_once('"')?.0.to_owned();
        let name = finding.difference.profile.as_bytes();
        let is_new = ["r", "w"].iter().any(|permission| {
            ["owner", "other"].iter().any(|whose| {
                let access = Access::parse(&["file", whose, &path, permission]).expect("an access");
                let allows = |subject: &Subject| subject.ask(Some(name), &access).expect("asked").is_allowed();
                allows(new) && !allows(base)
            })
        });
        (!is_new).then_some(text)
    });
    wrong.collect::<Vec<_>>().into_iter()
}

#[test]
fn pairs_of_real_profiles() {
    let Some(corpus) = directory("ARMORER_CORPUS", "comparing changed profiles") else { return };
    let includes = tempfile::tempdir().expect("a directory");
    std::fs::write(includes.path().join("zz-1"), "  /zz/a r,\n").expect("written");
    std::fs::write(includes.path().join("zz-2"), "  /zz/{a,b} r,\n").expect("written");
    let compiler = Compiler::new(Features::builtin("linux-7.2").expect("built in"));
    let compiler = compiler.base(&corpus).include_dir(includes.path());
    let mut pairs = Pairs { compiler, number: 0, granting: 0, wrong: Vec::new() };
    for (file, text) in small_profiles(&corpus, 3) {
        for Change { name, before, after } in CHANGES {
            let what = format!("{}: {name}", file.display());
            let (Some(before), Some(after)) = (changed(&text, *before), changed(&text, *after)) else { continue };
            pairs.compare(&what, &before, &after);
            pairs.compare(&format!("{what}, back"), &after, &before);
        }
    }
    let Pairs { number, granting, wrong, .. } = pairs;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(number >= 30 && granting > 10 && granting < number, "{granting} of {number}");
    support::say!("{number} pairs, of which {granting} grant new access");
}

/// Files of the corpus, spread over it, that are small and have a profile which can be changed.
fn small_profiles(corpus: &Path, count: usize) -> Vec<(PathBuf, String)> {
    let files = support::profiles(corpus);
    let texts = files.iter().filter_map(|file| Some((file.clone(), std::fs::read_to_string(file).ok()?)));
    let usable: Vec<(PathBuf, String)> = texts
        .filter(|(_, text)| text.len() < 1500 && changed(text, ["", ""]).is_some())
        // What allows everything has no change to find.
        .filter(|(_, text)| !["complain", "unconfined", "default_allow"].iter().any(|flag| text.contains(flag)))
        .collect();
    let step = (usable.len() / count).max(1);
    usable.into_iter().step_by(step).take(count).collect()
}
