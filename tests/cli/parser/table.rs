//! Small command lines, each with all that it answers.

use crate::parser::place::{Answer, PROGRAM, Place};

const MISSING: &str = "missing comma at the end of a rule\n  help: add `,`\n";

fn check(answer: &Answer, out: &str, err: &str, status: i32) {
    assert_eq!((answer.status, &*answer.out, &*answer.err), (status, out, err));
}

#[test]
fn names_and_messages() {
    let place = Place::new();
    check(&place.run(&["-N", "mm/f1", "-M", "F"]), "p1\n", "", 0);
    for (arguments, out) in [
        (&["-Q", "-K", "-v", "mm/f1"][..], "Addition succeeded for \"p1\".\n"),
        (&["-Q", "-K", "-r", "-v", "mm/f1"], "Replacement succeeded for \"p1\".\n"),
        (&["-Q", "-R", "-v", "mm/f1"], "Removal succeeded for \"p1\".\n"),
        (&["-Q", "-K", "-v", "-q", "mm/f1"], ""),
        (&["-Q", "-B", "-v", "mm/f1"], "Cached load succeeded for \"mm/f1\".\n"),
    ] {
        check(&place.run(&[&["-M", "F"], arguments].concat()), out, "", 0);
    }
    check(&place.fed(&["-M", "F", "-Q", "-K"], ""), "", "", 0);
}

#[test]
fn wrong_usage() {
    let place = Place::new();
    let many = format!("{PROGRAM}: Too many actions given on the command line.\n");
    for arguments in [&["-N", "-r", "mm/f1"][..], &["-S", "-o", "x", "mm/f1"], &["-r", "-r", "mm/f1"]] {
        check(&place.run(arguments), "", &many, 1);
    }
    let foo = format!("{PROGRAM}: unrecognized option '--foo'\n");
    check(&place.run(&["--foo"]), "", &foo, 1);
    check(&place.run(&["-Pa"]), "", "", 1);
    let file = format!("{PROGRAM}: Could not open file /no/such/file\n");
    check(&place.run(&["-M", "F", "-o", "/no/such/file", "mm/f1"]), "", &file, 1);
}

#[test]
fn errors_of_the_text() {
    let place = Place::new();
    let error = |operand: &str, file: &str| {
        format!("AppArmor parser error for {operand} in profile {file} at line 3: {MISSING}")
    };
    let run = |arguments: &[&str]| place.run(&[&["-M", "F", "-Q", "-K"], arguments].concat());
    check(&run(&["err1"]), "", &error("err1", "err1"), 1);
    check(&run(&["-q", "err1"]), "", &error("err1", "err1"), 1);
    check(&run(&["errd"]), "", &error("errd", "errd/x"), 1);
    let added = "Addition succeeded for \"p1\".\n";
    check(&run(&["-v", "err1", "mm/f1"]), added, &error("err1", "err1"), 1);
    // The reference stops there; `--abort-on-error` says that it is meant.
    check(&run(&["-j0", "-v", "err1", "mm/f1"]), added, &error("err1", "err1"), 1);
    check(&run(&["--abort-on-error", "-v", "err1", "mm/f1"]), "", &error("err1", "err1"), 1);
    let stdin = place.fed(&["-M", "F", "-Q", "-K"], "profile t {\n /a r\n}\n");
    check(&stdin, "", &format!("AppArmor parser error at line 3: {MISSING}"), 1);
    let twice = place.fed(&["-M", "F", "-Q", "-K"], "profile t { /a r, }\nprofile t { }");
    assert!(twice.err.starts_with("Multiple definitions for profile t exist,bailing out.\n"), "{}", twice.err);
    assert_eq!((twice.status, &*twice.out), (1, ""));
}

#[test]
fn inputs_that_are_not_there() {
    let place = Place::new();
    let run = |arguments: &[&str]| place.run(&[&["-M", "F", "-Q", "-K", "-v"], arguments].concat());
    let added = "Addition succeeded for \"p1\".\n";
    check(&run(&["nofile", "mm/f1"]), added, "File nofile not found, skipping...\n", 2);
    check(&run(&["-"]), "", "File - not found, skipping...\n", 2);
    std::os::unix::fs::symlink("nowhere", place.path("mm/link")).unwrap();
    place.write("mm/x.orig", "");
    place.write("empty", "");
    check(&run(&["empty"]), "", "", 0);
    check(&run(&["-B", "empty"]), "Cached load succeeded for \"empty\".\n", "", 0);
    let binary = place.run(&["-M", "F", "-f", "D", "-B", "empty"]);
    check(&binary, "", "Cannot read profile from file empty\n", 255);
    let said = "Ignoring: 'x.orig'\nThere was an error while loading profiles from mm\n";
    check(&run(&["mm"]), added, said, 2);
    check(&run(&["-b", "nodir", "mm/f1"]), added, "Error: basedir nodir is not a directory, skipping.\n", 0);
}

