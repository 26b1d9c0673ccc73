//! The answers of `analysis::query` about armorer's policy and about the reference's are the same, for accesses that are made
//! up from the text of the profiles.
//!
//! `ARMORER_ORACLE` names the directory with the reference compiler and its profiles, `ARMORER_FEATURES` that of the features
//! files. The rules that armorer names for an answer must say what its tables say, too.
//!
//! Profiles on which the two compilers differ are the business of `tests/policy/differential.rs`, and are left out and counted.

use std::path::{Path, PathBuf};

use armorer::analysis::query::Decision;
use armorer::analysis::{self, Access, DiffOptions, Subject};
use armorer::policy::RuleMode;
use armorer::{Compiler, Features, blob};

use crate::support;
use crate::support::reference::Reference;

/// Every how manyth profile of the reference's tree is asked.
const STEP: usize = 6;
/// The number of accesses of each kind that are made up for a profile file.
const SAMPLES: usize = 40;

/// Numbers without rhyme or reason, but the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end.max(1)
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// A string that a glob may match, or nearly.
    fn concrete(&mut self, glob: &str) -> String {
        let mut out = String::new();
        let mut rest = glob;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                '@' if rest.starts_with('{') => {
                    let (name, behind) = rest[1..].split_once('}').unwrap_or((&rest[1..], ""));
                    out.push_str(match name {
                        "PROC" => "/proc",
                        "HOME" => "/home/x",
                        "pid" | "tid" => "1",
                        "run" => "/run",
                        "etc_ro" => "/etc",
                        _ => "/usr/bin",
                    });
                    rest = behind;
                }
                '{' => {
                    let (inner, behind) = rest.split_once('}').unwrap_or((rest, ""));
                    out.push_str(self.pick(&inner.split(',').collect::<Vec<_>>()));
                    rest = behind;
                }
                '[' => {
                    let (inner, behind) = rest.split_once(']').unwrap_or((rest, ""));
                    out.extend(inner.chars().find(|c| c.is_alphanumeric()));
                    rest = behind;
                }
                '*' => out.push_str(self.pick(&["", "x", "a/b", "1"])),
                '?' => out.push('x'),
                '"' | '(' | ')' | ',' | '}' => {}
                c => out.push(c),
            }
        }
        out
    }
}

/// Accesses that have to do with a profile's text, and some that do not.
fn accesses(text: &str, names: &[String], numbers: &mut Numbers) -> Vec<Vec<String>> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let globs: Vec<&str> = lines.flat_map(str::split_whitespace).filter(|word| word.contains('/')).collect();
    let globs = if globs.is_empty() { vec!["/etc/x"] } else { globs };
    let mut peers: Vec<&str> = names.iter().map(String::as_str).collect();
    peers.extend(["unconfined", "/usr/bin/x", "a//&b", ":n:c"]);
    let permissions = ["r", "w", "x", "m", "rwamklx", "create delete chmod", "getattr", "k"];
    let mut all = Vec::new();
    for _ in 0..SAMPLES {
        let glob = numbers.pick(&globs);
        let path = numbers.concrete(glob);
        let path = if path.starts_with('/') { path } else { format!("/{path}") };
        let mut file = vec!["file".to_owned(), path.clone()];
        file.extend(words(numbers.pick(&permissions)));
        all.push(file);
        let glob = numbers.pick(&globs);
        let other = numbers.concrete(glob);
        for access in [
            format!("file {path} l -> {other}"),
            format!("attach {path}"),
            format!("change_profile {path} -> {}", numbers.pick(&peers)),
            format!("change_profile {}", numbers.pick(&peers)),
            format!("signal {} {}", numbers.pick(&["term", "kill", "exists", "rtmin+2"]), numbers.pick(&peers)),
            format!("ptrace {}", numbers.pick(&peers)),
            format!("umount {path}"),
            format!(
                "mount {other} {path} {}",
                numbers.pick(&["ext4 ro", "proc nosuid,nodev", "bind", "rbind,ro", "move"])
            ),
            format!("mount {path} {}", numbers.pick(&["make-rslave", "make-private", "remount,ro"])),
            format!("pivot_root {path} {other}"),
            format!(
                "network {} {}",
                numbers.pick(&["inet", "inet6", "netlink", "packet", "bluetooth"]),
                numbers.pick(&["tcp", "dgram", "raw", "seqpacket"])
            ),
            format!(
                "unix {} addr=@{} peer-addr=@{} peer={}",
                numbers.pick(&["stream", "dgram", "seqpacket"]),
                other,
                path,
                numbers.pick(&peers)
            ),
            format!(
                "dbus send,receive,bind,eavesdrop {} org.{} {path} org.{} Get peer={}",
                numbers.pick(&["system", "session"]),
                numbers.pick(&["freedesktop.DBus", "x"]),
                numbers.pick(&["freedesktop.DBus", "freedesktop.DBus.Properties"]),
                numbers.pick(&peers)
            ),
            format!("io_uring override_creds {}", numbers.pick(&peers)),
            format!("mqueue {path} label=x"),
        ] {
            all.push(words(&access));
        }
    }
    for access in ["capability", "userns", "io_uring sqpoll", "unix stream"] {
        all.push(words(access));
    }
    all
}

