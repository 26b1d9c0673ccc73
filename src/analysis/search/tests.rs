use proptest::prelude::*;

use super::*;
use crate::{Access, Compiler, Features, Input};

fn subject(text: &str) -> Subject {
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    let compiled = compiler.compile(Input::text("t", text)).unwrap_or_else(|error| panic!("{text}: {error}"));
    Subject::from_compiled(compiled).unwrap()
}

fn ask(subject: &Subject, words: &str) -> SearchResult {
    let words: Vec<&str> = words.split(' ').collect();
    search(subject, &Question::parse(&words).unwrap_or_else(|error| panic!("{words:?}: {error}"))).unwrap()
}

fn allowed(text: &str, words: &str) -> Vec<String> {
    let found = ask(&subject(text), words);
    found.select(AnswerFilter::Allowed).map(ProfileAnswer::name_and_note).collect()
}

impl ProfileAnswer {
    fn name_and_note(&self) -> String {
        match self.whose {
            FileOwnership::Any => self.profile.clone(),
            whose => format!("{} {whose:?}", self.profile),
        }
    }
}

#[test]
fn patterns_of_every_class() {
    let none: [&str; 0] = [];
    for (rules, words, expected) in [
        ("/etc/** w,", "file /etc/{a,b} w", &["p"][..]),
        ("/etc/a w,\ndeny /etc/* w,", "file /etc/** w", &none),
        ("/etc/ r,", "file /etc/** r", &none),
        ("/a w,\n/b ix,", "file /** wx", &none),
        ("/{a,b} w,\n/b ix,", "file /** wx", &["p"]),
        ("owner /b w,\n/b ix,", "file /** wx", &["p Owner"]),
        ("/bin/a px -> q,", "file /bin/* x", &["p"]),
        ("signal send set=term peer=a,", "signal send * peer=*", &["p"]),
        ("signal send set=term peer=a,", "signal send kill *", &none),
        ("signal receive set=term peer=a,", "signal send * a", &none),
        ("ptrace read peer=/usr/bin/x,", "ptrace read /usr/**", &["p"]),
        ("ptrace read peer=/usr/bin/x,", "ptrace read *", &none),
        ("ptrace read peer=/usr/bin/x,", "ptrace read **", &["p"]),
        (
            "unix (connect send receive) type=stream peer=(addr=@foo1),",
            "unix connect stream @foo* peer=unconfined",
            &["p"],
        ),
        (
            "unix (connect send receive) type=stream peer=(addr=@foo1),",
            "unix connect stream @bar* peer=unconfined",
            &none,
        ),
        ("dbus send bus=system path=/a interface=b.c,", "dbus send system ** /a b.* ** peer=**", &["p"]),
        ("dbus send bus=system path=/a interface=b.c,", "dbus send system ** /b/** b.* ** peer=**", &none),
        ("mount options=ro /a -> /mnt/x/,", "mount /a /mnt/** ext4 ro", &["p"]),
        ("umount /mnt/x/,", "umount /mnt/**", &["p"]),
        ("pivot_root oldroot=/old/ /new/,", "pivot_root /new/ /o**", &["p"]),
        ("change_profile -> q,", "change_profile {q,r}", &["p"]),
        ("mqueue read type=posix /q1,", "mqueue read /q*", &["p"]),
        ("capability chown,", "capability chown", &["p"]),
    ] {
        assert_eq!(allowed(&format!("profile p {{\n{rules}\n}}\n"), words), expected, "{rules}: {words}");
    }
}

#[test]
fn what_is_not_checked_and_what_is_only_logged() {
    let text =
        "profile a flags=(unconfined) { }\nprofile b flags=(complain) { deny /etc/x w, }\nprofile c /usr/bin/c { }\n";
    let found = ask(&subject(text), "file /etc/* w");
    assert!(found.profiles[0].unchecked.is_some() && found.profiles[0].decision == Decision::Allowed);
    assert!(found.profiles[1].happens && found.profiles[1].decision == Decision::Denied);
    assert!(found.profiles[1].quiet && !found.profiles[2].quiet);
    assert_eq!(found.select(AnswerFilter::Denied).count(), 2);
    assert_eq!(allowed(text, "attach /usr/bin/*"), ["c"]);
    assert_eq!(allowed(text, "attach /usr/sbin/*"), [""; 0]);
}

#[test]
fn one_rule_for_many_profiles_is_one_group() {
    let text = "@{X}=/etc/x\nprofile a { @{X} rw, }\nprofile b { /etc/x r, /etc/y r, ^h { audit /etc/y r, } }\n";
    let subject = subject(text);
    let found = ask(&subject, "file /etc/* r");
    let groups = found.groups(AnswerFilter::Allowed);
    let shown: Vec<(u32, usize)> =
        groups.iter().map(|group| (group.rule.unwrap().column, group.profiles.len())).collect();
    assert_eq!(shown, [(13, 1), (13, 1), (23, 1), (38, 1)]);
    assert_eq!(found.select(AnswerFilter::Audited).map(|found| &*found.profile).collect::<Vec<_>>(), ["b//h"]);
}