#[test]
fn loading() {
    let place = Place::new();
    let load = place.run(&["-M", "F", "-K", "-f", "D", "-v", "mm/f1"]);
    check(&load, "Addition succeeded for \"p1\".\n", "", 0);
    let compiled = place.run(&["-M", "F", "-S", "mm/f1"]).bytes;
    assert_eq!(place.read("D/.load"), compiled);
    // The size in the specification's annotated example.
    assert_eq!(compiled.len(), 3025);

    let removal = place.fed(&["-M", "F", "-K", "-f", "D", "-R", "-v"], "profile :nn:zz { profile kid {} }");
    check(&removal, "Removal succeeded for \"zz\".\n", "", 0);
    assert_eq!(place.read("D/.remove"), b":nn://zz\0");

    let nowhere = place.run(&["-M", "F", "-K", "-f", "/nonexistent", "-r", "mm/f1"]);
    let said =
        "Warning: unable to find a suitable fs in /proc/mounts, is it mounted?\nUse --subdomainfs to override.\n";
    check(&nowhere, "", said, 1);

    std::fs::remove_file(place.path("D/.replace")).unwrap();
    let refused = format!("{PROGRAM}: Unable to replace \"p1\".  Profile doesn't exist\n");
    check(&place.run(&["-M", "F", "-K", "-f", "D", "-r", "mm/f1"]), "", &refused, 254);
    std::fs::write(place.path("binary"), compiled).unwrap();
    let refused = "Could not replace profile binary : No such file or directory\n";
    check(&place.run(&["-M", "F", "-f", "D", "-r", "-B", "binary"]), "", refused, 2);
}

#[test]
fn what_kernels_mishandle_is_not_written() {
    let place = Place::new();
    let orphan = place.fed(&["-M", "F", "-K", "-f", "D", "-r"], "profile a//b { }\n");
    let said = "Unable to replace \"a//b\".  \"a//b\": its parent \"a\" is not loaded; load both together or the parent first \
                [parent-missing]";
    check(&orphan, "", &format!("{PROGRAM}: {said}\n"), 1);
    // What cannot be read cannot be checked.
    place.write("garbage", "no policy");
    let garbage = place.run(&["-M", "F", "-f", "D", "-r", "-B", "garbage"]);
    assert!(garbage.err.starts_with("Could not replace profile garbage : not a binary policy: "), "{}", garbage.err);
    assert_eq!((garbage.status, place.read("D/.replace")), (1, Vec::new()));
}

#[test]
fn a_namespace_is_one_write() {
    let place = Place::new();
    let text = "profile a { ^h { /x r, } profile c { } }\nprofile b { }\nprofile :ns:z { ^h { } }\n";
    let load = place.fed(&["-M", "F", "-K", "-f", "D", "-v"], text);
    // Children first.
    let added = ["c", "h", "a", "b", "h", "z"].map(|name| format!("Addition succeeded for \"{name}\".\n"));
    check(&load, &added.concat(), "", 0);
    // A namespace is a write of its own; all writes to a plain file begin at its front, and the last was that.
    assert!(place.read("D/.load").starts_with(&place.fed(&["-M", "F", "-S"], "profile :ns:z { ^h { } }").bytes));
    place.write("D/.load", "");
    place.fed(&["-M", "F", "-K", "-f", "D", "-a"], &text.replace("profile :ns:z { ^h { } }", "")).is_quiet();
    assert_eq!(place.loaded("D/.load"), ["a", "a//c", "a//h", "b"]);
    // Children of profiles in a namespace are in it, too.
    place.fed(&["-M", "F", "-K", "-f", "D", "-r"], text.lines().last().unwrap()).is_quiet();
    assert_eq!(place.loaded("D/.replace"), [":ns:z", ":ns:z//h"]);
    let load = place.fed(&["-M", "F", "-K", "-f", "D", "-n", "NN", "-N"], text);
    check(&load, ":NN://a\n:NN://a//c\n:NN://a//h\n:NN://b\n:NN://z\n:NN://z//h\n", "", 0);
    place.write("D/.replace", "");
    let over = place.fed(&["-M", "F", "-f", "D", "-n", "NN", "-r"], text);
    let said = format!("{PROGRAM}: -n NN overriding policy specified namespace :ns:\n");
    check(&over, "", &format!("Warning from stdin (stdin line 3): {said}"), 0);
    let strict = place.fed(&["-M", "F", "-Q", "-n", "NN", "--Werror=override"], text);
    check(&strict, "", &format!("Warning converted to Error from stdin (stdin line 3): {said}"), 1);
    assert!(place.loaded("D/.replace").iter().all(|name| name.starts_with(":NN:")));
}

