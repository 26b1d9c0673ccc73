//! The same command lines beside the reference.

use std::path::PathBuf;

use armorer::{Compiler, Features, Input};

use crate::parser::place::{Answer, PROGRAM, Place};
use crate::support;

/// The reference, where there is one.
fn reference(what: &str) -> Option<PathBuf> {
    Some(support::directory("ARMORER_ORACLE", what)?.join("apparmor_parser"))
}

/// A place with all that the command lines below name.
fn place() -> Place {
    let place = Place::new();
    place.write(
        "kids",
        "profile a { profile c { /c r, } ^b { /b r, } ^h { /x r, } }\nprofile :ns:z { ^h { } }\nprofile b { }\n",
    );
    place.write("names", "@{Y}=q\nprofile /usr/bin/q { }\nprofile \"a b\" /x { }\n/bin/{a,b} { }\n");
    place.write("undefined", "profile p { ^h { @{undef} r, } }\n");
    place.write("twice", "profile t { }\nprofile t { }\n");
    place.write("merge", "profile p { ^h { /a px, /a ix, } }\n");
    place.write("overlap", "profile p { /a* px, /*b ix, }\n");
    place.write("no-include", "profile p { include <x/none>\n }\n");
    place.write("no-abi", "abi <abi/x>,\nprofile p { }\n");
    place.write("bad-include", "profile p { include <abs/bad>\n }\n");
    place.write("base/abs/bad", "\n/a r\n /b r,\n");
    place.write("base/force-complain/kids", "");
    place.write("base/disable/gone", "");
    place.write("gone", "profile gone { }\n");
    place.write("base/left/x~", "");
    place.write("leftovers", "profile p { include <left>\n }\n");
    let compiler = armorer::Compiler::new(armorer::Features::builtin("linux-7.2").unwrap());
    let binary = compiler.compile(armorer::Input::text("binary", "profile p { }")).unwrap();
    std::fs::write(place.path("binary"), binary.blob()).unwrap();
    for name in ["a", "b", "k.bak", "q.rpmnew", "README", ".hidden", "x.dpkg-new"] {
        place.write(&format!("tree/{name}"), &format!("profile {name} {{ }}\n"));
    }
    place
}

/// Messages without the program's name, and errors up to their text: that is armorer's.
fn messages(answer: &Answer, program: &str) -> Vec<String> {
    let known = |line: &str| {
        let line = line.replace(program, "PROG");
        match line.find(" parser error").and_then(|at| Some(at + line.get(at..)?.find(" at line ")?)) {
            Some(at) => {
                let (place, rest) = line.split_at(at + " at line ".len());
                format!("{place}{}", rest.split(':').next().unwrap_or_default())
            }
            None => line,
        }
    };
    answer.err.lines().map(known).collect()
}

/// Runs both, and compares standard output and exit status; of standard error, whether armorer says all that the reference does.
fn beside(place: &Place, reference: &std::path::Path, arguments: &[&str], stdin: &str) {
    let arguments = [&["--config-file=conf"], arguments].concat();
    let theirs = place.reference(reference, &arguments, stdin);
    let ours = place.bare(&arguments, stdin);
    assert_eq!((theirs.status, &theirs.out), (ours.status, &ours.out), "{arguments:?}: {} / {}", theirs.err, ours.err);
    // The script that starts the reference gives it another name.
    let name = theirs.err.lines().find_map(|line| Some(line.get(..line.find("apparmor_parser: ")?)?.to_owned()));
    let name = name.and_then(|line| Some(line.rsplit(' ').next()?.to_owned())).unwrap_or_default();
    let (theirs, ours) = (messages(&theirs, &format!("{name}apparmor_parser")), messages(&ours, PROGRAM));
    for line in theirs {
        assert!(ours.contains(&line), "{arguments:?}: {line} is missing in {ours:?}");
    }
}