/// Returns the number of questions that were answered alike; `None` where the compilers do not agree in the first place.
fn compare(reference: &Reference, file: &Path, compiler: &Compiler) -> Option<usize> {
    let text = std::fs::read(file).expect("the profile is readable");
    let theirs = blob::read(&reference.compile(&text).ok()?).expect("the reference's blob");
    let ours = compiler.compile(file).ok()?;
    let options = DiffOptions::default().ignore_xmatch_len(true);
    if !analysis::diff(ours.records(), &theirs, &options).is_ok_and(|diff| diff.differences.is_empty()) {
        return None;
    }
    let ours = Subject::from_profiles(ours.records().to_vec()).expect("armorer's policy is sound");
    let theirs = Subject::from_profiles(theirs).expect("the reference's policy is sound");
    let names: Vec<String> = ours.names().collect();
    let text = String::from_utf8_lossy(&text).into_owned();
    let mut numbers = Numbers(text.len() as u64);
    let accesses = accesses(&text, &names, &mut numbers);
    let mut asked = 0;
    for words in accesses {
        // What the text gives need not be an access.
        let Ok(access) = Access::parse(&words) else { continue };
        for name in &names {
            let [ours, theirs] = [&ours, &theirs].map(|subject| subject.ask(Some(name.as_bytes()), &access));
            assert_eq!(ours, theirs, "{}: {name}: {access}", file.display());
            asked += usize::from(ours.is_ok());
        }
    }
    Some(asked)
}

/// Accesses about which a single look-up of a single permission decides, so that the deciding rules must say the same.
fn is_simple(words: &[String]) -> bool {
    let simple = [
        "file",
        "capability",
        "signal",
        "ptrace",
        "mount",
        "umount",
        "pivot_root",
        "network",
        "dbus",
        "mqueue",
        "userns",
    ];
    simple.contains(&&*words[0]) && !words.iter().any(|word| word.contains("//&") || word == "->")
}

/// Asks about the rules of a profile file; how many verdicts there were.
fn rules_agree(compiler: &Compiler, file: &Path) -> usize {
    let Ok(policy) = compiler.compile(file) else { return 0 };
    let subject = Subject::from_compiled(policy).expect("armorer's policy is sound");
    let names: Vec<String> = subject.names().collect();
    let text = String::from_utf8_lossy(&std::fs::read(file).expect("the profile is readable")).into_owned();
    let mut verdicts = 0;
    for words in accesses(&text, &names, &mut Numbers(text.len() as u64)).iter().filter(|words| is_simple(words)) {
        let Ok(access) = Access::parse(words) else { continue };
        for name in &names {
            let answer = subject.ask(Some(name.as_bytes()), &access).expect("the profile is there");
            let unchecked = |note: &String| note.contains("not mediated") || note.contains("unconfined: none");
            if answer.notes.iter().any(unchecked) {
                continue;
            }
            for verdict in &answer.verdicts {
                let modes: Vec<RuleMode> = verdict.decided_by.iter().map(|&at| answer.rules[at].mode).collect();
                let agree = match verdict.decision {
                    // Attributes of files may always be read.
                    Decision::Allowed if verdict.permission == "getattr" => true,
                    Decision::Allowed => !modes.is_empty() && modes.iter().all(|&mode| mode == RuleMode::Allow),
                    Decision::Denied => modes.iter().all(|&mode| mode == RuleMode::Deny),
                    Decision::Prompt => modes.contains(&RuleMode::Prompt),
                };
                assert!(agree, "{}: {verdict:?}: {answer}", file.display());
                assert!(verdict.decided_by.len() + verdict.outranked.len() == 0 || !modes.is_empty(), "{answer}");
                verdicts += 1;
            }
        }
    }
    verdicts
}

#[test]
fn rules_agree_with_the_tables() {
    let mut trees = vec![(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/apparmor.d"), 1)];
    if let Some(oracle) = support::directory("ARMORER_ORACLE", "rules of real profiles") {
        trees.push((oracle.join("etc/apparmor.d"), STEP));
    }
    for kernel in ["linux-6.1", "linux-6.12", "linux-7.2"] {
        for (tree, step) in &trees {
            let compiler = Compiler::new(Features::builtin(kernel).expect("built in")).base(tree);
            let files: Vec<PathBuf> = support::profiles(tree).into_iter().step_by(*step).collect();
            let verdicts: usize = support::parallel(&files, |file| rules_agree(&compiler, file)).iter().sum();
            support::say!("{kernel} {}: the rules agree with {verdicts} verdicts", tree.display());
            assert!(verdicts > 0, "nothing was asked");
        }
    }
}

#[test]
fn answers_about_both_policies_are_the_same() {
    let what = "answers about the reference's policy";
    let Some(oracle) = support::directory("ARMORER_ORACLE", what) else { return };
    let Some(all_features) = support::directory("ARMORER_FEATURES", what) else { return };
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/apparmor.d");
    let reference_tree = oracle.join("etc/apparmor.d");
    let sample: Vec<PathBuf> = support::profiles(&reference_tree).into_iter().step_by(STEP).collect();
    for kernel in support::TARGETS {
        let features = all_features.join(kernel);
        for (tree, files) in [(&examples, support::profiles(&examples)), (&reference_tree, sample.clone())] {
            let compiler = Compiler::new(Features::from_path(&features).expect("the features are readable")).base(tree);
            let reference = Reference::new(&oracle, &features).base(tree);
            let asked = support::parallel(&files, |file| compare(&reference, file, &compiler));
            let left_out = asked.iter().filter(|asked| asked.is_none()).count();
            let total: usize = asked.iter().flatten().sum();
            support::say!(
                "{kernel} {}: {total} answers about {} profile files are the same; {left_out} files left out",
                tree.display(),
                files.len() - left_out
            );
            assert!(total > 0, "nothing was asked");
        }
    }
}