#[test]
fn cache() {
    let place = Place::new();
    let run = |arguments: &[&str]| place.run(&[&["-M", "F", "-Q", "-k", "-L", "C"], arguments].concat());
    place.touch("mm/f1", -100);
    let file = place.word("C/f89a5403.0/f1");
    let none = "Cache read/write disabled: Policy cache is invalid: No such file or directory\nCache miss: mm/f1\n";
    check(&run(&["mm/f1"]), "", none, 0);
    let added = "Cache: added primary location 'C'\n";
    check(&run(&["-W", "mm/f1"]), "", &format!("{added}Cache miss: mm/f1\nWrote cache: {file}\n"), 0);
    let hit = format!("{added}Cache hit: {file}\n");
    check(&run(&["mm/f1"]), "", &hit, 0);
    check(&run(&["-v", "mm/f1"]), &format!("Cached load succeeded for \"{file}\".\n"), &hit, 0);
    check(&run(&["-T", "mm/f1"]), "", "Cache miss: mm/f1\n", 0);
    check(&run(&["-K", "mm/f1"]), "", "Cache miss: mm/f1\n", 0);
    place.touch("mm/f1", -50);
    let newer = format!("Warning from mm/f1 (mm/f1 line 1): {PROGRAM}: file 'mm/f1' is newer than cache file\n");
    check(&run(&["--debug-cache", "mm/f1"]), "", &format!("{added}{newer}Cache miss: mm/f1\n"), 0);
    let stdin = place.fed(&["-M", "F", "-Q", "-k", "-L", "C"], "profile p1 { }");
    check(&stdin, "", &format!("{added}Cache miss: stdin\n"), 0);
    assert_eq!(place.entries("C/f89a5403.0"), [".features", "f1"]);
    assert_eq!(place.read("C/f89a5403.0/.features"), place.read("F"));

    place.write("G", "a {b {c}}\n");
    let directories = place.run(&["--print-cache-dir", "-L", "/c,/d", "-M", "G"]);
    check(&directories, "/c/d2aecdad.0\n/d/d2aecdad.0\n", "", 0);
    check(&place.run(&["-M", "F", "--purge-cache", "-L", "C"]), "", "", 0);
    assert!(place.entries("C").is_empty());
    let missing = "Failed to clear cache files (nope): No such file or directory\n";
    check(&place.run(&["-M", "F", "--purge-cache", "-L", "nope"]), "", missing, 1);
}

#[test]
fn overlays_are_read_and_not_written() {
    let place = Place::new();
    place.touch("mm/f1", -100);
    let run = |arguments: &[&str]| place.run(&[&["-M", "F", "-Q", "-k"], arguments].concat());
    assert_eq!(run(&["-W", "-L", "O", "mm/f1"]).status, 0);
    let hit = run(&["-W", "-L", "C,O", "mm/f1"]);
    assert!(hit.err.ends_with(&format!("Cache hit: {}\n", place.word("O/f89a5403.0/f1"))), "{}", hit.err);
    assert_eq!(place.entries("C/f89a5403.0"), [".features"]);
    let missing = run(&["-L", "C,nope", "mm/f1"]).err;
    let said = "Cache: failed to add read only location 'nope', does not contain valid cache directory for the specified \
                feature set\n";
    assert!(missing.contains(said), "{missing}");
}