#[test]
fn command_lines() {
    let Some(reference) = reference("command lines beside the reference") else { return };
    let place = place();
    let with = |arguments: &[&str], stdin: &str| {
        beside(&place, &reference, &[&["-M", "F", "-b", "base", "-j0"], arguments].concat(), stdin);
    };
    for arguments in [
        &["-N", "kids"][..],
        &["-N", "-n", "NN", "kids"],
        &["-N", "tree", "mm/f1"],
        &["-Q", "-v", "-n", "NN", "kids"],
        &["-Q", "-n", "NN", "--Werror=override", "kids"],
        &["-N", "names"],
        &["-N", "twice"],
        &["-N", "undefined"],
        &["-p", "undefined"],
        &["-Q", "-K", "-v", "kids"],
        &["-Q", "-K", "-v", "-r", "kids", "tree"],
        &["-Q", "-R", "-v", "kids", "names"],
        &["-Q", "-R", "undefined"],
        &["-Q", "-B", "-v", "kids"],
        &["-Q", "-K", "-q", "-v", "gone", "names"],
        &["-Q", "-K", "gone"],
        &["-Q", "-K", "-v", "-q", "gone"],
        &["-N", "gone"],
        &["-Q", "-K", "leftovers"],
        &["-Q", "-K", "undefined"],
        &["-Q", "-K", "twice"],
        &["-Q", "-K", "merge"],
        &["-Q", "-K", "overlap"],
        &["-Q", "-K", "no-include"],
        &["-Q", "-K", "no-abi"],
        &["-Q", "-K", "bad-include"],
        &["-Q", "-K", "err1"],
        &["-Q", "-K", "errd"],
        &["-Q", "-K", "nofile", "mm/f1"],
        &["-Q", "-K", "-b", "nodir", "mm/f1"],
        &["-Q", "-K", "-D", "variables", "mm/f1"],
        &["-f", "D", "-K", "-v", "mm/f1"],
        &["-f", "D", "-K", "-v", "-R", "kids"],
        &["-f", "D", "-B", "-v", "binary"],
        &["-f", "/nonexistent", "-r", "mm/f1"],
        &["-N", "-r", "mm/f1"],
        &["-S", "-o", "x", "mm/f1"],
        &["-o", "/no/such/file", "mm/f1"],
        &["--print-cache-dir", "-L", "/c,/d"],
        &["-L", "a,b,c,d,e", "mm/f1"],
        &["--purge-cache", "-Q", "-L", "nope"],
        &["-V"],
        &["--re"],
        &["--comp"],
        &["--foo=1"],
        &["-z"],
        &["-o"],
        &["--ofile"],
        &["--version=1"],
        &["-P"],
        &["-hX"],
        &["-cfoo"],
        &["-j", "foo"],
        &["--max-jobs", "zz"],
        &["-O", "foo"],
        &["-D", "foo"],
        &["-dX"],
        &["--warn=X"],
        &["--Werror=X"],
        &["--prompt-compat", "xx"],
        &["-M", "/nope", "-N", "mm/f1"],
        &["--kernel-features", "/nope"],
        &["--policy-features", "/nope"],
        &["--override-policy-abi", "/nope"],
    ] {
        with(arguments, "");
    }
    with(&["-Q", "-K"], "profile t {\n /a r\n}\n");
    with(&["-Q", "-K"], "");
    with(&["-Q", "-W", "-L", "C"], "profile t { }\n");
}

