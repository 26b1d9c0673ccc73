//! Logs that are broken in every way: they are read without panic and in time, and the rules that they ask for are about the names in
//! them and nothing else.

use std::time::{Duration, Instant};

use armorer::analysis::{self, DiffOptions};
use armorer::ast::ItemKind;
use armorer::blob;
use armorer::log::suggest::{Need, NoRule, SuggestOptions, SuggestTree, SuggestionOutcome, SuggestionPlan};
use armorer::{Access, Compiler, Features, Input};
use proptest::prelude::*;
use proptest::sample::select;

use crate::fuzz::logs::{allows_itself_alone, read};
use crate::support::material;

/// Records of each class and form.
const RECORDS: &[&str] = &[
    r#"audit: type=1400 audit(1700000000.5:1): apparmor="DENIED" operation="open" class="file" profile="web" name="/etc/web.conf" pid=7 comm="web" requested_mask="r" denied_mask="r" fsuid=0 ouid=0"#,
    r#"type=AVC msg=audit(1700000000.5:2): apparmor="ALLOWED" operation="mknod" profile="web" name=2F7372762F6120622C0A2F2A2A2072 pid=7 comm=610A62 requested_mask="c" denied_mask="c" fsuid=33 ouid=33"#,
    r#"Nov 14 22:13:20 host kernel: [ 1612.746129] audit: type=1400 audit(1700000000.5:3): apparmor="DENIED" operation="exec" profile="web" name="/usr/bin/id" pid=7 comm="sh" requested_mask="x" denied_mask="x" fsuid=0 ouid=0 target="web//null-/usr/bin/id""#,
    r#"5,1234,987654321,-;audit: type=1400 audit(1700000000.5:4): apparmor="DENIED" operation="capable" profile="web" pid=7 comm="web" capability=21 capname="sys_admin""#,
    r#"audit: type=1400 audit(1700000000.5:5): apparmor="DENIED" operation="create" profile="web" pid=7 comm="web" family="inet" sock_type="stream" protocol=6 requested_mask="create" denied_mask="create""#,
    r#"audit: type=1400 audit(1700000000.5:6): apparmor="DENIED" operation="connect" class="net" profile="web" pid=7 comm="web" laddr=10.0.0.1 lport=4000 faddr=10.0.0.2 fport=80 family="inet" sock_type="stream" protocol=6 requested_mask="send" denied_mask="send""#,
    r#"audit: type=1400 audit(1700000000.5:7): apparmor="DENIED" operation="signal" profile="web" pid=7 comm="kill" requested_mask="send" denied_mask="send" signal=term peer="db//worker""#,
    r#"audit: type=1400 audit(1700000000.5:8): apparmor="DENIED" operation="ptrace" profile="web" pid=7 comm="ps" requested_mask="read" denied_mask="read" peer="unconfined""#,
    r#"audit: type=1400 audit(1700000000.5:9): apparmor="DENIED" operation="mount" info="failed flags match" error=-13 profile="web" name="/mnt/" pid=7 comm="mount" fstype="ext4" srcname="/dev/sda1" flags="ro, nosuid""#,
    r#"audit: type=1400 audit(1700000000.5:10): apparmor="DENIED" operation="connect" profile="web" pid=7 comm="web" family="unix" sock_type="stream" protocol=0 requested_mask="send receive connect" denied_mask="connect" addr=none peer_addr="@/tmp/x" peer="db""#,
    r#"type=USER_AVC msg=audit(1700000000.5:11): pid=370 uid=102 auid=4294967295 ses=4294967295 msg='apparmor="DENIED" operation="dbus_method_call"  bus="system" path="/org/example/A" interface="org.example.A" member="Get" mask="send" name="org.example.A" pid=7 label="web" peer_pid=8 peer_label="db"  exe="/usr/bin/dbus-daemon" sauid=102 hostname=? addr=? terminal=?'"#,
    r#"{"__REALTIME_TIMESTAMP":"1700000000500000","_TRANSPORT":"audit","MESSAGE":"AVC apparmor=\"DENIED\" operation=\"link\" profile=\"web\" name=\"/srv/new\" pid=7 comm=\"ln\" requested_mask=\"l\" denied_mask=\"l\" fsuid=0 ouid=0 target=\"/srv/old\""}"#,
    r#"audit: type=1400 audit(1700000000.5:12): apparmor="DENIED" operation="change_profile" profile="web//&db" name="other" pid=7 comm="web" target="other""#,
    r#"type=1503 audit(1700000000.5:13): operation="inode_permission" requested_mask="::r" denied_mask="::r" fsuid=1000 name="/home/a/x" pid=7 profile="web""#,
    r#"audit: type=1400 audit(1700000000.5:14): apparmor="DENIED" operation="userns_create" class="namespace" info="Userns create" error=-13 profile="web" pid=7 comm="web" requested="userns_create" denied="userns_create""#,
    r#"audit: type=1400 audit(1700000000.5:15): apparmor="STATUS" operation="profile_load" profile="unconfined" name="web" pid=7 comm="armorer""#,
];

