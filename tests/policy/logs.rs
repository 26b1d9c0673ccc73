//! Records of the world beside what the reference's library reads from them.

use std::collections::BTreeMap;
use std::path::Path;

use armorer::analysis::{self, DiffOptions, Subject};
use armorer::ast::{File, Profile};
use armorer::blob;
use armorer::edit::Editor;
use armorer::log::suggest::{Need, exact};
use armorer::log::{Event, Verdict, events};
use armorer::vocab::ExecMode;
use armorer::{Compiler, Features, Input};

use crate::support::material;

/// Cases where armorer reads something else, and why that is better.
const BETTER: [(&str, &str, &str); 5] = [
    ("ptrace_garbage_lp1689667_2", "", "a denial with garbage as target is a denial; the reference has no record"),
    ("testcase_dbus_06", "Command", DAEMON),
    ("testcase_dbus_08", "Command", DAEMON),
    ("testcase_dbus_09", "Command", DAEMON),
    ("testcase_dbus_11", "Command", DAEMON),
];

const DAEMON: &str = "the daemon that decided is not the command that was denied; it stays under `exe`";

/// Returns the fields under the names of the reference, with their values in an event.
fn fields(event: &Event) -> BTreeMap<&'static str, String> {
    let text = |text: &armorer::source::Text| text.to_str_lossy().into_owned();
    let mut all = BTreeMap::new();
    let mut put = |key, value: Option<String>| all.extend(value.map(|value| (key, value)));
    let other = |keys: &[&str]| keys.iter().find_map(|key| event.field(key)).map(text);
    if let Some(time) = event.time {
        put("Audit ID", time.serial.map(|serial| format!("{time}:{serial}")));
        put("Epoch", Some(time.seconds.to_string()));
        put("Audit subid", time.serial.map(|serial| serial.to_string()));
    }
    put("Operation", Some(text(&event.operation)));
    put("Profile", event.profile.as_ref().map(text));
    put("Name", event.name.as_ref().map(text));
    put("Mask", event.requested.as_ref().map(text));
    put("Denied Mask", event.denied.as_ref().map(text));
    put("Name2", event.target.as_ref().map(text));
    put("Peer profile", event.peer.as_ref().map(text));
    put("Peer", event.peer.as_ref().map(text));
    put("Command", event.comm.as_ref().map(text));
    put("PID", event.pid.map(|number| number.to_string()));
    put("fsuid", event.fsuid.map(|number| number.to_string()));
    put("ouid", event.ouid.map(|number| number.to_string()));
    put("ErrorCode", event.error.map(|number| number.unsigned_abs().to_string()));
    put("Info", event.info.as_ref().map(text));
    for (theirs, ours) in [
        ("Parent", &["parent"][..]),
        ("Peer PID", &["peer_pid"]),
        ("Network family", &["family"]),
        ("Socket type", &["sock_type"]),
        ("Protocol", &["protocol"]),
        ("Local addr", &["laddr", "saddr"]),
        ("Foreign addr", &["faddr", "daddr"]),
        ("Local port", &["lport", "src"]),
        ("Foreign port", &["fport", "dest"]),
        ("DBus bus", &["bus"]),
        ("DBus path", &["path"]),
        ("DBus interface", &["interface"]),
        ("DBus member", &["member", "method"]),
        ("Token", &["magic_token"]),
        ("Attribute", &["attribute"]),
        ("Task", &["task"]),
        ("Flags", &["flags"]),
        ("Src name", &["srcname"]),
        ("Signal", &["signal"]),
        ("Net Addr", &["addr"]),
        ("FS Type", &["fstype"]),
        ("Execpath", &["execpath"]),
        ("Class", &["class"]),
    ] {
        put(theirs, other(ours));
    }
    all
}

fn verdict(word: &str) -> Option<Verdict> {
    Some(match word {
        "AA_RECORD_DENIED" => Verdict::Denied,
        "AA_RECORD_ALLOWED" => Verdict::Allowed,
        "AA_RECORD_AUDIT" => Verdict::Audit,
        "AA_RECORD_STATUS" => Verdict::Status,
        "AA_RECORD_HINT" => Verdict::Hint,
        "AA_RECORD_ERROR" => Verdict::Error,
        _ => return None,
    })
}

/// Returns the differences in a case.
fn compare(directory: &Path, case: &str) -> Vec<String> {
    let read = |kind: &str| std::fs::read(directory.join(format!("{case}.{kind}"))).expect("a file of the case");
    let events: Vec<Event> = read("in").split(|byte| *byte == b'\n').flat_map(events).collect();
    let expected = String::from_utf8_lossy(&read("out")).into_owned();
    let expected: Vec<(&str, &str)> = expected
        .lines()
        .filter_map(|line| line.split_once(": ").or(line.strip_suffix(':').map(|key| (key, ""))))
        .collect();
    let kind = expected.iter().find(|(key, _)| *key == "Event type").and_then(|(_, kind)| verdict(kind));
    let (event, kind) = match (&events[..], kind) {
        ([], None) => return Vec::new(),
        ([event], Some(kind)) => (event, kind),
        ([_], None) if BETTER.iter().any(|(name, field, _)| (*name, *field) == (case, "")) => return Vec::new(),
        (events, kind) => return vec![format!("{} events for {kind:?}", events.len())],
    };
    let ours = fields(event);
    let mut differences = Vec::new();
    if event.verdict != kind {
        differences.push(format!("{:?}, not {kind:?}", event.verdict));
    }
    for (key, value) in expected {
        if matches!(key, "File" | "Event type") {
            continue;
        }
        let own = ours.get(key).map(String::as_str);
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let named = match (key, own) {
            ("Protocol", Some("0")) => Some("ip"),
            ("Protocol", Some("6")) => Some("tcp"),
            ("Protocol", Some("17")) => Some("udp"),
            ("Protocol", Some("768")) => Some("unknown(768)"),
            (_, Some(number)) if is_number(number) => {
                Some(number.trim_start_matches('0')).filter(|rest| !rest.is_empty()).or(own)
            }
            _ => own,
        };
        if named != Some(value) && !BETTER.iter().any(|(name, field, _)| (*name, *field) == (case, key)) {
            differences.push(format!("{key}: {own:?}, not {value:?}"));
        }
    }
    differences
}