#[test]
fn steps_of_a_cache() {
    let Some(reference) = reference("the cache beside the reference") else { return };
    let place = place();
    place.touch("mm/f1", -100);
    place.write("theirs/f89a5403.0/f1", "nothing");
    place.write("ours/f89a5403.0/f1", "nothing");
    let step = |arguments: &[&str]| {
        let (theirs, ours) = (place.word("theirs"), place.word("ours"));
        let fixed = ["--config-file=conf", "-M", "F", "-j0", "-k", "-L"];
        let theirs = place.reference(&reference, &[&fixed[..], &[&theirs], arguments].concat(), "");
        let ours = place.bare(&[&fixed[..], &[&ours], arguments].concat(), "");
        let plain = |text: &str| text.replace(&place.word("theirs"), "C").replace(&place.word("ours"), "C");
        let name = |text: &str| text.replace(PROGRAM, "apparmor_parser");
        let short = |text: &str| {
            let words = text.split(' ').map(|word| match word.rfind("/apparmor_parser:") {
                Some(at) => word.get(at + 1..).unwrap_or_default(),
                None => word,
            });
            words.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            (theirs.status, plain(&theirs.out), short(&plain(&theirs.err))),
            (ours.status, plain(&ours.out), name(&plain(&ours.err))),
            "{arguments:?}"
        );
    };
    step(&["-Q", "mm/f1"]);
    step(&["-Q", "-W", "--skip-bad-cache", "mm/f1"]);
    step(&["-Q", "-W", "mm/f1"]);
    step(&["-Q", "-v", "mm/f1"]);
    step(&["-Q", "-T", "mm/f1"]);
    step(&["-f", "D", "-v", "-r", "mm/f1"]);
    place.touch("mm/f1", -50);
    step(&["-Q", "--debug-cache", "mm/f1"]);
    step(&["-Q", "-W", "-S", "-T", "nofile"]);
    for (content, name) in [("0123456789abcdefghijkl", "header"), ("", "empty")] {
        place.write("theirs/f89a5403.0/f1", content);
        place.write("ours/f89a5403.0/f1", content);
        // Without a word about an empty file: the reference says nothing there.
        let debug: &[&str] = if name == "header" { &["--debug-cache"] } else { &[] };
        step(&[&["-Q", "mm/f1"], debug].concat());
    }
    step(&["-Q", "-C", "mm/f1"]);
    step(&["-N", "mm/f1"]);
    assert_eq!(place.entries("ours"), place.entries("theirs"));
    assert_eq!(place.entries("ours/f89a5403.0"), place.entries("theirs/f89a5403.0"));
    assert_eq!(place.read("ours/f89a5403.0/.features"), place.read("theirs/f89a5403.0/.features"));
}

#[test]
fn each_uses_the_cache_of_the_other() {
    let Some(reference) = reference("a cache of the reference, and one for it") else { return };
    let place = place();
    place.write("base/abs/own", "/etc/own r,\n");
    place.write("demo", "profile demo { include <abs/own>\n ^h { } }\n");
    place.touch("base/abs/own", -100);
    place.touch("demo", -200);
    fn run<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
        [&["--config-file=conf", "-M", "F", "-b", "base", "-k", "-j0"], arguments].concat()
    }
    let hit = |answer: &Answer, location: &str| {
        let line = format!("Cache hit: {}\n", place.word(&format!("{location}/f89a5403.0/demo")));
        assert!(answer.status == 0 && answer.err.contains(&line), "{answer:?}");
    };
    let (load, write) = (["-f", "D", "-r", "demo", "-L"], ["-Q", "-W", "demo", "-L"]);

    assert_eq!(place.reference(&reference, &run(&[&write[..], &["theirs"]].concat()), "").status, 0);
    hit(&place.bare(&run(&[&load[..], &["theirs"]].concat()), ""), "theirs");
    assert_eq!(place.read("D/.replace"), place.read("theirs/f89a5403.0/demo"));

    place.write("D/.replace", "");
    assert_eq!(place.bare(&run(&[&write[..], &["ours"]].concat()), "").status, 0);
    hit(&place.reference(&reference, &run(&[&load[..], &["ours"]].concat()), ""), "ours");
    assert_eq!(place.read("D/.replace"), place.read("ours/f89a5403.0/demo"));

    let modified = |name: &str| std::fs::metadata(place.path(name)).unwrap().modified().unwrap();
    // That of the newest source.
    assert_eq!(modified("ours/f89a5403.0/demo"), modified("base/abs/own"));
    assert_eq!(modified("ours/f89a5403.0/demo"), modified("theirs/f89a5403.0/demo"));
    // A younger source is noticed by both.
    place.touch("base/abs/own", -10);
    for location in ["theirs", "ours"] {
        let answers = [
            place.bare(&run(&[&load[..], &[location]].concat()), ""),
            place.reference(&reference, &run(&[&load[..], &[location]].concat()), ""),
        ];
        for answer in answers {
            assert!(answer.err.contains("Cache miss: demo\n"), "{answer:?}");
        }
    }
}