/// Pieces that mean something in a log or in a profile.
const PIECES: &[&[u8]] = &[
    b"\"",
    b"=",
    b"'",
    b" ",
    b"\0",
    b"\x1b[2J",
    b"\x1d",
    b"\n",
    b"\r\n",
    b"\xff",
    b"{",
    b"}",
    b",",
    b",\n  /** rwix,",
    b"/**",
    b"@{HOME}",
    b"\\",
    b"#",
    b"//&",
    b"//null-",
    b":ns:",
    b"2F",
    b"0A",
    b"99999999999999999999999",
    b"-1",
    b"name=",
    b"name=\"/x\"",
    b"profile=\"x\"",
    b"denied_mask=\"w\"",
    b"msg=audit(1.2:3): ",
    b"apparmor=\"DENIED\" ",
    b"type=1400 ",
    b"\"MESSAGE\":[1,2,",
    b"\\u0000",
];

/// Numbers that are the same on every run (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// A file of some records, of which most are broken.
fn file(random: &mut Random, records: &[Vec<u8>]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = (0..=random.below(5)).map(|_| random.of(records).clone()).collect();
    for _ in 0..random.below(6) {
        let at = random.below(lines.len());
        let line = &mut lines[at];
        let place = random.below(line.len() + 1);
        match random.below(12) {
            0 => line.truncate(place),
            1 => drop(line.drain(..place)),
            2 if place < line.len() => line[place] ^= 1 << random.below(8),
            3 | 4 => drop(line.splice(place..place, random.of(PIECES).iter().copied())),
            5 if place < line.len() => drop(line.splice(place..=place, random.of(PIECES).iter().copied())),
            // A field twice, maybe with another value.
            6 => {
                let words: Vec<Vec<u8>> = line.split(|&byte| byte == b' ').map(<[u8]>::to_vec).collect();
                let mut word = random.of(&words).clone();
                if let Some(last) = word.len().checked_sub(2).filter(|_| random.below(2) == 0) {
                    word[last] ^= 1;
                }
                line.extend([b" ", &word[..]].concat());
            }
            // A number that is huge.
            7 => {
                let digits: Vec<usize> = (0..line.len()).filter(|&at| line[at].is_ascii_digit()).collect();
                if !digits.is_empty() {
                    let at = *random.of(&digits);
                    let many = [b"7", &b"99999999999"[..], b"4294967296", b"00"][random.below(4)];
                    drop(line.splice(at..=at, many.iter().copied()));
                }
            }
            // Hexadecimal digits instead of a quoted value, or too few of them.
            8 => {
                if let Some(start) = memchr(line, b'"') {
                    let end = memchr(&line[start + 1..], b'"').map_or(line.len(), |end| start + 1 + end);
                    let value = &line[start + 1..end];
                    let mut digits: Vec<u8> =
                        value.iter().flat_map(|byte| format!("{byte:02X}").into_bytes()).collect();
                    digits.truncate(digits.len() - random.below(2).min(digits.len()));
                    drop(line.splice(start..(end + 1).min(line.len()), digits));
                }
            }
            9 => {
                let other = lines[random.below(lines.len())].clone();
                lines[at].extend(other);
            }
            10 => {
                let line = lines[at].clone();
                lines.push(line);
            }
            _ => *line = line.repeat(2 + random.below(20)),
        }
    }
    lines.join(&b'\n')
}

fn memchr(text: &[u8], wanted: u8) -> Option<usize> {
    text.iter().position(|&byte| byte == wanted)
}

#[test]
fn ten_thousand_broken_logs() {
    /// Each file takes far less; a machine that is busy with other tests is given time.
    const PATIENCE: Duration = Duration::from_secs(5);
    let mut records: Vec<Vec<u8>> = RECORDS.iter().map(|record| record.as_bytes().to_vec()).collect();
    assert!(records.iter().all(|record| armorer::log::events(record).len() == 1), "the records are whole");
    if let Some(directory) = material::directory("ARMORER_LOGS", "broken records of the world") {
        let mut paths: Vec<_> = std::fs::read_dir(directory.join("cases"))
            .expect("cases")
            .map(|entry| entry.expect("readable").path())
            .collect();
        paths.retain(|path| path.extension().is_some_and(|kind| kind == "in"));
        paths.sort();
        records.extend(paths.iter().map(|path| std::fs::read(path).expect("readable")));
    }
    let (mut random, mut tree) = (Random(16), tree("profile web {\n  /srv/* r,\n}\nprofile db {\n}\n"));
    let (mut needed, mut compiled) = (0, 0);
    for number in 0..10_000 {
        let text = file(&mut random, &records);
        let start = Instant::now();
        let needs = read(&text);
        needed += needs.len();
        // What takes longer is done for some.
        if number % 25 == 0 {
            for need in needs.iter().take(1) {
                allows_itself_alone(need);
                compiled += 1;
            }
        }
        if number % 250 == 0 {
            let plan =
                SuggestionPlan::new(&tree, &needs, &SuggestOptions::default().abstractions(false)).expect("a plan");
            for change in plan.changes(&tree).expect("changes") {
                assert_eq!(armorer::parse(&change.new).expect("a profile").items.len(), 2, "{}", change.diff());
                tree = self::tree("profile web {\n  /srv/* r,\n}\nprofile db {\n}\n");
            }
        }
        assert!(start.elapsed() < PATIENCE, "{:?}: {}", start.elapsed(), text.escape_ascii());
    }
    assert!(needed > 5_000 && compiled > 100, "{needed} needs, {compiled} of them compiled");
}