#[test]
fn a_rule_is_named_where_another_goes_before_it_on_its_shortest_string() {
    let named = |rules: &str, words: &str| {
        let found = ask(&subject(&format!("profile p {{\n{rules}\n}}\n")), words);
        let [found] = &*found.profiles else { panic!("one profile") };
        found.rules.iter().map(|deciding| (deciding.rule.line, deciding.witness.clone().unwrap())).collect::<Vec<_>>()
    };
    let of = |line: u32, path: &str| (line, format!("file {path:?}"));
    assert_eq!(named("priority=1 /a ix,\n/[ab] ix,", "file owner /** x"), [of(2, "/a"), of(3, "/b")]);
    // Two rules go before it, one after the other.
    let rules = "priority=1 /a r,\npriority=2 /b r,\n/[abc] r,\npriority=-1 /[ab] r,";
    assert_eq!(named(rules, "file /** r"), [of(2, "/a"), of(3, "/b"), of(4, "/c")]);
    // Permission to map comes with execution that stays in the profile, but not where another rule decides about execution.
    assert_eq!(named("/a px,\n/? ix,", "file /[ab] m"), [of(3, "/b")]);
    assert_eq!(named("/a ix,\n/?? m,\ndeny /b m,\n/[bc] ix,", "file /** m"), [of(2, "/a"), of(3, "/aa"), of(5, "/c")]);
}

#[test]
fn of_rules_that_differ_in_permissions_the_one_that_decides_is_named() {
    for (rules, words, line) in [
        ("/a r,\n/a w,", "file /a w", 3),
        ("/a r,\n/a ix,", "file /a x", 3),
        ("ptrace readby peer=x,\nptrace trace peer=x,", "ptrace trace x", 3),
        ("ptrace readby peer=x,\nptrace trace peer=x,", "ptrace readby x", 2),
        ("signal receive peer=x,\nsignal send peer=x,", "signal send kill x", 3),
        ("unix create,\nunix (connect send),", "unix connect stream @a peer=x", 3),
        ("dbus send bus=system,\ndbus receive bus=system,", "dbus receive system :1.1 /a b.c d peer=x", 3),
        ("io_uring sqpoll,\nio_uring override_creds,", "io_uring override_creds x", 3),
    ] {
        let text = format!("profile p {{\n{rules}\n}}\n");
        let found = ask(&subject(&text), words);
        let lines: Vec<u32> = found.profiles[0].rules.iter().map(|deciding| deciding.rule.line).collect();
        assert_eq!(lines, [line], "{rules}: {words}");
    }
}

#[test]
fn a_rule_that_is_written_twice_has_two_places() {
    let found = ask(&subject("profile p {\n/a r,\n/b r,\n/a r,\n}\n"), "file /a r");
    let lines: Vec<u32> = found.profiles[0].rules.iter().map(|deciding| deciding.rule.line).collect();
    assert_eq!(lines, [2, 4]);
}

#[test]
fn questions_that_cannot_be_asked() {
    let parse = |words: &[&str]| Question::parse(words).unwrap_err().to_string();
    assert_eq!(parse(&["file", "/a[", "r"]), "`/a[` is not a valid pattern");
    assert!(parse(&["file", "@{HOME}/*", "r"]).contains("no variables"));
    assert!(parse(&["signal", "ki*", "p"]).starts_with("`ki*` is neither a permission nor a signal"));
    let subject = subject("profile p { /a l -> /b, unix, }");
    for words in
        [&["file", "/a*", "l", "->", "/b"][..], &["change_profile", "/a*", "->", "b"], &["unix", "stream", "@a*"]]
    {
        let question = Question::parse(words).unwrap();
        assert!(matches!(search(&subject, &question), Err(SearchError::Pattern(_))), "{words:?}");
    }
}

/// A string for every set of patterns in [`profiles`] that one string can match.
const PATHS: [&str; 17] = [
    "/a", "/b", "/c", "/aa", "/ab", "/ac", "/ba", "/bb", "/bc", "/ca", "/cb", "/cc", "/aca", "/acb", "/acc", "/cca",
    "/ccc",
];
const PEERS: [&str; 9] = ["a", "b", "c", "ab", "ac", "ba", "bb", "bc", "cb"];