#[test]
fn a_cached_policy_that_the_kernel_refuses_is_compiled_again() {
    let place = Place::new();
    place.touch("mm/f1", -100);
    let run = |arguments: &[&str]| place.run(&[&["-M", "F", "-k", "-L", "C", "-r"], arguments].concat());
    assert_eq!(run(&["-Q", "-W", "mm/f1"]).status, 0);
    std::fs::remove_file(place.path("D/.replace")).unwrap();
    let refused = run(&["-f", "D", "-W", "mm/f1"]);
    let file = place.word("C/f89a5403.0/f1");
    let expected = format!(
        "Cache: added primary location 'C'\nCache hit: {file}\nCould not replace profile {file} : No such file or \
         directory\nCache miss: mm/f1\n{PROGRAM}: Unable to replace \"p1\".  Profile doesn't exist\n"
    );
    check(&refused, "", &expected, 254);
    assert_eq!(place.entries("C/f89a5403.0"), [".features", "f1"], "no temporary file is left");
    assert_eq!(run(&["-f", "D", "--skip-bad-cache-rebuild", "mm/f1"]).status, 2);
}

#[test]
fn lists_of_the_base() {
    let place = Place::new();
    place.write("base/disable/f1", "");
    let run = |arguments: &[&str]| place.run(&[&["-M", "F", "-b", "base", "-Q", "-K"], arguments].concat());
    check(&run(&["-v", "mm/f1"]), "", "Skipping profile in base/disable: f1\n", 0);
    check(&run(&["-q", "mm/f1"]), "", "", 0);
    check(&run(&["-R", "-v", "mm/f1"]), "Removal succeeded for \"p1\".\n", "", 0);
    check(&run(&["-p", "mm/f1"]), "profile p1 { /f1 r, }\n", "", 0);
    std::fs::rename(place.path("base/disable"), place.path("base/force-complain")).unwrap();
    let said = "Warning: found f1 in base/force-complain, forcing complain mode\n";
    let complaining = run(&["-S", "mm/f1"]);
    assert_eq!((complaining.status, &*complaining.err), (0, said));
    assert_eq!(complaining.bytes, place.run(&["-M", "F", "-C", "-S", "mm/f1"]).bytes);
    assert_ne!(complaining.bytes, place.run(&["-M", "F", "-S", "mm/f1"]).bytes);
    let uncached = place.run(&["-M", "F", "-b", "base", "-Q", "-W", "-L", "C", "mm/f1"]);
    assert!(uncached.err.contains("Caching disabled for: 'f1' due to force complain"), "{}", uncached.err);
    assert_eq!(place.entries("C/f89a5403.0"), [".features"]);
}

#[test]
fn files_and_options_that_change_policy() {
    let place = Place::new();
    let compile = |arguments: &[&str]| place.run(&[&["-M", "F", "-S", "mm/f1"], arguments].concat()).bytes;
    let plain = compile(&[]);
    assert_ne!(compile(&["-X"]), plain);
    assert_eq!(compile(&["-O", "no-expr-simplify", "-j", "4", "-c0", "--prompt-compat=flag"]), plain);
    check(&place.run(&["-M", "F", "-o", "out", "mm/f1"]), "", "", 0);
    assert_eq!(place.read("out"), plain);
    check(
        &place.run(&["-M", "F", "-o", "out", "-v", "mm/f1", "err1"]),
        "",
        &place.run(&["-M", "F", "-Q", "err1"]).err,
        1,
    );
    assert_eq!(place.read("out"), plain);
    // A file that asks the user where it can, in the old way.
    place.write("ask", "profile ask { prompt /a r, ^h { } }\nprofile not { /a r, }\n");
    let modes = |arguments: &[&str]| -> Vec<u32> {
        let bytes = place.run(&[&["-M", "F", "-S", "ask"], arguments].concat()).bytes;
        armorer::blob::read(&bytes).unwrap().into_iter().map(|profile| profile.mode).collect()
    };
    assert_eq!((modes(&[]), modes(&["--prompt-compat", "flag"])), (vec![0, 0, 0], vec![4, 0, 0]));
}