fn compiler() -> Compiler {
    Compiler::new(Features::builtin("linux-7.2").expect("built in"))
}

fn tree(text: &str) -> SuggestTree {
    let mut tree = SuggestTree::new(compiler());
    tree.add("web", text).expect("a policy");
    tree
}

fn rules(text: &[u8]) -> usize {
    let file = armorer::parse(text).unwrap_or_else(|error| panic!("{}: {error}", text.escape_ascii()));
    let [profile] = &file.items[..] else { panic!("{}", text.escape_ascii()) };
    let ItemKind::Profile(profile) = &profile.kind.value else { panic!("{}", text.escape_ascii()) };
    profile.body.items.len()
}

fn policy(text: Vec<u8>) -> Vec<blob::BlobProfile> {
    let compiled = compiler().compile(Input::text("web", text.clone()));
    compiled.unwrap_or_else(|error| panic!("{}: {error}", text.escape_ascii())).records().to_vec()
}

/// Pieces of names that mean something in a profile.
const NAMES: &[&[u8]] = &[
    b"a",
    b"x",
    b" ",
    b"*",
    b"**",
    b"?",
    b"[a-z]",
    b"{a,b}",
    b"{",
    b"}",
    b"[",
    b"]",
    b"^",
    b"\"",
    b"'",
    b"\\",
    b"\\x2a",
    b"@{HOME}",
    b"@{",
    b"$x",
    b",",
    b",\n",
    b",\n  /** rwix,",
    b"\n}\nprofile x {\n  file,\n",
    b"#",
    b" r,",
    b"->",
    b"<",
    b">",
    b"\t",
    b"\r",
    b"\x01",
    b"\x7f",
    b"\xff",
    b"\xc3\xa9",
    b"deny ",
    b"/b",
    b"..",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// The rule that is written for a hostile name is one rule, and the policy allows that name in addition and no other: it is the
    /// same as with a rule that spells every byte of the name as an escape.
    #[test]
    fn a_hostile_name_adds_one_rule_for_itself(
        pieces in prop::collection::vec(select(NAMES), 1..7),
        letters in select(&["r", "w", "rwk", "m"][..]),
    ) {
        const OLD: &str = "profile web {\n  # settings\n  /etc/web.conf r,\n}\n";
        let name = [b"/srv/", &pieces.concat()[..]].concat();
        // The kernel's names have one slash at a time, and the language reads two as one.
        if name.windows(2).any(|two| two == b"//") {
            return Ok(());
        }
        let access = Access::parse(&[b"file", &name[..], letters.as_bytes()]);
        // Such a name begins with a word of the notation; names of logs do not pass through it.
        let Ok(access) = access else { return Ok(()) };
        let tree = tree(OLD);
        let mut plan = SuggestionPlan::new(&tree, &[Need::new("web", access.clone())], &SuggestOptions::default().abstractions(false)).unwrap();
        let exact = match &plan.suggestions[0].outcome {
            SuggestionOutcome::Candidates { list, .. } => list.iter().position(|candidate| candidate.is_exact).expect("an exact rule"),
            SuggestionOutcome::NoRule(NoRule::Name { .. }) => return Ok(()),
            other => panic!("{other:?}"),
        };
        prop_assert!(plan.pick(0, Some(exact)));
        let changes = plan.changes(&tree).unwrap();
        let new = &changes[0].new;
        prop_assert_eq!(rules(new), rules(OLD.as_bytes()) + 1, "{}", new.escape_ascii());
        let spelt: String = name.iter().map(|byte| format!("\\{byte:03o}")).collect();
        let expected = OLD.replace("\n}", &format!("\n  \"/{}\" {letters},\n}}", &spelt[4..]));
        let (old, new) = (policy(OLD.into()), policy(new.clone()));
        let added = analysis::diff(&old, &new, &DiffOptions::default()).unwrap();
        prop_assert!(!added.is_empty());
        let diff = analysis::diff(&new, &policy(expected.into_bytes()), &DiffOptions::default()).unwrap();
        prop_assert!(diff.is_empty(), "{diff}");
    }
}