fn profiles() -> impl Strategy<Value = String> {
    let prefix = prop::sample::select(vec![
        "",
        "",
        "deny ",
        "owner ",
        "audit ",
        "priority=1 ",
        "priority=1 owner ",
        "priority=-1 deny ",
    ]);
    let glob = prop::sample::select(vec!["/a", "/b", "/?b", "/[ab]", "/a*", "/{a,ab}", "/*a", "/**"]);
    let file = (prefix, glob, prop::sample::select(vec!["r", "w", "rw", "ix", "rix", "m"]))
        .prop_map(|(prefix, path, permissions)| format!("  {prefix}{path} {permissions},\n"))
        // A denied exec names no transition.
        .prop_map(|rule| if rule.contains("deny") { rule.replace("ix", "x") } else { rule });
    let other = prop::sample::select(vec![
        "  signal send set=term peer=a*,\n",
        "  signal send set=(term kill) peer={a,ba},\n",
        "  deny signal send set=kill peer=b*,\n",
        "  ptrace read peer=?b,\n",
        "  audit ptrace read peer=a,\n",
        "  deny ptrace read peer=**,\n",
        "  ptrace trace peer=?b,\n",
    ]);
    let rule = prop_oneof![3 => file, 2 => other.prop_map(str::to_owned)];
    let rules = prop::collection::vec(rule, 0..5);
    let flags = prop::sample::select(vec!["", "", "flags=(complain) ", "flags=(unconfined) ", "flags=(audit) "]);
    let profile = (flags, rules).prop_map(|(flags, rules)| format!("{flags}{{\n{}}}\n", rules.concat()));
    prop::collection::vec(profile, 1..4).prop_map(|all| {
        let named = all.iter().enumerate().map(|(at, profile)| format!("profile p{at} {profile}"));
        named.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A search is a query of each profile; for a pattern, a query about each of its strings.
    #[test]
    fn search_is_query_of_each_profile(text in profiles()) {
        let subject = subject(&text);
        let beginning = |list: &[&'static str], with: &str| -> Vec<&'static str> {
            list.iter().copied().filter(|text| text.starts_with(with)).collect()
        };
        let files = [
            ("/**", PATHS.to_vec()),
            ("/a*", beginning(&PATHS, "/a")),
            ("/{ab,b}", vec!["/ab", "/b"]),
            ("/b", vec!["/b"]),
        ];
        let peers =
            [("**", PEERS.to_vec()), ("a*", beginning(&PEERS, "a")), ("[ab]", vec!["a", "b"]), ("ba", vec!["ba"])];
        let of = |list: &[&str], word: &str| list.iter().map(|path| word.replace('_', path)).collect::<Vec<_>>();
        let mut questions: Vec<(String, Vec<String>)> = Vec::new();
        for whose in ["owner ", "other "] {
            for permissions in ["r", "w", "x", "wx", "rw", "m"] {
                questions.extend(files.clone().map(|(glob, paths)| {
                    let word = format!("file {whose}_ {permissions}");
                    (word.replace('_', glob), of(&paths, &word))
                }));
            }
        }
        questions.extend(peers.clone().map(|(glob, peers)| (format!("ptrace read {glob}"), of(&peers, "ptrace read _"))));
        questions.extend(peers.clone().map(|(glob, peers)| (format!("signal send term {glob}"), of(&peers, "signal send term _"))));
        questions.extend(peers.clone().map(|(glob, peers)| {
            let both = ["term", "kill"].iter().flat_map(|signal| of(&peers, &format!("signal send {signal} _")));
            (format!("signal send * peer={glob}"), both.collect())
        }));
        for (question, accesses) in questions {
            for found in ask(&subject, &question).profiles {
                let answers: Vec<Answer> = accesses.iter().map(|words| {
                    let words: Vec<&str> = words.split(' ').collect();
                    subject.ask(Some(found.profile.as_bytes()), &Access::parse(&words).unwrap()).unwrap()
                }).collect();
                let expected = answers.iter().any(Answer::is_allowed);
                prop_assert_eq!(found.decision == Decision::Allowed, expected, "{} {}\n{}", question, found.profile, text);
                let audited = |answer: &Answer| answer.is_allowed() && answer.verdicts.iter().any(|verdict| verdict.audited);
                prop_assert_eq!(found.audited, answers.iter().any(audited), "{} {}\n{}", question, found.profile, text);
                // All rules that decide are named, and no others.
                if expected {
                    let mut places: Vec<String> = answers.iter().filter(|answer| answer.is_allowed()).flat_map(|answer| {
                        let decided = answer.verdicts.iter().flat_map(|verdict| verdict.decided_by.iter());
                        decided.map(|&at| answer.rules[at].place()).collect::<Vec<_>>()
                    }).collect();
                    places.sort();
                    places.dedup();
                    let mut named: Vec<String> = found.rules.iter().map(|deciding| deciding.rule.place()).collect();
                    named.sort();
                    prop_assert_eq!(named, places, "{} {}\n{}", question, found.profile, text);
                }
            }
        }
    }

    /// A rule that is named as one that allows an access allows it where it stands alone, too.
    #[test]
    fn a_rule_that_is_named_allows_alone(text in profiles()) {
        let policy = subject(&text);
        for words in ["file owner /** r", "file /b w", "file /a* x", "file /** m", "ptrace read **", "ptrace trace **", "signal send kill **"] {
            for found in ask(&policy, words).select(AnswerFilter::Allowed) {
                for deciding in &found.rules {
                    let line = |(at, line): (usize, &str)| {
                        let is_rule = line.starts_with("  ");
                        if is_rule && at + 1 != deciding.rule.line as usize { "\n".to_owned() } else { format!("{line}\n") }
                    };
                    let alone: String = text.lines().enumerate().map(line).collect();
                    let still = ask(&subject(&alone), words);
                    let allowed = still.select(AnswerFilter::Allowed).any(|other| other.profile == found.profile);
                    prop_assert!(allowed, "{} {}: line {}\n{}", words, found.profile, deciding.rule.line, text);
                }
            }
        }
    }
}