/// Options of version 6.0.
#[test]
fn no_automata_are_kept() {
    let place = Place::new();
    let run = place.run(&["-M", "F", "-Q", "--dfa-cache-loc", "automata", "--show-dfa-cache", "mm/f1"]);
    check(&run, "", "DFA cache miss: p1\n", 0);
    assert!(!place.path("automata").exists());
    check(&place.run(&["-M", "F", "-Q", "--dfa-cache-loc=automata", "mm/f1"]), "", "", 0);
    let compat = "Prompt compat mode: permsv2\n";
    check(&place.bare(&["--print-prompt-compat"], "profile p { }"), "", compat, 0);
}

#[test]
fn configuration() {
    let place = Place::new();
    place.write("c", "# comment\n  quiet\nbase=base\ncache-loc C\n");
    place.write("base/disable/f1", "");
    let quiet = place.bare(&["--config-file", "c", "-M", "F", "-Q", "mm/f1"], "");
    check(&quiet, "", "", 0);
    let asked = place.bare(&["--config-file", "c", "--print-config-file"], "");
    check(&asked, "c\n", "", 0);
    // It needs no good configuration to say what it is.
    place.write("c", "features-file=/nope\n");
    assert!(place.bare(&["--config-file", "c", "--version"], "").out.starts_with("AppArmor parser version 5.0.2\n"));
    let failed = "Failed to load features from '/nope': No such file or directory\n";
    check(&place.bare(&["--config-file", "c", "-N", "mm/f1"], ""), "", failed, 1);
    let missing = "Warning from stdin (line 1): config file 'none' not found\n";
    check(&place.bare(&["--config-file", "none", "-M", "F", "-Q", "-K", "mm/f1"], ""), "", missing, 0);
    check(&place.bare(&["--config-file", "none", "-q", "-M", "F", "-Q", "-K", "mm/f1"], ""), "", "", 0);
}

#[test]
fn without_a_kernel() {
    let place = Place::new();
    let features = armorer::Features::fallback_kernel();
    place.write("fallback", std::str::from_utf8(features.to_text().strip_suffix(b"}").unwrap()).unwrap());
    let known = place.run(&["--kernel-features", "fallback", "-S", "mm/f1"]);
    assert_eq!(known.status, 0);
    // The version word of the oldest format.
    assert_eq!(known.bytes.get(12..16), Some(&[5, 0, 0, 0][..]));
}

#[test]
fn dumps_are_all_that_is_done() {
    let place = Place::new();
    let run = |arguments: &[&str]| {
        place.fed(&[&["-M", "F", "-f", "D", "-v"], arguments].concat(), "$b=true\n@{V}=a b\nprofile p { /a r, }\n")
    };
    check(&run(&["-D", "variables"]), "$b = true\n@V = \"a\" \"b\"\n", "", 0);
    let debug = run(&["-d"]);
    assert!(debug.status == 0 && debug.out.contains("Name:\t\tp\n") && debug.out.contains("(/a)\n"), "{}", debug.out);
    assert!(place.read("D/.load").is_empty());
    // What armorer's automata do not have: said, and no error.
    let states = run(&["-D", "dfa-states", "-Q"]);
    assert!(states.status == 0 && states.err.contains("does not have the dump dfa-states"), "{}", states.err);
    check(&run(&["--help=dump"]), &place.run(&["-hD"]).out, "", 0);
}

#[test]
fn help_names_every_option() {
    let place = Place::new();
    let help = place.run(&["--help"]);
    assert_eq!((help.status, &*help.err), (0, ""));
    for option in ["--add", "--write-cache", "--policy-features", "--print-config-file", "--Werror", "armorer"] {
        assert!(help.out.contains(option), "{option}");
    }
    assert!(place.run(&["--help=warn"]).out.contains("[no-]pound-include"));
    check(
        &place.run(&["--warn=show", "-N", "-M", "F", "mm/f1"]),
        "warn=config, cache, jobs, unexpected, override\np1\n",
        "",
        0,
    );
}

#[test]
fn as_a_command_of_armorer() {
    let place = Place::new();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_armorer"));
    command.args(["parser", "--config-file=conf", "-M", "F", "-N", "--", "mm/f1"]).current_dir(place.path("."));
    check(&Answer::of(&mut command, b""), "p1\n", "", 0);
    let mut named = std::process::Command::new(env!("CARGO_BIN_EXE_armorer"));
    std::os::unix::process::CommandExt::arg0(&mut named, "armorer").args(["parser", "-z"]);
    check(&Answer::of(&mut named, b""), "", "armorer parser: invalid option -- 'z'\n", 1);
}
