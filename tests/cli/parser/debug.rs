//! `-d` beside the reference: the same bytes for made-up profiles, and the same lines about entries for a whole tree.

use crate::parser::place::{Answer, Place};
use crate::support;

/// Profiles of a file, and files.
const PROFILES: usize = 25;
const FILES: u64 = 16;

/// Numbers that look random, the same on each run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// Paths, each with the kind of exec that rules give it: two kinds would be a conflict.
const PATHS: [(&str, &str); 16] = [
    ("/a", "ix"),
    ("/b", "px"),
    ("/usr/bin/cat", "Px"),
    ("/usr/bin/[ab]*", "pix"),
    ("/**", "Pix"),
    ("/{a,b}/c", "cx"),
    ("/x/", "Cix"),
    ("\"/with space\"", "ux"),
    ("/é", "Ux"),
    ("/y?", "PUx"),
    ("//double//slash", "pux"),
    ("/@{V}/z", "CUx"),
    ("/al/one", "cux"),
    ("/al/two/**", "ix"),
    ("/proc/[0-9]*/stat", "cix"),
    ("/dev/\\{x\\}", "Cx"),
];

fn rule(numbers: &mut Numbers) -> String {
    let mode = numbers.one(&["", "", "", "", "allow ", "deny ", "prompt "]);
    let priority = numbers.one(&["", "", "", "priority=3 ", "priority=-7 ", "priority=1000 "]);
    let audit = numbers.one(&["", "", "", "audit "]);
    let owner = numbers.one(&["", "", "", "owner ", "other "]);
    let (path, exec) = PATHS[numbers.below(PATHS.len())];
    match numbers.below(12) {
        0 => {
            let names = ["chown", "kill", "net_admin", "sys_admin net_raw", "bpf", ""];
            format!("{audit}{}capability {},", mode.replace("prompt ", ""), numbers.one(&names))
        }
        1 => {
            let (subset, target) = (numbers.one(&["", "subset "]), PATHS[numbers.below(PATHS.len())].0);
            format!("{priority}{audit}{mode}{owner}link {subset}{path} -> {target},")
        }
        2 => {
            let exec = numbers.one(&["", "", "/exec/one ", "/exec/t* "]);
            let target = numbers.one(&["-> target_one", "-> other_target", "-> :ns:third", ""]);
            format!("{mode}change_profile {exec}{target},")
        }
        3 => numbers.one(&["file,", "owner file,", "all,", "network inet,", "signal,"]).to_owned(),
        _ => {
            let letters = numbers.one(&["r", "w", "rw", "a", "rwk", "l", "rl", "m", "mr", "rwlkm", "k", ""]);
            let exec = match (numbers.below(4), mode) {
                (0, "deny ") => "x",
                (0, "prompt ") => "",
                (0, _) => exec,
                _ => "",
            };
            let letters = if letters.is_empty() && exec.is_empty() { "r" } else { letters };
            format!("{priority}{audit}{mode}{owner}{path} {letters}{exec},")
        }
    }
}

fn profile(name: &str, depth: usize, numbers: &mut Numbers) -> String {
    let flags = numbers.one(&[
        "",
        "",
        "",
        " flags=(complain)",
        " flags=(audit, kill)",
        " flags=(attach_disconnected, unconfined)",
        " flags=(error=EACCES, attach_disconnected.path=/foo)",
        " flags=(kill.signal=term, prompt)",
    ]);
    let attachment = numbers.one(&["", " /att/*", " \"/att ach\"", " /att/@{V}"]);
    let mut text = format!("profile {name}{attachment}{flags} {{\n");
    for _ in 0..numbers.below(9) {
        text += &format!("  {}\n", rule(numbers));
    }
    if depth > 0 && numbers.below(4) == 0 {
        text += &profile("child", depth - 1, numbers);
    }
    if numbers.below(4) == 0 {
        text += &format!("^hat {{ {} }}\n", rule(numbers));
    }
    text + "}\n"
}

fn file(seed: u64) -> String {
    let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut text = "@{V}=q \"r s\"\nalias /al/ -> /elsewhere/,\nalias /a -> /z,\n".to_owned();
    for index in 0..PROFILES {
        let name = numbers.one(&["p", "q", "\"a b", ":ns:n", "x@{V}"]);
        let end = if name.starts_with('"') { "\"" } else { "" };
        text += &profile(&format!("{name}{index}{end}"), 2, &mut numbers);
    }
    text
}

/// Profiles as they are printed, without the rules of other classes.
fn blocks(answer: &Answer) -> Vec<String> {
    const KNOWN: [&str; 11] = [
        "-----",
        "Ns:",
        "Name:",
        "Attachment:",
        "Local To:",
        "Capabilities:",
        "Audit Caps:",
        "Deny Caps:",
        "Quiet Caps:",
        "--- Entries",
        "Perms:",
    ];
    let known = |line: &&str| KNOWN.iter().any(|known| line.starts_with(known)) || line.starts_with("\tlink:");
    let block = |text: &str| text.lines().filter(known).map(|line| format!("{line}\n")).collect::<String>();
    answer.out.split("\n\n").map(block).collect()
}

/// The lines about modes. That `enforce` is written does not show.
fn modes(answer: &Answer) -> Vec<&str> {
    answer.err.lines().filter(|line| line.starts_with("Mode:")).collect()
}

#[test]
fn made_up_profiles() {
    let Some(oracle) = support::directory("ARMORER_ORACLE", "dumps of profiles beside the reference") else { return };
    let place = Place::new();
    let mut compared = 0;
    for seed in 1..=FILES {
        place.write("made-up", &file(seed));
        for options in [&[][..], &["-d", "-X"]] {
            let arguments =
                [&["--config-file=conf", "-M", "F", "-b", "base", "-Q", "-K", "-d"], options, &["made-up"]].concat();
            let theirs = place.reference(&oracle.join("apparmor_parser"), &arguments, "");
            let ours = place.bare(&arguments, "");
            assert_eq!(theirs.status, ours.status, "seed {seed}: {} / {}", theirs.err, ours.err);
            assert_eq!(modes(&theirs), modes(&ours), "seed {seed}");
            let (theirs, ours) = (blocks(&theirs), blocks(&ours));
            for (theirs, ours) in theirs.iter().zip(&ours) {
                assert_eq!(theirs, ours, "seed {seed}, with {options:?}");
            }
            assert_eq!(theirs.len(), ours.len());
            compared += theirs.len();
        }
    }
    assert!(compared > 600, "{compared} profiles");
}

#[test]
fn a_whole_tree() {
    let Some(oracle) = support::directory("ARMORER_ORACLE", "dumps of the reference's tree") else { return };
    let tree = oracle.join("etc/apparmor.d");
    let place = Place::new();
    let files = support::profiles(&tree);
    let chosen: Vec<_> = files.iter().step_by(4).collect();
    assert!(chosen.len() > 20, "the tree has files");
    let answers = support::parallel(&chosen, |path| {
        let (base, path) = (tree.to_str().unwrap(), path.to_str().unwrap());
        let arguments = ["--config-file=conf", "-M", "F", "-b", base, "-Q", "-K", "-d", path];
        let theirs = place.reference(&oracle.join("apparmor_parser"), &arguments, "");
        (path.to_owned(), theirs, place.bare(&arguments, ""))
    });
    for (path, theirs, ours) in answers {
        assert_eq!((theirs.status, blocks(&theirs)), (ours.status, blocks(&ours)), "{path}: {}", ours.err);
    }
}