/// The names of the cases that have a file of a kind.
fn cases(directory: &Path, kind: &str) -> Vec<String> {
    let suffix = format!(".{kind}");
    let entries = std::fs::read_dir(directory).expect("the cases are readable");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.expect("readable").file_name().to_str()?.strip_suffix(&suffix).map(str::to_owned)
    };
    let mut cases: Vec<String> = entries.filter_map(name).collect();
    cases.sort();
    cases
}

#[test]
fn records_are_read_as_the_reference_reads_them() {
    let Some(directory) = material::directory("ARMORER_LOGS", "records beside the reference's reading") else { return };
    let directory = directory.join("cases");
    let cases = cases(&directory, "in");
    assert!(cases.len() > 100, "{} cases", cases.len());
    let mut differences = Vec::new();
    for case in &cases {
        differences.extend(compare(&directory, case).into_iter().map(|difference| format!("{case}: {difference}")));
    }
    assert_eq!(differences, Vec::<String>::new());
}

/// Cases where the reference has a rule and armorer has none, and why.
const WITHOUT: [(&str, &str); 3] = [
    ("posix_mqueue_disconnected_no_name", "the record does not say which queue; the reference allows all"),
    ("testcase_mqueue_09", "the record does not say which queue; the reference allows all"),
    ("testcase_userns_02", "the process was unconfined; what it lacks is a profile, and the reference makes one"),
];

/// The exact rules for a case beside the reference's profile: what is wrong with them.
fn judge(directory: &Path, case: &str) -> Option<String> {
    let read = |kind: &str| std::fs::read(directory.join(format!("{case}.{kind}"))).ok();
    let theirs = read("profile")?;
    let events: Vec<Event> = read("in")?.split(|byte| *byte == b'\n').flat_map(events).collect();
    let mut editor = Editor::new(theirs.clone()).expect("the reference's profile is one");
    let has_rules = !theirs.split(|byte| *byte == b'\n').any(|line| line.ends_with(b"{")) || theirs.contains(&b',');
    let compiler = Compiler::new(Features::builtin("linux-7.2").expect("built in"));
    let mut any = false;
    for event in &events {
        let (Some(profile), Some(access)) = (&event.profile, event.access.as_ref().filter(|_| event.asks_for_rule()))
        else {
            continue;
        };
        let need = Need::new(profile.clone(), access.clone());
        let rules = match exact(&need, ExecMode::INHERIT) {
            Ok(rules) => rules,
            Err(error) => return Some(format!("{case}: {error}")),
        };
        any |= !rules.is_empty();
        // Alone, they allow the access.
        let alone = File::from(Profile::new("p").expect("a name").rules(rules.clone())).to_bytes();
        let subject =
            Subject::from_compiled(compiler.compile(Input::text(case, alone)).expect("a policy")).expect("a policy");
        if !subject.ask(None, access).expect("an answer").is_allowed() {
            return Some(format!(
                "{case}: `{access}` is not allowed by {}",
                rules.iter().map(ToString::to_string).collect::<String>()
            ));
        }
        for rule in rules {
            if let Err(error) = editor.add_rule(&profile.to_string(), rule) {
                return Some(format!("{case}: {error}"));
            }
        }
    }
    if !any && has_rules {
        return (!WITHOUT.iter().any(|(name, _)| *name == case)).then(|| format!("{case}: no rule"));
    }
    // With them, the reference's profile allows no more than without.
    let policy = |text: Vec<u8>| {
        blob::read(compiler.compile(Input::text(case, text)).expect("a policy").blob()).expect("a blob")
    };
    let diff = analysis::diff(&policy(theirs), &policy(editor.finish()), &DiffOptions::default()).expect("comparable");
    (!diff.is_empty()).then(|| format!("{case}: {diff}"))
}

#[test]
fn exact_rules_allow_the_event_and_no_more_than_the_rules_of_the_reference() {
    let Some(directory) = material::directory("ARMORER_LOGS", "exact rules beside those of the reference") else {
        return;
    };
    let directory = directory.join("cases");
    let cases = cases(&directory, "profile");
    assert!(cases.len() > 60, "{} cases", cases.len());
    let wrong: Vec<String> = cases.iter().filter_map(|case| judge(&directory, case)).collect();
    assert_eq!(wrong, Vec::<String>::new());
}