#[test]
fn names_of_a_whole_tree() {
    let Some(oracle) = support::directory("ARMORER_ORACLE", "names of the reference's tree") else { return };
    let tree = oracle.join("etc/apparmor.d");
    let tree = tree.to_str().unwrap();
    let place = Place::new();
    let arguments = ["--config-file=conf", "-M", "F", "-b", tree, "-N", tree];
    let theirs = place.reference(&oracle.join("apparmor_parser"), &arguments, "");
    let ours = place.bare(&arguments, "");
    assert_eq!((theirs.status, ours.status), (0, 0), "{} / {}", theirs.err, ours.err);
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let (theirs, ours) = (sorted(&theirs.out), sorted(&ours.out));
    assert_eq!(theirs.len(), ours.len());
    // The reference does not expand variables here, though the kernel gets the expanded name.
    let (unexpanded, same): (Vec<_>, Vec<_>) = theirs.into_iter().partition(|name| name.contains("@{"));
    let missing: Vec<_> = same.iter().filter(|name| !ours.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(ours.iter().filter(|name| !same.contains(name)).count(), unexpanded.len());
    assert!(ours.iter().all(|name| !name.contains("@{")));
}

#[test]
fn verdicts_where_all_warnings_are_errors() {
    let Some(oracle) = support::directory("ARMORER_ORACLE", "strict verdicts on the reference's tree") else { return };
    let tree = oracle.join("etc/apparmor.d");
    let place = Place::new();
    let files = support::profiles(&tree);
    let chosen: Vec<&PathBuf> =
        files.iter().step_by(6).chain(files.iter().filter(|path| path.ends_with("glycin.bwrap"))).collect();
    assert!(chosen.len() > 10, "the tree has files");
    let verdicts = support::parallel(&chosen, |path| {
        let (base, path) = (tree.to_str().unwrap(), path.to_str().unwrap());
        let arguments =
            ["--config-file=conf", "-M", "F", "-b", base, "-Q", "-K", "-j0", "--warn=all", "--Werror", path];
        let theirs = place.reference(&oracle.join("apparmor_parser"), &arguments, "");
        let ours = place.bare(&arguments, "");
        (path.to_owned(), (theirs.status, ours.status), theirs.err + &ours.err)
    });
    for (path, (theirs, ours), said) in verdicts {
        assert_eq!(theirs, ours, "{path}: {said}");
    }
}

#[test]
fn preprocessed_text_is_the_same_policy() {
    let Some(oracle) = support::directory("ARMORER_ORACLE", "preprocessed texts of the reference's tree") else {
        return;
    };
    let (reference, tree) = (oracle.join("apparmor_parser"), oracle.join("etc/apparmor.d"));
    let place = Place::new();
    let base = tree.to_str().unwrap();
    let features = Features::builtin("linux-7.2").unwrap();
    let files = support::profiles(&tree);
    // The reference preprocesses some of them, too: its text is as good.
    assert!(files.len() > 50, "the tree has files");
    for (index, path) in files.iter().enumerate().step_by(2) {
        let arguments = ["--config-file=conf", "-M", "F", "-b", base, "-p", path.to_str().unwrap()];
        let whole = Compiler::new(features.clone()).base(&tree).compile(path).unwrap().into_blob();
        // No include is left, but for the abi.
        let of_text = |text: &[u8]| {
            let compiled = Compiler::new(features.clone()).base(&tree).compile(Input::text("text", text));
            compiled.unwrap_or_else(|error| panic!("{}: {error}", path.display())).into_blob()
        };
        let ours = place.bare(&arguments, "");
        assert_eq!(ours.status, 0, "{}", ours.err);
        assert!(of_text(&ours.bytes) == whole, "{}", path.display());
        let include =
            |line: &&str| line.trim_start().starts_with("include ") || line.trim_start().starts_with("#include <");
        assert_eq!(ours.out.lines().filter(include).count(), 0, "{}", path.display());
        if index % 20 == 0 {
            let theirs = place.reference(&reference, &arguments, "");
            assert!(of_text(&theirs.bytes) == whole, "{}", path.display());
        }
    }
}
